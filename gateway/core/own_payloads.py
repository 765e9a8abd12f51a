"""Whether a payload of ours is as its schema has it, decoded once for each shape (18.1).

Where a schema bounds no number, two payloads that differ in digits alone are both right or both
wrong, so what one of them proved holds for the other: see vendor_quirks.gates for shapes. (What a
type checks beyond its schema, it checks whenever one is made.)
"""

from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from adapters.payload import Payload, decoder
from vendor_quirks.gates import Gate

BOUNDS = ("gt", "ge", "lt", "le", "multiple_of", "pattern")


def flaw(request: Payload, payload: bytes) -> str:
    """What is wrong with the payload of a request; "" where nothing is."""
    gate = _gate(type(request))
    if gate is not None and gate.is_clean(payload):
        return ""
    try:
        decoder(type(request)).decode(payload)
    except msgspec.DecodeError as error:
        return str(error)
    if gate is not None:
        gate.learn(payload)
    return ""


@cache
def _gate(kind: type[Payload]) -> Gate | None:
    """The shapes that proved right; None where the shape does not decide."""
    return None if _has_bounds(inspect.type_info(kind), set()) else Gate(kind.action)


def _has_bounds(kind: Any, seen: set[int]) -> bool:
    """Whether anything in a type depends on what digits say."""
    if isinstance(kind, inspect.StructType):
        if id(kind.cls) in seen:
            return False
        seen.add(id(kind.cls))
        return any(_has_bounds(field.type, seen) for field in kind.fields)
    if any(getattr(kind, bound, None) is not None for bound in BOUNDS):
        return True
    inner = [getattr(kind, name, None) for name in ("item_type", "key_type", "value_type", "type")]
    inner += getattr(kind, "types", ())
    return any(_has_bounds(one, seen) for one in inner if isinstance(one, inspect.Type))
