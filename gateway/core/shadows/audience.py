"""All shadows of a session. What goes wrong in one of them ends that one, and nothing else."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from adapters import frame
from adapters.frame import Call, CallError, CallResult
from gateway.core.comparison.answers import Answer
from gateway.core.comparison.sessions import ACTIONS, Book
from gateway.core.effects import STATION, Close, Effect, Persist, Recorded, Refused
from gateway.core.line import Alarm, Ask
from gateway.core.port import StationPort
from gateway.core.route import Route, Upstream
from gateway.core.shadows.arrival import World
from gateway.core.shadows.desk import commanded
from gateway.core.shadows.seen import NOTED, TOLD_LATER, Heard, Seen
from gateway.core.shadows.shadow import Shadow
from gateway.core.tally import Tally

INTERNAL_ERROR, NORMAL = 1011, 1000  # RFC 6455 section 7.4.1
UNANSWERED = 64  # CALLs about transactions that the primary has yet to answer

__all__ = ["TOLD_LATER", "Audience"]


class Audience:
    """The shadows that hear a station, and what was seen of it. Listener of its port."""

    __slots__ = (
        "_books", "_invited", "_out", "_route", "_shared", "_station", "_tally",
        "_unanswered", "is_there", "names", "seen", "speaks_for_primary",
    )  # fmt: skip

    def __init__(
        self,
        route: Route,
        boot: msgspec.Raw | None,
        station: StationPort,
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
        ids: Iterator[str],
    ) -> None:
        self._route, self._station, self._out, self._tally = route, station, out, tally
        self.seen = Seen(route.version, boot)
        self._shared = (alarm, ids)  # with the shadows
        self._invited: tuple[Shadow, ...] = ()
        self.names: tuple[str, ...] = ()  # of all that were ever invited
        self._books: tuple[Book, Book] | None = None  # the station's, the primary's
        self.is_there = False
        # Whether what the station is answered just now is the gateway's own word
        self.speaks_for_primary: Callable[[bool], bool] | None = None

    def invite(
        self, upstreams: Iterable[Upstream], records: dict[str, dict[str, bytes]], now: float
    ) -> None:
        """Have these shadows, and no others."""
        wanted = {upstream.name: upstream for upstream in upstreams}
        if not wanted and not self._invited:
            return
        there: dict[str, Shadow] = {}
        for shadow in self._invited:
            if wanted.get(shadow.name) == shadow.upstream:
                there[shadow.name] = shadow
            else:
                self._contained(shadow, shadow.closed, now)
                self._out.append(Close(shadow.name, NORMAL, "no shadow any more"))
        world = World(self._route, self.seen, self._out, self._tally, *self._shared)
        for name, upstream in wanted.items():
            if name not in there:
                there[name] = Shadow(upstream, world, records.get(name, {}), now)
        self.names += tuple(name for name in there if name not in self.names)
        self._invited = tuple(there.values())
        self.is_there = bool(self._invited)
        self._station.listener = self if self.is_there else None
        if self.is_there and self._books is None:
            self._books = (Book(self._route.version), Book(self._route.primary.version))
            self._unanswered: dict[str, Heard] = {}

    # The station

    def station_called(self, call: Call, action: str, now: float) -> None:
        """The station says something."""
        heard = Heard(call, action, now)
        if action in NOTED:
            self._contained(None, self.seen.heard, heard)
        if not self.is_there:
            if self.seen.awaits:
                self._station.listener = self
            return
        if action in ACTIONS and len(self._unanswered) < UNANSWERED:
            self._unanswered[call.message_id] = heard
        for shadow in self._invited:
            self._contained(shadow, shadow.station_called, heard)

    def go_on(self) -> None:
        """The primary has been given it; now each shadow may take it."""
        for shadow in self._invited:
            self._contained(shadow, shadow.go_on)

    def primary_answered(self, message_id: str, text: bytes, now: float) -> None:
        """What the primary decided."""
        message = frame.parse(text)
        assert not isinstance(message, Call), "an answer is no CALL"
        speaks = self.speaks_for_primary
        is_ours = speaks is not None and speaks(self.is_there and message_id in self._unanswered)
        answer = Answer(message, now, is_ours=is_ours)
        if self.seen.awaits:
            self._contained(None, self.seen.answered, message_id, answer)
        if not self.is_there:
            if not self.seen.awaits:
                self._station.listener = None
            return
        if (heard := self._unanswered.pop(message_id, None)) is not None:
            if not self._unanswered:
                self._unanswered = {}  # one that held something takes its room still
            self._contained(None, self._record, heard, message)
        for shadow in self._invited:
            self._contained(shadow, shadow.primary_answered, message_id, answer)

    def station_asked(self, ask: Ask, now: float) -> None:
        """Somebody commands the station: perhaps the primary, whose command shadows should give."""
        if self.is_there:
            self._contained(None, self._asked, ask, now)

    def _asked(self, ask: Ask, now: float) -> None:
        command = commanded(self._route.version, ask, now)
        if command is not None:
            self._each(lambda shadow: shadow.primary_asked(command))

    def leg_answered(
        self, ask: Ask, message: CallResult | CallError, role: str, now: float
    ) -> None:
        """The station obeyed, or did not; or the primary took what it was told."""
        if role == STATION:
            self._contained(None, self._obeyed, ask, message, now)
        elif self._route.primary.version != self._route.version:
            self._contained(None, self._took, ask, message)

    def _obeyed(self, ask: Ask, message: CallResult | CallError, now: float) -> None:
        call = frame.parse(ask.text)
        assert isinstance(call, Call), "what is asked is a CALL"
        self.seen.obeyed(call, message)
        command = commanded(self._route.version, ask, now)
        if command is not None:
            self._each(lambda shadow: shadow.obeyed(command, message))

    # Records of charging sessions

    def _record(self, heard: Heard, message: CallResult | CallError) -> None:
        """What the station was told is our own view, and a primary's of the same version."""
        assert self._books is not None, "there are books while there are shadows"
        if not (heard.begins or heard.ends):
            if heard.transaction and isinstance(message, CallResult):
                self._books[0].sampled(heard.transaction)
            return
        part = self._books[0].took(heard.action, heard.payload, message)
        if part is None:
            return
        self._out.append(Recorded(STATION, part))
        if self._route.primary.version == self._route.version:
            self._out.append(Recorded(self._route.primary.name, part))

    def _took(self, ask: Ask, message: CallResult | CallError) -> None:
        """What a primary of the other version took is its own view."""
        assert self._books is not None, "there are books while there are shadows"
        if ask.action not in ACTIONS:
            return
        part = self._books[1].took(ask.action, ask.text, message)
        if part is not None:
            self._out.append(Recorded(self._route.primary.name, part))

    # The shadows' legs

    def hear(self, name: str, text: bytes, now: float) -> None:
        """One text message of a shadow CSMS."""
        for shadow in self._invited:
            if shadow.name == name:
                self._contained(shadow, shadow.hear, text, now)

    def opened(self, name: str, now: float) -> None:
        """A shadow's leg is open."""
        self._one(name, lambda shadow: shadow.opened(now))

    def closed(self, name: str, now: float) -> None:
        """A shadow's leg is gone."""
        self._one(name, lambda shadow: shadow.closed(now))

    def end(self, now: float) -> None:
        """The session is over."""
        self._each(lambda shadow: shadow.closed(now))

    def tick(self, now: float) -> None:
        """Do what is due."""
        self._each(lambda shadow: shadow.tick(now))

    def changes(self) -> list[Effect]:
        """What the shadows' memories have to keep; nobody waits for it."""
        found: list[Effect] = []
        for shadow in self._invited:
            if shadow.has_changed and (records := shadow.take_changes()):
                found.append(Persist(shadow.name, records, wait=False))
        return found

    def _one(self, name: str, do: Callable[[Shadow], None]) -> None:
        for shadow in self._invited:
            if shadow.name == name:
                self._contained(shadow, do, shadow)

    def _each(self, do: Callable[[Shadow], None]) -> None:
        for shadow in self._invited:
            self._contained(shadow, do, shadow)

    def _contained(self, shadow: Shadow | None, do: Callable[..., object], *what: object) -> None:
        """A bug of ours must not reach the station by way of a shadow: that one is dropped."""
        try:
            do(*what)
        except Exception as error:
            self._drop(shadow, error)

    def _drop(self, shadow: Shadow | None, error: Exception) -> None:
        self._tally.station_crashes += 1
        leg = STATION if shadow is None else shadow.name
        self._out.append(Refused(leg, "shadow_crashed", repr(error)[:200]))
        if shadow is not None:
            self._invited = tuple(one for one in self._invited if one is not shadow)
            self._out.append(Close(shadow.name, INTERNAL_ERROR, "internal error"))
