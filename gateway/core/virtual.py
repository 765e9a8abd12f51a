"""The station that a shadow CSMS believes it commands: it says no, in each message's own way.

What a shadow asks must never reach the real station, whose answers belong to its primary.
"""

from functools import cache
from typing import get_args

import msgspec

from adapters import frame, v16, v201
from adapters.frame import CallError, CallResult, Version
from adapters.payload import Action, encode

ACTIONS: dict[Version, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
# The words for "no", the plainest first.
NEGATIVE = (
    "Rejected",
    "NotSupported",
    "NotImplemented",
    "UnlockFailed",
    "Failed",
    "Unknown",
    "NotFound",
    "NoProfiles",
    "NoFirmware",
    "UnknownVendorId",
)


@cache
def refusal(version: Version, action: str) -> bytes | None:
    """The payload by which this action is declined; None if its answer cannot say no."""
    known = ACTIONS[version].get(action)
    if known is None:
        return None
    fields = {field.name: field for field in msgspec.structs.fields(known.response)}
    status = fields.pop("status", None)
    if status is None or any(field.required for field in fields.values()):
        return None
    for word in NEGATIVE:
        if word in get_args(status.type):
            return encode(known.response(status=word))
    return None


def answer(version: Version, action: str, message_id: str) -> CallResult | CallError:
    """What a station that wants nothing of this answers."""
    payload = refusal(version, action)
    if payload is None:
        return CallError(message_id, "NotSupported", "a shadow does not command the station")
    return CallResult(message_id, msgspec.Raw(payload))


def emit(version: Version, message: CallResult | CallError) -> bytes:
    """The text of such an answer."""
    if isinstance(message, CallResult):
        return frame.emit_result(message.message_id, bytes(message.payload))
    return frame.emit_error(version, message.message_id, message.code, message.description)
