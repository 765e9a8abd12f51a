"""The names of OCPP 1.6's configuration keys, and stations that write them in another case."""

from typing import Any, ClassVar

import msgspec

from vendor_quirks.repairs.keys import Codec, ToNative, ToStandard
from vendor_quirks.situation import Fact, Payload, Situation, objects

# OCPP 1.6 section 9: what is true or false, and the rest.
BOOLEANS = (
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "AuthorizeRemoteTxRequests",
    "ConnectorSwitch3to1PhaseSupported",
    "LocalAuthListEnabled",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "ReserveConnectorZeroSupported",
    "StopTransactionOnEVSideDisconnect",
    "StopTransactionOnInvalidId",
    "UnlockConnectorOnEVSideDisconnect",
)
KEYS = (
    *BOOLEANS,
    "BlinkRepeat",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "ConnectorPhaseRotation",
    "ConnectorPhaseRotationMaxLength",
    "GetConfigurationMaxKeys",
    "HeartbeatInterval",
    "LightIntensity",
    "LocalAuthListMaxLength",
    "MaxChargingProfilesInstalled",
    "MaxEnergyOnInvalidId",
    "MeterValueSampleInterval",
    "MeterValuesAlignedData",
    "MeterValuesAlignedDataMaxLength",
    "MeterValuesSampledData",
    "MeterValuesSampledDataMaxLength",
    "MinimumStatusDuration",
    "NumberOfConnectors",
    "ResetRetries",
    "SendLocalListMaxLength",
    "StopTxnAlignedData",
    "StopTxnAlignedDataMaxLength",
    "StopTxnSampledData",
    "StopTxnSampledDataMaxLength",
    "SupportedFeatureProfiles",
    "SupportedFeatureProfilesMaxLength",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "WebSocketPingInterval",
)
BY_LOWER = {key.lower(): key for key in KEYS}


class StandardCase(msgspec.Struct, frozen=True):
    """List keys as the standard spells them, where only the case of letters is another."""

    def __call__(self, payload: Payload, known: Situation) -> int:
        entries = objects(payload.get("configurationKey"))
        unknown = payload.get("unknownKey")
        names = unknown if isinstance(unknown, list) else []
        listed = {str(entry.get("key")) for entry in entries} | {str(name) for name in names}
        changes = 0
        for entry in entries:
            better = _standard(entry.get("key"))
            if better != entry.get("key") and better not in listed:
                entry["key"] = better
                listed.add(better)
                changes += 1
        for at, name in enumerate(names):
            better = _standard(name)
            if better != name and better not in listed:
                names[at] = better
                listed.add(better)
                changes += 1
        return changes


def _standard(name: Any) -> Any:
    return BY_LOWER.get(name.lower(), name) if isinstance(name, str) else name


class LowerCase(msgspec.Struct, frozen=True):
    """Say standard keys in lower case to a station that has not listed them in any."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"keys"})

    def __call__(self, payload: Payload, known: Situation) -> int:
        given = payload.get("key")
        listed = given if isinstance(given, list) else [given]
        better = [self._lowered(name, known) for name in listed]
        if better == listed:
            return 0
        payload["key"] = better if isinstance(given, list) else better[0]
        return 1

    def _lowered(self, name: Any, known: Situation) -> Any:
        if not isinstance(name, str) or name.lower() in known.keys:
            return name
        return name.lower() if name in KEYS else name


def booleans(true: str, false: str) -> tuple[tuple[ToNative, ...], tuple[ToStandard, ...]]:
    """Boolean values in a station's own words: what goes there, and what comes from there."""
    out_of = {
        spelled: word
        for standard, word in (("true", true), ("false", false))
        for spelled in (standard, standard.capitalize(), standard.upper())
    }
    into = {"true": "true", "false": "false", true.lower(): "true", false.lower(): "false"}
    codec = Codec(into=into, out_of=out_of)
    there = tuple(ToNative(key, codec=codec) for key in BOOLEANS)
    return there, tuple(ToStandard(key, codec=codec) for key in BOOLEANS)
