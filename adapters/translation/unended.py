"""Transactions whose StopTransaction never came: they are ended from here (10.1 and 19)."""

from collections.abc import Generator
from decimal import Decimal
from typing import Any

from adapters import v16, v201
from adapters.translation import events, metering, started, stops
from adapters.translation.conversation import Refusal, Start, Step, Wait
from adapters.translation.memory import Memory
from adapters.translation.records import Transaction
from adapters.translation.scalars import A_DAY, rfc3339, seconds

TRY_AGAIN = 60.0
QUEUE_TOLD = 120.0  # seconds for a station that is back to begin with what it kept


def end_others(tx: Transaction, memory: Memory) -> Generator[Step, Any, None]:
    """2.0.1 allows one transaction an EVSE: what still runs on this one has ended unheard."""
    for other in list(memory.open_transactions()):
        if other is tx:
            return  # those behind it began later
        if other.evse == tx.evse:
            yield from give_up(other, tx.start, memory)


def give_up(tx: Transaction, at: str, memory: Memory) -> Generator[Step, Any, None]:
    """Tell the CSMS of an end that nobody saw. Raises Refusal where it has to be tried again."""
    if tx.state == "NEW" and not tx.unacknowledged:
        memory.lose("synthetic_end", "StartTransaction")  # the station tries no more
        stops.end(tx, v16.StopTransactionResponse(), memory)
        return
    if tx.state == "NEW":
        yield from started.tell(tx, memory)
    seq = tx.unacknowledged.get("stop")
    if seq is None:
        memory.lose("synthetic_end", "StopTransaction")
        heard_at = tx.heard_at
        seq = tx.unacknowledged["stop"] = events.allocate(tx, memory)
        tx.heard_at = heard_at  # this number is not due to the station
    try:
        yield stops.told(tx, memory) or _invented(tx, at, seq, memory)
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "TransactionEvent")
    stops.end(tx, v16.StopTransactionResponse(), memory)


def _invented(tx: Transaction, at: str, seq: int, memory: Memory) -> v201.TransactionEventRequest:
    """The end that nobody told: at its last reading, for another reason."""
    reading = [metering.register(int(Decimal(tx.last_reading)), "Transaction.End", at)]
    return v201.TransactionEventRequest(
        event_type="Ended",
        timestamp=at,
        trigger_reason="AbnormalCondition",
        seq_no=seq,
        transaction_info=v201.Transaction(transaction_id=tx.tx20, stopped_reason="Other"),
        meter_value=reading if tx.last_reading != str(tx.meter_start) else None,
        offline=events.is_offline(at, memory),
    )


def watched(memory: Memory) -> Start | None:
    """See that no transaction lasts for ever, if that is wanted (option `orphan_timeout`)."""
    if memory.options.orphan_timeout == "off" or memory.unended_watched:
        return None
    return Start(_watch(memory.options.orphan_timeout, memory)) if _silent(memory) else None


def _silent(memory: Memory) -> Transaction | None:
    """The running transaction that was not heard of for longest."""
    return min(memory.open_transactions(), key=_heard_at, default=None)


def _heard_at(tx: Transaction) -> float:
    return tx.heard_at or seconds(tx.start)


def _watch(limit: float, memory: Memory) -> Generator[Step, Any, None]:
    memory.unended_watched = True
    try:
        while (tx := _silent(memory)) is not None:
            told = seconds(memory.before_connection) + QUEUE_TOLD
            left = max(_heard_at(tx) + limit, told) - memory.now
            if left > 0:
                yield Wait("never", min(left, A_DAY))
                continue
            try:
                yield from give_up(tx, rfc3339(memory.now), memory)
            except Refusal:
                yield Wait("never", TRY_AGAIN)
    finally:
        memory.unended_watched = False
