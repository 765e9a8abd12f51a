"""TransactionEvent of a 2.0.1 station, as Start, Stop, MeterValues and status (section 10.7).

A 1.6 transaction begins when cable and authorization are both there, and its id is given by the
CSMS; a 2.0.1 transaction may begin at either, and names itself. Until both are known a transaction
waits (`WAIT`); what it told meanwhile is kept.
"""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.payload import decoder, encode
from adapters.translation import endings, metering, places, readings, status, tokens
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import UNSAID, IdToken, Transaction
from adapters.translation.scalars import utc

KEPT_ANSWERS = 16  # responses a transaction, for events that the station repeats
UNCARRIED = ("offline", "number_of_phases_used", "cable_max_current")
UNCARRIED_INFO = ("time_spent_charging", "remote_start_id")
CONNECTED = frozenset({"EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE"})
AUTHORIZES = frozenset({"Authorized", "RemoteStart"})
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
    refused: Info = None
    if tx.state == "WAIT" and _may_start(call, tx, is_unknown):
        refused = yield from _start(call, tx, is_unknown, said, memory)
    if tx.state == "OPEN":
        stops = call.event_type == "Ended" or (
            tx.authorization_ended and memory.options.stop_at == "authorization_end"
        )
        if stops:
            yield from endings.stop(call, tx, said, memory)
        elif call.meter_value and tx.measured_seq != call.seq_no:
            yield from _measure(call, tx, memory)
    elif call.event_type == "Ended":
        endings.end(tx, memory)
    if call.id_token is not None:
        info: Info = yield from _token_answer(call.id_token, tx, said, memory)
    else:
        info = refused or _refused_before(call, tx)
    yield from _status(call, tx, memory)
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
    for field in UNCARRIED_INFO:
        if getattr(call.transaction_info, field) is not None:
            memory.lose("txevent_field", field)
    _place(call, tx, is_unknown, memory)
    if call.id_token is not None and not tokens.is_too_long(call.id_token, memory):
        _take_token(call, tokens.kept(call.id_token), tx, is_unknown)
    if tx.reservation_id is None:
        tx.reservation_id = call.reservation_id
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
        if call.event_type != "Ended":
            status.occupied_by(tx, connector)
        memory.touch(connector)
    memory.touch(tx)


def _take_token(
    call: v201.TransactionEventRequest, token: IdToken, tx: Transaction, is_unknown: bool
) -> None:
    """The first token is the one that starts; one that ends the authorization stops."""
    stops = call.event_type == "Ended" or call.trigger_reason == "StopAuthorized"
    if stops:
        tx.stop_token = token
    if tx.state == "WAIT" and tx.authorization_ended and call.trigger_reason in AUTHORIZES:
        tx.id_token, tx.authorization_ended, tx.stop_cause = token, False, ""
    elif tx.id_token is None and (is_unknown or not (stops or tx.state == "OPEN")):
        tx.id_token = token


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
    tx.connector = places.connector_at(call.evse.id, call.evse.connector_id, memory)


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
    if tx.start_request is not UNSAID:  # it was sent, and not taken: before this event, once more
        return True
    if call.event_type == "Ended" or tx.authorization_ended:
        return is_unknown
    return tx.id_token is not None or (is_unknown and call.event_type != "Started")


def _start(
    call: v201.TransactionEventRequest,
    tx: Transaction,
    is_unknown: bool,
    said: dict[str, v201.IdTokenInfo],
    memory: Memory,
) -> Generator[Step, Any, Info]:
    """StartTransaction; the same one again if an earlier one was not taken. The refusal, if any."""
    if tx.start_request is UNSAID:
        _compose_start(call, tx, is_unknown and call.event_type != "Started", memory)
    if "start" in tx.unacknowledged:  # the CSMS may have begun it; 1.6 has no way to tell
        memory.lose("dup_start", "StartTransaction")
    tx.unacknowledged["start"], tx.boundary_seq = 0, call.seq_no
    memory.touch(tx)
    try:
        answer = yield decoder(v16.StartTransactionRequest).decode(tx.start_request)
    except Refusal as refusal:
        if refusal.code not in ("timeout", "closed"):
            tx.unacknowledged.clear()
            memory.touch(tx)
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "StartTransaction")
        tx.state = "VOID"
        info = v201.IdTokenInfo(status="Invalid")
    else:
        opened(tx, answer, memory)
        info = tokens.info_to_201(answer.id_tag_info, tx.id_tag, memory)
        if tx.id_token is None:  # the tag stands for nobody, so nobody is refused
            return None
    said[tx.id_tag.casefold()] = info
    _remember_answer(tx, tx.id_tag, info)
    memory.touch(tx)
    return info if info.status != "Accepted" else None


def opened(tx: Transaction, answer: v16.StartTransactionResponse, memory: Memory) -> None:
    """The 1.6 CSMS gave the transaction its number."""
    tx.tx16, tx.state, tx.confirmed = answer.transaction_id, "OPEN", True
    tx.unacknowledged.clear()
    memory.touch(tx)


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
    tx.start_request = msgspec.Raw(encode(request))


def _measure(
    call: v201.TransactionEventRequest, tx: Transaction, memory: Memory
) -> Generator[Step, Any, None]:
    """The samples that meterStart does not carry."""
    tx.asked_seq = call.seq_no
    memory.touch(tx)
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
    measured(tx, memory)


def measured(tx: Transaction, memory: Memory) -> None:
    """The 1.6 CSMS took the samples of the event that was told last, now or late."""
    tx.measured_seq = tx.asked_seq
    memory.touch(tx)


def _token_answer(
    token: v201.IdToken, tx: Transaction, said: dict[str, v201.IdTokenInfo], memory: Memory
) -> Generator[Step, Any, v201.IdTokenInfo]:
    """What 1.6 says of this event's token: now, earlier in this transaction, or when asked."""
    if tokens.is_too_long(token, memory):
        return v201.IdTokenInfo(status="Invalid")
    tag = tokens.to_16(token, memory)
    info = said.get(tag.casefold())
    if info is None and tag.casefold() in tx.token_status:
        info = msgspec.convert(tx.token_status[tag.casefold()], v201.IdTokenInfo)
    if info is None:
        try:
            answer = yield v16.AuthorizeRequest(id_tag=tag)
        except Refusal as refusal:
            if refusal.is_transient:
                raise
            memory.lose("dead_letter", "Authorize")
            return v201.IdTokenInfo(status="Invalid")
        info = tokens.info_to_201(answer.id_tag_info, tag, memory)
    _remember_answer(tx, tag, info)
    return info


def _refused_before(call: v201.TransactionEventRequest, tx: Transaction) -> Info:
    """An event without token began it, and is repeated: what 1.6 said of the token that waited."""
    if call.event_type == "Ended" or call.seq_no != tx.boundary_seq or tx.id_token is None:
        return None
    known = tx.token_status.get(tx.id_tag.casefold())
    if known is None or known["status"] == "Accepted":
        return None
    return msgspec.convert(known, v201.IdTokenInfo)


def _remember_answer(tx: Transaction, tag: str, info: v201.IdTokenInfo) -> None:
    tx.token_status = {**tx.token_status, tag.casefold(): msgspec.to_builtins(info)}


def _status(
    call: v201.TransactionEventRequest, tx: Transaction, memory: Memory
) -> Generator[Step, Any, None]:
    """The connector's 1.6 status, if this event changed it; behind the answer if it was a start."""
    if not tx.connector:
        return
    is_boundary = call.seq_no == tx.boundary_seq
    remark = endings.remark(call) if is_boundary and call.event_type == "Ended" else None
    told = status.tell_16(memory.connector(tx.connector), utc(call.timestamp), memory, remark)
    if is_boundary:
        memory.follow_ups.append(told)
        return
    try:
        yield from told
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "StatusNotification")


def _keep(
    seq: int, response: v201.TransactionEventResponse, tx: Transaction, memory: Memory
) -> None:
    """Answer a repeat of this event from here (specification 1.6)."""
    answers = {**tx.answers, seq: msgspec.to_builtins(response)}
    while len(answers) > KEPT_ANSWERS:
        del answers[min(answers)]
    tx.answers = answers
    memory.touch(tx)
