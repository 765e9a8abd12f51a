"""What 2.0.1 has no place for, as customData, where the operator wants that (D-11)."""

from collections.abc import Generator, Iterator
from typing import Any

import msgspec

from adapters.payload import Payload
from adapters.translation.conversation import Conversation, Refusal
from adapters.translation.memory import Memory
from adapters.translation.unmapped import VENDOR

# The fields of a 1.6 CALL that are dropped, or told by a coarser word, in the 2.0.1 CALL that it
# becomes. One whose very value stands in there is neither.
UNPLACED: dict[tuple[str, str], tuple[str, ...]] = {
    ("BootNotification", "BootNotification"): (
        "chargeBoxSerialNumber",
        "meterSerialNumber",
        "meterType",
    ),
    ("MeterValues", "MeterValues"): ("transactionId",),
    ("StatusNotification", "StatusNotification"): (
        "status",
        "errorCode",
        "info",
        "vendorErrorCode",
        "vendorId",
    ),
    ("StopTransaction", "TransactionEvent"): ("reason",),
}
NAMES = {"vendorId": "errorVendorId"}  # customData has a vendorId of its own
NOTHING = "NoError"  # an error code that tells nothing
_as_fields = msgspec.json.Decoder(dict[str, Any] | None)


def carried(conversation: Conversation, call: Payload, memory: Memory) -> Conversation:
    """The same conversation; the 2.0.1 CALLs in it have what the 1.6 one says beyond them."""
    if memory.options.custom_data == "off" or call.version != "1.6":
        return conversation
    said = _as_fields.decode(memory.source) or {}
    return _carrying(conversation, call.action, said)


def _carrying(
    conversation: Conversation, action: str, said: dict[str, Any]
) -> Generator[Any, Any, Payload | None]:
    try:
        step = next(conversation)
        while True:
            try:
                answer = yield _with_custom_data(step, action, said)
            except Refusal as refusal:
                step = conversation.throw(refusal)
            else:
                step = conversation.send(answer)
    except StopIteration as done:
        response: Payload | None = done.value
        return response


def _with_custom_data(step: Any, action: str, said: dict[str, Any]) -> Any:
    if not isinstance(step, Payload) or step.version != "2.0.1":
        return step
    known = set(_leaves(msgspec.to_builtins(step)))
    beyond = {
        NAMES.get(field, field): said[field]
        for field in UNPLACED.get((action, step.action), ())
        if said.get(field) not in (None, NOTHING) and said[field] not in known
    }
    if not beyond:
        return step
    return msgspec.structs.replace(step, custom_data={"vendorId": VENDOR} | beyond)


def _leaves(value: Any) -> Iterator[Any]:
    """The texts and numbers of a tree."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value
