"""The three frames of OCPP-J: parse, emit, and the error codes of both versions."""

from typing import Literal, TypeAlias

import msgspec

Version: TypeAlias = Literal["1.6", "2.0.1"]

EMPTY = msgspec.Raw(b"{}")

# OCPP-J 1.6 section 4.2.3 (with its unmended spellings) and OCPP 2.0.1 part 4 section 4.3.
CODES_16 = frozenset(
    {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }
)
CODES_201 = frozenset(
    (CODES_16 - {"FormationViolation", "OccurenceConstraintViolation"})
    | {
        "FormatViolation",
        "OccurrenceConstraintViolation",
        "MessageTypeNotSupported",
        "RpcFrameworkError",
    }
)
LONGEST_DESCRIPTION = 255  # characters (OCPP-J)
# Both spellings are accepted from both versions; each version gets its own.
TO_201 = {
    "FormationViolation": "FormatViolation",
    "OccurenceConstraintViolation": "OccurrenceConstraintViolation",
}
TO_16 = {
    "FormatViolation": "FormationViolation",
    "OccurrenceConstraintViolation": "OccurenceConstraintViolation",
    "MessageTypeNotSupported": "ProtocolError",
    "RpcFrameworkError": "ProtocolError",
}


class Call(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """A request: `[2, message id, action, payload]`."""

    message_id: str
    action: str
    payload: msgspec.Raw


class CallResult(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """An answer: `[3, message id, payload]`."""

    message_id: str
    payload: msgspec.Raw


class CallError(msgspec.Struct, frozen=True, array_like=True, tag=4, gc=False):
    """A refusal: `[4, message id, code, description, details]`."""

    message_id: str
    code: str
    description: str = ""
    details: msgspec.Raw = EMPTY


Message: TypeAlias = Call | CallResult | CallError


class FrameError(Exception):
    """A text that is no OCPP-J frame. `message_id` is empty where none could be read."""

    def __init__(self, code: str, reason: str, message_id: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.message_id = code, reason, message_id


_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Call | CallResult | CallError)
_decode = _decoder.decode
_encode = msgspec.json.Encoder().encode


def parse(text: bytes) -> Message:
    """Read one frame; the payload stays as it was sent. Raises FrameError, and nothing else."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _explained(text, error) from error


def _explained(text: bytes, error: Exception) -> FrameError:
    """Say what is wrong with a frame, and whose it is, as far as that can be read."""
    try:
        elements = msgspec.json.decode(text, type=list[msgspec.Raw])
        head = [msgspec.json.decode(raw, type=int | str) for raw in elements[:2]]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return FrameError("RpcFrameworkError", "not a JSON array that begins with type and id")
    match head:
        case [2 | 3 | 4, str(message_id)]:
            code = "FormatViolation" if head[0] == 2 else "RpcFrameworkError"
            return FrameError(code, str(error), message_id)
        case [int(kind), str(message_id)]:
            return FrameError("MessageTypeNotSupported", f"message type {kind}", message_id)
    return FrameError("RpcFrameworkError", "no message type and id at the front")


def emit_call(message_id: str, action: str, payload: bytes) -> bytes:
    """The text of a CALL. Ids and actions come from outside too, so both are JSON-encoded."""
    return b"[2,%b,%b,%b]" % (_encode(message_id), _encode(action), payload)


def emit_result(message_id: str, payload: bytes) -> bytes:
    """The text of a CALLRESULT."""
    return b"[3,%b,%b]" % (_encode(message_id), payload)


def emit_error(
    version: Version, message_id: str, code: str, description: str = "", details: bytes = b"{}"
) -> bytes:
    """The text of a CALLERROR, its code spelled as that version does; unknown ones are generic."""
    code = code_for(version, code)
    head = _encode([4, message_id, code, description[:LONGEST_DESCRIPTION]])
    return b"%b,%b]" % (head[:-1], details)


def renamed(text: bytes, message_id: str, version: Version) -> bytes:
    """The same answer to another CALL. Raises FrameError for what is no frame."""
    message = parse(text)
    if isinstance(message, CallResult):
        return emit_result(message_id, bytes(message.payload))
    assert not isinstance(message, Call), "an answer is no CALL"
    return emit_error(
        version, message_id, message.code, message.description, bytes(message.details)
    )


def is_told(version: Version, code: str, description: str) -> bool:
    """Whether a CALLERROR of the other version says all of this; another spelling is no loss."""
    is_spelt = code in TO_201 or TO_16.get(code) in TO_201 or code_for(version, code) == code
    return is_spelt and len(description) <= LONGEST_DESCRIPTION


def code_for(version: Version, code: str) -> str:
    """An error code as the given version spells it; GenericError for what it does not know."""
    if version == "1.6":
        code = TO_16.get(code, code)
        return code if code in CODES_16 else "GenericError"
    code = TO_201.get(code, code)
    return code if code in CODES_201 else "GenericError"
