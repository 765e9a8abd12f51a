"""The Started event of a 1.6 station's transaction, the same however often it is sent (6.3)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.payload import encode
from adapters.translation import costs, events, metering, tokens
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import Transaction
from adapters.translation.scalars import A_DAY, rfc3339

TEN_MINUTES = 600.0
STATES = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})  # that a 1.6 status tells exactly


def event(tx: Transaction, memory: Memory) -> v201.TransactionEventRequest:
    """The Started event of a transaction; the same however often it is sent."""
    token = tokens.said(tx.id_token) if tx.id_token else tokens.to_201(tx.id_tag, memory)
    remote = tx.remote_start_id is not None
    return v201.TransactionEventRequest(
        event_type="Started",
        timestamp=tx.start,
        trigger_reason="RemoteStart" if remote else "Authorized",
        seq_no=0,
        transaction_info=v201.Transaction(
            transaction_id=tx.tx20,
            charging_state=tx.charging_state,  # type: ignore[arg-type]
            remote_start_id=tx.remote_start_id,
        ),
        evse=v201.EVSE(id=tx.evse, connector_id=tx.evse_connector),
        id_token=token,
        reservation_id=tx.reservation_id,
        meter_value=[metering.register(tx.meter_start, "Transaction.Begin", tx.start)],
        offline=events.is_offline(tx.start, memory),
    )


def tell(tx: Transaction, memory: Memory) -> Generator[Step, Any, v16.StartTransactionResponse]:
    """Send event number 0; what StartTransaction is answered, now or when it is repeated."""
    tx.unacknowledged["start"] = 0
    memory.touch(tx)
    try:
        answer = yield event(tx, memory)
    except Refusal as refusal:
        if refusal.code not in ("timeout", "closed"):
            events.settle("start", tx)  # it knows nothing of the transaction, and says so
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "TransactionEvent")
        return _confirmed(tx, unheard(tx, memory).id_tag_info, memory)
    response = confirm(tx, answer, memory)
    costs.heard(answer, None, memory)  # 2.0.1 knows no cost before the first Updated
    return response


def unheard(tx: Transaction, memory: Memory) -> v16.StartTransactionResponse:
    """What StartTransaction is answered where the CSMS will never hear of it (D-10)."""
    status = tokens.last_status(tx.id_tag, memory, TEN_MINUTES) or "Invalid"
    info = _here(v16.IdTagInfo(status), tx, memory)
    return v16.StartTransactionResponse(id_tag_info=info, transaction_id=tx.tx16 or 0)


def confirm(
    tx: Transaction, answer: v201.TransactionEventResponse, memory: Memory
) -> v16.StartTransactionResponse:
    """The CSMS took the Started event."""
    info = tokens.info_to_16(answer.id_token_info, tx.id_tag, memory)
    if info is None:
        memory.lose("missing_idTokenInfo", "idTokenInfo")
        info = v16.IdTagInfo(tokens.last_status(tx.id_tag, memory, A_DAY) or "Accepted")
    return _confirmed(tx, _here(info, tx, memory), memory)


def _here(info: v16.IdTagInfo, tx: Transaction, memory: Memory) -> v16.IdTagInfo:
    """1.6 has no word for a token that is accepted, but at other EVSEs (2.2)."""
    if info.status != "Accepted" or tokens.is_allowed(tx.id_tag, tx.evse, memory):
        return info
    return msgspec.structs.replace(info, status="Blocked")


def _confirmed(
    tx: Transaction, info: v16.IdTagInfo, memory: Memory
) -> v16.StartTransactionResponse:
    response = v16.StartTransactionResponse(id_tag_info=info, transaction_id=tx.tx16 or 0)
    tx.state, tx.confirmed, tx.start_answer = "OPEN", True, msgspec.Raw(encode(response))
    events.settle("start", tx)
    memory.touch(tx)
    state = memory.connector(tx.connector).status16
    if state in STATES and state != tx.charging_state:
        memory.follow_ups.append(_caught_up(tx, state, memory))
    return response


def _caught_up(tx: Transaction, state: str, memory: Memory) -> Generator[Step, Any, None]:
    """The charging state changed before the CSMS knew of the transaction: it is told now."""
    if tx.state != "OPEN" or state == tx.charging_state:
        return
    tx.charging_state = state
    seq, at = events.allocate(tx, memory), rfc3339(memory.now)
    request = events.updated(tx, memory, at, "ChargingStateChanged", seq, state)  # type: ignore[arg-type]
    try:
        events.heed((yield request), tx, memory)
    except Refusal as refusal:
        if refusal.is_transient and refusal.code not in ("timeout", "closed"):
            events.give_back(tx, seq, memory)
        memory.lose("dead_letter", "TransactionEvent")
