"""Text that is no frame of OCPP-J, mended so that it is."""

from typing import Any, Literal, TypeAlias

import msgspec

from adapters import frame
from adapters.frame import Call, FrameError, Message
from adapters.payload import decoder, encode
from gateway.core.mender import Report
from vendor_quirks.compiled import Repairs
from vendor_quirks.mending import Mended, Named, mend_envelope, mend_text
from vendor_quirks.quirk import EnvelopeRepair

Side: TypeAlias = Literal["station", "csms"]
DROPPED = Call("", "", frame.EMPTY)  # what a text becomes that is no message at all
BLANK = b" "  # in place of no text at all, which nobody could take anything away from
NULL = b"null]"  # how a frame ends whose payload is null: it parses, and is none
_as_list = decoder(list[Any])


def reframed(
    repairs: Repairs, side: Side, text: bytes, open_id: str, report: Report
) -> tuple[Message, bytes] | None:
    """The message that was meant, and its text; None where that cannot be told.

    An observed quirk is tried where the others fail, and counts what it would have done.
    """
    text = text or BLANK
    texts = repairs.raw_text if side == "station" else repairs.csms_text
    envelopes = repairs.envelope if side == "station" else repairs.csms_envelope
    better, done = mend_text(tuple(one for one in texts if one[0] not in report.observed), text)
    if done and not better.strip():
        report.tell("text", done)
        return DROPPED, better
    found = _parsed(better) if better != text else None
    if found is None:
        acting = tuple(one for one in envelopes if one[0] not in report.observed)
        found, more = _mended(acting, better, open_id)
        done = [*done, *more]
    if found is not None:
        report.tell("text", done)
        return found
    watching = tuple(one for one in texts if one[0] in report.observed)
    better, done = mend_text(watching, text)
    watched = tuple(one for one in envelopes if one[0] in report.observed)
    report.tell("text", [*done, *_mended(watched, better, open_id)[1]])
    return None


def _parsed(text: bytes) -> tuple[Message, bytes] | None:
    try:
        return frame.parse(text), text
    except FrameError:
        return None


def _mended(
    pairs: Named[EnvelopeRepair], text: bytes, open_id: str
) -> tuple[tuple[Message, bytes] | None, Mended]:
    if not pairs:
        return None, []
    try:
        elements = _as_list.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, []
    done = mend_envelope(pairs, elements, open_id)
    try:
        return (_parsed(encode(elements)), done) if done else (None, [])
    except RecursionError:  # what was put around it is one too deep
        return None, []


def number_of(text: bytes) -> bytes | None:
    """The message id of a frame, where it is a number."""
    try:
        elements = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    written = bytes(elements[1]) if len(elements) > 1 else b""
    return written if written.lstrip(b"-").isdigit() else None
