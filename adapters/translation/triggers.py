"""TriggerMessage, both ways (specification 3.9, 7.12 and 9.8)."""

from collections.abc import Generator
from typing import Any

from adapters import v16, v201
from adapters.translation import boot, capabilities, jobs, plug_and_charge
from adapters.translation.conversation import Conversation, Step
from adapters.translation.memory import Memory
from adapters.translation.refusals import info
from adapters.translation.status import station_is

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
    statuses: set[str] = set()
    for number in connectors:
        statuses.add(status := (yield from _ask(call.requested_message, number, memory)))
        if status == "Accepted" and call.requested_message == "StatusNotification":
            for each in [number] if number is not None else list(memory.connectors):
                memory.connector(each).forced = True
    if "Accepted" in statuses and call.requested_message == "BootNotification":
        memory.station.boot_triggered_at = memory.now
        memory.touch(memory.station)
    return v201.TriggerMessageResponse(_best(statuses))


def _best(statuses: set[str]) -> v201.TriggerMessageStatus:
    """One answer for several: one that accepts is enough (7.12)."""
    if "Accepted" in statuses:
        return "Accepted"
    return "Rejected" if "Rejected" in statuses else "NotImplemented"


def _connectors(
    call: v201.TriggerMessageRequest, memory: Memory
) -> tuple[list[int | None], v201.TriggerMessageResponse | None]:
    if call.evse is None or call.evse.id == 0:
        return [None], None
    found: list[int | None] = [*memory.topology.connectors_of(call.evse.id)]
    unknown = "UnknownEvse"
    if found and call.evse.connector_id is not None:
        one = memory.topology.connector_of(call.evse.id, call.evse.connector_id)
        found, unknown = [] if one is None else [one], "UnknownConnectorId"
    if found:
        return found, None
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
    return v201.TriggerMessageResponse(_best(statuses))


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
        if not memory.boot.said:
            return answered("Rejected")
        memory.follow_ups.append(boot.replayed(memory))
        return answered("Accepted")
    if call.requested_message == "StatusNotification":
        return answered((yield from _statuses(call.connector_id, memory)))  # type: ignore[arg-type]
    if call.connector_id and call.connector_id not in memory.topology.all_connectors():
        return answered("Rejected")
    if call.requested_message == "MeterValues":
        wanted = _measured(call.connector_id, memory)
    else:
        wanted = [(TO_201[call.requested_message], call.connector_id or None)]
    if wanted[0][0] == "LogStatusNotification":  # in the words in which it is asked for
        is_extended = isinstance(call, v16.ExtendedTriggerMessageRequest)
        memory.station.log_trigger_extended = is_extended
        memory.touch(memory.station)
    statuses = set()
    for message, number in wanted:
        evse = v201.EVSE(id=memory.topology.evse_of(number)[0]) if number else None
        answer = yield v201.TriggerMessageRequest(requested_message=message, evse=evse)
        statuses.add(answer.status)
    return answered(_best(statuses))


def _measured(
    connector_id: int | None, memory: Memory
) -> list[tuple[v201.MessageTrigger, int | None]]:
    """While a transaction runs, its values come as its event; else as MeterValues (3.9)."""
    if connector_id:
        return [
            ("TransactionEvent" if _runs_on(connector_id, memory) else "MeterValues", connector_id)
        ]
    known = memory.topology.all_connectors() if connector_id is None else []
    running = [number for number in known if _runs_on(number, memory)]
    busy = {memory.topology.evse_of(number)[0] for number in running}
    idle = {e: n for n in known if (e := memory.topology.evse_of(n)[0]) not in busy}
    if not running or not idle:
        return [("TransactionEvent" if running else "MeterValues", None)]
    return [
        *(("TransactionEvent", number) for number in running),
        *(("MeterValues", number) for number in idle.values()),
    ]


def _runs_on(number: int, memory: Memory) -> bool:
    tx = memory.open_transaction_on(number)
    return tx is not None and tx.state == "OPEN"


def _statuses(connector_id: int | None, memory: Memory) -> Generator[Step, Any, str]:
    """One trigger a connector; connector 0, which 2.0.1 does not have, is told from here."""
    known = memory.topology.all_connectors()
    if connector_id not in (None, 0) and connector_id not in known:
        return "Rejected"
    wanted = known if connector_id is None else [connector_id] if connector_id else []
    statuses = set() if wanted else {"Accepted"}
    for number in wanted:
        evse, evse_connector = memory.topology.evse_of(number)
        answer = yield v201.TriggerMessageRequest(
            requested_message="StatusNotification",
            evse=v201.EVSE(id=evse, connector_id=evse_connector),
        )
        statuses.add(answer.status)
        if answer.status == "Accepted":
            memory.connector(number).forced = True
    if not connector_id and "Accepted" in statuses:
        memory.follow_ups.append(station_is(memory.connector(0).state20 or "Available", memory))
    return _best(statuses)
