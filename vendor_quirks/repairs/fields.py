"""Repairs of single fields. Each is total: what is absent or odd stays as it is, uncounted."""

import re
from collections.abc import Iterable
from decimal import Context, Decimal
from functools import cache
from typing import Any, Literal

import msgspec

from vendor_quirks.quirk import Repair
from vendor_quirks.situation import Fact, Payload, Situation, number
from vendor_quirks.template import filled
from vendor_quirks.where import fits

EXACT = Context(prec=100)  # more digits than any number that is let in has
WHOLE = re.compile(r"\s*([+-]?[0-9]{1,18})(?:\.0*)?\s*")
TRUE, FALSE = frozenset({"true", "1", "on", "yes"}), frozenset({"false", "0", "off", "no"})


class Replace(msgspec.Struct, frozen=True):
    """Put one text for another in a field."""

    field: str
    values: dict[str, str]

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if not isinstance(value, str) or self.values.get(value, value) == value:
            return 0
        payload[self.field] = self.values[value]
        return 1


class SetTo(msgspec.Struct, frozen=True):
    """Give a field that is there the only value that the other side takes."""

    field: str
    value: Any

    def __call__(self, payload: Payload, known: Situation) -> int:
        if self.field not in payload or payload[self.field] == self.value:
            return 0
        payload[self.field] = self.value
        return 1


class Default(msgspec.Struct, frozen=True):
    """Give a field a value where it has none; `value` is a template."""

    field: str
    value: Any
    absent: tuple[Any, ...] = (None,)  # what counts as none, beside being absent
    needs: frozenset[Fact] = frozenset()

    def __call__(self, payload: Payload, known: Situation) -> int:
        if payload.get(self.field) not in self.absent:
            return 0
        made = filled({self.field: self.value}, payload, known)
        if not made or made[self.field] in self.absent:
            return 0
        payload.update(made)
        return 1


class Truncate(msgspec.Struct, frozen=True):
    """Cut a text to so many characters."""

    field: str
    length: int

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if not isinstance(value, str) or len(value) <= self.length:
            return 0
        payload[self.field] = value[: self.length]
        return 1


class Trim(msgspec.Struct, frozen=True):
    """Take blanks, and what else is named, from both ends of a text."""

    field: str
    characters: str = " \t\r\n"

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if not isinstance(value, str) or value.strip(self.characters) == value:
            return 0
        payload[self.field] = value.strip(self.characters)
        return 1


class Drop(msgspec.Struct, frozen=True):
    """Take optional fields away whose value is one of these; texts are compared in any case."""

    fields: tuple[str, ...]
    values: tuple[Any, ...] = ("", None)

    def __call__(self, payload: Payload, known: Situation) -> int:
        gone = [f for f in self.fields if f in payload and self._is_nothing(payload[f])]
        for field in gone:
            del payload[field]
        return len(gone)

    def _is_nothing(self, value: Any) -> bool:
        if isinstance(value, str):
            value = value.strip().lower()
        return any(value == one and type(value) is type(one) for one in self.values)


class DropField(msgspec.Struct, frozen=True):
    """Take a field away, whatever it holds."""

    field: str

    def __call__(self, payload: Payload, known: Situation) -> int:
        return payload.pop(self.field, self) is not self


class DropUnknown(msgspec.Struct, frozen=True):
    """Take fields away that are none of these."""

    known_fields: frozenset[str]

    def __call__(self, payload: Payload, known: Situation) -> int:
        gone = [field for field in payload if field not in self.known_fields]
        for field in gone:
            del payload[field]
        return len(gone)


class RenameKey(msgspec.Struct, frozen=True):
    """Call a field by its right name, where that one is not there."""

    wrong: str
    right: str

    def __call__(self, payload: Payload, known: Situation) -> int:
        if self.wrong not in payload or self.right in payload:
            return 0
        payload[self.right] = payload.pop(self.wrong)
        return 1


class RightCase(msgspec.Struct, frozen=True):
    """Call fields by their right names, where only the case of letters is wrong."""

    names: tuple[str, ...]

    def __call__(self, payload: Payload, known: Situation) -> int:
        right = _by_lower(self.names)
        wrong = [(field, right[field.lower()]) for field in payload if field.lower() in right]
        return sum(RenameKey(field, name)(payload, known) for field, name in wrong if field != name)


@cache
def _by_lower(names: tuple[str, ...]) -> dict[str, str]:
    return {name.lower(): name for name in names}


class Coerce(msgspec.Struct, frozen=True):
    """Give a field the JSON type that its schema asks for, where that is beyond doubt."""

    field: str
    to: Literal["text", "integer", "number", "boolean"]

    def __call__(self, payload: Payload, known: Situation) -> int:
        if self.field not in payload:
            return 0
        value = payload[self.field]
        better = coerced(value, self.to)
        if better is None or (better == value and type(better) is type(value)):
            return 0
        payload[self.field] = better
        return 1


def coerced(value: Any, to: str) -> Any:
    """The same value as that type; None where it is none."""
    if to == "text":
        given = None if isinstance(value, str) else number(value)
        return None if given is None else format(given, "f")
    if to == "boolean":
        word = str(value).strip().lower()
        return True if word in TRUE else False if word in FALSE else None
    if isinstance(value, bool):
        return None
    if to == "integer":
        if isinstance(value, Decimal):
            value = str(value)
        whole = WHOLE.fullmatch(value) if isinstance(value, str) else None
        return int(whole[1]) if whole else None
    return number(value.strip()) if isinstance(value, str) else None


class Round(msgspec.Struct, frozen=True):
    """Round a number, written as one or as text, to so many decimals; it keeps its form."""

    field: str
    decimals: int = 0
    down: bool = False  # cut, for limits that must not grow

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        given = number(value)
        if given is None:
            return 0
        exponent = given.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent <= self.decimals:
            return 0
        payload[self.field] = rounded(value, given, self.decimals, self.down)
        return 1


def rounded(value: Any, given: Decimal, decimals: int, down: bool = False) -> Any:
    """A number in the form that it had: text stays text."""
    rule = "ROUND_DOWN" if down else "ROUND_HALF_UP"
    better = given.quantize(Decimal(1).scaleb(-decimals), rounding=rule, context=EXACT)
    return format(better, "f") if isinstance(value, str) else better


class Bounded(msgspec.Struct, frozen=True):
    """Keep a whole number in a field within bounds."""

    field: str
    least: int = 0
    most: int = 2**31 - 1

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if not isinstance(value, int) or isinstance(value, bool):
            return 0
        if self.least <= value <= self.most:
            return 0
        payload[self.field] = self.least if value < self.least else self.most
        return 1


class MapEnum(msgspec.Struct, frozen=True):
    """Put a value of an enumeration for one that is not in it; others are left alone."""

    field: str
    allowed: frozenset[str]
    table: dict[str, str] = {}  # in lower case
    fallback: str = ""  # "": what nothing is known for stays
    keep_in: str = ""  # a field that gets the original, where that one is empty
    keep: int = 50  # characters of it

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if not isinstance(value, str) or value in self.allowed:
            return 0
        better = self.table.get(value.strip().lower(), self.fallback)
        if not better:
            better = _by_lower(tuple(sorted(self.allowed))).get(value.strip().lower(), "")
        if not better or better == value:
            return 0
        payload[self.field] = better
        if self.keep_in and value and not payload.get(self.keep_in):
            payload[self.keep_in] = value[: self.keep]
        return 1


class When(msgspec.Struct, frozen=True):
    """A repair for some payloads only, see where.py."""

    condition: dict[str, Any]
    repair: Repair
    needs: frozenset[Fact] = frozenset()

    def __call__(self, payload: Payload, known: Situation) -> int:
        return self.repair(payload, known) if fits(self.condition, payload, known) else 0


class Each(msgspec.Struct, frozen=True):
    """Repair every object at a dotted path, through lists as they come. Never a signed value."""

    path: str
    repair: Repair

    def __call__(self, payload: Payload, known: Situation) -> int:
        found = [payload]
        for field in self.path.split("."):
            found = [inner for outer in found for inner in unsigned(outer, field)]
        return sum([self.repair(each, known) for each in found])

    @property
    def needs(self) -> frozenset[Fact]:
        """What the repair inside needs."""
        return needed((self.repair,))


def unsigned(outer: Payload, field: str) -> list[Payload]:
    """The objects in a field, whether it holds one or a list; none that a signature covers."""
    if field == "signedMeterValue":  # OCPP 2.0.1 part 2, SignedMeterValueType
        return []
    inside = outer.get(field)
    each = inside if isinstance(inside, list) else [inside]
    return [one for one in each if isinstance(one, dict) and not is_signed(one)]


def is_signed(sample: Payload) -> bool:
    """Whether a signature covers it: OCPP 1.6 section 7.43, 2.0.1 beside the value."""
    return sample.get("format") == "SignedData" or "signedMeterValue" in sample


def needed(repairs: Iterable[Any]) -> frozenset[Fact]:
    """The facts that some repairs ask the situation for."""
    found: frozenset[Fact] = frozenset()
    for repair in repairs:
        found |= getattr(repair, "needs", frozenset())
        inner = getattr(repair, "repair", None)
        if inner is not None and not isinstance(repair, Each):
            found |= needed((inner,))
    return found
