"""StopTransaction of a 1.6 station, as the Ended event (specification 3.3, 6.5 and 10.3)."""

import uuid
from collections.abc import Generator
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from adapters import v16, v201
from adapters.payload import decoder, encode
from adapters.translation import costs, events, installed, metering, registers, started, tokens
from adapters.translation.conversation import Conversation, Refusal, Step, Wait
from adapters.translation.memory import Memory
from adapters.translation.records import NOTHING, UNSAID, Transaction
from adapters.translation.scalars import NAMESPACE, seconds, utc

RESET_RETRIES, RESET_RETRY_SECONDS = 3, 60.0
_as_event = decoder(v201.TransactionEventRequest)


class Cause(NamedTuple):
    """How 2.0.1 says why a transaction ended."""

    trigger_reason: v201.TriggerReason
    stopped_reason: v201.Reason
    charging_state: v201.ChargingState


CAUSES: dict[v16.StopReason | None, Cause] = {
    None: Cause("StopAuthorized", "Local", "EVConnected"),
    "Local": Cause("StopAuthorized", "Local", "EVConnected"),
    "Remote": Cause("RemoteStop", "Remote", "EVConnected"),
    "DeAuthorized": Cause("Deauthorized", "DeAuthorized", "EVConnected"),
    "EVDisconnected": Cause("EVCommunicationLost", "EVDisconnected", "Idle"),
    "EmergencyStop": Cause("AbnormalCondition", "EmergencyStop", "EVConnected"),
    "HardReset": Cause("ResetCommand", "ImmediateReset", "EVConnected"),
    "SoftReset": Cause("ResetCommand", "ImmediateReset", "EVConnected"),
    "PowerLoss": Cause("AbnormalCondition", "PowerLoss", "EVConnected"),
    "Reboot": Cause("AbnormalCondition", "Reboot", "EVConnected"),
    # A command of the CSMS; the trigger keeps the exact cause (D-19).
    "UnlockCommand": Cause("UnlockCommand", "Remote", "EVConnected"),
    "Other": Cause("ChargingStateChanged", "Other", "EVConnected"),
}
OPEN_TO_A_CAUSE = frozenset({None, "Remote", "Other"})  # a stop that was asked for explains these


def cause_of(reason: v16.StopReason | None, tx: Transaction | None, memory: Memory) -> Cause:
    """Why a transaction ended: what was asked for shortly before, else what the station says."""
    cause = CAUSES[reason]
    asked = tx.pending_stop if tx else None
    if asked is None or reason not in OPEN_TO_A_CAUSE or asked.until < memory.now:
        return cause
    return Cause(asked.trigger_reason, asked.stopped_reason, cause.charging_state)  # type: ignore[arg-type]


def stop_transaction(call: v16.StopTransactionRequest, memory: Memory) -> Conversation:
    """StopTransaction becomes the Ended event; a station is always confirmed."""
    registers.plausible(call.meter_stop)
    tx = _transaction_of(call, memory)
    if tx is None:
        return (yield from _orphan(call, memory))
    if tx.state == "ENDED":  # a repeat, or it was given up before
        if call.meter_stop != int(Decimal(tx.last_reading)):
            memory.lose("meter_conflict", "meterStop")
        return decoder(v16.StopTransactionResponse).decode(tx.stop_answer)
    seq = tx.unacknowledged.get("stop")
    if seq is None:
        seq = events.allocate(tx, memory)
        tx.unacknowledged["stop"] = seq
    facts = _facts(call)
    request = told(tx, memory) if tx.stop_request == facts else None
    if request is None:
        cause = cause_of(call.reason, tx, memory)
        request = _ended(call, tx.tx20, seq, cause, tx, memory)
        tx.stop_request, tx.stop_told = facts, msgspec.Raw(encode(request))
        tx.last_reading = str(call.meter_stop)
        memory.touch(tx)
    if tx.state == "NEW":
        yield from started.tell(tx, memory)
    response = v16.StopTransactionResponse()
    try:
        answer = yield request
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "TransactionEvent")
    else:
        tag = call.id_tag if call.id_tag is not None else tx.id_tag
        info = tokens.info_to_16(answer.id_token_info, tag, memory)
        costs.heard(answer, tx, memory, is_final=True)
        response = v16.StopTransactionResponse(id_tag_info=info)
    end(tx, response, memory)
    return response


def told(tx: Transaction, memory: Memory) -> v201.TransactionEventRequest | None:
    """The Ended event that was not taken yet: it is sent again as it was (1.5, 10.1)."""
    if tx.stop_told == UNSAID:
        return None
    event = _as_event.decode(tx.stop_told)
    is_late = events.is_offline(event.timestamp, memory)
    return msgspec.structs.replace(event, offline=True) if is_late else event


def _facts(call: v16.StopTransactionRequest) -> dict[str, Any]:
    """What a StopTransaction has in common with its repeats, whatever its id is worth."""
    return {"id": call.transaction_id, "timestamp": call.timestamp, "meterStop": call.meter_stop}


def end(tx: Transaction, response: v16.StopTransactionResponse, memory: Memory) -> None:
    """The transaction is over; what waited for that begins."""
    tx.state, tx.ended_at, tx.unacknowledged, tx.taken = "ENDED", memory.now, {}, NOTHING
    tx.stop_answer, tx.pending_stop = msgspec.Raw(encode(response)), None
    tx.stop_told = UNSAID
    memory.touch(tx)
    installed.ended(tx, memory)
    if memory.station.reset_when_idle and not any(memory.open_transactions()):
        memory.station.reset_when_idle = False
        memory.touch(memory.station)
        memory.follow_ups.append(_deferred_reset(memory))


def _deferred_reset(memory: Memory) -> Generator[Any, Any, None]:
    """The OnIdle reset that was answered Scheduled while a transaction ran (D-21)."""
    for _ in range(RESET_RETRIES + 1):
        if any(memory.open_transactions()):  # another began meanwhile: after that one, then
            memory.station.reset_when_idle = True
            memory.touch(memory.station)
            return
        try:
            answer = yield v16.ResetRequest(type="Soft")
        except Refusal:
            answer = None
        if answer is not None and answer.status == "Accepted":
            memory.station.scheduled_reset_at = memory.now
            memory.touch(memory.station)
            return
        memory.lose("reset_deferred", "Reset")
        yield Wait("never", RESET_RETRY_SECONDS)


def _transaction_of(call: v16.StopTransactionRequest, memory: Memory) -> Transaction | None:
    """The transaction that is stopped; a positive id that is not known is never guessed (10.3)."""
    if call.transaction_id > 0:
        return memory.transaction_16(call.transaction_id)
    facts = _facts(call)
    for tx in memory.transactions.values():
        if tx.state == "ENDED" and tx.stop_request == facts:
            return tx
    running = list(memory.open_transactions())
    if len(running) <= 1:
        return running[0] if running else None
    unconfirmed = [tx for tx in running if tx.untold or not tx.confirmed]
    if unconfirmed:
        return unconfirmed[0]
    at = seconds(call.timestamp)
    fitting = [tx for tx in running if tx.meter_start <= call.meter_stop and seconds(tx.start) < at]
    return min(fitting, key=lambda tx: seconds(tx.start), default=None)


def _ended(
    call: v16.StopTransactionRequest,
    tx20: str,
    seq: int,
    cause: Cause,
    tx: Transaction | None,
    memory: Memory,
) -> v201.TransactionEventRequest:
    timestamp = utc(call.timestamp)
    connector = tx.connector if tx else 0
    known = metering.Known(tx, call.meter_stop)
    elements = metering.to_201(call.transaction_data or [], connector, memory, known)
    at_end = registers.stated_end(call.transaction_data or [])
    if at_end is None or abs(at_end - call.meter_stop) > 1:
        if at_end is not None:
            memory.lose("meter_conflict", "meterStop")
        elements.append(metering.register(call.meter_stop, "Transaction.End", timestamp))
    return v201.TransactionEventRequest(
        event_type="Ended",
        timestamp=timestamp,
        trigger_reason=cause.trigger_reason,
        seq_no=seq,
        transaction_info=v201.Transaction(
            transaction_id=tx20,
            charging_state=cause.charging_state,
            stopped_reason=cause.stopped_reason,
        ),
        meter_value=elements,
        offline=events.is_offline(timestamp, memory),
        id_token=tokens.to_201(call.id_tag, memory) if call.id_tag is not None else None,
    )


def _orphan(
    call: v16.StopTransactionRequest, memory: Memory
) -> Generator[Step, Any, v16.StopTransactionResponse]:
    """The stop of a transaction that nobody here saw begin: one honest Ended (D-27).

    An invented Started with a guessed meterStart would bill wrongly; the station is confirmed
    whatever the CSMS says, or it would repeat the stop for ever.
    """
    name = f"orphan|{memory.identity}|{call.transaction_id}|{call.timestamp}"
    tx20 = str(uuid.uuid5(NAMESPACE, name))
    response = v16.StopTransactionResponse()
    request = _ended(call, tx20, 0, CAUSES[call.reason], None, memory)
    memory.lose("orphan_stop", "transactionId")
    begin = registers.begin_element(request.meter_value or [])
    requests = [request]
    if begin is not None and memory.options.orphan_stop == "full":
        ended = msgspec.structs.replace(request, seq_no=1)
        requests = [_orphan_start(request, begin, memory), ended]
    for request in requests:
        try:
            answer = yield request
        except Refusal as refusal:
            if refusal.code in ("timeout", "closed"):
                raise
            memory.lose("dead_letter", "TransactionEvent")
        else:
            costs.heard(answer, None, memory)
            tokens.info_to_16(answer.id_token_info, call.id_tag or "", memory)
    tx16 = call.transaction_id if call.transaction_id > 0 else None
    tx = Transaction(tx20, "OPEN", tx16, last_reading=str(call.meter_stop))
    tx.stop_request = _facts(call)  # so that its repeats are answered here
    memory.add(tx)
    end(tx, response, memory)
    return response


def _orphan_start(
    ended: v201.TransactionEventRequest, begin: v201.MeterValue, memory: Memory
) -> v201.TransactionEventRequest:
    """The start that the stop itself tells of (option `orphan_stop`)."""
    reading = next(registers.candidates([begin], "Transaction.Begin"))[2]
    start = memory.whole(reading, "meterStart")
    return msgspec.structs.replace(
        ended,
        event_type="Started",
        timestamp=begin.timestamp,
        trigger_reason="Authorized",
        transaction_info=v201.Transaction(
            transaction_id=ended.transaction_info.transaction_id, charging_state="EVConnected"
        ),
        meter_value=[metering.register(start, "Transaction.Begin", begin.timestamp)],
        offline=events.is_offline(begin.timestamp, memory),
    )
