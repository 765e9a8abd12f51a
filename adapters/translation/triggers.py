"""TriggerMessage, both ways (specification 3.9, 7.12 and 9.8)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.translation import boot, capabilities, jobs, plug_and_charge
from adapters.translation.conversation import Conversation, Step
from adapters.translation.memory import Memory
from adapters.translation.refusals import info

TRIGGERED_WITHIN = 15.0  # seconds in which MeterValues count as the answer to a trigger
PLAIN: dict[v201.MessageTrigger, v16.MessageTrigger] = {
    "BootNotification": "BootNotification",
    "FirmwareStatusNotification": "FirmwareStatusNotification",
    "Heartbeat": "Heartbeat",
    "LogStatusNotification": "DiagnosticsStatusNotification",
    "MeterValues": "MeterValues",
    "StatusNotification": "StatusNotification",
}
EXTENDED: dict[v201.MessageTrigger, v16.ExtendedMessageTrigger] = {
    "FirmwareStatusNotification": "FirmwareStatusNotification",
    "LogStatusNotification": "LogStatusNotification",
    "SignChargingStationCertificate": "SignChargePointCertificate",
}
TO_201: dict[str, v201.MessageTrigger] = {
    "DiagnosticsStatusNotification": "LogStatusNotification",
    "FirmwareStatusNotification": "FirmwareStatusNotification",
    "Heartbeat": "Heartbeat",
    "LogStatusNotification": "LogStatusNotification",
    "MeterValues": "MeterValues",
    "SignChargePointCertificate": "SignChargingStationCertificate",
    "StatusNotification": "StatusNotification",
}


def v201_trigger(call: v201.TriggerMessageRequest, memory: Memory) -> Conversation:
    """For a 1.6 station."""
    connectors, refusal = _connectors(call, memory)
    if refusal is not None:
        return refusal
    if call.requested_message == "TransactionEvent":
        return (yield from _transaction_event(connectors, memory))
    statuses = set()
    for number in connectors:
        statuses.add((yield from _ask(call.requested_message, number, memory)))
        if "Accepted" in statuses and call.requested_message == "StatusNotification":
            for each in [number] if number is not None else list(memory.connectors):
                memory.connector(each).forced = True
    if "Accepted" in statuses and call.requested_message == "BootNotification":
        memory.station.boot_triggered_at = memory.now
        memory.touch(memory.station)
    best = next((s for s in ("Accepted", "Rejected") if s in statuses), "NotImplemented")
    return v201.TriggerMessageResponse(best)  # type: ignore[arg-type]


def _connectors(
    call: v201.TriggerMessageRequest, memory: Memory
) -> tuple[list[int | None], v201.TriggerMessageResponse | None]:
    if call.evse is None or call.evse.id == 0:
        return [None], None
    found: list[int | None] = [*memory.topology.connectors_of(call.evse.id)]
    if found and call.evse.connector_id is not None:
        one = memory.topology.connector_of(call.evse.id, call.evse.connector_id)
        found = [] if one is None else [one]
    if found:
        return found, None
    unknown = "UnknownEvse" if call.evse.connector_id is None else "UnknownConnectorId"
    return [], v201.TriggerMessageResponse("Rejected", status_info=info(unknown))


def _ask(
    message: v201.MessageTrigger, number: int | None, memory: Memory
) -> Generator[Step, Any, str]:
    """Ask a 1.6 station, by the security extension where it has one."""
    if message == "SignV2GCertificate":
        answer = yield from plug_and_charge.wrapped(v201.TriggerMessageRequest(message), memory)
        return str(answer.status) if answer is not None else "NotImplemented"
    extended = EXTENDED.get(message)
    if message == "FirmwareStatusNotification" and not _updates_signed(memory):
        extended = None
    if extended is not None:
        request = v16.ExtendedTriggerMessageRequest(extended, connector_id=number)
        answer = yield from capabilities.attempt("security_ext", request, memory)
        if answer is not None:
            return str(answer.status)
    plain = PLAIN.get(message)
    if plain is None:
        return "NotImplemented"
    answer = yield v16.TriggerMessageRequest(plain, connector_id=number)
    return str(answer.status)


def _updates_signed(memory: Memory) -> bool:
    """Whether the firmware that was asked for last is reported by the security extension."""
    known = memory.station.firmware_jobs
    last = jobs.latest(known)
    return last is not None and known[last].extended


def _transaction_event(
    connectors: list[int | None], memory: Memory
) -> Generator[Step, Any, v201.TriggerMessageResponse]:
    """1.6 has no such message: its MeterValues become the event, with the charging state."""
    wanted = connectors if connectors != [None] else list(memory.topology.all_connectors())
    running = [n for n in wanted if n is not None and memory.open_transaction_on(n)]
    if not running:
        return v201.TriggerMessageResponse("Rejected", status_info=info("TxNotFound"))
    statuses = set()
    for number in running:
        answer = yield v16.TriggerMessageRequest("MeterValues", connector_id=number)
        statuses.add(answer.status)
        if answer.status == "Accepted":
            memory.connector(number).triggered_until = memory.now + TRIGGERED_WITHIN
    best = next((s for s in ("Accepted", "Rejected") if s in statuses), "NotImplemented")
    return v201.TriggerMessageResponse(best)  # type: ignore[arg-type]


def v16_trigger(
    call: v16.TriggerMessageRequest | v16.ExtendedTriggerMessageRequest, memory: Memory
) -> Conversation:
    """For a 2.0.1 station."""
    answered = (
        v16.ExtendedTriggerMessageResponse
        if isinstance(call, v16.ExtendedTriggerMessageRequest)
        else v16.TriggerMessageResponse
    )
    if call.requested_message == "BootNotification":  # an accepted station refuses it (F06.FR.17)
        if not memory.boot.request:
            return answered("Rejected")
        memory.follow_ups.append(_replayed_boot(memory))
        return answered("Accepted")
    if call.requested_message == "StatusNotification":
        return answered((yield from _statuses(call.connector_id, memory)))  # type: ignore[arg-type]
    evse = None
    if call.connector_id:
        if call.connector_id not in memory.topology.all_connectors():
            return answered("Rejected")
        evse = v201.EVSE(id=memory.topology.evse_of(call.connector_id)[0])
    message = TO_201[call.requested_message]
    if message == "LogStatusNotification":  # in the words in which it is asked for
        is_extended = isinstance(call, v16.ExtendedTriggerMessageRequest)
        memory.station.log_trigger_extended = is_extended
        memory.touch(memory.station)
    if message == "MeterValues" and memory.open_transaction_on(call.connector_id or 1):
        message = "TransactionEvent"
    answer = yield v201.TriggerMessageRequest(requested_message=message, evse=evse)
    return answered(answer.status)


def _replayed_boot(memory: Memory) -> Generator[Step, Any, None]:
    remembered = msgspec.convert(memory.boot.request, v201.BootNotificationRequest)
    yield from boot.v201_boot(remembered, memory)


def _statuses(connector_id: int | None, memory: Memory) -> Generator[Step, Any, str]:
    """One trigger a connector; connector 0, which 2.0.1 does not have, is told from here."""
    known = memory.topology.all_connectors()
    if connector_id not in (None, 0) and connector_id not in known:
        return "Rejected"
    if not connector_id:
        zero = memory.connector(0).status16 or "Available"
        memory.follow_ups.append(boot.connector_zero(memory, zero))
    if connector_id == 0:
        return "Accepted"
    statuses = set()
    for number in known if connector_id is None else [connector_id]:
        evse, evse_connector = memory.topology.evse_of(number)
        memory.connector(number).forced = True
        answer = yield v201.TriggerMessageRequest(
            requested_message="StatusNotification",
            evse=v201.EVSE(id=evse, connector_id=evse_connector),
        )
        statuses.add(answer.status)
    return next((s for s in ("Accepted", "Rejected") if s in statuses), "NotImplemented")
