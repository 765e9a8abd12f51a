"""1.6 and 2.0.1 meet here: one file per subject, both ways, and the table of all of them."""

from adapters.frame import Version
from adapters.translation import (
    availability,
    boot,
    certificates,
    charging,
    composite,
    configuration,
    costs,
    customer,
    device_events,
    discovery,
    firmware,
    installed,
    local,
    local_list,
    logs,
    meter_values,
    plug_and_charge,
    remote_control,
    reports,
    reservation,
    reserved,
    security,
    start_stop,
    status,
    stops,
    transaction_event,
    transfer,
    triggers,
    unended,
    variables,
)
from adapters.translation.conversation import Entry, Start, Table
from adapters.translation.memory import Memory

# What a station says, for a CSMS of the other version: (the station's version, action).
FROM_STATION: Table = {
    ("1.6", "Authorize"): boot.v16_authorize,
    ("1.6", "BootNotification"): boot.v16_boot,
    ("1.6", "DataTransfer"): transfer.v16_station,
    ("1.6", "DiagnosticsStatusNotification"): logs.v16_diagnostics_status,
    ("1.6", "FirmwareStatusNotification"): firmware.v16_status,
    ("1.6", "Heartbeat"): boot.v16_heartbeat,
    ("1.6", "LogStatusNotification"): logs.v16_log_status,
    ("1.6", "MeterValues"): start_stop.meter_values,
    ("1.6", "SecurityEventNotification"): security.v16_event,
    ("1.6", "SignCertificate"): certificates.v16_sign,
    ("1.6", "SignedFirmwareStatusNotification"): firmware.v16_signed_status,
    ("1.6", "StartTransaction"): start_stop.start_transaction,
    ("1.6", "StatusNotification"): status.v16_station,
    ("1.6", "StopTransaction"): stops.stop_transaction,
    ("2.0.1", "Authorize"): boot.v201_authorize,
    ("2.0.1", "BootNotification"): boot.v201_boot,
    ("2.0.1", "DataTransfer"): transfer.v201_station,
    ("2.0.1", "FirmwareStatusNotification"): firmware.v201_status,
    ("2.0.1", "Get15118EVCertificate"): plug_and_charge.v201_any,
    ("2.0.1", "GetCertificateStatus"): plug_and_charge.v201_any,
    ("2.0.1", "Heartbeat"): boot.v201_heartbeat,
    ("2.0.1", "LogStatusNotification"): logs.v201_log_status,
    ("2.0.1", "MeterValues"): meter_values.v201_station,
    ("2.0.1", "NotifyEvent"): device_events.v201_station,
    ("2.0.1", "NotifyReport"): discovery.v201_report,
    ("2.0.1", "SecurityEventNotification"): security.v201_event,
    ("2.0.1", "SignCertificate"): certificates.v201_sign,
    ("2.0.1", "StatusNotification"): status.v201_station,
    ("2.0.1", "TransactionEvent"): transaction_event.v201_station,
    **local.TO_CSMS,
}
# What a CSMS asks, for a station of the other version: (the CSMS's version, action).
FROM_CSMS: Table = {
    ("1.6", "CancelReservation"): reservation.v16_cancel,
    ("1.6", "CertificateSigned"): certificates.v16_signed,
    ("1.6", "ChangeAvailability"): availability.v16_change,
    ("1.6", "ChangeConfiguration"): configuration.v16_change,
    ("1.6", "ClearCache"): availability.v16_clear_cache,
    ("1.6", "ClearChargingProfile"): charging.v16_clear,
    ("1.6", "DataTransfer"): transfer.v16_csms,
    ("1.6", "DeleteCertificate"): certificates.v16_delete,
    ("1.6", "ExtendedTriggerMessage"): triggers.v16_trigger,
    ("1.6", "GetCompositeSchedule"): composite.v16_schedule,
    ("1.6", "GetConfiguration"): configuration.v16_get,
    ("1.6", "GetDiagnostics"): logs.v16_get_diagnostics,
    ("1.6", "GetInstalledCertificateIds"): certificates.v16_installed,
    ("1.6", "GetLocalListVersion"): local_list.v16_version,
    ("1.6", "GetLog"): logs.v16_get,
    ("1.6", "InstallCertificate"): certificates.v16_install,
    ("1.6", "RemoteStartTransaction"): remote_control.v16_start,
    ("1.6", "RemoteStopTransaction"): remote_control.v16_stop,
    ("1.6", "ReserveNow"): reservation.v16_reserve,
    ("1.6", "Reset"): availability.v16_reset,
    ("1.6", "SendLocalList"): local_list.v16_send,
    ("1.6", "SetChargingProfile"): charging.v16_set,
    ("1.6", "SignedUpdateFirmware"): firmware.v16_signed_update,
    ("1.6", "TriggerMessage"): triggers.v16_trigger,
    ("1.6", "UnlockConnector"): availability.v16_unlock,
    ("1.6", "UpdateFirmware"): firmware.v16_update,
    ("2.0.1", "CertificateSigned"): certificates.v201_signed,
    ("2.0.1", "ChangeAvailability"): availability.v201_change,
    ("2.0.1", "ClearCache"): availability.v201_clear_cache,
    ("2.0.1", "ClearChargingProfile"): charging.v201_clear,
    ("2.0.1", "CostUpdated"): costs.v201_updated,
    ("2.0.1", "CustomerInformation"): customer.v201_information,
    ("2.0.1", "DataTransfer"): transfer.v201_csms,
    ("2.0.1", "DeleteCertificate"): certificates.v201_delete,
    ("2.0.1", "CancelReservation"): reservation.v201_cancel,
    ("2.0.1", "GetBaseReport"): reports.v201_base_report,
    ("2.0.1", "GetChargingProfiles"): installed.v201_report,
    ("2.0.1", "GetCompositeSchedule"): composite.v201_schedule,
    ("2.0.1", "GetInstalledCertificateIds"): certificates.v201_installed,
    ("2.0.1", "GetLocalListVersion"): local_list.v201_version,
    ("2.0.1", "GetLog"): logs.v201_get,
    ("2.0.1", "GetReport"): reports.v201_report,
    ("2.0.1", "GetTransactionStatus"): local.transaction_status,
    ("2.0.1", "GetVariables"): variables.v201_get,
    ("2.0.1", "InstallCertificate"): certificates.v201_install,
    ("2.0.1", "ReserveNow"): reservation.v201_reserve,
    ("2.0.1", "RequestStartTransaction"): remote_control.v201_start,
    ("2.0.1", "RequestStopTransaction"): remote_control.v201_stop,
    ("2.0.1", "Reset"): availability.v201_reset,
    ("2.0.1", "SendLocalList"): local_list.v201_send,
    ("2.0.1", "SetChargingProfile"): charging.v201_set,
    ("2.0.1", "SetVariables"): variables.v201_set,
    ("2.0.1", "TriggerMessage"): triggers.v201_trigger,
    ("2.0.1", "UnlockConnector"): availability.v201_unlock,
    ("2.0.1", "UpdateFirmware"): firmware.v201_update,
    **local.TO_STATION,
}


def entries(sender: str, version: Version) -> dict[str, Entry]:
    """How each action of this sender ("station" or "csms") is translated."""
    table = FROM_STATION if sender == "station" else FROM_CSMS
    return {action: entry for (spoken, action), entry in table.items() if spoken == version}


def prelude(version: Version, action: str, memory: Memory) -> Start | None:
    """What has to begin before a station's CALL is translated."""
    if action == "BootNotification":
        return None
    if version == "2.0.1":
        return discovery.resumed(memory)
    if memory.reservations and memory.is_accepted and not memory.reservations_watched:
        return Start(reserved.watch(memory))
    return boot.ensure_boot(memory) or unended.watched(memory)
