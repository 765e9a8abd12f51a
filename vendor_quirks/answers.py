"""CALLs that are answered here, and do not go on: chatter, repeats, floods, replays.

Each says of a CALL whether it is answered here, and how; nothing it does not concern is touched.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import msgspec

from vendor_quirks.situation import Fact, Mark, Payload, Situation
from vendor_quirks.template import filled
from vendor_quirks.where import at, fits

Caller: TypeAlias = Literal["station", "csms"]


class Verdict(msgspec.Struct, frozen=True):
    """How a CALL is answered here. `response` is None where it gets the answer of another CALL."""

    response: Payload | None
    same_as: str = ""  # the message id of that other CALL, which is open still
    then: tuple[str, Payload] | None = None  # a CALL that the station is said to have made next
    error: str = ""  # the code of a CALLERROR, in place of a response


class Here(Protocol):
    """Answers some CALLs of one action of one side."""

    @property
    def action(self) -> str: ...
    @property
    def of(self) -> Caller: ...

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None: ...


class AnswerHere(msgspec.Struct, frozen=True, kw_only=True):
    """A CALL that never goes on. `response` is a template; most chatter is answered {}."""

    action: str
    of: Caller = "station"  # who calls
    when: dict[str, Any] = {}
    response: dict[str, Any] = {}
    error: str = ""  # a CALLERROR of this code in place of the response
    then: tuple[str, dict[str, Any]] | None = None  # what the station is said to say next
    needs: frozenset[Fact] = frozenset()

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None:
        """The answer, where it is such a CALL."""
        if not fits(self.when, payload, known):
            return None
        then = self.then and (self.then[0], filled(self.then[1], payload, known))
        return Verdict(filled(self.response, payload, known), then=then, error=self.error)


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A CALL that goes on once in a period; the others are answered here."""

    action: str
    period: float  # seconds
    of: Caller = "station"
    when: dict[str, Any] = {}
    key: tuple[str, ...] = ()  # fields that tell apart what is counted apart
    response: dict[str, Any] = {}

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None:
        """The answer, where one like it went on not long ago."""
        if not fits(self.when, payload, known):
            return None
        key = marked("rate", self.of, self.action, self.key, payload, known)
        last = known.marks.get(key)
        if last is not None and 0 <= known.now - last.at < self.period:
            return Verdict(filled(self.response, payload, known))
        known.mark(key, Mark(known.now))
        return None


class Dedupe(msgspec.Struct, frozen=True, kw_only=True):
    """A CALL that was made before: it gets the first one's answer, and does not go on."""

    of: ClassVar[Caller] = "station"

    action: str
    window: float  # seconds
    key: tuple[str, ...]  # fields that make two CALLs the same
    when: dict[str, Any] = {}
    fresh: dict[str, Any] = {}  # fields of the answer that are made anew, see template.py

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None:
        """The first one's answer, or that it will have the same."""
        if not fits(self.when, payload, known):
            return None
        key = marked("dedupe", self.of, self.action, self.key, payload, known)
        first = known.marks.get(key)
        if first is None or not 0 <= known.now - first.at < self.window:
            known.mark(key, Mark(known.now, message_id))
            return None
        if first.answer is not None:
            return Verdict(first.answer | filled(self.fresh, payload, known))
        return Verdict(None, same_as=first.message_id)


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger that the station does not serve: what it last said is said again for it."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"status", "samples"})
    of: ClassVar[Caller] = "csms"
    action: ClassVar[str] = "TriggerMessage"

    message: Literal["StatusNotification", "MeterValues"]
    when: dict[str, Any] = {}
    fresh: float = 0.0  # seconds from one trigger that is let through to the next; 0: none is

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None:
        """Accepted, and the replay; Rejected where there is nothing to replay."""
        if payload.get("requestedMessage") != self.message or not fits(self.when, payload, known):
            return None
        connector = at("evse.id" if "evse" in payload else "connectorId", payload, known)
        key = ("replay", self.message, str(connector))
        last = known.marks.get(key)
        if self.fresh and (last is None or known.now - last.at >= self.fresh):
            known.mark(key, Mark(known.now))
            return None
        said = self._last(connector, known)
        if said is None:
            return Verdict({"status": "Rejected"})
        return Verdict({"status": "Accepted"}, then=(self.message, said))

    def _last(self, connector: Any, known: Situation) -> Payload | None:
        numbers = [connector] if isinstance(connector, int) else known.numbers()
        for number in numbers:
            last = known.connector(number)
            said = last.status if self.message == "StatusNotification" else last.sample
            if said:
                return dict(said)
        return None


def marked(
    kind: str, of: str, action: str, fields: Sequence[str], payload: Payload, known: Situation
) -> tuple[str, ...]:
    """What a CALL is remembered by."""
    values = (str(at(field, payload, known))[:64] for field in fields)
    return (kind, of, action, *values)


def answered(known: Situation, message_id: str, response: Payload) -> None:
    """Keep the answer to a CALL whose repeats will need it."""
    for mark in known.marks.values():
        if mark.message_id == message_id:
            mark.answer = response


def unanswered(known: Situation, message_id: str) -> None:
    """A CALL was refused: what is said like it from now on is no repeat of it."""
    for key in [key for key, mark in known.marks.items() if mark.message_id == message_id]:
        del known.marks[key]
