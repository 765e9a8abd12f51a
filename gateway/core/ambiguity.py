"""JSON in which a name stands twice in one object: two parsers may read two messages in it."""

import re
from typing import Any

import msgspec

from adapters.payload import decoder

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_as_anything = decoder(Any)


def members(value: Any) -> int:
    """How many members the objects of a JSON value have, all together."""
    found, inside = 0, [value]
    while inside:
        each = inside.pop()
        if isinstance(each, dict):
            found += len(each)
            inside += each.values()
        elif isinstance(each, list):
            inside += each
    return found


def is_ambiguous(raw: bytes | msgspec.Raw, value: Any) -> bool:
    """Whether some name stands twice in an object of this text, which was read as this value."""
    return _STRING.sub(b"", bytes(raw)).count(b":") != members(value)


def has_names_twice(text: bytes) -> bool:
    """The same of a text that nobody has read yet; what is no JSON has none."""
    try:
        return is_ambiguous(text, _as_anything.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
