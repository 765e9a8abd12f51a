"""CALLs to a station that take more than one: lists in portions, keys by name, and what follows."""

from typing import Any, ClassVar

import msgspec

from vendor_quirks.command import Answered, Split, Talk
from vendor_quirks.repairs.keynames import KEYS
from vendor_quirks.situation import Fact, Payload, Situation, objects
from vendor_quirks.template import filled
from vendor_quirks.where import fits

LISTS = ("configurationKey", "unknownKey")
BY_KEYS: frozenset[Fact] = frozenset({"keys"})


class AskByKeys(msgspec.Struct, frozen=True):
    """A GetConfiguration of everything, as several of the keys that there may be."""

    needs: ClassVar[frozenset[Fact]] = BY_KEYS
    action: ClassVar[str] = "GetConfiguration"

    size: int = 10  # keys of one CALL

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether it names no key."""
        return not payload.get("key")

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """The standard's keys and those that the station listed before; unknown ones are none."""
        own = [spelling for spelling, _ in known.keys.values()]
        names = [*own, *(key for key in KEYS if key.lower() not in known.keys)]
        split = Split(self.action, "key", size=self.size, joined=LISTS)
        given = yield from split.talk({"key": names}, known)
        if given.payload is None:
            return given
        return Answered({k: v for k, v in given.payload.items() if k != "unknownKey"})


class NameUnknownKeys(msgspec.Struct, frozen=True):
    """An answer to GetConfiguration that leaves keys out, where unknown ones have to be named."""

    action: ClassVar[str] = "GetConfiguration"

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether it asks for keys by name."""
        return isinstance(payload.get("key"), list) and payload["key"] != []

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """As it is; a key that the answer has nothing of is one that the station does not know."""
        given = yield self.action, payload
        if given.payload is None:
            return given
        unknown = given.payload.get("unknownKey")
        named = unknown if isinstance(unknown, list) else []
        listed = objects(given.payload.get("configurationKey"))
        found = {str(entry.get("key")).lower() for entry in listed}
        found |= {str(name).lower() for name in named}
        missing = [name for name in payload["key"] if str(name).lower() not in found]
        if not missing:
            return given
        return Answered({**given.payload, "unknownKey": [*named, *missing]})


class FollowUp(msgspec.Struct, frozen=True):
    """A CALL after which the station has to be asked for something; the first answer holds."""

    action: str
    sends: str  # the action that follows
    put: dict[str, Any] = {}  # its payload, see template.py
    when: dict[str, Any] = {}
    on_status: tuple[str, ...] = ("Accepted",)

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether something follows it."""
        return fits(self.when, payload, known)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """As it is, then what follows, however that is answered."""
        given = yield self.action, payload
        if given.says(self.on_status):
            yield self.sends, filled(self.put, payload, known)
        return given


class ListInPortions(msgspec.Struct, frozen=True):
    """A full local list that is too long for one CALL, as a full one and additions to it.

    Each addition needs a higher version than what it is added to (OCPP 1.6 section 5.15), and the
    last one has the version that was asked for: a list with too low a version stays whole.
    """

    action: ClassVar[str] = "SendLocalList"

    version: str = "listVersion"  # the field that holds it
    size: int = 0  # entries of one CALL; 0: as many as the station says that it takes
    size_key: str = "SendLocalListMaxLength"

    @property
    def needs(self) -> frozenset[Fact]:
        """The station's own limit, where no other is given."""
        return frozenset() if self.size else BY_KEYS

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether the list is too long, and can be had in portions."""
        size, version = self._size(known), payload.get(self.version)
        listed = payload.get("localAuthorizationList")
        if not size or not isinstance(listed, list) or payload.get("updateType") != "Full":
            return False
        portions = -(-len(listed) // size)
        return portions > 1 and isinstance(version, int) and version >= portions

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """One portion after the other, up to the first that is not accepted."""
        size, listed = self._size(known), payload["localAuthorizationList"]
        portions = [listed[at : at + size] for at in range(0, len(listed), size)]
        given = Answered()
        for number, portion in enumerate(portions):
            given = yield (
                self.action,
                {
                    **payload,
                    self.version: payload[self.version] - len(portions) + 1 + number,
                    "updateType": "Differential" if number else "Full",
                    "localAuthorizationList": portion,
                },
            )
            if not given.says(("Accepted",)):
                return given
        return given

    def _size(self, known: Situation) -> int:
        told = known.keys.get(self.size_key.lower(), ("", ""))[1]
        return self.size or (int(told) if told.isascii() and told.isdecimal() else 0)
