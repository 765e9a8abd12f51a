"""CALLs to a station that it takes only in another form: repeated, split, or put as another.

Each command is a short conversation: it yields the CALLs to send, is sent what each was answered,
and returns the one answer for whoever asked. Nothing else in here knows who that is.
"""

from collections.abc import Generator
from typing import Any, ClassVar, Protocol, TypeAlias

import msgspec

from vendor_quirks.situation import Fact, Payload, Situation
from vendor_quirks.template import filled
from vendor_quirks.where import fits


class Answered(msgspec.Struct, frozen=True):
    """What became of a CALL: a payload, or the code of its CALLERROR; "timeout" is one of ours."""

    payload: Payload | None = None
    code: str = ""
    description: str = ""

    def says(self, statuses: tuple[str, ...]) -> bool:
        """Whether it is a result with one of these statuses."""
        return self.payload is not None and self.payload.get("status") in statuses


Asked: TypeAlias = tuple[str, Payload]
Talk: TypeAlias = Generator[Asked, Answered, Answered]


class Command(Protocol):
    """A CALL of this action, where `concerns` says so, is had by `talk` and no other way."""

    @property
    def action(self) -> str: ...

    def concerns(self, payload: Payload, known: Situation) -> bool: ...
    def talk(self, payload: Payload, known: Situation) -> Talk: ...


class Retry(msgspec.Struct, frozen=True):
    """A CALL to repeat once with other fields, where it was refused or never answered."""

    action: str
    when: dict[str, Any] = {}  # see where.py
    without: tuple[str, ...] = ()
    put: dict[str, Any] = {}  # fields that it gets, see template.py
    on_status: tuple[str, ...] = ()  # of a result that counts as refused
    on_error: bool = True  # whether a CALLERROR or no answer does

    def changed(self, payload: Payload, known: Situation | None = None) -> Payload | None:
        """The payload to try next, or None where this CALL has no other form."""
        known = known or Situation()
        if not fits(self.when, payload, known):
            return None
        kept = {field: value for field, value in payload.items() if field not in self.without}
        kept |= filled(self.put, payload, known)
        return kept if kept != payload else None

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether there is another form to try."""
        return self.changed(payload, known) is not None

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """As it is, then in the other form."""
        first = yield self.action, payload
        refused = self.on_error if first.payload is None else first.says(self.on_status)
        other = self.changed(payload, known) if refused else None
        if other is None:
            return first
        return (yield self.action, other)


class Split(msgspec.Struct, frozen=True):
    """A CALL with a long list, as several with short ones; the lists of the answers are joined."""

    action: str
    field: str  # the list in the CALL
    size: int = 1  # of its parts
    joined: tuple[str, ...] = ()  # lists of the answers that belong together
    when: dict[str, Any] = {}
    size_key: str = ""  # the configuration key in which a station tells the size, if it does

    @property
    def needs(self) -> frozenset[Fact]:
        """What the station listed, where that tells the size."""
        return frozenset({"keys"}) if self.size_key else frozenset()

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether the list is too long."""
        listed, size = payload.get(self.field), self._size(known)
        too_long = isinstance(listed, list) and 0 < size < len(listed)
        return too_long and fits(self.when, payload, known)

    def _size(self, known: Situation) -> int:
        if not self.size_key:
            return self.size
        told = known.keys.get(self.size_key.lower(), ("", ""))[1]
        return int(told) if told.isascii() and told.isdecimal() else 0

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """One part after the other; what the last one says beside the lists holds."""
        listed, last = payload[self.field], Answered()
        whole: dict[str, list[Any]] = {}
        size = self._size(known) or len(listed)
        for at in range(0, len(listed), size):
            last = yield self.action, {**payload, self.field: listed[at : at + size]}
            if last.payload is None:
                return last
            for name in self.joined:
                part = last.payload.get(name)
                whole[name] = whole.get(name, []) + (part if isinstance(part, list) else [])
        return Answered({**(last.payload or {}), **{k: v for k, v in whole.items() if v}})


class FanOut(msgspec.Struct, frozen=True):
    """A CALL for the whole station, as one for each connector; the first refusal is the answer."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"status"})

    action: str
    field: str = "connectorId"
    when: dict[str, Any] = msgspec.field(default_factory=lambda: {"connectorId": (0, None)})
    as_is_first: bool = False  # only where the station refuses it
    on_status: tuple[str, ...] = ("Rejected", "NotSupported", "NotImplemented")

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether it is for the whole station, whose connectors are known."""
        return bool(known.numbers()) and fits(self.when, payload, known)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """Each connector in turn."""
        if self.as_is_first:
            first = yield self.action, payload
            if first.payload is not None and not first.says(self.on_status):
                return first
        answers = []
        for number in known.numbers():
            answers.append((yield self.action, {**payload, self.field: number}))
        bad = [one for one in answers if one.payload is None or one.says(self.on_status)]
        return bad[0] if bad else answers[-1]


class Substitute(msgspec.Struct, frozen=True):
    """Another CALL in the place of one that the station takes badly, its answer mapped back."""

    action: str
    when: dict[str, Any]
    sends: str  # the action that goes out
    put: dict[str, Any] = {}  # its payload, see template.py; a field without value is left out
    keep: bool = False  # whether the fields of the CALL stay where `put` does not name them
    answer: dict[str, Any] | None = None  # the answer to give; None: as it comes
    statuses: dict[str, str] = {}  # of the answer as it comes, in the words of the one asked for
    as_is_first: bool = False  # only where the station refuses it
    on_status: tuple[str, ...] = ("Rejected", "NotSupported")
    needs: frozenset[Fact] = frozenset()

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether this is the CALL that it takes badly."""
        return fits(self.when, payload, known)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """The other CALL, alone or after the first."""
        if self.as_is_first:
            first = yield self.action, payload
            if not first.says(self.on_status):
                return first
        other = {**payload} if self.keep else {}
        given = yield self.sends, other | filled(self.put, payload, known)
        if given.payload is None:
            return given
        if self.answer is not None:
            return Answered(dict(self.answer))
        status = given.payload.get("status")
        if isinstance(status, str) and status in self.statuses:
            return Answered({**given.payload, "status": self.statuses[status]})
        return given


class Prepared(msgspec.Struct, frozen=True):
    """A CALL that is refused until another one was made: where it is, that one, then it again."""

    action: str
    sends: str  # the action that goes before
    put: dict[str, Any]  # its payload, see template.py
    when: dict[str, Any] = {}
    on_status: tuple[str, ...] = ("Rejected",)

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Every such CALL."""
        return fits(self.when, payload, known)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """As it is; if that is refused and the other one accepted, once more."""
        first = yield self.action, payload
        if not first.says(self.on_status):
            return first
        other = yield self.sends, filled(self.put, payload, known)
        return (yield self.action, payload) if other.says(("Accepted",)) else first


class ErrorAsStatus(msgspec.Struct, frozen=True):
    """A command that is refused by CALLERROR where its answer has a status for that."""

    action: str
    status: str = "Rejected"
    when: dict[str, Any] = {}
    codes: tuple[str, ...] = ()  # of CALLERRORs that are meant; (): any

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Every such CALL."""
        return fits(self.when, payload, known)

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """As it is; no answer at all stays no answer."""
        given = yield self.action, payload
        is_meant = not self.codes or given.code in self.codes
        if given.payload is None and given.code != "timeout" and is_meant:
            return Answered({"status": self.status})
        return given
