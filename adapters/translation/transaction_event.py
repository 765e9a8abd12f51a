"""TransactionEvent of a 2.0.1 station, as Start, Stop, MeterValues and status (section 10.7).

A 1.6 transaction begins when cable and authorization are both there, and its id is given by the
CSMS; a 2.0.1 transaction may begin at either, and names itself. Until both are known a transaction
waits (`WAIT`); what it told meanwhile is kept.
"""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.translation import endings, metering, readings, status, tokens
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import IdToken, Transaction
from adapters.translation.scalars import utc

KEPT_ANSWERS = 16  # responses a transaction, for events that the station repeats
UNCARRIED = ("offline", "number_of_phases_used", "cable_max_current")
CONNECTED = frozenset({"EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE"})
AUTHORIZATION_ENDS = frozenset({"StopAuthorized", "RemoteStop", "Deauthorized"})

Info = v201.IdTokenInfo | None


def v201_station(call: v201.TransactionEventRequest, memory: Memory) -> Conversation:
    """One event: what it starts, measures and stops in 1.6, and what 1.6 says of its token."""
    tx = memory.transactions.get(call.transaction_info.transaction_id)
    is_unknown = tx is None
    if tx is None:
        tx = Transaction(call.transaction_info.transaction_id, "WAIT")
        memory.add(tx)
    elif call.seq_no in tx.answers:
        return msgspec.convert(tx.answers[call.seq_no], v201.TransactionEventResponse)
    _merge(call, tx, is_unknown, memory)
    said: dict[str, v201.IdTokenInfo] = {}  # what this event's own CALLs brought, by id tag
    changed = False  # whether a 1.6 transaction began or ended: its status follows the answer
    if tx.state == "WAIT" and _may_start(call, tx, is_unknown):
        yield from _start(call, tx, is_unknown, said, memory)
        changed = True
    if tx.state == "OPEN":
        stops = call.event_type == "Ended" or (
            tx.authorization_ended and memory.options.stop_at == "authorization_end"
        )
        if stops:
            yield from endings.stop(call, tx, said, memory)
            changed = True
        elif call.meter_value:
            yield from _measure(call, tx, memory)
    elif call.event_type == "Ended":
        endings.end(tx, memory)
    info = yield from _token_answer(call, tx, said, memory)
    yield from _status(call, tx, changed, memory)
    response = v201.TransactionEventResponse(id_token_info=info)
    _keep(call.seq_no, response, tx, memory)
    return response


def _merge(
    call: v201.TransactionEventRequest, tx: Transaction, is_unknown: bool, memory: Memory
) -> None:
    """Take in what the event tells of its transaction."""
    for field in UNCARRIED:
        if getattr(call, field) is not None:
            memory.lose("txevent_field", field)
    _place(call, tx, is_unknown, memory)
    if call.id_token is not None:
        token = IdToken(call.id_token.id_token, call.id_token.type)
        has_ended = call.event_type == "Ended"
        if has_ended or (tx.state == "OPEN" and call.trigger_reason == "StopAuthorized"):
            tx.stop_token = token
        if tx.id_token is None and (is_unknown or not (has_ended or tx.state == "OPEN")):
            tx.id_token = token
    tx.reservation_id = tx.reservation_id or call.reservation_id
    state = call.transaction_info.charging_state
    if state is not None:
        tx.charging_state = state
        tx.was_connected = tx.was_connected or state in CONNECTED
    if call.trigger_reason in AUTHORIZATION_ENDS and call.event_type == "Updated":
        tx.authorization_ended = True
        tx.stop_cause = endings.CAUSES[call.trigger_reason]
        memory.signal(f"stopped:{tx.tx20}")
    if tx.connector:
        connector = memory.connector(tx.connector)
        readings.note(call.meter_value or [], tx, connector, memory)
        if call.event_type != "Ended" and connector.state20 in ("", "Available", "Reserved"):
            connector.state20 = "Occupied"  # a station need not report it on its own (G01)
        memory.touch(connector)
    memory.touch(tx)


def _place(
    call: v201.TransactionEventRequest, tx: Transaction, is_unknown: bool, memory: Memory
) -> None:
    """Find the transaction's connector (2.4)."""
    if tx.connector:
        return
    if call.evse is None:
        if is_unknown and call.event_type != "Started":
            memory.lose("connector_guess", "evse")
            tx.connector = _busiest(memory.topology.all_connectors() or [1], memory)
        return
    evse, place = call.evse.id, call.evse.connector_id
    if place is not None:
        found = memory.topology.connector_of(evse, place)
        if found is None:
            found = memory.topology.append(evse, place)
            memory.touch(memory.station)
        tx.connector = found
        return
    candidates = memory.topology.connectors_of(evse) or [memory.topology.append(evse, 1)]
    if len(candidates) > 1:
        memory.lose("connector_guess", "connectorId")
    tx.connector = _busiest(candidates, memory)


def _busiest(candidates: list[int], memory: Memory) -> int:
    """The connector last reported Occupied, else the lowest."""
    for number in candidates:
        if memory.connector(number).state20 == "Occupied":
            return number
    return min(candidates)


def _may_start(call: v201.TransactionEventRequest, tx: Transaction, is_unknown: bool) -> bool:
    """Whether cable and authorization are both there, or must be assumed to have been."""
    if not tx.connector:
        return False
    if is_unknown and call.event_type != "Started":
        return True
    return tx.id_token is not None and call.event_type != "Ended"


def _start(
    call: v201.TransactionEventRequest,
    tx: Transaction,
    is_unknown: bool,
    said: dict[str, v201.IdTokenInfo],
    memory: Memory,
) -> Generator[Step, Any, None]:
    """StartTransaction; the same one again if an earlier one was not taken."""
    if not tx.start_request:
        _compose_start(call, tx, is_unknown and call.event_type != "Started", memory)
    memory.touch(tx)
    try:
        answer = yield msgspec.convert(tx.start_request, v16.StartTransactionRequest)
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "StartTransaction")
        tx.state = "VOID"
        said[tx.id_tag.casefold()] = v201.IdTokenInfo(status="Invalid")
        memory.touch(tx)
        return
    opened(tx, answer, memory)
    info = tokens.info_to_201(answer.id_tag_info, tx.id_tag, memory)
    if tx.id_tag != memory.options.anonymous_id_tag or tx.id_token is not None:
        said[tx.id_tag.casefold()] = info
    _remember_answer(tx, tx.id_tag, info)


def opened(tx: Transaction, answer: v16.StartTransactionResponse, memory: Memory) -> None:
    """The 1.6 CSMS gave the transaction its number."""
    tx.tx16, tx.state, tx.confirmed = answer.transaction_id, "OPEN", True
    memory.name(tx)


def _compose_start(
    call: v201.TransactionEventRequest, tx: Transaction, synthetic: bool, memory: Memory
) -> None:
    elements = call.meter_value or []
    timestamp = utc(call.timestamp)
    if synthetic:
        memory.lose("synthetic_start", "transactionInfo")
        for element in elements:
            if any(s.context == "Transaction.Begin" for s in element.sampled_value):
                timestamp = utc(element.timestamp)
                break
    token = tx.id_token or IdToken("", "NoAuthorization")
    tx.id_tag = tokens.to_16(token, memory)
    tx.start = timestamp
    tx.meter_start = readings.meter_start(elements, tx, memory.connector(tx.connector), memory)
    request = v16.StartTransactionRequest(
        connector_id=tx.connector,
        id_tag=tx.id_tag,
        meter_start=tx.meter_start,
        timestamp=timestamp,
        reservation_id=tx.reservation_id,
    )
    tx.start_request = msgspec.to_builtins(request)


def _measure(
    call: v201.TransactionEventRequest, tx: Transaction, memory: Memory
) -> Generator[Step, Any, None]:
    """The samples that meterStart does not carry."""
    rest = readings.rebased(readings.without_start(call.meter_value or [], tx), tx)
    values = metering.to_16(rest, memory)
    if not values:
        return
    try:
        yield v16.MeterValuesRequest(
            connector_id=tx.connector, transaction_id=tx.tx16, meter_value=values
        )
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "MeterValues")


def _token_answer(
    call: v201.TransactionEventRequest,
    tx: Transaction,
    said: dict[str, v201.IdTokenInfo],
    memory: Memory,
) -> Generator[Step, Any, Info]:
    """What the answer says of a token: of this event's, or of one that its start was refused."""
    if call.id_token is None:
        refused = said.get(tx.id_tag.casefold())
        return refused if refused is not None and refused.status != "Accepted" else None
    if len(call.id_token.id_token) > 20 and memory.options.long_token_policy == "reject":
        return v201.IdTokenInfo(status="Invalid")
    tag = tokens.to_16(call.id_token, memory)
    info = said.get(tag.casefold())
    if info is None and tag.casefold() in tx.token_status:
        info = msgspec.convert(tx.token_status[tag.casefold()], v201.IdTokenInfo)
    if info is None:
        answer = yield v16.AuthorizeRequest(id_tag=tag)
        info = tokens.info_to_201(answer.id_tag_info, tag, memory)
    _remember_answer(tx, tag, info)
    return info


def _remember_answer(tx: Transaction, tag: str, info: v201.IdTokenInfo) -> None:
    tx.token_status[tag.casefold()] = msgspec.to_builtins(info)


def _status(
    call: v201.TransactionEventRequest, tx: Transaction, changed: bool, memory: Memory
) -> Generator[Step, Any, None]:
    """The connector's 1.6 status, if this event changed it."""
    if not tx.connector:
        return
    told = status.tell_16(
        memory.connector(tx.connector),
        utc(call.timestamp),
        memory,
        endings.remark(call) if call.event_type == "Ended" else None,
    )
    if changed:
        memory.follow_ups.append(told)
    else:
        yield from told


def _keep(
    seq: int, response: v201.TransactionEventResponse, tx: Transaction, memory: Memory
) -> None:
    """Answer a repeat of this event from here (specification 1.6)."""
    tx.answers[seq] = msgspec.to_builtins(response)
    while len(tx.answers) > KEPT_ANSWERS:
        del tx.answers[min(tx.answers)]
    memory.touch(tx)
