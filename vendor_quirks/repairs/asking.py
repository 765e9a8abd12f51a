"""Further commands: CALLs that a station refuses although what they ask for is so, or is had."""

from fnmatch import fnmatchcase
from typing import Any, ClassVar

import msgspec

from vendor_quirks.command import Answered, Talk
from vendor_quirks.situation import Payload, Situation, objects
from vendor_quirks.where import fits

CHANGE, GET = "ChangeConfiguration", "GetConfiguration"


class HoldsAlready(msgspec.Struct, frozen=True, kw_only=True):
    """A key that cannot be set, and has the value already that it is to be set to."""

    action: ClassVar[str] = CHANGE

    keys: tuple[str, ...]  # globs
    more: bool = False  # whether a list that holds more than was asked for will do
    absent: dict[str, str] = {}  # what holds for a key that the station does not know
    on_status: tuple[str, ...] = ("Rejected", "NotSupported")

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether it is one of these keys."""
        key, value = payload.get("key"), payload.get("value")
        is_text = isinstance(key, str) and isinstance(value, str)
        return is_text and any(fnmatchcase(str(key), glob) for glob in self.keys)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """As it is; where that is refused, the value that holds is asked for."""
        first = yield CHANGE, payload
        if not first.says(self.on_status):
            return first
        key = payload["key"]
        told = yield GET, {"key": [key]}
        holds = self.absent.get(key)
        for entry in objects((told.payload or {}).get("configurationKey")):
            if entry.get("key") == key and isinstance(entry.get("value"), str):
                holds = entry["value"]
        if holds is None or not self._will_do(payload["value"], holds):
            return first
        return Answered({"status": "Accepted"})

    def _will_do(self, wanted: str, holds: str) -> bool:
        asked, had = _words(wanted), _words(holds)
        return asked <= had if self.more else asked == had


def _words(listed: str) -> set[str]:
    return {one.strip() for one in listed.split(",")}


class AskForAll(msgspec.Struct, frozen=True):
    """GetConfiguration of some keys, where the station refuses to be asked for less than all."""

    action: ClassVar[str] = GET

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether it names keys."""
        return bool(payload.get("key")) and isinstance(payload["key"], list)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """What was not asked for is left out of the answer, what is not there is named."""
        given = yield GET, {}
        if given.payload is None:
            return given
        asked = [key for key in payload["key"] if isinstance(key, str)]
        told = objects(given.payload.get("configurationKey"))
        entries = [entry for entry in told if entry.get("key") in asked]
        had = {entry["key"] for entry in entries}
        lists = {"configurationKey": entries, "unknownKey": [k for k in asked if k not in had]}
        return Answered({name: listed for name, listed in lists.items() if listed})


class ErrorAsAnswer(msgspec.Struct, frozen=True):
    """A CALL that is refused by CALLERROR where an answer can say that there is nothing."""

    action: str
    response: dict[str, Any] = {}
    when: dict[str, Any] = {}

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Every such CALL."""
        return fits(self.when, payload, known)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """As it is; no answer at all stays no answer."""
        given = yield self.action, payload
        if given.payload is None and given.code != "timeout":
            return Answered(dict(self.response))
        return given
