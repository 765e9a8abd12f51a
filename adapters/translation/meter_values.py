"""MeterValues of a 2.0.1 station outside of a transaction event (specification 8.4)."""

from collections.abc import Generator
from typing import Any

from adapters import v16, v201
from adapters.translation import metering, places, readings
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import UNSAID, Transaction
from adapters.translation.scalars import seconds

Elements = list[v201.MeterValue]


def v201_station(call: v201.MeterValuesRequest, memory: Memory) -> Conversation:
    """They carry the 1.6 id of the transaction that ran on that EVSE when they were measured."""
    if not call.evse_id:
        yield from _tell(call.meter_value, 0, None, memory)
        return v201.MeterValuesResponse()
    number = places.connector_at(call.evse_id, None, memory)
    tx = places.transaction_at(number, memory)
    if tx is not None and (tx.state != "OPEN" or tx.stop_told != UNSAID):
        tx = None  # 1.6 knows nothing of it, or it is over and only its stop waits
    before, during = _parted(call.meter_value, tx)
    connector = memory.connector(number)
    memory.touch(connector)
    if tx is not None:
        memory.touch(tx)
    for elements, its in ((before, None), (during, tx)):
        readings.note(elements, its, connector, memory)
        yield from _tell(elements, number, its, memory)
    return v201.MeterValuesResponse()


def _parted(elements: Elements, tx: Transaction | None) -> tuple[Elements, Elements]:
    """What was measured before a transaction began, and since."""
    if tx is None:
        return elements, []
    start = seconds(tx.start)
    before = [e for e in elements if seconds(e.timestamp) < start]
    return before, [e for e in elements if seconds(e.timestamp) >= start]


def _tell(
    elements: Elements, number: int, tx: Transaction | None, memory: Memory
) -> Generator[Step, Any, None]:
    values = metering.to_16(readings.rebased(elements, tx) if tx else elements, memory)
    if not values:
        return
    request = v16.MeterValuesRequest(
        connector_id=number, transaction_id=tx.tx16 if tx else None, meter_value=values
    )
    try:
        yield request
    except Refusal as refusal:
        if tx is None or refusal.is_transient:
            raise
        memory.lose("dead_letter", "MeterValues")  # repeated it would fail alike (D-10)
