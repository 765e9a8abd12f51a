"""StatusNotification: what a connector is, both ways (specification section 11).

1.6 tells how far a session is (Preparing ... Finishing); 2.0.1 tells that in TransactionEvent and
calls all of it Occupied. Faults travel as `errorCode` in 1.6 and as NotifyEvent in 2.0.1.
"""

from collections.abc import Generator
from typing import Any, Literal

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.payload import Payload
from adapters.translation import events, faults, reserved
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.places import transaction_at
from adapters.translation.records import Connector, Transaction
from adapters.translation.scalars import is_bogus, rfc3339, utc
from adapters.translation.topology import MOST_CONNECTORS

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
UNHEARD = ("timeout", "closed")  # the peer may have heard it, or not


def v16_station(call: v16.StatusNotificationRequest, memory: Memory) -> Conversation:
    """A 1.6 station says how a connector is: status, faults and charging state, in this order."""
    timestamp = usable(call.timestamp, memory)
    connector = memory.connector(call.connector_id)
    connector.status16, was_forced = call.status, connector.forced
    connector.forced = False
    memory.touch(connector)
    if call.connector_id in memory.statuses_due:
        memory.statuses_due = tuple(n for n in memory.statuses_due if n != call.connector_id)
    tell = _connector_status if call.connector_id else _station_as_a_whole
    refused = yield from _attempted(tell(call, connector, timestamp, was_forced, memory))
    faulty = yield from _attempted(faults.from_error_code(call, connector, timestamp, memory))
    tx = memory.open_transaction_on(call.connector_id) if call.connector_id else None
    if tx is not None and tx.state == "OPEN" and not tx.is_ending:
        yield from _charging_state(call, tx, timestamp, memory)
    if memory.reservations:
        yield from reserved.heard_status(call.connector_id, call.status, memory)
    if refused or faulty:
        raise refused or faulty  # type: ignore[misc]
    return v16.StatusNotificationResponse()


def _attempted(part: Generator[Step, Any, None]) -> Generator[Step, Any, Refusal | None]:
    """What a CSMS refuses to hear keeps nothing from it that follows; a silent CSMS does."""
    try:
        yield from part
    except Refusal as refusal:
        if refusal.code in UNHEARD:
            raise
        return refusal
    return None


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
    yield from _say(request, connector, status, forced)


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
    changed = faults.event(memory, timestamp, "Delta", status, component, "AvailabilityState")
    yield from _say(faults.notify(memory, changed), connector, status, forced)


def _say(
    request: Payload, connector: Connector, status: str, forced: bool
) -> Generator[Step, Any, None]:
    """Send a status and count it as said, unless it is refused: then the one before counts."""
    before, connector.sent20 = connector.sent20, status
    try:
        yield request
    except Refusal as refusal:
        is_unsure = forced or refusal.code in UNHEARD
        connector.sent20 = "" if is_unsure else before
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
        if refusal.code not in UNHEARD:  # then the CSMS may have taken the number
            events.give_back(tx, seq, memory)
        raise
    events.heed(answer, tx, memory)


def heard_late(
    request: v201.StatusNotificationRequest | v16.StatusNotificationRequest, memory: Memory
) -> None:
    """A CSMS took a status after all; that counts, unless another one was said since (1.5)."""
    if isinstance(request, v16.StatusNotificationRequest):
        connector = memory.connector(request.connector_id)
        if not connector.status16:
            connector.status16, connector.error16 = request.status, request.error_code
    else:
        number = memory.topology.connector_of(request.evse_id, request.connector_id)
        connector = memory.connector(number or 0)
        connector.sent20 = connector.sent20 or request.connector_status
    memory.touch(connector)


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
    yield from heard_at(call.evse_id, call.connector_id, call.connector_status, timestamp, memory)
    return v201.StatusNotificationResponse()


def heard_at(
    evse: int, connector: int, state: str, timestamp: str, memory: Memory
) -> Generator[Step, Any, None]:
    """Take in what a 2.0.1 connector is; told later, while the connectors are being asked for."""
    topology = memory.topology
    is_asked = memory.report_id is not None and not topology.is_known
    number = None if is_asked else topology.connector_of(evse, connector)
    if evse == 0:  # the station as a whole
        number = 0
    elif number is None and topology.is_known:
        number = topology.append(evse, connector)
        memory.touch(memory.station)
    if number is None:
        known, place = memory.station, f"{evse}.{connector}"
        if len(known.early_statuses) >= MOST_CONNECTORS and place not in known.early_statuses:
            raise PayloadError("PropertyConstraintViolation", "no station has so many connectors")
        known.early_statuses = {**known.early_statuses, place: [state, timestamp]}
        memory.touch(known)
    else:
        yield from heard_state(number, state, timestamp, memory)


def heard_state(
    number: int, state: str, timestamp: str, memory: Memory
) -> Generator[Step, Any, None]:
    """Take in a connector's 2.0.1 state and tell 1.6 what it now is."""
    connector = memory.connector(number)
    before, connector.state20 = connector.state20, state
    if "Available" in (before, state):
        connector.had_transaction = False
    if before == "Faulted" != state:
        faults.settle(connector)
    if state == "Available" and (tx := transaction_at(number, memory)) is not None:
        connector.vacated_by = tx.tx20
    forced, connector.forced = connector.forced, False
    memory.touch(connector)
    yield from tell_16(connector, timestamp, memory, forced=forced)


def station_is(
    state: str, memory: Memory, timestamp: str | None = None
) -> Generator[Step, Any, None]:
    """Say how the station as a whole is: 1.6 has connector 0 for that, and 2.0.1 has none."""
    connector = memory.connector(0)
    connector.state20 = state
    yield from tell_16(connector, timestamp or rfc3339(memory.now), memory, forced=True)


def occupied_by(tx: Transaction, connector: Connector) -> None:
    """An event of a transaction implies that its connector is in use, unless it was left (G01)."""
    if connector.state20 not in ("", "Available", "Reserved") or connector.vacated_by == tx.tx20:
        return
    if connector.state20 == "Available":
        connector.had_transaction = False
    connector.state20 = "Occupied"


def tell_16(
    connector: Connector,
    timestamp: str,
    memory: Memory,
    info: str | None = None,
    forced: bool = False,
) -> Generator[Step, Any, None]:
    """Send the 1.6 status of a connector if it changed, or must be said again."""
    status, hint = status16(connector, memory)
    error, fault = faults.error_code(connector, status == "Faulted"), connector.fault
    before = connector.status16, connector.error16
    if status is None or ((status, error) == before and not forced):
        return
    connector.status16, connector.error16 = status, error
    memory.touch(connector)
    request = v16.StatusNotificationRequest(
        connector_id=connector.number,
        error_code=error,
        status=status,
        info=info or hint or (fault.info if fault else "") or None,
        timestamp=timestamp,
        vendor_id=(memory.options.error_vendor_id or None) if error != "NoError" else None,
        vendor_error_code=(fault.vendor_code if fault else "") or None,
    )
    try:
        yield request
    except Refusal as refusal:
        connector.status16, connector.error16 = before
        if forced or refusal.code in UNHEARD:
            connector.status16 = ""  # so that it is said again
        raise


def status16(connector: Connector, memory: Memory) -> tuple[Status16 | None, str]:
    """The 1.6 status of a connector, by its state and its transaction (table 11.3)."""
    if connector.number == 0:  # of the station 1.6 says nothing else (4.9)
        state = connector.state20
        return (state if state in ("Unavailable", "Faulted") else "Available"), ""  # type: ignore[return-value]
    match connector.state20:
        case "Available" | "Reserved" | "Unavailable" | "Faulted" as known:
            return known, ""
        case "":
            return _as_told(connector), ""
    tx = transaction_at(connector.number, memory)
    if tx is None:
        return ("Finishing" if connector.had_transaction else "Preparing"), ""
    if tx.state in ("WAIT", "VOID"):
        return "Preparing", ""
    if not tx.charging_state:
        return _as_told(connector), ""
    return _status_in_transaction(tx)


def _as_told(connector: Connector) -> Status16 | None:
    """What was said last, as long as nothing better is known."""
    return connector.status16 or None  # type: ignore[return-value]


def _status_in_transaction(tx: Transaction) -> tuple[Status16, str]:
    match tx.charging_state, tx.authorization_ended:
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
