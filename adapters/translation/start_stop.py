"""StartTransaction, MeterValues and StopTransaction of a 1.6 station, as TransactionEvents.

Specification 6.3-6.5 and 10.1-10.6. Every event's number is durable before it is sent, and a CALL
that the station repeats becomes the same events again: the CSMS can tell that they are the same.
"""

import hashlib
import uuid
from collections.abc import Generator
from decimal import Decimal
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.translation import (
    costs,
    events,
    installed,
    metering,
    registers,
    reserved,
    started,
    stops,
    tokens,
)
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import IdToken, RemoteStart, Transaction
from adapters.translation.scalars import A_DAY, NAMESPACE, is_bogus, seconds, utc

TEN_MINUTES = 600.0
STATES = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})


def start_transaction(call: v16.StartTransactionRequest, memory: Memory) -> Conversation:
    """StartTransaction becomes the Started event; both ids are fixed before it is sent (D-15)."""
    registers.plausible(call.meter_start)
    key = f"{call.connector_id}|{call.id_tag.casefold()}|{call.timestamp}|{call.meter_start}"
    tx = next((t for t in memory.transactions.values() if t.start_key == key), None)
    if tx is not None and tx.confirmed:
        return msgspec.convert(tx.start_answer, v16.StartTransactionResponse)
    if tx is None:
        before = memory.open_transaction_on(call.connector_id)
        tx = _begun(call, key, memory)
        if before is not None:
            yield from _end_unheard(before, tx.start, memory)
    memory.touch(tx)
    try:
        answer = yield started.event(tx, memory)
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "TransactionEvent")
        status = tokens.last_status(call.id_tag, memory, TEN_MINUTES) or "Invalid"
        return _confirmed(tx, v16.IdTagInfo(status=status), memory)
    response = confirm(tx, answer, memory)
    costs.heard(answer, tx, memory)
    return response


def confirm(
    tx: Transaction, answer: v201.TransactionEventResponse, memory: Memory
) -> v16.StartTransactionResponse:
    """The CSMS took the Started event: what StartTransaction is answered, now or when repeated."""
    return _confirmed(tx, _authorization(answer, tx, memory), memory)


def _begun(call: v16.StartTransactionRequest, key: str, memory: Memory) -> Transaction:
    """A new transaction under both its names."""
    start = utc(call.timestamp)
    facts = f"{memory.identity}|{key}"
    bogus = is_bogus(call.timestamp, memory.now)
    if bogus:
        memory.lose("clock", "timestamp")
    evse, evse_connector = memory.topology.evse_of(call.connector_id)
    token = tokens.to_201(call.id_tag, memory)
    tx = Transaction(
        tx20=str(uuid.uuid4() if bogus else uuid.uuid5(NAMESPACE, facts)),
        state="NEW",
        tx16=memory.count("next_tx16"),
        connector=call.connector_id,
        evse=evse,
        evse_connector=evse_connector,
        id_tag=call.id_tag,
        id_token=IdToken(token.id_token, token.type),
        start=start,
        meter_start=call.meter_start,
        next_seq=1,  # the Started event is number 0
        start_key=key,
        reservation_id=call.reservation_id,
        last_reading=str(call.meter_start),
    )
    connector = memory.connector(call.connector_id)
    tx.charging_state = connector.status16 if connector.status16 in STATES else "EVConnected"
    asked = _matching_remote_start(call, memory)
    if asked is not None:
        tx.remote_start_id = asked.remote_start_id
        memory.station.remote_starts.remove(asked)
        memory.touch(memory.station)
        if asked.profile:
            installed.began(asked.profile, tx, memory)
    reserved.used(tx, memory)
    memory.add(tx)
    return tx


def _matching_remote_start(call: v16.StartTransactionRequest, memory: Memory) -> RemoteStart | None:
    """The oldest remote start that asked for this tag here (10.4)."""
    waiting = memory.station.remote_starts
    waiting[:] = [asked for asked in waiting if asked.expires >= memory.now]
    for asked in waiting:
        here = asked.connector in (None, call.connector_id)
        if here and asked.id_tag.casefold() == call.id_tag.casefold():
            return asked
    return None


def _authorization(
    answer: v201.TransactionEventResponse, tx: Transaction, memory: Memory
) -> v16.IdTagInfo:
    """What the CSMS said of the token that began a transaction."""
    info = tokens.info_to_16(answer.id_token_info, tx.id_tag, memory)
    if info is None:
        memory.lose("missing_idTokenInfo", "idTokenInfo")
        status = tokens.last_status(tx.id_tag, memory, A_DAY) or "Accepted"
        return v16.IdTagInfo(status=status)
    known = memory.token(tx.id_tag)
    if info.status == "Accepted" and known and known.evses and tx.evse not in known.evses:
        return msgspec.structs.replace(info, status="Blocked")
    return info


def _confirmed(
    tx: Transaction, info: v16.IdTagInfo, memory: Memory
) -> v16.StartTransactionResponse:
    response = v16.StartTransactionResponse(id_tag_info=info, transaction_id=tx.tx16 or 0)
    tx.state, tx.confirmed, tx.start_answer = "OPEN", True, msgspec.to_builtins(response)
    memory.touch(tx)
    return response


def _end_unheard(tx: Transaction, at: str, memory: Memory) -> Generator[Step, Any, None]:
    """2.0.1 allows one transaction an EVSE: end the one whose StopTransaction never came (10.1)."""
    memory.lose("synthetic_end", "StopTransaction")
    reading = [metering.register(int(Decimal(tx.last_reading)), "Other", at)]
    request = v201.TransactionEventRequest(
        event_type="Ended",
        timestamp=at,
        trigger_reason="AbnormalCondition",
        seq_no=events.allocate(tx, memory),
        transaction_info=v201.Transaction(transaction_id=tx.tx20, stopped_reason="Other"),
        meter_value=reading if tx.last_reading != str(tx.meter_start) else None,
        offline=events.is_offline(at, memory),
    )
    stops.end(tx, v16.StopTransactionResponse(), memory)
    try:
        yield request
    except Refusal:
        memory.lose("dead_letter", "TransactionEvent")


def meter_values(call: v16.MeterValuesRequest, memory: Memory) -> Conversation:
    """MeterValues become one Updated event an element, or plain MeterValues outside of one."""
    digest = hashlib.sha256(memory.source).digest()
    if memory.heard_meter_values(digest):
        return v16.MeterValuesResponse()
    tx = _transaction_of(call, memory)
    known = Decimal(tx.last_reading) if tx else None
    elements = metering.to_201(call.meter_value, call.connector_id, memory, known)
    if elements and tx is None:
        evse = memory.topology.evse_of(call.connector_id)[0] if call.connector_id else 0
        yield v201.MeterValuesRequest(evse_id=evse, meter_value=elements)
    elif elements and tx is not None:
        yield from _send_updates(call, elements, tx, digest, memory)
    memory.acknowledged_meter_values(digest)
    return v16.MeterValuesResponse()


def _transaction_of(call: v16.MeterValuesRequest, memory: Memory) -> Transaction | None:
    """The transaction that a sample belongs to (10.3)."""
    if call.transaction_id is not None and call.transaction_id > 0:
        tx = memory.transaction_16(call.transaction_id)
        if tx is not None:
            return tx if tx.state != "ENDED" else None
    tx = memory.open_transaction_on(call.connector_id)
    if tx is None or not call.meter_value:
        return None
    return tx if seconds(tx.start) <= seconds(call.meter_value[0].timestamp) else None


def _send_updates(
    call: v16.MeterValuesRequest,
    elements: list[v201.MeterValue],
    tx: Transaction,
    digest: bytes,
    memory: Memory,
) -> Generator[Step, Any, None]:
    key = digest.hex()[:16]
    first = tx.unacknowledged.get(key)
    if first is None:
        first = events.allocate(tx, memory, len(elements))
        tx.unacknowledged[key] = first
    tx.last_reading = registers.last_register(elements) or tx.last_reading
    if tx.state == "NEW":  # its Started was never taken; the number 0 goes before the others
        yield from started.again(tx, memory)
    for seq, element in enumerate(elements, first):
        state, reason = None, metering.trigger_reason(element)
        connector = memory.connector(tx.connector)
        asked = connector.triggered_until
        if asked and (asked >= memory.now or reason == "Trigger"):  # F06.FR.07: with the state
            reason, state = "Trigger", tx.charging_state
            connector.triggered_until = 0.0
        request = events.updated(
            tx,
            memory,
            element.timestamp,
            reason,
            seq,
            state,  # type: ignore[arg-type]
            [element],
        )
        try:
            answer = yield request
        except Refusal as refusal:
            if refusal.is_transient:
                raise
            memory.lose("dead_letter", "TransactionEvent")
        else:
            events.heed(answer, tx, memory)
    del tx.unacknowledged[key]
