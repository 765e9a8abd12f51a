"""Every configuration key of 1.6 and its variable in 2.0.1, for the tests of both pairings."""

from typing import Any

import pytest

from gateway.testing import Bench

# What a 1.6 peer may write, and what a 2.0.1 peer makes of it.
VALUES = {
    "boolean": ("TRUE", "true"),
    "integer": ("+0060", "60"),
    "measurands": ("Voltage.L1, Voltage.L2-N,SoC", "Voltage,SoC"),
    "units": ("Current,Power", "A,W"),
    "list": ("FTP,HTTPS", "FTP,HTTPS"),
    "string": ("+01:00", "+01:00"),
    "hex": ("4f43415f4f4354545f61646d696e5f74657374", ""),
    "choice": ("EveryMeterValue", "EveryMeterValue"),
    "dateTime": ("2025-03-30T01:00:00Z", "2025-03-30T01:00:00Z"),
    "rotation": ("1.RST", "RST"),
    "price": ('{"priceText":"30 ct"}', "30 ct"),
}
DATA = {
    "measurands": "MemberList",
    "units": "MemberList",
    "list": "MemberList",
    "hex": "string",
    "choice": "OptionList",
    "rotation": "string",
    "price": "string",
}
# Key, access (R where neither pairing lets it be written), type, component, variable, instance.
ROWS = [
    row.split()
    for row in """
AllowOfflineTxForUnknownId RW boolean AuthCtrlr OfflineTxForUnknownIdEnabled
AuthorizationCacheEnabled RW boolean AuthCacheCtrlr Enabled
AuthorizeRemoteTxRequests RW boolean AuthCtrlr AuthorizeRemoteStart
ClockAlignedDataInterval RW integer AlignedDataCtrlr Interval
ConnectionTimeOut RW integer TxCtrlr EVConnectionTimeOut
ConnectorPhaseRotation RW rotation Connector PhaseRotation
HeartbeatInterval RW integer OCPPCommCtrlr HeartbeatInterval
LocalAuthorizeOffline RW boolean AuthCtrlr LocalAuthorizeOffline
LocalPreAuthorize RW boolean AuthCtrlr LocalPreAuthorize
MaxEnergyOnInvalidId RW integer TxCtrlr MaxEnergyOnInvalidId
MeterValuesAlignedData RW measurands AlignedDataCtrlr Measurands
MeterValuesSampledData RW measurands SampledDataCtrlr TxUpdatedMeasurands
MeterValueSampleInterval RW integer SampledDataCtrlr TxUpdatedInterval
MinimumStatusDuration RW integer ChargingStation MinimumStatusDuration
ResetRetries RW integer OCPPCommCtrlr ResetRetries
StopTransactionOnEVSideDisconnect RW boolean TxCtrlr StopTxOnEVSideDisconnect
StopTransactionOnInvalidId RW boolean TxCtrlr StopTxOnInvalidId
StopTxnAlignedData RW measurands AlignedDataCtrlr TxEndedMeasurands
StopTxnSampledData RW measurands SampledDataCtrlr TxEndedMeasurands
TransactionMessageAttempts RW integer OCPPCommCtrlr MessageAttempts TransactionEvent
TransactionMessageRetryInterval RW integer OCPPCommCtrlr MessageAttemptInterval TransactionEvent
UnlockConnectorOnEVSideDisconnect RW boolean OCPPCommCtrlr UnlockOnEVSideDisconnect
WebSocketPingInterval RW integer OCPPCommCtrlr WebSocketPingInterval
MessageTimeout R integer OCPPCommCtrlr MessageTimeout Default
SupportedFileTransferProtocols R list OCPPCommCtrlr FileTransferProtocols
LocalAuthListEnabled RW boolean LocalAuthListCtrlr Enabled
SendLocalListMaxLength R integer LocalAuthListCtrlr ItemsPerMessage
ReserveConnectorZeroSupported R boolean ReservationCtrlr NonEvseSpecific
ChargeProfileMaxStackLevel R integer SmartChargingCtrlr ProfileStackLevel
ChargingScheduleAllowedChargingRateUnit R units SmartChargingCtrlr RateUnit
ChargingScheduleMaxPeriods R integer SmartChargingCtrlr PeriodsPerSchedule
ConnectorSwitch3to1PhaseSupported R boolean SmartChargingCtrlr Phases3to1
AdditionalRootCertificateCheck R boolean SecurityCtrlr AdditionalRootCertificateCheck
CertificateSignedMaxChainSize R integer SecurityCtrlr MaxCertificateChainSize
CpoName RW string SecurityCtrlr OrganizationName
SecurityProfile R integer SecurityCtrlr SecurityProfile
ISO15118PnCEnabled RW boolean ISO15118Ctrlr PnCEnabled
CentralContractValidationAllowed RW boolean ISO15118Ctrlr CentralContractValidationAllowed
ContractValidationOffline RW boolean ISO15118Ctrlr ContractValidationOffline
CertSigningWaitMinimum RW integer SecurityCtrlr CertSigningWaitMinimum
CertSigningRepeatTimes RW integer SecurityCtrlr CertSigningRepeatTimes
ISO15118CertificateManagementEnabled RW boolean ISO15118Ctrlr V2GCertificateInstallationEnabled
MeterPublicKey1 R string FiscalMetering PublicKey
PublicKeyWithSignedMeterValue RW choice OCPPCommCtrlr PublicKeyWithSignedMeterValue
SampledDataSignReadings RW boolean SampledDataCtrlr SignReadings
AlignedDataSignReadings RW boolean AlignedDataCtrlr SignReadings
StartTxnSampledData RW measurands SampledDataCtrlr TxStartedMeasurands
SampledDataSignStartedReadings RW boolean SampledDataCtrlr SignStartedReadings
SampledDataSignUpdatedReadings RW boolean SampledDataCtrlr SignUpdatedReadings
AlignedDataSignUpdatedReadings RW boolean AlignedDataCtrlr SignUpdatedReadings
CustomDisplayCostAndPrice R boolean CustomizationCtrlr CustomImplementationEnabled \
 org.openchargealliance.costmsg
NumberOfDecimalsForCostValues R integer TariffCostCtrlr NumberOfDecimalsForCostValues
DefaultPrice R price TariffCostCtrlr TariffFallbackMessage
DefaultPriceText,de R price TariffCostCtrlr TariffFallbackMessage de
TimeOffset RW string ClockCtrlr TimeOffset
NextTimeOffsetTransitionDateTime RW dateTime ClockCtrlr NextTimeOffsetTransitionDateTime
TimeOffsetNextTransition RW string ClockCtrlr TimeOffset NextTransition
CustomMultiLanguageMessages R boolean CustomizationCtrlr CustomImplementationEnabled \
 org.openchargealliance.multilanguage
Language RW string DisplayMessageCtrlr Language
""".replace("\\\n", "")
    .strip()
    .splitlines()
]
# What 2.0.1 has as a bound of another variable: the key, that variable, and which bound.
BOUNDS = [
    ("LocalAuthListMaxLength", "LocalAuthListCtrlr", "Entries", None, "maxLimit"),
    (
        "MaxChargingProfilesInstalled",
        "SmartChargingCtrlr",
        "Entries",
        "ChargingProfiles",
        "maxLimit",
    ),
    ("CertificateStoreMaxLength", "SecurityCtrlr", "CertificateEntries", None, "maxLimit"),
    ("SupportedLanguages", "DisplayMessageCtrlr", "Language", None, "valuesList"),
]
LEGACY = [
    ("BlinkRepeat", "RW", "integer"),
    ("LightIntensity", "RW", "integer"),
    ("CustomIdleFeeAfterStop", "RW", "boolean"),
    ("ConnectorPhaseRotationMaxLength", "R", "integer"),
    ("MeterValuesAlignedDataMaxLength", "R", "integer"),
    ("MeterValuesSampledDataMaxLength", "R", "integer"),
    ("NumberOfConnectors", "R", "integer"),
    ("StopTxnAlignedDataMaxLength", "R", "integer"),
    ("StopTxnSampledDataMaxLength", "R", "integer"),
    ("SupportedFeatureProfiles", "R", "list"),
    ("SupportedFeatureProfilesMaxLength", "R", "integer"),
    ("StopTransactionMaxMeterValues", "R", "integer"),
]
MADE_HERE = {
    "NumberOfConnectors": "1",
    "SupportedFeatureProfiles": "Core,FirmwareManagement,RemoteTrigger",
    "SupportedFeatureProfilesMaxLength": "6",
    "GetConfigurationMaxKeys": "50",
}
PLACED = {"Connector": {"id": 1, "connectorId": 1}, "FiscalMetering": {"id": 1}}
each_key = pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in ROWS])


def variable_of(row: list[str]) -> dict[str, Any]:
    component: dict[str, Any] = {"name": row[3]}
    if row[3] in PLACED:
        component["evse"] = PLACED[row[3]]
    variable = {"name": row[4]} | ({"instance": row[5]} if len(row) > 5 else {})
    return {"component": component, "variable": variable}


def only(outputs: list[dict[str, Any]], to: str) -> list[Any]:
    (output,) = outputs
    assert output["to"] == to
    return list(output["frame"])


def known(name: str, value: str) -> Bench:
    """A 1.6 station that was heard to have this key."""
    return Bench("A", {}, {"config_cache": {name: value}})
