"""Payloads as peers really send them: strict first, then with the harmless faults repaired.

Only what cannot change the meaning is repaired: nulls for absent fields, numbers as text or with
a point for integers, texts too long for a field that the other version has less room for, or none
(specification 1.2 and 1.3).
"""

import re
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.payload import Payload, decoder
from adapters.translation.memory import Memory

P = TypeVar("P", bound=Payload)

# The beginning of msgspec's explanation -> the code that OCPP has for it (specification 18.1).
CODES = (
    ("Object missing required field", "ProtocolError"),
    ("Object contains unknown field", "FormatViolation"),
    ("Invalid enum value", "PropertyConstraintViolation"),
    ("Expected `str` of length", "PropertyConstraintViolation"),
    ("Expected `str` matching", "PropertyConstraintViolation"),
    ("Expected `int` >=", "PropertyConstraintViolation"),
    ("Expected `int` <=", "PropertyConstraintViolation"),
    ("Expected `array` of length", "OccurrenceConstraintViolation"),
    ("Expected `array` of at least", "OccurrenceConstraintViolation"),
    ("Expected a plausible number", "PropertyConstraintViolation"),
    ("Expected a number of at most", "PropertyConstraintViolation"),
    ("Invalid decimal", "TypeConstraintViolation"),
    ("Expected", "TypeConstraintViolation"),
)
NO_OBJECT = re.compile("Expected `object`, got `[a-z]+`")  # said of the payload as a whole
# Too long is cut there: the version that is translated to has less room for it, or no place.
CUT: dict[type[msgspec.Struct], dict[str, int]] = {
    v16.BootNotificationRequest: {
        "chargeBoxSerialNumber": 25,
        "meterSerialNumber": 25,
        "meterType": 25,
    },
    v201.ChargingStation: {"vendorName": 50},
    v201.EventData: {"techInfo": 500},
}
DIGITS = 18  # of the longest integer that is repaired
NUMBER = re.compile(rf"\s*[+-]?[0-9]{{1,{DIGITS}}}\s*")
_as_anything = decoder(dict[str, Any])


def request(payload: msgspec.Raw, kind: type[P], memory: Memory) -> P:
    """The request in a CALL. Raises PayloadError with the code of its CALLERROR."""
    try:
        return decoder(kind).decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if memory.options.lenient_inbound == "on" or bytes(payload) == b"null":
            return _repaired(payload, kind, error, memory, drop_unknown=False)
        raise explained(error) from error


def response(payload: msgspec.Raw, kind: type[P], memory: Memory) -> P:
    """The response in a CALLRESULT; fields that are not known are no reason to lose it."""
    try:
        return decoder(kind).decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _repaired(payload, kind, error, memory, drop_unknown=True)


def _repaired(
    payload: msgspec.Raw, kind: type[P], error: Exception, memory: Memory, drop_unknown: bool
) -> P:
    try:
        given = {} if bytes(payload) == b"null" else _as_anything.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise explained(error) from error
    try:
        return msgspec.convert(_mend(given, kind, drop_unknown, memory, ""), kind)
    except (msgspec.DecodeError, RecursionError) as left:
        raise explained(left) from left


def explained(error: Exception) -> PayloadError:
    """The OCPP code for what msgspec found."""
    text = str(error)
    if NO_OBJECT.fullmatch(text):
        return PayloadError("FormatViolation", text)
    for beginning, code in CODES:
        if text.startswith(beginning):
            return PayloadError(code, text)
    return PayloadError("FormatViolation", text)


def _mend(given: Any, kind: Any, drop_unknown: bool, memory: Memory, called: str) -> Any:
    """The same value, as the type wants it where that is beyond doubt."""
    kind = _bare(kind)
    if isinstance(given, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields, cut = _fields(kind), CUT.get(kind, {})
        mended = {}
        for name, value in given.items():
            if value is None:
                memory.lose("null_field", name)
            elif name in cut and isinstance(value, str) and len(value) > cut[name]:
                memory.lose("truncated", name)
                mended[name] = value[: cut[name]]
            elif name in fields:
                mended[name] = _mend(value, fields[name], drop_unknown, memory, name)
            elif drop_unknown:
                memory.lose("unknown_field", name[:50])
            else:
                mended[name] = value
        return mended
    if isinstance(given, list) and get_origin(kind) is list:
        each = get_args(kind)[0]
        return [_mend(value, each, drop_unknown, memory, called) for value in given]
    return _whole(given, memory, called) if kind is int else given


def _whole(given: Any, memory: Memory, called: str) -> Any:
    """An integer said as text, or with a point: 1.0 is one by the schemas of 2.0.1 (draft 6)."""
    if isinstance(given, str) and NUMBER.fullmatch(given):
        memory.lose("text_number", called)
        return int(given)
    if isinstance(given, Decimal) and given.adjusted() < DIGITS and given % 1 == 0:
        return int(given)
    return given


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The types of a struct's fields, by their names on the wire."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def _bare(kind: Any) -> Any:
    """A type without its constraints and without None."""
    while True:
        if hasattr(kind, "__metadata__"):
            kind = kind.__origin__
            continue
        parts = [part for part in get_args(kind) if part is not type(None)]
        if len(parts) == 1 and type(None) in get_args(kind):
            kind = parts[0]
            continue
        return kind
