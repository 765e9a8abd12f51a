"""Repairs as data. Each is total: what is absent or of an odd type stays as it is, uncounted."""

import re
from functools import cache
from typing import Any

import msgspec

from vendor_quirks.quirk import Payload, Repair

# A string literal, or what there is of one; it never fails once begun, so a scan stays linear.
LITERAL = rb'"(?:[^"\\]|\\.)*+"?'


class Replace(msgspec.Struct, frozen=True):
    """Put one text for another in a field."""

    field: str
    values: dict[str, str]

    def __call__(self, payload: Payload) -> int:
        value = payload.get(self.field)
        if not isinstance(value, str) or self.values.get(value, value) == value:
            return 0
        payload[self.field] = self.values[value]
        return 1


class SetTo(msgspec.Struct, frozen=True):
    """Give a field that is there the only value that the other side takes."""

    field: str
    value: Any

    def __call__(self, payload: Payload) -> int:
        if self.field not in payload or payload[self.field] == self.value:
            return 0
        payload[self.field] = self.value
        return 1


class Each(msgspec.Struct, frozen=True):
    """Repair every object at a dotted path, through lists as they come. Never a signed value."""

    path: str
    repair: Repair

    def __call__(self, payload: Payload) -> int:
        found = [payload]
        for field in self.path.split("."):
            found = [inner for outer in found for inner in _objects(outer, field)]
        return sum([self.repair(each) for each in found])


def _objects(outer: Payload, field: str) -> list[Payload]:
    """The objects in a field, whether it holds one or a list; none that a signature covers."""
    if field == "signedMeterValue":  # OCPP 2.0.1 part 2, SignedMeterValueType
        return []
    inside = outer.get(field)
    each = inside if isinstance(inside, list) else [inside]
    # OCPP 1.6 section 7.43: a SampledValue of this format is one signed block.
    return [one for one in each if isinstance(one, dict) and one.get("format") != "SignedData"]


class Respell(msgspec.Struct, frozen=True):
    """Replace a pattern in broken JSON text. Inside a string literal it is never looked for.

    The pattern may begin with a whole literal, such as a key. It must begin with a character that
    is no blank and have no run that can begin in many places: stations choose the text.
    """

    pattern: bytes
    replacement: bytes

    def __call__(self, text: bytes) -> bytes:
        return _scanner(self.pattern).sub(self._respelled, text)

    def _respelled(self, found: re.Match[bytes]) -> bytes:
        return found[0] if found["fault"] is None else self.replacement


@cache  # as many as there are Respells in the code
def _scanner(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?P<fault>%b)|%b" % (pattern, LITERAL), re.DOTALL)


class Retarget(msgspec.Struct, frozen=True):
    """Rewrite the end of a handshake's request target; `replacement` may name groups."""

    ending: str
    replacement: str

    def __call__(self, target: str) -> str | None:
        rewritten = re.sub(rf"(?:{self.ending})\Z", self.replacement, target, count=1)
        return None if rewritten == target else rewritten
