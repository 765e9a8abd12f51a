"""What 2.0.1 has no place for, as customData, where the operator wants that (D-11).

Each 2.0.1 message that a 1.6 one becomes carries what is lost on this way, under its 1.6 name: the
CALLs that follow from a 1.6 CALL, and the answer that follows from a 1.6 answer. What is lost is
what the translation declares, and by the tables here what it tells by a coarser word.
"""

from collections.abc import Generator, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from adapters.payload import Payload, decoder, encode
from adapters.translation import samples
from adapters.translation.conversation import Conversation, Refusal
from adapters.translation.memory import Memory
from adapters.translation.unmapped import VENDOR

Fields = dict[str, Any]

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
ANSWERED = ("status",)  # the same of a 1.6 answer, if there was but one
NAMES = {"vendorId": "errorVendorId"}  # customData has a vendorId of its own
NOTHING = "NoError"  # an error code that tells nothing
WHOLE = frozenset({"null_field", "text_number", "unknown_field"})  # by these no content is lost
_as_fields = decoder(Fields)


def carried(conversation: Conversation, call: Payload, memory: Memory) -> Conversation:
    """The same conversation; the 2.0.1 messages in it have what the 1.6 ones say beyond them."""
    if memory.options.custom_data == "off":
        return conversation
    if call.version == "2.0.1":
        return _answering(conversation, memory)
    return _carrying(conversation, call.action, _fields(memory.source), memory)


def _carrying(
    conversation: Conversation, action: str, said: Fields, memory: Memory
) -> Generator[Any, Any, Payload | None]:
    """Of a 1.6 CALL: what it becomes."""
    try:
        step = next(conversation)
        while True:
            try:
                answer = yield _told(step, action, said, memory)
            except Refusal as refusal:
                step = conversation.throw(refusal)
            else:
                step = conversation.send(answer)
    except StopIteration as done:
        response: Payload | None = done.value
        return response


def _answering(conversation: Conversation, memory: Memory) -> Generator[Any, Any, Payload | None]:
    """Of a 2.0.1 CALL: its answer, out of what the 1.6 peer answered last."""
    answers = []
    try:
        step = next(conversation)
        while True:
            try:
                answer = yield step
            except Refusal as refusal:
                step = conversation.throw(refusal)
            else:
                if isinstance(answer, Payload) and answer.version == "1.6":
                    answers.append(answer)
                step = conversation.send(answer)
    except StopIteration as done:
        response: Payload | None = done.value
    if response is None or not answers:
        return response
    said = _fields(encode(answers[-1]))
    unplaced = ANSWERED if len(answers) == 1 else ()
    return _with(response, _coarse(response, said, unplaced, memory))


def _told(step: Any, action: str, said: Fields, memory: Memory) -> Any:
    if not isinstance(step, Payload) or step.version != "2.0.1":
        return step
    beyond = _coarse(step, said, UNPLACED.get((action, step.action), ()), memory)
    lost = [field for rule, field in memory.losses if rule in samples.RULES]
    if lost and (left := samples.untold(said, lost, memory)):
        beyond |= left
    return _with(step, beyond)


def _coarse(told: Payload, said: Fields, unplaced: tuple[str, ...], memory: Memory) -> Fields:
    """What a 1.6 message says and this one does not."""
    known = set(_leaves(msgspec.to_builtins(told, builtin_types=(Decimal,))))
    found = {
        field: said[field]
        for field in unplaced
        if said.get(field) not in (None, NOTHING) and said[field] not in known
    }
    for rule, field in dict.fromkeys(memory.losses):
        value = None if rule in WHOLE else _named(field, said)
        if value is not None and not (isinstance(value, str) and value in known):
            found[field] = value
    return {NAMES.get(field, field): value for field, value in found.items()}


def _with(message: Payload, beyond: Fields) -> Payload:
    if not beyond:
        return message
    return msgspec.structs.replace(message, custom_data={"vendorId": VENDOR} | beyond)


def _fields(payload: bytes) -> Fields:
    return _as_fields.decode(payload) if payload != b"null" else {}


def _named(field: str, value: Any) -> Any:
    """The first plain value of that name in a tree."""
    inside = [value]
    while inside:
        each = inside.pop(0)
        if isinstance(each, dict):
            if isinstance(found := each.get(field), str | int | Decimal):
                return found
            inside += each.values()
        elif isinstance(each, list):
            inside += each
    return None


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
