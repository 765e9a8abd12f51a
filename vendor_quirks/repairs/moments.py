"""Date-times: missing, from before a clock was set, without zone, or spelled in another way."""

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from vendor_quirks.situation import Payload, Situation
from vendor_quirks.template import spelled

LONGEST = 64
RIGHT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
LOOSE = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})[Tt ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?"
    r"\s*(?:([Zz])|([+-])(\d\d):?(\d\d)?)?(?:\[[\w/+-]{1,40}\])?\s*",
    re.ASCII,
)


def read(text: str, zone: float = 0.0) -> float | None:
    """The moment that a text means, in Unix seconds; `zone` hours east where it names none."""
    found = LOOSE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or not "1970" <= found[1] <= "2199":
        return None
    year, month, day, hour, minute = (int(found[group]) for group in range(1, 6))
    micro = int((found[7] or "0").ljust(6, "0")[:6])
    if found[9]:
        offset = timedelta(hours=int(found[10]), minutes=int(found[11] or 0))
        offset = -offset if found[9] == "-" else offset
    else:
        offset = timedelta() if found[8] else timedelta(hours=zone)
    try:
        where = timezone(offset) if offset else UTC
        second = int(found[6] or 0)
        return datetime(year, month, day, hour, minute, second, micro, where).timestamp()
    except (ValueError, OverflowError):
        return None


class Moment(msgspec.Struct, frozen=True):
    """Make a date-time out of what a peer spelled, or of the time when it was received.

    A right one stays as it is. What cannot be read stays too, for whoever judges it. One that
    is asked for what is not believed leaves the spelling to others.
    """

    field: str = "timestamp"
    absent: bool = False  # whether a missing one becomes the time of receipt
    not_before: float = 0.0  # Unix seconds: what is before becomes the time of receipt
    zone: str = ""  # the setting that names the hours east of UTC, where the text names none
    within: float = 0.0  # seconds from the time of receipt that are believed; 0: any

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if value is None or value == "":
            if not self.absent:
                return 0
            payload[self.field] = spelled(known.now)
            return 1
        better = self._better(value, known) if isinstance(value, str) else None
        if better is None or better == value:
            return 0
        payload[self.field] = better
        return 1

    def _better(self, value: str, known: Situation) -> str | None:
        hours = known.settings.get(self.zone, 0)
        moment = read(value, float(hours) if isinstance(hours, int | float) else 0.0)
        if moment is None:
            return None
        if moment < self.not_before or (self.within and abs(moment - known.now) > self.within):
            return spelled(known.now)
        is_enough = self.not_before or self.within or RIGHT.fullmatch(value)
        return None if is_enough else _with_fraction(spelled(moment), value)


def _with_fraction(told: str, value: str) -> str:
    """A moment with the digits below the second that a text has for it."""
    found = LOOSE.fullmatch(value)
    return f"{told[:-1]}.{found[7]}Z" if found and found[7] else told


PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z", re.ASCII)


class Respelled(msgspec.Struct, frozen=True):
    """Spell a date-time as the most modest reader takes it: UTC, whole seconds, Z."""

    field: str = "currentTime"
    milliseconds: bool = True  # whether they may stay, where nothing else is wrong

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        moment = read(value) if isinstance(value, str) else None
        if moment is None or spelled(moment) == value:
            return 0
        if self.milliseconds and PLAIN.fullmatch(str(value)):
            return 0
        payload[self.field] = spelled(moment)
        return 1
