"""Times, numbers and identifiers as both versions want them (translation specification 2.1-2.3)."""

import hashlib
import itertools
import os
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from adapters.errors import PayloadError
from adapters.payload import POWERS

# Names of transactions that 1.6 never named: the same session always gets the same name.
NAMESPACE = uuid.UUID("6f2a1c1e-5a0b-4c57-9a52-0f3d1a6b7c90")
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC).timestamp()  # before: a clock that was never set
A_DAY = 86_400.0
SECONDS = frozenset({":0", ":1", ":2", ":3", ":4", ":5"})  # how they begin, save a leap second's
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# A number as nearly all are said, its shortest text already: a third of the cost (benchmarks).
SHORTEST = re.compile(r"0|-?[1-9][0-9]{0,19}|-?(?:0|[1-9][0-9]{0,19})\.[0-9]{0,15}[1-9]")
# The same with zeros behind the point that say nothing: "16.0", "0.00", as fixed formats have them.
PADDED = re.compile(
    r"(?:0|-?[1-9][0-9]{0,19})\.0{1,16}|-?(?:0|[1-9][0-9]{0,19})\.[0-9]{0,15}[1-9]0{1,16}"
)
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def moment(text: str) -> datetime:
    """A date-time of either version; one without a zone is UTC. Raises PayloadError."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = _seldom_said(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _seldom_said(text: str) -> datetime:
    """What RFC 3339 (5.6, 5.7) allows too: small letters, and leap seconds, here the next one."""
    said, leap = text.upper(), timedelta(0)
    if said[16:19] == ":60":
        said, leap = f"{said[:16]}:59{said[19:]}", timedelta(seconds=1)
    try:
        return datetime.fromisoformat(said) + leap
    except (ValueError, OverflowError):
        raise PayloadError("PropertyConstraintViolation", f"no date-time: {text[:40]}") from None


def seconds(text: str) -> float:
    """A date-time as seconds since 1970. Raises PayloadError."""
    return moment(text).timestamp()


def utc(text: str) -> str:
    """A date-time in UTC with `Z` and at most three sub-second digits. Raises PayloadError."""
    if text[-1:] == "Z" and text[10:11] == "T" and text[16:18] in SECONDS and text[5] != "W":
        moment(text)  # as most say it
        if len(text) == 20:
            return text
        if text[19] == "." and len(text) > 21:  # ISO 8601 has commas and weeks, RFC 3339 has not
            return f"{text[:-1][:23]}Z"
    try:
        parsed = moment(text).astimezone(UTC)
    except OverflowError:  # year 1 or 9999 moved over the edge by its zone
        raise PayloadError("PropertyConstraintViolation", f"no date-time: {text[:40]}") from None
    digits = len(text.replace(",", ".").partition(".")[2].rstrip("Zz").split("+")[0].split("-")[0])
    fraction = f"{parsed.microsecond:06d}"[: min(digits, 3)]
    return f"{parsed:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + (f".{fraction}" if fraction else "") + "Z"


def utc_or_none(text: str | None) -> str | None:
    """The same for a date-time that may be left out. Raises PayloadError."""
    return None if text is None else utc(text)


def rfc3339(now: float) -> str:
    """The clock as a date-time, to the second."""
    return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_bogus(text: str, now: float) -> bool:
    """A clock before 2020 or more than a day ahead tells nothing (2.1)."""
    return not EARLIEST <= seconds(text) <= now + A_DAY


def number(text: str) -> Decimal | None:
    """A decimal number by its shortest text, or None for what is none."""
    if SHORTEST.fullmatch(text) is not None:
        return Decimal(text)
    if PADDED.fullmatch(text) is not None:
        return Decimal(text.rstrip("0").rstrip("."))
    if NUMBER.fullmatch(text) is None:
        return None
    value = Decimal(text)
    return plain(value) if abs(value.adjusted()) < POWERS else None


def plain(value: Decimal) -> Decimal:
    """The same number by its shortest text: JSON has neither 1.50 nor 1E+3 from here (2.1)."""
    _, digits, exponent = value.as_tuple()
    if exponent == 0 or (digits[-1] and isinstance(exponent, int) and exponent < 0):
        return value if digits != (0,) else Decimal(0)
    return Decimal(shortest(value))


def shifted(value: Decimal, power: int) -> Decimal:
    """The number times a power of ten, with every digit: Decimal's own arithmetic keeps 28."""
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + power))


def shortest(value: Decimal) -> str:
    """The shortest decimal text of a number, without exponent."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def whole(value: Decimal) -> int:
    """Rounded half to even, as meter registers in Wh are (12.4)."""
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def alias(kind: str, id_token: str) -> str:
    """The 20 hexadecimal digits that stand for an id token too long for 1.6 (D-14)."""
    return hashlib.sha256(f"{kind}:{id_token.lower()}".encode()).hexdigest()[:20].upper()


def is_uri(text: str) -> bool:
    """Whether a text has the form of a URI (RFC 3986), as 1.6 wants of a location."""
    return URI.fullmatch(text) is not None


def random_ids() -> Iterator[str]:
    """Fresh message ids of the form of a random UUID (RFC 9562 version 4), 36 characters.

    74 bits are drawn once a process, 48 count from a random start: unique, and a third of the cost.
    """
    head, start = str(uuid.uuid4())[:24], int.from_bytes(os.urandom(5))
    return (f"{head}{n:012x}" for n in itertools.count(start))


def counted_ids(prefix: str = "gw-") -> Iterator[str]:
    """Predictable message ids, for tests and replays."""
    return (f"{prefix}{n}" for n in itertools.count(1))
