"""Prices and costs for a driver to see, both ways (specification 17.5).

1.6 has them inside DataTransfer, as the OCA's "OCPP & California Pricing Requirements" says.
"""

from collections.abc import Generator
from decimal import Decimal
from typing import Any, Literal

import msgspec

from adapters import v16, v201
from adapters.payload import bounded, decoder, encode
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import Transaction
from adapters.translation.scalars import rfc3339

VENDOR = "org.openchargealliance.costmsg"
KEY = "CustomDisplayCostAndPrice"  # the 1.6 station's configuration key that says it shows them


class SetUserPrice(msgspec.Struct, frozen=True, rename="camel"):
    """What charging costs the driver of an id token."""

    id_token: str
    price_text: str


class RunningCost(msgspec.Struct, frozen=True, rename="camel"):
    """What a transaction costs so far, at a meter register in Wh."""

    transaction_id: int
    timestamp: str
    meter_value: int
    cost: Decimal
    state: Literal["Charging", "Idle"]


class FinalCost(msgspec.Struct, frozen=True, rename="camel"):
    """What a transaction cost."""

    transaction_id: int
    cost: Decimal
    price_text: str


class _Cost(msgspec.Struct, rename="camel"):
    """RunningCost and FinalCost, as far as 2.0.1 has a place for them."""

    transaction_id: int
    cost: Decimal

    def __post_init__(self) -> None:
        bounded(self.cost)


# What a 2.0.1 CSMS says, for a 1.6 station


def are_shown(memory: Memory) -> bool:
    """Whether this 1.6 station shows prices and costs."""
    return memory.station.configuration.get(KEY, "").strip().lower() == "true"


def priced(said: v201.IdTokenInfo, id_tag: str, memory: Memory) -> v201.IdTokenInfo:
    """A personal message to a driver is shown after the answer; the rest is for the answer."""
    message = said.personal_message
    if message is None or not are_shown(memory):
        return said
    memory.follow_ups.append(_show(SetUserPrice(id_tag, message.content), memory))
    return msgspec.structs.replace(said, personal_message=None)


def heard(
    answer: v201.TransactionEventResponse,
    tx: Transaction | None,
    memory: Memory,
    is_final: bool = False,
) -> None:
    """What a transaction costs, so far or in the end, is shown after the answer, or lost."""
    message = answer.updated_personal_message
    if message is not None and not (is_final and answer.total_cost is not None):
        memory.lose("personal_message", "updatedPersonalMessage")
    if answer.total_cost is None:
        return
    over = tx is None or (tx.state == "ENDED" and not is_final)
    if tx is None or tx.tx16 is None or over or not are_shown(memory):
        memory.lose("cost", "totalCost")
        return
    if is_final:
        text = message.content if message else ""
        memory.follow_ups.append(_show(FinalCost(tx.tx16, answer.total_cost, text), memory))
    else:
        memory.follow_ups.append(_show(_running(tx, tx.tx16, answer.total_cost, memory), memory))


def v201_updated(call: v201.CostUpdatedRequest, memory: Memory) -> Conversation:
    """For a 1.6 station that shows costs; the answer has no other way to say that it does not."""
    tx = memory.transactions.get(call.transaction_id)
    if tx is not None and tx.tx16 is not None and are_shown(memory):
        answer = yield _transfer(_running(tx, tx.tx16, call.total_cost, memory))
        if answer.status == "Accepted":
            return v201.CostUpdatedResponse()
    memory.lose("cost", "totalCost")
    raise Refusal("NotSupported", "the station does not show this cost")


def _running(tx: Transaction, tx16: int, cost: Decimal, memory: Memory) -> RunningCost:
    return RunningCost(
        transaction_id=tx16,
        timestamp=rfc3339(memory.now),
        meter_value=memory.whole(Decimal(tx.last_reading or tx.meter_start), "meterValue"),
        cost=cost,
        state="Charging" if tx.charging_state == "Charging" else "Idle",
    )


def _transfer(message: SetUserPrice | RunningCost | FinalCost) -> v16.DataTransferRequest:
    return v16.DataTransferRequest(
        vendor_id=VENDOR, message_id=type(message).__name__, data=encode(message).decode()
    )


def _show(
    message: SetUserPrice | RunningCost | FinalCost, memory: Memory
) -> Generator[Step, Any, None]:
    try:
        answer = yield _transfer(message)
    except Refusal:
        answer = None
    if answer is None or answer.status != "Accepted":
        memory.lose("cost", type(message).__name__)


# What a 1.6 CSMS says, for a 2.0.1 station


def v16_told(call: v16.DataTransferRequest, memory: Memory) -> Conversation:
    """Costs have a message of their own in 2.0.1; prices have none, and texts are dropped."""
    if call.message_id not in ("RunningCost", "FinalCost"):
        return v16.DataTransferResponse("Rejected")
    try:
        cost = decoder(_Cost).decode(call.data or "")
    except (msgspec.DecodeError, RecursionError):
        return v16.DataTransferResponse("Rejected")
    tx = memory.transaction_16(cost.transaction_id)
    if tx is None:
        return v16.DataTransferResponse("Rejected")
    try:
        yield v201.CostUpdatedRequest(total_cost=cost.cost, transaction_id=tx.tx20)
    except Refusal:
        return v16.DataTransferResponse("Rejected")
    memory.lose("cost", "priceText")
    return v16.DataTransferResponse("Accepted")
