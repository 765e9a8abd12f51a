"""The Started event of a 1.6 station's transaction, the same however often it is sent (6.3)."""

from collections.abc import Generator
from typing import Any

from adapters import v201
from adapters.translation import events, metering, tokens
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import Transaction


def event(tx: Transaction, memory: Memory) -> v201.TransactionEventRequest:
    """The Started event of a transaction; the same however often it is sent."""
    token = tokens.to_201(tx.id_tag, memory)
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


def again(tx: Transaction, memory: Memory) -> Generator[Step, Any, None]:
    """Send the event number 0 that the CSMS never took, before a later one."""
    try:
        answer = yield event(tx, memory)
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "TransactionEvent")
    else:
        events.heed(answer, tx, memory)
    tx.state = "OPEN"
    memory.touch(tx)
