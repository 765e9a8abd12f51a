"""The ledger: of each message, how it is translated, what is lost by it, and where to read why.

Data for `ocpp-gateway explain` and for the tables of adapters/README.md. Tests hold it against the
code: no rule is lost that is not declared here, and none is declared that nothing loses.
"""

from typing import Literal, TypeAlias

import msgspec

from adapters.frame import Version

Kind: TypeAlias = Literal["exact", "stateful", "partial", "local", "refused"]
KINDS: dict[Kind, str] = {
    "exact": "every field has its place on the other side, and nothing has to be remembered",
    "stateful": "needs what was remembered: transactions, connectors, id tokens, jobs",
    "partial": "some fields have no place there as a rule: dropped, defaulted or guessed",
    "local": "answered here: the other version has no such message, or the gateway asked itself",
    "refused": "answered here with the message's own no; the other version cannot do it",
}

# Every name that a loss may have, and what is lost. First those of the specification's section 20.
RULES: dict[str, str] = {
    "null_field": "a null that stood for an absent field",
    "measurand": "a sample of a measurand that the other version does not have",
    "unit": "a unit that 1.6 does not have: the number stays",
    "value": "a sample whose value is no number, or that has none",
    "value_truncated": "what a variable holds beyond the 500 characters of 1.6",
    "truncated": "what a text has beyond the length of the other side's field",
    "boot_field": "what only one version says of a station that starts",
    "groupIdToken": "the group of a remote start's token",
    "missing_idTokenInfo": "nothing: the CSMS was silent on a token, so its last word, or Accepted",
    "connector_guess": "nothing: which connector of an EVSE was meant is a guess",
    "clock": "nothing: a time that cannot be right; the gateway's own where that does no harm",
    "stop_reason": "why exactly a transaction stopped: Other",
    "meter_conflict": "nothing: two readings of the end differ, and the first or both are told",
    "rebased": "where the register stood: the transaction is told as beginning at 0",
    "signed_spill": "a signature over 2500 characters: told in a DataTransfer of its own",
    "txevent_field": "what 1.6 has no field for in an event of a transaction",
    "salesTariff": "the tariff in a charging schedule",
    "evse_scope": "that a limit or a token is for one connector or EVSE",
    "synthetic_start": "nothing: a start is made up for a transaction that began unheard",
    "synthetic_end": "nothing: an end is made up for a transaction whose stop never came",
    "dup_start": "nothing: a StartTransaction is sent again, whose answer never came",
    "cost": "prices and costs",
    "personal_message": "a message for the driver",
    "additionalInfo": "further numbers of an id token",
    "long_token_omitted": "an entry of a local list: its token is longer than 1.6 reads",
    "unmapped_notification": "the whole notification, or the part that 1.6 has no word for",
    "install_date": "when a firmware is to be installed",
    "error_detail": "the exact code of a CALLERROR, or the end of its description",
    "phase_rotation": "a rotation of phases that 2.0.1 has no word for",
    "limit_rounded": "tenths of a limit: it is lowered, a minimum is raised",
    # Beyond section 20: what it drops without giving it a name, and what fails after an answer.
    "best_effort": "a second variable that a 1.6 key stands for too was not set",
    "charging_profile": "the profile of a remote start: the station has no smart charging",
    "child_certificates": "the certificates below a root",
    "dead_letter": "a CALL that the peer refuses for good, after its cause was answered",
    "deauthorization": "that the CSMS withdrew a token: the station would not stop",
    "id_token_info": "what 1.6 does not say of a token: priority, languages",
    "orphan_stop": "how a transaction began: only its end was heard",
    "pnc_answer": "an answer about plug and charge that could not be read",
    "profile_field": "a field of a charging profile or schedule",
    "profile_forgotten": "the oldest of very many charging profiles, in reports",
    "profile_left": "nothing: a copy of a refused profile that the station would not clear",
    "provisioning": "readings of the energy: the station would not be set up for them",
    "reservation_forgotten": "the end of the oldest of very many reservations",
    "reset_deferred": "a reset that was accepted for later, and then refused",
    "signature": "the signature of a firmware, where that is allowed",
    "text_number": "nothing: a text where a number belongs",
    "token_type": "the types of a local list's tokens, beyond the first of very many",
    "transaction_forgotten": "the oldest of very many transactions without end",
    "unknown_field": "a field of an answer that OCPP does not define",
    "wh_rounded": "a fraction of a watt-hour, where only a whole number has a place",
}
# In any message at all: what is mended before it is read, what a refusal of it says, and what the
# other side refuses for good after it was answered.
ANYWHERE = (
    *("null_field", "text_number", "unknown_field", "error_detail"),
    "dead_letter",
)


class Row(msgspec.Struct, frozen=True):
    """One message of one sender. `read` are sections of the translation's specification."""

    kind: Kind
    read: str
    losses: tuple[str, ...] = ()  # rules, each with the fields if they are always the same


TOKEN = (
    "id_token_info: chargingPriority, language1, language2",
    *("personal_message", "additionalInfo", "clock: cacheExpiryDateTime"),
)
EVENT = ("cost: totalCost, updatedPersonalMessage", "wh_rounded: meterValue", *TOKEN)
OPEN = (*EVENT, "deauthorization")
BEGUN = "missing_idTokenInfo"
SAMPLES_16 = ("measurand: Temperature, RPM", "value", "signed_spill")
SAMPLES_201 = ("measurand: Energy.*.Net, Energy.Apparent.*", "value", "unit")
UNHEARD = ("unmapped_notification",)

# What a 1.6 station says.
STATION_16: dict[str, Row] = {
    "Authorize": Row("stateful", "2.2, 6.2", TOKEN),
    "BootNotification": Row(
        "partial",
        "3.11, 6.1",
        (
            "boot_field: meterType, meterSerialNumber, chargeBoxSerialNumber",
            "truncated: meterType, meterSerialNumber, chargeBoxSerialNumber",
        ),
    ),
    "DataTransfer": Row("exact", "6.7, 17.4, 17.5"),
    "DiagnosticsStatusNotification": Row("stateful", "3.8, 6.7"),
    "FirmwareStatusNotification": Row("stateful", "3.8, 6.7"),
    "Heartbeat": Row("exact", "1.1, 6.6"),
    "LogStatusNotification": Row("exact", "3.8, 6.7"),
    "MeterValues": Row("stateful", "6.4, 10.3, 12", (*SAMPLES_16, *OPEN, BEGUN)),
    "SecurityEventNotification": Row("exact", "3.12, 6.7"),
    "SignCertificate": Row("exact", "6.7, 17.2"),
    "SignedFirmwareStatusNotification": Row("exact", "3.8, 6.7"),
    "StartTransaction": Row(
        "stateful",
        "6.3, 10.1-10.4",
        (*OPEN, BEGUN, "clock: timestamp", "synthetic_end", "reset_deferred"),
    ),
    "StatusNotification": Row("stateful", "11.1, 11.2, 11.4", (*OPEN, "clock: timestamp")),
    "StopTransaction": Row(
        "stateful",
        "3.3, 6.5, 10.3",
        (
            *(*SAMPLES_16, *EVENT, BEGUN, "meter_conflict: meterStop", "orphan_stop"),
            *("reset_deferred", "wh_rounded: meterStart"),
        ),
    ),
}
# What a 2.0.1 CSMS asks of a 1.6 station.
CSMS_201: dict[str, Row] = {
    "CancelReservation": Row("stateful", "15.1"),
    "CertificateSigned": Row("exact", "17.2, 17.4", ("pnc_answer",)),
    "ChangeAvailability": Row("stateful", "2.4, 7.3"),
    "ClearCache": Row("exact", "3.7"),
    "ClearChargingProfile": Row("stateful", "14.3"),
    "ClearDisplayMessage": Row("refused", "1.9, 5"),
    "ClearVariableMonitoring": Row("refused", "1.9, 5"),
    "CostUpdated": Row("stateful", "17.5", ("cost: totalCost", "wh_rounded: meterValue")),
    "CustomerInformation": Row("refused", "1.9, 5"),
    "DataTransfer": Row("exact", "6.7, 8.5"),
    "DeleteCertificate": Row("exact", "17.2, 17.4", ("pnc_answer",)),
    "GetBaseReport": Row("stateful", "13.2, 13.3"),
    "GetChargingProfiles": Row("local", "14.4"),
    "GetCompositeSchedule": Row(
        "partial", "7.14", ("profile_field: minChargingRate", "clock", "connector_guess")
    ),
    "GetDisplayMessages": Row("refused", "1.9, 5"),
    "GetInstalledCertificateIds": Row("exact", "17.2, 17.4", ("pnc_answer",)),
    "GetLocalListVersion": Row("partial", "15.2"),
    "GetLog": Row("stateful", "16.1"),
    "GetMonitoringReport": Row("refused", "1.9, 5"),
    "GetReport": Row("stateful", "13.2, 13.3"),
    "GetTransactionStatus": Row("local", "7.13"),
    "GetVariables": Row("stateful", "13.1-13.3, 13.5"),
    "InstallCertificate": Row("exact", "3.13, 17.2, 17.4", ("pnc_answer",)),
    "PublishFirmware": Row("refused", "1.9, 5"),
    "RequestStartTransaction": Row(
        "partial",
        "7.1, 10.4",
        ("groupIdToken", "additionalInfo", "charging_profile", "limit_rounded", "salesTariff"),
    ),
    "RequestStopTransaction": Row("stateful", "7.2"),
    "ReserveNow": Row("stateful", "15.1", ("additionalInfo", "reservation_forgotten")),
    "Reset": Row("stateful", "3.7, 7.4"),
    "SendLocalList": Row(
        "partial",
        "15.2",
        ("long_token_omitted", "token_type", "evse_scope: evseId", *TOKEN),
    ),
    "SetChargingProfile": Row(
        "stateful",
        "14.1, 14.2",
        (
            *("limit_rounded", "salesTariff", "profile_left", "profile_forgotten"),
            "profile_field: transactionId",
        ),
    ),
    "SetDisplayMessage": Row("refused", "1.9, 5"),
    "SetMonitoringBase": Row("refused", "1.9, 5"),
    "SetMonitoringLevel": Row("refused", "1.9, 5"),
    "SetNetworkProfile": Row("refused", "17.1"),
    "SetVariableMonitoring": Row("refused", "1.9, 5"),
    "SetVariables": Row("stateful", "13.1, 13.3, 13.5, 17.1", ("phase_rotation",)),
    "TriggerMessage": Row("stateful", "3.9, 7.12", ("pnc_answer",)),
    "UnlockConnector": Row("stateful", "7.5"),
    "UnpublishFirmware": Row("refused", "1.9, 5"),
    "UpdateFirmware": Row("partial", "16.1", ("install_date", "signature")),
}
# What a 2.0.1 station says.
STATION_201: dict[str, Row] = {
    "Authorize": Row(
        "stateful",
        "2.2, 8.2, 17.4",
        ("additionalInfo", "truncated", "pnc_answer", "clock: expiryDate"),
    ),
    "BootNotification": Row(
        "partial", "8.1", ("boot_field: reason", "truncated: vendorName", "provisioning")
    ),
    "ClearedChargingLimit": Row("local", "8.5", UNHEARD),
    "DataTransfer": Row("exact", "8.5"),
    "FirmwareStatusNotification": Row("stateful", "3.8, 8.5", UNHEARD),
    "Get15118EVCertificate": Row("exact", "8.5, 17.4", ("pnc_answer",)),
    "GetCertificateStatus": Row("exact", "8.5, 17.4", ("pnc_answer",)),
    "Heartbeat": Row("exact", "1.1"),
    "LogStatusNotification": Row("stateful", "3.8, 8.5"),
    "MeterValues": Row("stateful", "8.4, 12", (*SAMPLES_201, "connector_guess: evseId", "rebased")),
    "NotifyChargingLimit": Row("local", "8.5", UNHEARD),
    "NotifyCustomerInformation": Row("local", "8.5", UNHEARD),
    "NotifyDisplayMessages": Row("local", "8.5", UNHEARD),
    "NotifyEVChargingNeeds": Row("refused", "8.5", UNHEARD),
    "NotifyEVChargingSchedule": Row("local", "8.5", UNHEARD),
    "NotifyEvent": Row("partial", "11.3, 11.4", (*UNHEARD, "truncated: techInfo")),
    "NotifyMonitoringReport": Row("local", "8.5", UNHEARD),
    "NotifyReport": Row("local", "2.4, 8.5"),
    "PublishFirmwareStatusNotification": Row("local", "8.5", UNHEARD),
    "ReportChargingProfiles": Row("local", "8.5", UNHEARD),
    "ReservationStatusUpdate": Row("local", "8.5", UNHEARD),
    "SecurityEventNotification": Row("exact", "3.12, 8.5", UNHEARD),
    "SignCertificate": Row("exact", "8.5, 17.2, 17.4", ("pnc_answer",)),
    "StatusNotification": Row("stateful", "11.3, 11.4"),
    "TransactionEvent": Row(
        "stateful",
        "8.3, 10.7, 10.8, 12",
        (
            *SAMPLES_201,
            *(
                "additionalInfo",
                "truncated: idToken",
                "clock: expiryDate",
                "connector_guess",
                "rebased",
            ),
            "txevent_field: offline, numberOfPhasesUsed, cableMaxCurrent, timeSpentCharging, "
            "remoteStartId",
            *("stop_reason", "synthetic_start", "dup_start", "transaction_forgotten"),
            "wh_rounded: meterStart, meterStop",
        ),
    ),
}
# What a 1.6 CSMS asks of a 2.0.1 station.
CSMS_16: dict[str, Row] = {
    "CancelReservation": Row("exact", "3.7"),
    "CertificateSigned": Row("exact", "17.2"),
    "ChangeAvailability": Row("stateful", "9.3"),
    "ChangeConfiguration": Row("stateful", "13.1, 13.4, 13.5, 17.1", ("best_effort",)),
    "ClearCache": Row("exact", "3.7"),
    "ClearChargingProfile": Row("stateful", "14.5", ("evse_scope: connectorId",)),
    "DataTransfer": Row("stateful", "8.5, 17.4, 17.5", ("cost: priceText",)),
    "DeleteCertificate": Row("exact", "17.2"),
    "ExtendedTriggerMessage": Row("stateful", "3.9, 9.8"),
    "GetCompositeSchedule": Row("partial", "14.5", ("limit_rounded", "profile_field: phaseToUse")),
    "GetConfiguration": Row("stateful", "13.1, 13.4, 13.5", ("value_truncated", "phase_rotation")),
    "GetDiagnostics": Row("stateful", "16.2"),
    "GetInstalledCertificateIds": Row("partial", "17.2", ("child_certificates",)),
    "GetLocalListVersion": Row("stateful", "15.2"),
    "GetLog": Row("stateful", "16.2"),
    "InstallCertificate": Row("exact", "3.13, 17.2"),
    "RemoteStartTransaction": Row("partial", "9.1", ("evse_scope: connectorId",)),
    "RemoteStopTransaction": Row("stateful", "9.2"),
    "ReserveNow": Row("stateful", "9.5"),
    "Reset": Row("stateful", "9.4"),
    "SendLocalList": Row("stateful", "15.2"),
    "SetChargingProfile": Row(
        "stateful", "14.1, 14.5", ("evse_scope: connectorId", "profile_field: transactionId")
    ),
    "SignedUpdateFirmware": Row("stateful", "16.2"),
    "TriggerMessage": Row("stateful", "3.9, 9.8"),
    "UnlockConnector": Row("stateful", "9.7"),
    "UpdateFirmware": Row("stateful", "16.2"),
}
ROWS: dict[tuple[str, Version], dict[str, Row]] = {
    ("station", "1.6"): STATION_16,
    ("csms", "2.0.1"): CSMS_201,
    ("station", "2.0.1"): STATION_201,
    ("csms", "1.6"): CSMS_16,
}
# Beside any message: what the gateway says and asks of its own accord.
UNASKED = ("deauthorization", "provisioning", "reset_deferred", "synthetic_end")


def rules(row: Row) -> list[str]:
    """The names of what may be lost, without the fields."""
    return [loss.partition(":")[0] for loss in row.losses]
