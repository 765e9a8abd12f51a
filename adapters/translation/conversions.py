"""The values of configuration keys and variables, each as the other version writes it (13.5)."""

import re

import msgspec

from adapters import v201
from adapters.translation.keys import Key
from adapters.translation.memory import Memory

_INTEGER = re.compile(r"\s*(?:\+|(-))?0*(0|[1-9][0-9]*)\s*")
_PHASE = re.compile(r"\.(?:L[1-3](?:-N|-L[1-3])?|N)$")
_ROTATION = re.compile(r"\s*([0-9]{1,3})\.(\w+)\s*")
ROTATIONS = frozenset({"RST", "RTS", "SRT", "STR", "TRS", "TSR"})
_PARTIAL = re.compile(r"(?=.*x)[RSTx]{3}")  # some phase is not connected; 1.6 has no word for it
NO_ROTATION = frozenset({"NotApplicable", "Unknown"})
UNITS_TO_201 = {"current": "A", "power": "W"}
UNITS_TO_16 = {"A": "Current", "W": "Power"}


class _Price(msgspec.Struct):
    """DefaultPrice and DefaultPriceText, as far as 2.0.1 has a place for them."""

    price_text: str = msgspec.field(name="priceText")


def to_201(key: Key, value: str) -> str:
    """The value of a 1.6 key for 2.0.1."""
    match key.carried:
        case "measurands":
            return measurands(value)
        case "rate_units":
            units = _items(value)
            return ",".join(UNITS_TO_201.get(unit.casefold(), unit) for unit in units)
        case "price":
            return _price_text(value)
    return plain(key.data, value)


def to_16(key: Key, value: str) -> str:
    """The value of a 2.0.1 variable for 1.6."""
    match key.carried:
        case "measurands" | "choices":
            return value
        case "rate_units":
            return ",".join(UNITS_TO_16.get(unit, unit) for unit in _items(value))
        case "price":
            return msgspec.json.encode(_Price(value)).decode()
    return plain(key.data, value)


def plain(data: v201.Data, value: str) -> str:
    """Booleans in lower case, integers without plus and leading zeros, the rest as it is."""
    if data == "boolean" and value.strip().lower() in ("true", "false"):
        return value.strip().lower()
    if data == "integer" and (found := _INTEGER.fullmatch(value)):
        sign = found[1] if found[1] and found[2] != "0" else ""
        return f"{sign}{found[2]}"
    return value


def measurands(value: str) -> str:
    """A list of measurands without blanks and phases, which 2.0.1 does not choose by."""
    return ",".join(dict.fromkeys(_PHASE.sub("", item) for item in _items(value)))


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _price_text(value: str) -> str:
    try:
        return msgspec.json.decode(value, type=_Price).price_text
    except (msgspec.DecodeError, RecursionError):
        return value


# ConnectorPhaseRotation is one list in 1.6, and a variable of each connector in 2.0.1.


def rotations(value: str) -> dict[int, str] | None:
    """The rotation of each connector in a 1.6 list, in 2.0.1 words; None if it is no such list."""
    known = told_rotations(value)
    return known if len(known) == len(_items(value)) else None


def told_rotations(value: str) -> dict[int, str]:
    """The same for a list that may have more in it than 1.6 allows."""
    found = {}
    for item in _items(value):
        parts = _ROTATION.fullmatch(item)
        if parts is not None and parts[2] in ROTATIONS | NO_ROTATION:
            found[int(parts[1])] = "" if parts[2] in NO_ROTATION else parts[2]
    return found


def is_rotation(value: str) -> bool:
    """Whether a 2.0.1 variable PhaseRotation may have this value."""
    return not value or value in ROTATIONS or _PARTIAL.fullmatch(value) is not None


def rotation_list(known: dict[int, str], memory: Memory) -> str:
    """The rotations of the connectors as one 1.6 list."""
    words = []
    for number, rotation in sorted(known.items()):
        if rotation and rotation not in ROTATIONS:  # a phase that is not connected (RSx, Rxx)
            memory.lose("phase_rotation", f"ConnectorPhaseRotation {number}")
        words.append(f"{number}.{rotation if rotation in ROTATIONS else 'Unknown'}")
    return ",".join(words)


def kind_of(value: str | None) -> v201.Data:
    """The data type that the value of a vendor's key looks like."""
    text = (value or "").strip()
    if text.lower() in ("true", "false"):
        return "boolean"
    if re.fullmatch(r"-?(?:0|[1-9][0-9]{0,17})", text):
        return "integer"
    return "decimal" if re.fullmatch(r"-?[0-9]{1,18}\.[0-9]{1,18}", text) else "string"
