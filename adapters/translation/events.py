"""TransactionEvents for a 2.0.1 CSMS, their numbers, and what its answers mean (section 10)."""

from collections.abc import Generator
from typing import Any

from adapters import v16, v201
from adapters.translation import costs, tokens
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import NOTHING, PendingStop, Transaction
from adapters.translation.scalars import seconds

STOP_EXPECTED_WITHIN = 120.0  # seconds from a stop that was asked for to its StopTransaction (3.3)


def allocate(tx: Transaction, memory: Memory, count: int = 1) -> int:
    """The next sequence numbers of a transaction; returns the first. Durable before it is sent."""
    first = tx.next_seq
    tx.next_seq += count
    tx.heard_at = memory.now
    memory.touch(tx)
    return first


def settle(key: str, tx: Transaction) -> None:
    """The CSMS has taken all events of a source CALL."""
    tx.unacknowledged.pop(key, None)
    if not tx.unacknowledged:
        tx.unacknowledged = {}  # one that held something takes its room still
    if key in tx.taken:
        tx.taken = {other: n for other, n in tx.taken.items() if other != key} or NOTHING


def is_unheard(tx: Transaction) -> bool:
    """Whether the CSMS has not taken all that happened; the station will repeat it."""
    return tx.state == "NEW" or bool(tx.unacknowledged)


def give_back(tx: Transaction, seq: int, memory: Memory) -> None:
    """A number whose event was refused and is never sent again may be used by the next one."""
    if tx.next_seq == seq + 1:
        tx.next_seq = seq
        memory.touch(tx)


def is_offline(timestamp: str, memory: Memory) -> bool | None:
    """True if the event happened before this connection, or during an outage; never False."""
    # Both are UTC texts of one form, so they compare as they stand, to the second.
    if timestamp < memory.before_connection:
        return True
    if not memory.outages:
        return None
    at = seconds(timestamp)
    return True if any(since <= at <= until for since, until in memory.outages) else None


def updated(
    tx: Transaction,
    memory: Memory,
    timestamp: str,
    reason: v201.TriggerReason,
    seq: int,
    charging_state: v201.ChargingState | None = None,
    meter_value: list[v201.MeterValue] | None = None,
) -> v201.TransactionEventRequest:
    """An Updated event; EVSE and id token were said by the Started one (E01.FR.16)."""
    return v201.TransactionEventRequest(
        event_type="Updated",
        timestamp=timestamp,
        trigger_reason=reason,
        seq_no=seq,
        transaction_info=v201.Transaction(transaction_id=tx.tx20, charging_state=charging_state),
        meter_value=meter_value,
        offline=is_offline(timestamp, memory),
    )


def heed(answer: v201.TransactionEventResponse, tx: Transaction, memory: Memory) -> None:
    """Stop a transaction that the CSMS no longer authorizes: 1.6 has no such answer (10.5)."""
    info = tokens.info_to_16(answer.id_token_info, tx.id_tag, memory)
    costs.heard(answer, tx, memory)
    if info is None or info.status == "Accepted" or tx.state == "ENDED":
        return
    if memory.station.configuration.get("StopTransactionOnInvalidId", "").lower() == "false":
        return
    memory.follow_ups.append(deauthorize(tx, memory))


def deauthorize(tx: Transaction, memory: Memory) -> Generator[Step, Any, None]:
    """Ask the station to stop, once, and remember why."""
    asked = tx.pending_stop
    if asked is not None and asked.trigger_reason == "Deauthorized" and asked.until >= memory.now:
        return
    if tx.state == "ENDED":
        return
    expect_stop(tx, "Deauthorized", "DeAuthorized", memory)
    try:
        answer = yield v16.RemoteStopTransactionRequest(transaction_id=tx.tx16 or 0)
    except Refusal:
        memory.lose("deauthorization", "idTokenInfo")
        return
    if answer.status == "Rejected":
        memory.lose("deauthorization", "idTokenInfo")
        stop_refused(tx, memory)


def expect_stop(tx: Transaction, trigger_reason: str, stopped_reason: str, memory: Memory) -> None:
    """The next StopTransaction has this cause, whatever the station calls it."""
    until = memory.now + STOP_EXPECTED_WITHIN
    tx.pending_stop = PendingStop(trigger_reason, stopped_reason, until)
    memory.touch(tx)


def stop_refused(tx: Transaction, memory: Memory) -> None:
    """The station will not stop it: if it stops after all, that has another cause."""
    tx.pending_stop = None
    memory.touch(tx)
