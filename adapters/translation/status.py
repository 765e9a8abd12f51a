"""StatusNotification: what a connector is, both ways (specification section 11).

1.6 tells how far a session is (Preparing ... Finishing); 2.0.1 tells that in TransactionEvent and
calls all of it Occupied. Faults travel as `errorCode` in 1.6 and as NotifyEvent in 2.0.1.
"""

from collections.abc import Generator
from typing import Any, Literal

from adapters import v16, v201
from adapters.payload import Payload
from adapters.translation import events, faults, reserved
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import Connector, Transaction
from adapters.translation.scalars import is_bogus, rfc3339, utc

TO_201: dict[v16.ChargePointStatus, v201.ConnectorStatus] = {
    "Available": "Available",
    "Preparing": "Occupied",
    "Charging": "Occupied",
    "SuspendedEV": "Occupied",
    "SuspendedEVSE": "Occupied",
    "Finishing": "Occupied",
    "Reserved": "Reserved",
    "Unavailable": "Unavailable",
    "Faulted": "Faulted",
}
# What a status says of a running transaction; the others say nothing (11.1).
CHARGING_STATE: dict[str, v201.ChargingState] = {
    "Charging": "Charging",
    "SuspendedEV": "SuspendedEV",
    "SuspendedEVSE": "SuspendedEVSE",
    "Finishing": "EVConnected",
    "Faulted": "SuspendedEVSE",
}
EV_SIDE_DISCONNECTED = "EV side disconnected"


def v16_station(call: v16.StatusNotificationRequest, memory: Memory) -> Conversation:
    """A 1.6 station says how a connector is: status, faults and charging state, in this order."""
    timestamp = usable(call.timestamp, memory)
    connector = memory.connector(call.connector_id)
    connector.status16, was_forced = call.status, connector.forced
    connector.forced = False
    memory.touch(connector)
    memory.statuses_due.discard(call.connector_id)
    if call.connector_id == 0:
        yield from _station_as_a_whole(call, connector, timestamp, was_forced, memory)
    else:
        yield from _connector_status(call, connector, timestamp, was_forced, memory)
    yield from faults.from_error_code(call, connector, timestamp, memory)
    tx = memory.open_transaction_on(call.connector_id) if call.connector_id else None
    if tx is not None:
        yield from _charging_state(call, tx, timestamp, memory)
    if memory.reservations:
        yield from reserved.heard_status(call.connector_id, call.status, memory)
    return v16.StatusNotificationResponse()


def _connector_status(
    call: v16.StatusNotificationRequest,
    connector: Connector,
    timestamp: str,
    forced: bool,
    memory: Memory,
) -> Generator[Step, Any, None]:
    status = TO_201[call.status]
    if status == connector.sent20 and not forced:
        return
    evse, evse_connector = memory.topology.evse_of(connector.number)
    request = v201.StatusNotificationRequest(
        timestamp=timestamp,
        connector_status=status,
        evse_id=evse,
        connector_id=evse_connector,
    )
    yield from _say(request, connector, status)


def _station_as_a_whole(
    call: v16.StatusNotificationRequest,
    connector: Connector,
    timestamp: str,
    forced: bool,
    memory: Memory,
) -> Generator[Step, Any, None]:
    """2.0.1 has no status for the station as a whole, but a variable of its device model."""
    status = TO_201[call.status]
    if status == connector.sent20 and not forced:
        return
    component = v201.Component(name="ChargingStation")
    request = faults.notify(memory, timestamp, "Delta", status, component, "AvailabilityState")
    yield from _say(request, connector, status)


def _say(request: Payload, connector: Connector, status: str) -> Generator[Step, Any, None]:
    """Send a status and count it as said, unless it is refused: then the next one is said again."""
    connector.sent20 = status
    try:
        yield request
    except Refusal:
        connector.sent20 = ""
        raise


def _charging_state(
    call: v16.StatusNotificationRequest, tx: Transaction, timestamp: str, memory: Memory
) -> Generator[Step, Any, None]:
    """A change of the charging state is an event of the transaction."""
    state = CHARGING_STATE.get(call.status)
    reason: v201.TriggerReason = "ChargingStateChanged"
    if call.status == "Faulted":
        reason = "AbnormalCondition"
    elif call.status == "SuspendedEV" and call.info == EV_SIDE_DISCONNECTED:
        state, reason = "Idle", "EVCommunicationLost"
    if state is None or state == tx.charging_state:
        return
    before, tx.charging_state = tx.charging_state, state
    seq = events.allocate(tx, memory)
    request = events.updated(tx, memory, timestamp, reason, seq, charging_state=state)
    try:
        answer = yield request
    except Refusal as refusal:
        if not refusal.is_transient:
            memory.lose("dead_letter", "TransactionEvent")
            return
        tx.charging_state = before  # a status is not repeated by the station
        if refusal.code not in ("timeout", "closed"):  # then the CSMS may have taken the number
            events.give_back(tx, seq, memory)
        raise
    events.heed(answer, tx, memory)


def usable(timestamp: str | None, memory: Memory) -> str:
    """The station's time for a status, or ours where it has none that means anything (2.1)."""
    if timestamp is None:
        return rfc3339(memory.now)
    if is_bogus(timestamp, memory.now):
        memory.lose("clock", "timestamp")
        return rfc3339(memory.now)
    return utc(timestamp)


Status16 = Literal[
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
]


def v201_station(call: v201.StatusNotificationRequest, memory: Memory) -> Conversation:
    """A 2.0.1 station says how a connector is."""
    timestamp = usable(call.timestamp, memory)
    is_asked = memory.report_id is not None and not memory.topology.is_known
    number = None if is_asked else memory.topology.connector_of(call.evse_id, call.connector_id)
    if number is None and memory.topology.is_known:
        number = memory.topology.append(call.evse_id, call.connector_id)
        memory.touch(memory.station)
    if number is None:  # the connectors are being asked for; this one is told when they are known
        memory.station.early_statuses[f"{call.evse_id}.{call.connector_id}"] = [
            call.connector_status,
            timestamp,
        ]
        memory.touch(memory.station)
        return v201.StatusNotificationResponse()
    yield from heard_state(number, call.connector_status, timestamp, memory)
    return v201.StatusNotificationResponse()


def heard_state(
    number: int, state: str, timestamp: str, memory: Memory
) -> Generator[Step, Any, None]:
    """Take in a connector's 2.0.1 state and tell 1.6 what it now is."""
    connector = memory.connector(number)
    connector.state20 = state
    if state == "Available":
        connector.had_transaction = False
    memory.touch(connector)
    yield from tell_16(connector, timestamp, memory)


def tell_16(
    connector: Connector, timestamp: str, memory: Memory, info: str | None = None
) -> Generator[Step, Any, None]:
    """Send the 1.6 status of a connector if it changed, or must be said again."""
    status, hint = status16(connector, memory)
    error = faults.error_code(connector, status == "Faulted")
    same = (status, error) == (connector.status16, connector.error16)
    if status is None or (same and not connector.forced):
        return
    connector.status16, connector.error16, connector.forced = status, error, False
    memory.touch(connector)
    request = v16.StatusNotificationRequest(
        connector_id=connector.number,
        error_code=error,
        status=status,
        info=(info or hint or (connector.fault_info if error != "NoError" else "") or None),
        timestamp=timestamp,
        vendor_id=(memory.options.error_vendor_id or None) if error != "NoError" else None,
        vendor_error_code=(connector.fault_code or None) if error != "NoError" else None,
    )
    try:
        yield request
    except Refusal:
        connector.status16 = ""  # so that it is said again
        raise


def status16(connector: Connector, memory: Memory) -> tuple[Status16 | None, str]:
    """The 1.6 status of a connector, by its state and its transaction (table 11.3)."""
    match connector.state20:
        case "Available" | "Reserved" | "Unavailable" | "Faulted" as state:
            return state, ""
        case "":
            return None, ""
    tx = _latest_transaction(connector.number, memory)
    if tx is None:
        return ("Finishing" if connector.had_transaction else "Preparing"), ""
    if tx.state in ("WAIT", "VOID"):
        return "Preparing", ""
    return _status_in_transaction(tx)


def _status_in_transaction(tx: Transaction) -> tuple[Status16 | None, str]:
    match tx.charging_state, tx.authorization_ended:
        case "", _:
            return None, ""
        case "Charging", _:
            return "Charging", ""
        case "EVConnected" | "SuspendedEV" | "SuspendedEVSE", True:
            return "Finishing", ""
        case "SuspendedEV", _:
            return "SuspendedEV", ""
        case "EVConnected" | "SuspendedEVSE", _:  # Preparing would say: no transaction yet
            return "SuspendedEVSE", ""
    if tx.was_connected:
        return "SuspendedEV", EV_SIDE_DISCONNECTED
    return "Preparing", ""


def _latest_transaction(connector: int, memory: Memory) -> Transaction | None:
    """The transaction that has not ended on a connector."""
    for tx in reversed(memory.transactions.values()):
        if tx.connector == connector and tx.state != "ENDED":
            return tx
    return None
