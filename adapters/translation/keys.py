"""Every 1.6 configuration key and the 2.0.1 variable that it is (specification 13.1)."""

import re
from typing import Literal, TypeAlias

import msgspec

from adapters import v201

LEGACY = "OCPP16LegacyCtrlr"  # keys without a counterpart
CUSTOM = "Custom16LegacyCtrlr"  # keys of a vendor's own, under their own names
COSTS, LANGUAGES = "org.openchargealliance.costmsg", "org.openchargealliance.multilanguage"

Carried: TypeAlias = Literal[
    "value",  # is the variable's value, as its data type is written
    "measurands",
    "rate_units",
    "rotation",  # one value for each connector
    "public_key",  # one key for each connector
    "limit",  # is the characteristic maxLimit of a variable
    "choices",  # is the characteristic valuesList of a variable
    "price",  # JSON, of which 2.0.1 has the text
    "password",  # of one leg only (D-28)
    "gateway",  # the gateway speaks for itself
]


class Key(msgspec.Struct, frozen=True, gc=False):
    """A row: what it may be used for (R, RW or W), its data type, and its place in 2.0.1."""

    name: str
    access: Literal["R", "RW", "W"]
    data: v201.Data
    component: str
    variable: str
    instance: str = ""
    carried: Carried = "value"
    unit: str = ""
    choices: str = ""

    @property
    def is_legacy(self) -> bool:
        """Whether 2.0.1 has no such variable."""
        return self.component == LEGACY


def _legacy(name: str, access: Literal["R", "RW"], data: v201.Data, unit: str = "") -> Key:
    return Key(name, access, data, LEGACY, name, unit=unit)


# Where 1.6 allows writing and 2.0.1 does not, or where a leg has its own value, R stands here.
CORE = (
    Key("AllowOfflineTxForUnknownId", "RW", "boolean", "AuthCtrlr", "OfflineTxForUnknownIdEnabled"),
    Key("AuthorizationCacheEnabled", "RW", "boolean", "AuthCacheCtrlr", "Enabled"),
    Key("AuthorizeRemoteTxRequests", "RW", "boolean", "AuthCtrlr", "AuthorizeRemoteStart"),
    _legacy("BlinkRepeat", "RW", "integer"),
    Key("ClockAlignedDataInterval", "RW", "integer", "AlignedDataCtrlr", "Interval", unit="s"),
    Key("ConnectionTimeOut", "RW", "integer", "TxCtrlr", "EVConnectionTimeOut", unit="s"),
    Key("ConnectorPhaseRotation", "RW", "string", "Connector", "PhaseRotation", "", "rotation"),
    _legacy("ConnectorPhaseRotationMaxLength", "R", "integer"),
    Key(
        "GetConfigurationMaxKeys", "R", "integer", "DeviceDataCtrlr", "ItemsPerMessage",
        "GetVariables", "gateway",
    ),
    Key("HeartbeatInterval", "RW", "integer", "OCPPCommCtrlr", "HeartbeatInterval", unit="s"),
    _legacy("LightIntensity", "RW", "integer", "Percent"),
    Key("LocalAuthorizeOffline", "RW", "boolean", "AuthCtrlr", "LocalAuthorizeOffline"),
    Key("LocalPreAuthorize", "RW", "boolean", "AuthCtrlr", "LocalPreAuthorize"),
    Key("MaxEnergyOnInvalidId", "RW", "integer", "TxCtrlr", "MaxEnergyOnInvalidId", unit="Wh"),
    Key(
        "MeterValuesAlignedData", "RW", "MemberList", "AlignedDataCtrlr", "Measurands", "",
        "measurands",
    ),
    # The lengths of lists count items, where 2.0.1's maxLimit would count characters.
    _legacy("MeterValuesAlignedDataMaxLength", "R", "integer"),
    Key(
        "MeterValuesSampledData", "RW", "MemberList", "SampledDataCtrlr", "TxUpdatedMeasurands",
        "", "measurands",
    ),
    _legacy("MeterValuesSampledDataMaxLength", "R", "integer"),
    Key(
        "MeterValueSampleInterval", "RW", "integer", "SampledDataCtrlr", "TxUpdatedInterval",
        unit="s",
    ),
    Key(
        "MinimumStatusDuration", "RW", "integer", "ChargingStation", "MinimumStatusDuration",
        unit="s",
    ),
    _legacy("NumberOfConnectors", "R", "integer"),
    Key("ResetRetries", "RW", "integer", "OCPPCommCtrlr", "ResetRetries"),
    Key(
        "StopTransactionOnEVSideDisconnect", "RW", "boolean", "TxCtrlr", "StopTxOnEVSideDisconnect"
    ),
    Key("StopTransactionOnInvalidId", "RW", "boolean", "TxCtrlr", "StopTxOnInvalidId"),
    Key(
        "StopTxnAlignedData", "RW", "MemberList", "AlignedDataCtrlr", "TxEndedMeasurands", "",
        "measurands",
    ),
    _legacy("StopTxnAlignedDataMaxLength", "R", "integer"),
    Key(
        "StopTxnSampledData", "RW", "MemberList", "SampledDataCtrlr", "TxEndedMeasurands", "",
        "measurands",
    ),
    _legacy("StopTxnSampledDataMaxLength", "R", "integer"),
    _legacy("SupportedFeatureProfiles", "R", "MemberList"),
    _legacy("SupportedFeatureProfilesMaxLength", "R", "integer"),
    Key(
        "TransactionMessageAttempts", "RW", "integer", "OCPPCommCtrlr", "MessageAttempts",
        "TransactionEvent",
    ),
    Key(
        "TransactionMessageRetryInterval", "RW", "integer", "OCPPCommCtrlr",
        "MessageAttemptInterval", "TransactionEvent", unit="s",
    ),
    Key(
        "UnlockConnectorOnEVSideDisconnect", "RW", "boolean", "OCPPCommCtrlr",
        "UnlockOnEVSideDisconnect",
    ),
    Key(
        "WebSocketPingInterval", "RW", "integer", "OCPPCommCtrlr", "WebSocketPingInterval",
        unit="s",
    ),
    Key(
        "MessageTimeout", "R", "integer", "OCPPCommCtrlr", "MessageTimeout", "Default", unit="s"
    ),
    _legacy("StopTransactionMaxMeterValues", "R", "integer"),
)  # fmt: skip
PROFILES = (
    Key(
        "SupportedFileTransferProtocols", "R", "MemberList", "OCPPCommCtrlr",
        "FileTransferProtocols",
    ),
    Key("LocalAuthListEnabled", "RW", "boolean", "LocalAuthListCtrlr", "Enabled"),
    Key("LocalAuthListMaxLength", "R", "integer", "LocalAuthListCtrlr", "Entries", "", "limit"),
    Key("SendLocalListMaxLength", "R", "integer", "LocalAuthListCtrlr", "ItemsPerMessage"),
    Key("ReserveConnectorZeroSupported", "R", "boolean", "ReservationCtrlr", "NonEvseSpecific"),
    Key("ChargeProfileMaxStackLevel", "R", "integer", "SmartChargingCtrlr", "ProfileStackLevel"),
    Key(
        "ChargingScheduleAllowedChargingRateUnit", "R", "MemberList", "SmartChargingCtrlr",
        "RateUnit", "", "rate_units",
    ),
    Key("ChargingScheduleMaxPeriods", "R", "integer", "SmartChargingCtrlr", "PeriodsPerSchedule"),
    Key("ConnectorSwitch3to1PhaseSupported", "R", "boolean", "SmartChargingCtrlr", "Phases3to1"),
    Key(
        "MaxChargingProfilesInstalled", "R", "integer", "SmartChargingCtrlr", "Entries",
        "ChargingProfiles", "limit",
    ),
)  # fmt: skip
SECURITY = (
    Key(
        "AdditionalRootCertificateCheck", "R", "boolean", "SecurityCtrlr",
        "AdditionalRootCertificateCheck",
    ),
    Key("AuthorizationKey", "W", "string", "SecurityCtrlr", "BasicAuthPassword", "", "password"),
    Key(
        "CertificateSignedMaxChainSize", "R", "integer", "SecurityCtrlr", "MaxCertificateChainSize"
    ),
    Key(
        "CertificateStoreMaxLength", "R", "integer", "SecurityCtrlr", "CertificateEntries", "",
        "limit",
    ),
    Key("CpoName", "RW", "string", "SecurityCtrlr", "OrganizationName"),
    Key("SecurityProfile", "R", "integer", "SecurityCtrlr", "SecurityProfile"),
    Key("ISO15118PnCEnabled", "RW", "boolean", "ISO15118Ctrlr", "PnCEnabled"),
    Key(
        "CentralContractValidationAllowed", "RW", "boolean", "ISO15118Ctrlr",
        "CentralContractValidationAllowed",
    ),
    Key(
        "ContractValidationOffline", "RW", "boolean", "ISO15118Ctrlr", "ContractValidationOffline"
    ),
    Key(
        "CertSigningWaitMinimum", "RW", "integer", "SecurityCtrlr", "CertSigningWaitMinimum",
        unit="s",
    ),
    Key("CertSigningRepeatTimes", "RW", "integer", "SecurityCtrlr", "CertSigningRepeatTimes"),
    Key(
        "ISO15118CertificateManagementEnabled", "RW", "boolean", "ISO15118Ctrlr",
        "V2GCertificateInstallationEnabled",
    ),
)  # fmt: skip
METERING = (
    Key("MeterPublicKey", "R", "string", "FiscalMetering", "PublicKey", "", "public_key"),
    Key(
        "PublicKeyWithSignedMeterValue", "RW", "OptionList", "OCPPCommCtrlr",
        "PublicKeyWithSignedMeterValue", choices="Never,OncePerTransaction,EveryMeterValue",
    ),
    Key("SampledDataSignReadings", "RW", "boolean", "SampledDataCtrlr", "SignReadings"),
    Key("AlignedDataSignReadings", "RW", "boolean", "AlignedDataCtrlr", "SignReadings"),
    Key(
        "StartTxnSampledData", "RW", "MemberList", "SampledDataCtrlr", "TxStartedMeasurands", "",
        "measurands",
    ),
    Key(
        "SampledDataSignStartedReadings", "RW", "boolean", "SampledDataCtrlr",
        "SignStartedReadings",
    ),
    Key(
        "SampledDataSignUpdatedReadings", "RW", "boolean", "SampledDataCtrlr",
        "SignUpdatedReadings",
    ),
    Key(
        "AlignedDataSignUpdatedReadings", "RW", "boolean", "AlignedDataCtrlr",
        "SignUpdatedReadings",
    ),
)  # fmt: skip
PRICES = (
    Key(
        "CustomDisplayCostAndPrice", "R", "boolean", "CustomizationCtrlr",
        "CustomImplementationEnabled", COSTS,
    ),
    Key(
        "NumberOfDecimalsForCostValues", "R", "integer", "TariffCostCtrlr",
        "NumberOfDecimalsForCostValues",
    ),
    Key("DefaultPrice", "R", "string", "TariffCostCtrlr", "TariffFallbackMessage", "", "price"),
    # In other languages: `DefaultPriceText,de` is the instance `de`.
    Key("DefaultPriceText", "R", "string", "TariffCostCtrlr", "TariffFallbackMessage", "", "price"),
    Key("TimeOffset", "RW", "string", "ClockCtrlr", "TimeOffset"),
    Key(
        "NextTimeOffsetTransitionDateTime", "RW", "dateTime", "ClockCtrlr",
        "NextTimeOffsetTransitionDateTime",
    ),
    Key("TimeOffsetNextTransition", "RW", "string", "ClockCtrlr", "TimeOffset", "NextTransition"),
    _legacy("CustomIdleFeeAfterStop", "RW", "boolean"),
    Key("SupportedLanguages", "R", "MemberList", "DisplayMessageCtrlr", "Language", "", "choices"),
    Key(
        "CustomMultiLanguageMessages", "R", "boolean", "CustomizationCtrlr",
        "CustomImplementationEnabled", LANGUAGES,
    ),
    Key("Language", "RW", "string", "DisplayMessageCtrlr", "Language"),
)  # fmt: skip
KEYS = (*CORE, *PROFILES, *SECURITY, *METERING, *PRICES)

Identity: TypeAlias = tuple[str, str, str]  # component, variable, instance, casefolded


def identity(component: str, variable: str, instance: str | None = None) -> Identity:
    """What a variable is known by, whatever its spelling."""
    return component.casefold(), variable.casefold(), (instance or "").casefold()


def identity_of(key: Key) -> Identity:
    """The variable that a key is, or is a characteristic of."""
    return identity(key.component, key.variable, key.instance)


_BY_NAME = {key.name.casefold(): key for key in KEYS}
_CHARACTERISTIC = ("limit", "choices", "gateway")
BY_VARIABLE = {
    identity_of(key): key for key in reversed(KEYS) if key.carried not in _CHARACTERISTIC
}
PUBLIC_KEY, PRICE_TEXT = _BY_NAME["meterpublickey"], _BY_NAME["defaultpricetext"]
ROTATION = _BY_NAME["connectorphaserotation"]
_NUMBERED = re.compile(r"meterpublickey([1-9][0-9]?)")
_IN_LANGUAGE = re.compile(r"defaultpricetext,([a-z]{2}[a-z-]{0,6})")
# Keys by which vendors let a CSMS say where the station connects to.
_ADDRESS = re.compile(
    r"(?:central_?system|csms|back_?(?:end|office)|ocpp|cpo|websocket|web_?service|^server)"
    r"\w*(?:ur[il]|address|endpoint|host)"
)
_OTHER_ADDRESS = re.compile(r"firmware|update|ftp|log|diag|ntp|time|proxy")


def find(name: str) -> Key | None:
    """The row of a key; those of which there are several have one row."""
    folded = name.casefold()
    if folded in _BY_NAME and folded not in ("meterpublickey", "defaultpricetext"):
        return _BY_NAME[folded]
    if _NUMBERED.fullmatch(folded):
        return PUBLIC_KEY
    return PRICE_TEXT if _IN_LANGUAGE.fullmatch(folded) else None


def connector_in(name: str) -> int:
    """The connector that a MeterPublicKey is of; 0 for any other key."""
    found = _NUMBERED.fullmatch(name.casefold())
    return int(found[1]) if found else 0


def language_in(name: str) -> str:
    """The language that a DefaultPriceText is in; empty for any other key."""
    found = _IN_LANGUAGE.fullmatch(name.casefold())
    return found[1] if found else ""


def spelling(name: str) -> str:
    """A key that is known, as the standard spells it; any other as it is given."""
    key = find(name)
    if key is None:
        return name
    if key is PUBLIC_KEY:
        return f"{key.name}{connector_in(name)}"
    return f"{key.name},{language_in(name)}" if key is PRICE_TEXT else key.name


def says_where_to_connect(name: str) -> bool:
    """Whether writing this key could move the station away from the gateway (D-28)."""
    folded = re.sub(r"[^a-z_]", "", name.casefold())
    return bool(_ADDRESS.search(folded)) and not _OTHER_ADDRESS.search(folded)
