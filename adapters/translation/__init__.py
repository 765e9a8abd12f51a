"""1.6 and 2.0.1 meet here: one file per subject, both ways, and the table of all of them."""

from adapters.frame import Version
from adapters.translation import (
    availability,
    boot,
    device_events,
    discovery,
    local,
    meter_values,
    refused,
    remote_control,
    reservation,
    start_stop,
    status,
    stops,
    transaction_event,
    transfer,
    triggers,
)
from adapters.translation.conversation import Entry, Start, Table
from adapters.translation.memory import Memory

# What a station says, for a CSMS of the other version: (the station's version, action).
FROM_STATION: Table = {
    ("1.6", "Authorize"): boot.v16_authorize,
    ("1.6", "BootNotification"): boot.v16_boot,
    ("1.6", "DataTransfer"): transfer.v16_station,
    ("1.6", "Heartbeat"): boot.v16_heartbeat,
    ("1.6", "MeterValues"): start_stop.meter_values,
    ("1.6", "StartTransaction"): start_stop.start_transaction,
    ("1.6", "StatusNotification"): status.v16_station,
    ("1.6", "StopTransaction"): stops.stop_transaction,
    ("2.0.1", "Authorize"): boot.v201_authorize,
    ("2.0.1", "BootNotification"): boot.v201_boot,
    ("2.0.1", "DataTransfer"): transfer.v201_station,
    ("2.0.1", "Heartbeat"): boot.v201_heartbeat,
    ("2.0.1", "MeterValues"): meter_values.v201_station,
    ("2.0.1", "NotifyEvent"): device_events.v201_station,
    ("2.0.1", "NotifyReport"): discovery.v201_report,
    ("2.0.1", "StatusNotification"): status.v201_station,
    ("2.0.1", "TransactionEvent"): transaction_event.v201_station,
    **local.TO_CSMS,
    **refused.FROM_STATION,
}
# What a CSMS asks, for a station of the other version: (the CSMS's version, action).
FROM_CSMS: Table = {
    ("1.6", "CancelReservation"): reservation.v16_cancel,
    ("1.6", "ChangeAvailability"): availability.v16_change,
    ("1.6", "ClearCache"): availability.v16_clear_cache,
    ("1.6", "DataTransfer"): transfer.v16_csms,
    ("1.6", "ExtendedTriggerMessage"): triggers.v16_trigger,
    ("1.6", "RemoteStartTransaction"): remote_control.v16_start,
    ("1.6", "RemoteStopTransaction"): remote_control.v16_stop,
    ("1.6", "ReserveNow"): reservation.v16_reserve,
    ("1.6", "Reset"): availability.v16_reset,
    ("1.6", "TriggerMessage"): triggers.v16_trigger,
    ("1.6", "UnlockConnector"): availability.v16_unlock,
    ("2.0.1", "ChangeAvailability"): availability.v201_change,
    ("2.0.1", "ClearCache"): availability.v201_clear_cache,
    ("2.0.1", "DataTransfer"): transfer.v201_csms,
    ("2.0.1", "CancelReservation"): reservation.v201_cancel,
    ("2.0.1", "GetTransactionStatus"): local.transaction_status,
    ("2.0.1", "ReserveNow"): reservation.v201_reserve,
    ("2.0.1", "RequestStartTransaction"): remote_control.v201_start,
    ("2.0.1", "RequestStopTransaction"): remote_control.v201_stop,
    ("2.0.1", "Reset"): availability.v201_reset,
    ("2.0.1", "TriggerMessage"): triggers.v201_trigger,
    ("2.0.1", "UnlockConnector"): availability.v201_unlock,
    **local.TO_STATION,
    **refused.FROM_CSMS,
}


def entries(sender: str, version: Version) -> dict[str, Entry]:
    """How each action of this sender ("station" or "csms") is translated."""
    table = FROM_STATION if sender == "station" else FROM_CSMS
    return {action: entry for (spoken, action), entry in table.items() if spoken == version}


def prelude(version: Version, action: str, memory: Memory) -> Start | None:
    """What has to begin before a station's CALL is translated."""
    if version == "1.6" and action != "BootNotification":
        return boot.ensure_boot(memory)
    return None
