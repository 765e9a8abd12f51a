"""One end of a relay: CALLs that it asks, and answers to the CALLs that came from there."""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Protocol

from adapters import frame
from adapters.frame import Call
from adapters.payload import Payload
from gateway.core.commanding import Talking, opened_call
from gateway.core.effects import Effect, Refused, Send
from gateway.core.line import Ask, Line, Owner
from gateway.core.mender import Mender, Report
from gateway.core.tally import SLOTS, Tally
from vendor_quirks.command import Command
from vendor_quirks.match import NONE
from vendor_quirks.mending import Named, attempt
from vendor_quirks.situation import Situation

NO_COMMANDS: dict[str, Named[Command]] = {}


class Port(Protocol):
    """What a relay or a passage needs of an end."""

    @property
    def leg(self) -> str:
        """Under which leg's name what happens here is counted."""

    def ask(self, ask: Ask) -> None:
        """Send a CALL there; its owner hears the answer."""

    def answer(self, message_id: str, text: bytes) -> None:
        """Answer a CALL that came from there."""


class Listener(Protocol):
    """Who hears what the station is answered, and what is asked of it."""

    def primary_answered(self, message_id: str, text: bytes, now: float) -> None:
        """The primary decided this."""

    def station_asked(self, ask: Ask, now: float) -> None:
        """Somebody commands the station."""


class LegPort:
    """An end that is a WebSocket. Each CALL heard is answered once, and only once."""

    __slots__ = (
        "_answered", "_out", "_tally", "heard", "leg", "line", "listener", "mended", "mender",
        "now", "numbered", "touched",
    )  # fmt: skip

    def __init__(self, line: Line, out: list[Effect], tally: Tally) -> None:
        self.line, self.leg, self.now = line, line.leg, 0.0
        self._answered = SLOTS[line.role, "out", "result"]
        self.heard: dict[str, str] = {}  # message id -> action, of the CALLs not answered yet
        self.listener: Listener | None = None
        self.mender: Mender | None = None  # of what goes there
        self.mended: Collection[str] = NONE  # actions of CALLs that it sees
        self.touched: Collection[str] = NONE  # actions of answers that are more than passed on
        # Ids that came as numbers, and go back as such.
        self.numbered: dict[str, None] | None = None
        self._out, self._tally = out, tally

    def speak(self, mender: Mender, settling: frozenset[str] = NONE) -> None:
        """Have what goes there mended; answers of `settling` are waited for besides."""
        self.mender, self.mended = mender, mender.calls
        self.touched = _either(settling, tuple(mender.answers))

    def hear(self, call: Call, action: str) -> bool:
        """Note a CALL; False if its id is open already, which makes it a copy."""
        if call.message_id in self.heard:
            self._out.append(Refused(self.line.leg, "duplicate_id", call.message_id[:36]))
            return False
        self.heard[call.message_id] = action
        return True

    def ask(self, ask: Ask) -> None:
        """Send a CALL, or let it wait for the one before it."""
        if ask.action in self.mended and self.mender is not None:
            ask.text = self.mender.call(ask.action, ask.text)
        self.line.ask(ask, self.now)

    def take_back(self, request: Payload, owner: Owner) -> Ask | None:
        """A CALL of the owner's that asks for just this; it waits here, and now is not sent."""
        for at, ask in enumerate(self.line.waiting):
            if self._asker(ask) is owner and ask.context[1] == request:
                return self.line.waiting.pop(at)
        return None

    def _asker(self, ask: Ask) -> Owner | None:
        """Who waits for the answer of a CALL that was not sent yet."""
        return ask.owner

    def answer(self, message_id: str, text: bytes) -> None:
        """Answer a CALL; a second answer to it goes nowhere."""
        if self.listener is not None:
            self.listener.primary_answered(message_id, text, self.now)
        action = self.heard.pop(message_id, None)
        if action is None:
            return
        if action in self.touched or self.numbered:
            self._touch(action, message_id, text)
        else:
            self._say(action, text)

    def _touch(self, action: str, message_id: str, text: bytes) -> None:
        """Answer with what a quirk makes of it."""
        if self.mender is not None:
            text = self.mender.answer(action, text)
        if self.numbered and message_id in self.numbered:
            del self.numbered[message_id]
            text = text.replace(b'"%b"' % message_id.encode(), message_id.encode(), 1)
        self._say(action, text)

    def _say(self, action: str, text: bytes) -> None:
        is_error = text[1] != 51  # b"3": what is emitted begins with [3 or [4
        self._tally.frames[action][self._answered + is_error] += 1
        self._out.append(Send(self.leg, text))

    def forget(self) -> None:
        """The leg is gone, and nobody waits for answers any more."""
        self.heard.clear()
        self.numbered = None


class StationPort(LegPort):
    """The station's end, where its own dialect is spoken: the last step out."""

    __slots__ = ("_ids", "commands", "known", "report", "settled", "stand_in", "twins")

    def __init__(self, line: Line, out: list[Effect], tally: Tally, ids: Iterator[str]) -> None:
        super().__init__(line, out, tally)
        self.report = Report(out, tally)
        self.commands = NO_COMMANDS
        self.known: Callable[[], Situation] = Situation
        self.stand_in: Callable[[Ask], bool] | None = None  # answers CALLs in the station's place
        self.settled: Callable[[str, str, bytes], None] | None = None  # id, action, text
        self.twins: dict[str, list[str]] | None = None  # CALLs that get the answer of another one
        self._ids = ids

    def ask(self, ask: Ask) -> None:
        """Send a CALL in the station's dialect, or what stands for it there."""
        if self.listener is not None:
            self.listener.station_asked(ask, self.now)
        if self.stand_in is not None and self.stand_in(ask):
            return
        if not (ask.action in self.commands and self._is_talked(ask)):
            super().ask(ask)

    def _touch(self, action: str, message_id: str, text: bytes) -> None:
        """Answer in the station's dialect, and those that wait for the same answer."""
        if self.settled is not None and action in self.touched:
            self.settled(message_id, action, text)
        super()._touch(action, message_id, text)
        for twin in self.twins.pop(message_id, ()) if self.twins else ():
            if self.heard.pop(twin, None) is not None:
                super()._touch(action, twin, frame.renamed(text, twin, self.line.version))

    def forget(self) -> None:
        """The station is gone."""
        super().forget()
        self.twins = None

    def _is_talked(self, ask: Ask) -> bool:
        """Whether some quirk has this CALL in another form."""
        payload, known = opened_call(ask), self.known()
        for name, command in self.commands[ask.action]:
            if not attempt(lambda command=command: command.concerns(payload, known)):  # type: ignore[misc]
                continue
            if name in self.report.observed:
                self.report.tell(ask.action, [(name, 1)])
                continue
            talk = command.talk(payload, known)
            talking = Talking(
                ask, talk, self.line.version, super().ask, self._ids,
                lambda name=name: self.report.tell(ask.action, [(name, 1)]),  # type: ignore[misc]
            )  # fmt: skip
            talking.begin()
            return True
        return False


@lru_cache(maxsize=1024)
def _either(some: frozenset[str], others: tuple[str, ...]) -> frozenset[str]:
    """One set for all ports that need the same."""
    return some.union(others)
