"""Notifications that the other version has no word for: counted, and forwarded if wanted (1.9)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16
from adapters.payload import Payload, decoder, encode
from adapters.translation.conversation import Conversation, Refusal, Step, Untranslatable
from adapters.translation.memory import Memory

RULE = "unmapped_notification"
VENDOR = "ocpp-gateway"
_as_anything = decoder(dict[str, Any])


def is_forwarded(entry: Untranslatable, memory: Memory) -> bool:
    """Whether this is a notification that goes to the CSMS nevertheless."""
    return entry.rule == RULE and memory.options.forward_unmapped == "datatransfer"


def answered(notification: Payload, entry: Untranslatable, memory: Memory) -> Conversation:
    """Forwarded before it is answered, so that a station cannot say more than the CSMS takes."""
    yield from forwarded(notification, memory)
    return None if isinstance(entry.answer, str) else entry.answer(notification)


def forwarded(notification: Payload, memory: Memory) -> Generator[Step, Any, None]:
    """It is lost, or told to a 1.6 CSMS as a DataTransfer, whose answer does not matter."""
    text = as_said(notification, memory.source)
    memory.lose(RULE, notification.action)
    if memory.options.forward_unmapped == "off":
        return
    try:
        yield v16.DataTransferRequest(
            vendor_id=VENDOR,
            message_id=notification.action,
            data=text,
        )
    except Refusal:
        return


def as_said(message: Payload, source: msgspec.Raw) -> str:
    """A message as compact JSON, its fields in the order of its source if that says the same."""
    ours = encode(message)
    try:
        theirs = _as_anything.decode(source)
        if theirs == _as_anything.decode(ours):
            ours = encode(theirs)
    except (msgspec.DecodeError, RecursionError):
        pass
    return ours.decode()
