"""What is answered here: the other version has no such thing (specification 1.9, section 5)."""

from collections.abc import Callable
from typing import Any

from adapters import v201
from adapters.payload import Payload
from adapters.translation import events
from adapters.translation.conversation import Conversation, Table, Untranslatable
from adapters.translation.device_model import echoed, unknown_by_name
from adapters.translation.memory import Memory
from adapters.translation.refusals import info
from adapters.translation.unmapped import RULE

UNSUPPORTED = info("UnsupportedRequest")


def _same(response: Payload) -> Callable[[Any], Payload]:
    """The same answer to every request."""
    return lambda call: response


def _empty(why: str, response: Payload) -> Untranslatable:
    return Untranslatable(why, _same(response), RULE)


def transaction_status(call: v201.GetTransactionStatusRequest, memory: Memory) -> Conversation:
    """What is known here of a transaction of a 1.6 station (E14)."""
    if call.transaction_id is None:
        unheard = any(events.is_unheard(each) for each in memory.open_transactions())
        return v201.GetTransactionStatusResponse(messages_in_queue=memory.has_queue or unheard)
    tx = memory.transactions.get(call.transaction_id)
    ongoing = tx is not None and tx.state != "ENDED"
    about = f"TransactionEvent:{call.transaction_id}#"
    queued = any(entry.subject.startswith(about) for entry in memory.journal)
    queued = queued or (tx is not None and events.is_unheard(tx))
    return v201.GetTransactionStatusResponse(messages_in_queue=queued, ongoing_indicator=ongoing)
    yield  # a conversation, though it asks nobody


def _monitoring(call: v201.SetVariableMonitoringRequest) -> Payload:
    return v201.SetVariableMonitoringResponse(
        set_monitoring_result=[
            v201.SetMonitoringResult(
                status=unknown_by_name(asked.component, asked.variable) or "UnsupportedMonitorType",
                type=asked.type,
                component=echoed(asked.component),
                variable=echoed(asked.variable),
                severity=asked.severity,
            )
            for asked in call.set_monitoring_data
        ]
    )


def _no_monitoring(call: v201.ClearVariableMonitoringRequest) -> Payload:
    return v201.ClearVariableMonitoringResponse(
        clear_monitoring_result=[
            v201.ClearMonitoringResult(status="NotFound", id=each) for each in call.id
        ]
    )


_FORWARD_ONLY = "1.6 has no such feature"
_STATION_ONLY = "a 1.6 CSMS has no such message"

# What a 2.0.1 CSMS asks of a 1.6 station.
TO_STATION: Table = {
    ("2.0.1", "ClearDisplayMessage"): Untranslatable(
        _FORWARD_ONLY, _same(v201.ClearDisplayMessageResponse(status="Unknown"))
    ),
    ("2.0.1", "ClearVariableMonitoring"): Untranslatable(_FORWARD_ONLY, _no_monitoring),
    ("2.0.1", "GetDisplayMessages"): Untranslatable(
        _FORWARD_ONLY, _same(v201.GetDisplayMessagesResponse(status="Unknown"))
    ),
    ("2.0.1", "GetMonitoringReport"): Untranslatable(
        _FORWARD_ONLY, _same(v201.GetMonitoringReportResponse(status="NotSupported"))
    ),
    ("2.0.1", "PublishFirmware"): Untranslatable(
        _FORWARD_ONLY,
        _same(v201.PublishFirmwareResponse(status="Rejected", status_info=UNSUPPORTED)),
    ),
    ("2.0.1", "SetDisplayMessage"): Untranslatable(
        _FORWARD_ONLY,
        _same(v201.SetDisplayMessageResponse(status="Rejected", status_info=UNSUPPORTED)),
    ),
    ("2.0.1", "SetMonitoringBase"): Untranslatable(
        _FORWARD_ONLY, _same(v201.SetMonitoringBaseResponse(status="NotSupported"))
    ),
    ("2.0.1", "SetMonitoringLevel"): Untranslatable(
        _FORWARD_ONLY,
        _same(v201.SetMonitoringLevelResponse(status="Rejected", status_info=UNSUPPORTED)),
    ),
    ("2.0.1", "SetNetworkProfile"): Untranslatable(
        "it would move the station away from the gateway (D-28)",
        _same(v201.SetNetworkProfileResponse(status="Rejected", status_info=UNSUPPORTED)),
    ),
    ("2.0.1", "SetVariableMonitoring"): Untranslatable(_FORWARD_ONLY, _monitoring),
    ("2.0.1", "UnpublishFirmware"): Untranslatable(
        _FORWARD_ONLY, _same(v201.UnpublishFirmwareResponse(status="NoFirmware"))
    ),
}

# What a 2.0.1 station tells a 1.6 CSMS.
TO_CSMS: Table = {
    ("2.0.1", "ClearedChargingLimit"): _empty(_STATION_ONLY, v201.ClearedChargingLimitResponse()),
    ("2.0.1", "NotifyChargingLimit"): _empty(_STATION_ONLY, v201.NotifyChargingLimitResponse()),
    ("2.0.1", "NotifyCustomerInformation"): _empty(
        _STATION_ONLY, v201.NotifyCustomerInformationResponse()
    ),
    ("2.0.1", "NotifyDisplayMessages"): _empty(_STATION_ONLY, v201.NotifyDisplayMessagesResponse()),
    ("2.0.1", "NotifyEVChargingNeeds"): Untranslatable(
        "1.6 negotiates no schedules; the station falls back to its own (K15)",
        _same(v201.NotifyEVChargingNeedsResponse(status="Rejected", status_info=UNSUPPORTED)),
        RULE,
    ),
    ("2.0.1", "NotifyEVChargingSchedule"): _empty(
        _STATION_ONLY, v201.NotifyEVChargingScheduleResponse(status="Accepted")
    ),
    ("2.0.1", "NotifyMonitoringReport"): _empty(
        _STATION_ONLY, v201.NotifyMonitoringReportResponse()
    ),
    ("2.0.1", "PublishFirmwareStatusNotification"): _empty(
        _STATION_ONLY, v201.PublishFirmwareStatusNotificationResponse()
    ),
    ("2.0.1", "ReportChargingProfiles"): _empty(
        _STATION_ONLY, v201.ReportChargingProfilesResponse()
    ),
    ("2.0.1", "ReservationStatusUpdate"): _empty(
        "the station's StatusNotification tells a 1.6 CSMS", v201.ReservationStatusUpdateResponse()
    ),
}
