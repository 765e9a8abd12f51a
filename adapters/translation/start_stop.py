"""StartTransaction, MeterValues and StopTransaction of a 1.6 station, as TransactionEvents.

Specification 6.3-6.5 and 10.1-10.6. Every event's number is durable before it is sent, and a CALL
that the station repeats becomes the same events again: the CSMS can tell that they are the same.
"""

import hashlib
import uuid
from collections.abc import Generator
from typing import Any

from adapters import v16, v201
from adapters.payload import decoder
from adapters.translation import (
    events,
    installed,
    metering,
    registers,
    reserved,
    started,
    tokens,
    unended,
)
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import RECENT_METER_VALUES, Memory
from adapters.translation.records import UNSAID, RemoteStart, Transaction
from adapters.translation.scalars import NAMESPACE, is_bogus, seconds, utc

FOR_GOOD = 1e12  # no clock gets there
KEPT_METERED = 4  # a station says its messages in order, so that only the last can be repeated


def start_transaction(call: v16.StartTransactionRequest, memory: Memory) -> Conversation:
    """StartTransaction becomes the Started event; both ids are fixed before it is sent (D-15)."""
    registers.plausible(call.meter_start)
    key = f"{call.connector_id}|{call.id_tag.casefold()}|{call.timestamp}|{call.meter_start}"
    tx = _begun_before(key, memory)
    if tx is not None and tx.start_answer is not UNSAID:
        tx.untold = False
        memory.touch(tx)
        return decoder(v16.StartTransactionResponse).decode(tx.start_answer)
    if tx is not None and tx.state == "ENDED":  # it was tried no more, and now it is
        return started.unheard(tx, memory)
    if tx is None:
        tx = _begun(call, key, memory)
    memory.touch(tx)
    yield from unended.end_others(tx, memory)
    response = yield from started.tell(tx, memory)
    watch = unended.watched(memory)
    if watch is not None:
        memory.follow_ups.append(watch.conversation)
    return response


def _begun_before(key: str, memory: Memory) -> Transaction | None:
    """The transaction that this very CALL began, if it came before."""
    tx = memory.transactions.get(_name(key, memory))
    if tx is None:
        tx = next((t for t in memory.transactions.values() if t.start_key == key), None)
    return tx


def _name(key: str, memory: Memory) -> str:
    """A transaction's 2.0.1 name, the same however often it begins."""
    return str(uuid.uuid5(NAMESPACE, f"{memory.identity}|{key}"))


def _begun(call: v16.StartTransactionRequest, key: str, memory: Memory) -> Transaction:
    """A new transaction under both its names."""
    start = utc(call.timestamp)
    bogus = is_bogus(call.timestamp, memory.now)
    if bogus:
        memory.lose("clock", "timestamp")
    evse, evse_connector = memory.topology.evse_of(call.connector_id)
    asked = _matching_remote_start(call, memory)
    named = asked.token if asked is not None else None
    tx = Transaction(
        tx20=str(uuid.uuid4()) if bogus else _name(key, memory),
        state="NEW",
        tx16=memory.count("next_tx16"),
        connector=call.connector_id,
        evse=evse,
        evse_connector=evse_connector,
        id_tag=call.id_tag,
        id_token=named or tokens.kept(tokens.to_201(call.id_tag, memory)),
        start=start,
        meter_start=call.meter_start,
        next_seq=1,  # the Started event is number 0
        start_key=key if bogus else "",  # any other is told by its name
        reservation_id=call.reservation_id,
        last_reading=str(call.meter_start),
    )
    connector = memory.connector(call.connector_id)
    state = connector.status16
    tx.charging_state = state if state in started.STATES else "EVConnected"
    if asked is not None:
        tx.remote_start_id = asked.remote_start_id
        known = memory.station
        known.remote_starts = tuple(o for o in known.remote_starts if o is not asked)
        memory.touch(known)
        if asked.profile:
            installed.began(asked.profile, tx, memory)
    reserved.used(tx, memory)
    memory.add(tx)
    return tx


def _matching_remote_start(call: v16.StartTransactionRequest, memory: Memory) -> RemoteStart | None:
    """The oldest remote start that asked for this tag here (10.4)."""
    waiting = tuple(o for o in memory.station.remote_starts if o.expires >= memory.now)
    memory.station.remote_starts = waiting
    for asked in waiting:
        here = asked.connector in (None, call.connector_id)
        if here and asked.accepted and asked.id_tag.casefold() == call.id_tag.casefold():
            return asked
    return None


def meter_values(call: v16.MeterValuesRequest, memory: Memory) -> Conversation:
    """MeterValues become one Updated event an element, or plain MeterValues outside of one."""
    digest = hashlib.sha256(memory.source).hexdigest()[:16]
    if memory.heard_meter_values(digest):
        return v16.MeterValuesResponse()
    tx, inside, outside = _transaction_of(call, memory)
    elements = metering.to_201(outside, call.connector_id, memory)
    if elements:
        evse = memory.topology.evse_of(call.connector_id)[0] if call.connector_id else 0
        yield v201.MeterValuesRequest(evse_id=evse, meter_value=elements)
    if tx is not None:
        elements = metering.to_201(inside, call.connector_id, memory, metering.Known(tx))
        del call, inside, outside  # a kilobyte that would wait here for the CSMS's answer
        yield from _send_updates(elements, tx, digest, memory)
    memory.acknowledged_meter_values(digest)
    return v16.MeterValuesResponse()


def _transaction_of(
    call: v16.MeterValuesRequest, memory: Memory
) -> tuple[Transaction | None, list[v16.MeterValue], list[v16.MeterValue]]:
    """The transaction that samples belong to, those that do, and those that do not (10.3)."""
    values = call.meter_value
    if call.transaction_id is not None and call.transaction_id > 0:
        tx = memory.transaction_16(call.transaction_id)
        if tx is not None:
            is_over = tx.state == "ENDED" or tx.is_ending
            return (None, [], values) if is_over else (tx, values, [])
    tx = memory.open_transaction_on(call.connector_id)
    if tx is None or tx.is_ending:
        return None, [], values
    start = seconds(tx.start)
    inside = [element for element in values if seconds(element.timestamp) >= start]
    if len(inside) == len(values):
        return tx, values, []
    return tx, inside, [element for element in values if seconds(element.timestamp) < start]


def _send_updates(
    elements: list[v201.MeterValue], tx: Transaction, key: str, memory: Memory
) -> Generator[Step, Any, None]:
    """One event an element; those that the CSMS has taken are not sent again."""
    if not elements:
        return
    if key in tx.metered:  # a repeat, after a restart
        return
    first = tx.unacknowledged.get(key)
    if first is None:
        first = events.allocate(tx, memory, len(elements))
        if len(tx.unacknowledged) >= RECENT_METER_VALUES:
            _forget_unrepeated(tx)
        tx.unacknowledged[key] = first
    tx.last_reading = registers.last_register(elements) or tx.last_reading
    if tx.state == "NEW":  # its Started was never taken; the number 0 goes before the others
        yield from started.tell(tx, memory)
    for at, element in enumerate(elements):
        if at < tx.taken.get(key, 0):
            continue
        event = _updated(element, tx, first + at, memory)
        try:
            answer = yield event
        except Refusal as refusal:
            if refusal.is_transient:
                _keep_trigger(event, tx, memory)
                raise
            memory.lose("dead_letter", "TransactionEvent")
        else:
            events.heed(answer, tx, memory)
        if at + 1 < len(elements):
            tx.taken = {**tx.taken, key: at + 1}
            memory.touch(tx)
    events.settle(key, tx)
    tx.metered = (*tx.metered[1 - KEPT_METERED :], key)  # written with what comes next


def _forget_unrepeated(tx: Transaction) -> None:
    """Few stations repeat samples that a CSMS refused, so their numbers are not kept for ever."""
    kept = [key for key in tx.unacknowledged if key not in ("start", "stop")]
    for key in kept[: 1 - RECENT_METER_VALUES]:
        events.settle(key, tx)


def _keep_trigger(event: v201.TransactionEventRequest, tx: Transaction, memory: Memory) -> None:
    """What answered a trigger does so at its repeat, too, however late that is (1.5)."""
    if event.trigger_reason == "Trigger" and event.transaction_info.charging_state is not None:
        connector = memory.connector(tx.connector)
        connector.triggered_until = FOR_GOOD
        memory.touch(connector)


def _updated(
    element: v201.MeterValue, tx: Transaction, seq: int, memory: Memory
) -> v201.TransactionEventRequest:
    state, reason = None, metering.trigger_reason(element)
    connector = memory.connector(tx.connector)
    asked = connector.triggered_until
    if asked and (asked >= memory.now or reason == "Trigger"):  # F06.FR.07: with the state
        reason, state = "Trigger", tx.charging_state
        connector.triggered_until = 0.0
    return events.updated(
        tx,
        memory,
        element.timestamp,
        reason,
        seq,
        state,  # type: ignore[arg-type]
        [element],
    )
