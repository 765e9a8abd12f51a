"""What a 2.0.1 CSMS is told of a 1.6 station that 1.6 has no key for (specification 13.2)."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from adapters import v201
from adapters.translation.keys import LEGACY, Identity, identity
from adapters.translation.memory import Memory
from adapters.translation.metering import REGISTER
from adapters.translation.scalars import rfc3339
from adapters.translation.status import TO_201

STATES = "Available,Occupied,Reserved,Unavailable,Faulted"
PER_MESSAGE = {"GetReport": "50", "GetVariables": "50", "SetVariables": "20"}
BYTES_PER_MESSAGE = 65536
MERGED = ("Occupied", "Reserved", "Available", "Unavailable", "Faulted")  # the first one counts

Scope: TypeAlias = Literal["station", "evse", "connector"]
# What it stands at, by the memory and the EVSE's or connector's number; None: not known.
Source: TypeAlias = Callable[[Memory, int], str | None]


class Fact(msgspec.Struct, frozen=True):
    """A variable that 1.6 has no key for: read only, and told from here."""

    component: str
    variable: str
    data: v201.Data
    value: str | Source | None
    instance: str = ""
    unit: str = ""
    choices: str = ""
    limit: Source | None = None
    asks: str = ""  # the key that it follows from, which the station is asked for
    scope: Scope = "station"

    def stands_at(self, memory: Memory, number: int = 0) -> str | None:
        """Its value for the station, an EVSE or a connector."""
        return self.value(memory, number) if callable(self.value) else self.value

    @property
    def identity(self) -> Identity:
        """What it is known by."""
        return identity(self.component, self.variable, self.instance)


def _configured(name: str, otherwise: str | None = None) -> Source:
    """What a 1.6 key was last known to stand at."""
    return lambda memory, _: memory.station.configuration.get(name, otherwise)


def _has_profile(name: str) -> Source:
    """Whether the station supports a feature profile of 1.6; not known until it lists them."""

    def told(memory: Memory, _: int) -> str | None:
        listed = memory.station.configuration.get("SupportedFeatureProfiles")
        if listed is None:
            return None
        return _truth(name in (item.strip() for item in listed.split(",")))

    return told


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _has_cache(memory: Memory, _: int) -> str | None:
    return "true" if "AuthorizationCacheEnabled" in memory.station.configuration else None


def _shows_costs(memory: Memory, _: int) -> str:
    told = memory.station.configuration.get("CustomDisplayCostAndPrice", "")
    return _truth(told.strip().lower() == "true")


def _now(memory: Memory, _: int) -> str:
    return rfc3339(memory.now)


def _identity(memory: Memory, _: int) -> str:
    return memory.identity


def _booted_with(name: str, name_201: str) -> Source:
    """What a 1.6 station said of itself when it booted; a store may have it in 2.0.1 words."""

    def told(memory: Memory, _: int) -> str | None:
        boot = memory.boot.said
        value: str | None = boot.get(name) or boot.get("chargingStation", {}).get(name_201)
        return value

    return told


def _second_serial(memory: Memory, _: int) -> str | None:
    """The serial number that BootNotification of 2.0.1 has no room for."""
    boot = memory.boot.said
    serial: str | None = boot.get("chargeBoxSerialNumber")
    return serial if boot.get("chargePointSerialNumber") else None


def _phases(memory: Memory, _: int) -> str:
    return str(memory.options.supply_phases)


def _power(memory: Memory, _: int) -> str:
    return str(memory.options.evse_power_w)


def _station_state(memory: Memory, _: int) -> str:
    return _state(memory, 0) or "Available"


def _state(memory: Memory, number: int) -> str | None:
    known = memory.connectors.get(number)
    status: str = known.status16 if known else ""
    return TO_201.get(status)  # type: ignore[call-overload,no-any-return]


def _evse_state(memory: Memory, evse: int) -> str | None:
    states = {_state(memory, number) for number in memory.topology.connectors_of(evse)}
    return next((state for state in MERGED if state in states), None)


def _connector_type(memory: Memory, number: int) -> str:
    return memory.topology.type_of(number) or "Undetermined"


def _list_entries(memory: Memory, _: int) -> str:
    return str(memory.station.local_list_entries)


def _profiles(memory: Memory, _: int) -> str:
    return str(len(memory.profiles))


STATION_FACTS = (
    Fact("TxCtrlr", "TxStartPoint", "MemberList", "PowerPathClosed"),
    Fact("TxCtrlr", "TxStopPoint", "MemberList", "EVConnected,Authorized"),
    Fact("OCPPCommCtrlr", "NetworkConfigurationPriority", "SequenceList", "1"),
    Fact("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "integer", "3"),
    Fact("OCPPCommCtrlr", "OfflineThreshold", "integer", "60", unit="s"),
    Fact(
        "OCPPCommCtrlr", "MessageTimeout", "integer", _configured("MessageTimeout", "30"),
        "Default", "s",
    ),
    *(
        Fact("DeviceDataCtrlr", "ItemsPerMessage", "integer", most, message)
        for message, most in PER_MESSAGE.items()
    ),
    *(
        Fact("DeviceDataCtrlr", "BytesPerMessage", "integer", str(BYTES_PER_MESSAGE), message)
        for message in PER_MESSAGE
    ),
    Fact("DeviceDataCtrlr", "ConfigurationValueSize", "integer", "500"),
    Fact("DeviceDataCtrlr", "ReportingValueSize", "integer", "500"),
    Fact("ClockCtrlr", "DateTime", "dateTime", _now),
    Fact("ClockCtrlr", "TimeSource", "SequenceList", "Heartbeat"),
    Fact("LocalAuthListCtrlr", "BytesPerMessage", "integer", str(BYTES_PER_MESSAGE)),
    Fact(  # what meterStart provides
        "SampledDataCtrlr", "TxStartedMeasurands", "MemberList",
        _configured("StartTxnSampledData", REGISTER),
    ),
    Fact(
        "SampledDataCtrlr", "TxEndedInterval", "integer", _configured("MeterValueSampleInterval"),
        unit="s", asks="MeterValueSampleInterval",
    ),
    Fact(
        "AlignedDataCtrlr", "TxEndedInterval", "integer", _configured("ClockAlignedDataInterval"),
        unit="s", asks="ClockAlignedDataInterval",
    ),
    Fact("SecurityCtrlr", "Identity", "string", _identity),
    Fact(
        "SecurityCtrlr", "CertificateEntries", "integer", "0",
        limit=_configured("CertificateStoreMaxLength"),
    ),
    Fact("MonitoringCtrlr", "Available", "boolean", "false"),
    Fact("DisplayMessageCtrlr", "Available", "boolean", "false"),
    Fact("TariffCostCtrlr", "Available", "boolean", _shows_costs, "Tariff"),
    Fact("TariffCostCtrlr", "Available", "boolean", _shows_costs, "Cost"),
    Fact("SmartChargingCtrlr", "LimitChangeSignificance", "decimal", "0", unit="Percent"),
    Fact(
        "AuthCacheCtrlr", "Available", "boolean", _has_cache, asks="AuthorizationCacheEnabled",
    ),
    *(
        Fact(
            component, "Available", "boolean", _has_profile(profile),
            asks="SupportedFeatureProfiles",
        )
        for component, profile in (
            ("ReservationCtrlr", "Reservation"),
            ("SmartChargingCtrlr", "SmartCharging"),
            ("LocalAuthListCtrlr", "LocalAuthListManagement"),
        )
    ),
    Fact("ChargingStation", "Available", "boolean", "true"),
    Fact("ChargingStation", "AvailabilityState", "OptionList", _station_state, choices=STATES),
    Fact("ChargingStation", "SupplyPhases", "integer", _phases),
    Fact("ChargingStation", "Model", "string", _booted_with("chargePointModel", "model")),
    Fact(
        "ChargingStation", "VendorName", "string", _booted_with("chargePointVendor", "vendorName")
    ),
    Fact(LEGACY, "meterType", "string", _booted_with("meterType", "")),
    Fact(LEGACY, "meterSerialNumber", "string", _booted_with("meterSerialNumber", "")),
    Fact(LEGACY, "chargeBoxSerialNumber", "string", _second_serial),
)  # fmt: skip
EVSE_FACTS = (
    Fact("EVSE", "Available", "boolean", "true", scope="evse"),
    Fact(
        "EVSE", "AvailabilityState", "OptionList", _evse_state, choices=STATES, scope="evse"
    ),
    Fact("EVSE", "SupplyPhases", "integer", _phases, scope="evse"),
    Fact("EVSE", "Power", "decimal", None, unit="W", limit=_power, scope="evse"),
    Fact("EVSE", "AllowReset", "boolean", "false", scope="evse"),
)  # fmt: skip
CONNECTOR_FACTS = (
    Fact("Connector", "Available", "boolean", "true", scope="connector"),
    Fact("Connector", "AvailabilityState", "OptionList", _state, choices=STATES, scope="connector"),
    Fact("Connector", "ConnectorType", "string", _connector_type, scope="connector"),
    Fact("Connector", "SupplyPhases", "integer", _phases, scope="connector"),
)
# Counts that are kept here; the station has a key for their bound, and may lack the feature.
COUNTS = (
    Fact(
        "LocalAuthListCtrlr", "Entries", "integer", _list_entries,
        limit=_configured("LocalAuthListMaxLength"),
    ),
    Fact(
        "SmartChargingCtrlr", "Entries", "integer", _profiles, "ChargingProfiles",
        limit=_configured("MaxChargingProfilesInstalled"),
    ),
)  # fmt: skip
FACTS = {fact.identity: fact for fact in (*STATION_FACTS, *EVSE_FACTS, *CONNECTOR_FACTS, *COUNTS)}
