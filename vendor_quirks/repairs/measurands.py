"""Lists of measurands in configuration keys of 1.6."""

import msgspec

from vendor_quirks.repairs.keys import AllowedMeasurands
from vendor_quirks.repairs.samples import SUFFIX
from vendor_quirks.situation import Payload, Situation

LISTS = AllowedMeasurands(frozenset()).keys


class WithoutMeasurands(msgspec.Struct, frozen=True):
    """Never ask a station for these measurands; where none is left, as it was asked."""

    denied: frozenset[str]
    keys: frozenset[str] = LISTS

    def __call__(self, payload: Payload, known: Situation) -> int:
        key, value = payload.get("key"), payload.get("value")
        if not isinstance(key, str) or key not in self.keys or not isinstance(value, str):
            return 0
        asked = [one.strip() for one in value.split(",")]
        kept = [one for one in asked if one not in self.denied]
        if not kept or len(kept) == len(asked):
            return 0
        payload["value"] = ",".join(kept)
        return len(asked) - len(kept)


def unquoted(listed: str) -> str:
    """A list without the quotes and blanks around its words."""
    return ",".join(one.strip(" \t\r\n\"'") for one in listed.strip(" \t\r\n\"'").split(","))


def without_phases(listed: str) -> str:
    """A list in which each measurand stands once, whatever phases are behind its name."""
    found: dict[str, None] = {}
    for one in listed.split(",") if len(listed) <= 4096 else []:
        split = SUFFIX.fullmatch(one.strip()) if len(one) < 64 else None
        found[split[1] if split else one.strip()] = None
    return ",".join(found) if found else listed
