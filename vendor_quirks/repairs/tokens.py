"""Id tokens that a station decorates, cuts, or takes only in another form."""

import re
from functools import cache
from typing import ClassVar

import msgspec

from vendor_quirks.quirk import ByAction, Repair
from vendor_quirks.situation import Fact, Payload, Situation

LONGEST = 255


class IdTag(msgspec.Struct, frozen=True):
    """Rewrite an id tag that fits a pattern as a whole; `replacement` may name groups."""

    pattern: str
    replacement: str
    field: str = "idTag"

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if not isinstance(value, str) or len(value) > LONGEST:
            return 0
        found = _compiled(self.pattern).fullmatch(value)
        better = found.expand(self.replacement) if found else value
        if not better or better == value or _compiled(self.pattern).fullmatch(better):
            return 0  # empty, or it would be rewritten again
        payload[self.field] = better
        return 1


@cache  # as many as there are patterns in the code and in users' files
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class IdTagTable(msgspec.Struct, frozen=True):
    """Put one id tag for another by a table that the configuration has."""

    setting: str  # the name of the table: {"as it comes" = "as it goes on"}
    field: str = "idTag"
    back: bool = False  # read it from right to left

    def __call__(self, payload: Payload, known: Situation) -> int:
        table, value = known.settings.get(self.setting), payload.get(self.field)
        if not isinstance(table, dict) or not isinstance(value, str):
            return 0
        if self.back:
            table = {right: left for left, right in table.items()}
        better = table.get(value, value)
        if not isinstance(better, str) or better == value or table.get(better, better) != better:
            return 0
        payload[self.field] = better
        return 1


class IdTagSetting(msgspec.Struct, frozen=True):
    """Put the one id tag that the configuration names for those that fit, or for none at all."""

    setting: str
    pattern: str = ""  # "": where there is none
    field: str = "idTag"

    def __call__(self, payload: Payload, known: Situation) -> int:
        wanted, value = known.settings.get(self.setting), payload.get(self.field)
        if not isinstance(wanted, str) or not wanted or value == wanted:
            return 0
        if self.pattern:
            is_its = isinstance(value, str) and len(value) <= LONGEST
            is_its = is_its and _compiled(self.pattern).fullmatch(str(value)) is not None
        else:
            is_its = value in (None, "")
        if not is_its:
            return 0
        payload[self.field] = wanted
        return 1


class IdTagPart(msgspec.Struct, frozen=True):
    """Keep one of two halves of an id tag; a setting says which, "first" or "second"."""

    separator: str
    setting: str
    field: str = "idTag"

    def __call__(self, payload: Payload, known: Situation) -> int:
        which, value = known.settings.get(self.setting), payload.get(self.field)
        if not isinstance(value, str) or value.count(self.separator) != 1:
            return 0
        first, _, second = value.partition(self.separator)
        half = {"first": first, "second": second}.get(str(which), "").strip()
        if not half:
            return 0
        payload[self.field] = half
        return 1


class IdTagOfStation(msgspec.Struct, frozen=True):
    """Put the id tag that the configuration names where a station says its own serial number."""

    setting: str
    field: str = "idTag"

    def __call__(self, payload: Payload, known: Situation) -> int:
        wanted, value = known.settings.get(self.setting), payload.get(self.field)
        if not isinstance(wanted, str) or not wanted or value == wanted:
            return 0
        if not known.nameplate.serial or value != known.nameplate.serial:
            return 0
        payload[self.field] = wanted
        return 1


class IdTagOfTransaction(msgspec.Struct, frozen=True):
    """Cut an id tag that is too long to the one that its transaction began with."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"transactions"})

    most: int = 20  # characters, OCPP 1.6 section 7.28
    field: str = "idTag"

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = payload.get(self.field)
        if not isinstance(value, str) or len(value) <= self.most:
            return 0
        running = known.transaction(payload.get("transactionId"))
        tag = running.id_tag if running is not None else ""
        is_its = bool(tag) and value.startswith(tag) and len(tag) <= self.most
        payload[self.field] = tag if is_its else value[: self.most]
        return 1


def of_tags(*repairs: Repair) -> ByAction:
    """For every message in which a 1.6 station says an id tag."""
    return dict.fromkeys(("Authorize", "StartTransaction", "StopTransaction"), repairs)
