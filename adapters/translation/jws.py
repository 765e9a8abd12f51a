"""Signed messages of 2.0.1 (part 4, section 7): opened, never verified and never made (17.3).

The action ends in `-Signed`, and the payload is a JWS in JSON form (RFC 7515 section 7.2), whose
own payload is the message. Who signed it is not known here; the other version cannot tell either.
"""

import base64
import binascii

import msgspec

from adapters.errors import PayloadError
from adapters.frame import Call

SUFFIX = "-Signed"
MARK = b'"signature'  # "signature" or "signatures": nothing else of OCPP is called so by itself


class Envelope(msgspec.Struct, gc=False):
    """A JWS, as far as it is read."""

    payload: str


_envelope = msgspec.json.Decoder(Envelope)
_is_json = msgspec.json.Decoder(dict[str, msgspec.Raw])


def opened(call: Call) -> Call:
    """The CALL inside a signed one. Raises PayloadError."""
    return Call(call.message_id, call.action.removesuffix(SUFFIX), _content(call.payload))


def opened_answer(payload: msgspec.Raw) -> msgspec.Raw:
    """The payload inside a signed CALLRESULT; any other as it is."""
    if MARK not in bytes(payload):
        return payload
    try:
        return _content(payload)
    except PayloadError:
        return payload


def _content(payload: msgspec.Raw) -> msgspec.Raw:
    try:
        text = _envelope.decode(payload).payload
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        _is_json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        what = "no signed message" if isinstance(error, binascii.Error) else str(error)
        raise PayloadError("FormatViolation", what[:99]) from error
    return msgspec.Raw(content)
