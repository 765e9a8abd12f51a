"""One leg's outgoing CALLs: one at a time, in order, each answered or given up (OCPP-J 4.1.1)."""

from typing import Any, Protocol

from adapters.frame import CallError, CallResult, Version
from gateway.core.effects import Effect, Send
from gateway.core.tally import SLOTS, Tally

LATE = 600.0  # seconds that an answer may come late and still teach something (specification 1.5)
KEPT_LATE = 64
FOREVER = float("inf")


class Owner(Protocol):
    """Who asked, and hears what became of it."""

    def answered(self, ask: "Ask", message: CallResult | CallError, text: bytes) -> None:
        """The peer answered."""

    def given_up(self, ask: "Ask", why: str) -> None:
        """No answer will come: `why` is "timeout" or "closed"."""

    def late(self, ask: "Ask", message: CallResult | CallError) -> None:
        """The peer answered what had been given up."""


class Ask:
    """One CALL of ours to a leg."""

    __slots__ = ("action", "context", "deadline", "message_id", "owner", "sent_at", "text")

    def __init__(
        self, message_id: str, action: str, text: bytes, owner: Owner, context: Any = None
    ) -> None:
        self.message_id, self.action, self.text = message_id, action, text
        self.owner, self.context = owner, context
        self.sent_at = self.deadline = 0.0


class Pacing(Protocol):
    """A station's own pace: see gateway.core.pacing."""

    def next(self, waiting: list["Ask"], now: float) -> "Ask | None": ...
    def joins(self, ask: "Ask", waiting: list["Ask"]) -> None: ...
    def sent(self, ask: "Ask", now: float) -> None: ...
    def answered(self, now: float) -> None: ...


class Watcher(Protocol):
    """Who wants to know of CALLs that were not answered."""

    def unanswered(self, ask: "Ask", now: float) -> None: ...


class Alarm:
    """The earliest time at which a session must be woken; lowered by whoever waits."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at = FOREVER

    def no_later_than(self, at: float) -> None:
        """Wake the session then, or before."""
        if at < self.at:
            self.at = at


class Line:
    """The outgoing side of one leg."""

    __slots__ = (
        "_alarm", "_late", "_out", "_sent", "_tally", "answered", "is_up", "leg", "open", "pacer",
        "role", "timeout", "version", "waiting", "watcher",
    )  # fmt: skip

    def __init__(
        self,
        leg: str,
        role: str,
        version: Version,
        timeout: float,
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
    ) -> None:
        self.leg, self.role, self.version, self.timeout = leg, role, version, timeout
        self._sent, self.answered = SLOTS[role, "out", "call"], SLOTS[role, "in", "result"]
        self.open: Ask | None = None
        self.waiting: list[Ask] = []  # a deque of none is ten times as big, and this stays short
        self.is_up = True
        self.pacer: Pacing | None = None  # of a station that needs one
        self.watcher: Watcher | None = None
        self._late: dict[str, Ask] | None = None  # the oldest first
        self._out, self._tally, self._alarm = out, tally, alarm

    def ask(self, ask: Ask, now: float) -> None:
        """Send a CALL now, or as soon as those before it are answered."""
        if self.pacer is not None:
            self.pacer.joins(ask, self.waiting)
        elif self.open is None and self.is_up and not self.waiting:
            self._send(ask, now)
            return
        self.waiting.append(ask)
        if self.pacer is not None:
            self.go_on(now)

    def _send(self, ask: Ask, now: float) -> None:
        self.open, ask.sent_at, ask.deadline = ask, now, now + self.timeout
        if ask.deadline < self._alarm.at:
            self._alarm.at = ask.deadline
        self._tally.frames[ask.action][self._sent] += 1
        self._out.append(Send(self.leg, ask.text))

    def take(self, message_id: str, now: float) -> Ask | None:
        """The CALL that this answer belongs to; the next one goes out."""
        ask = self.open
        if ask is None or ask.message_id != message_id:
            return None
        self._tally.call_seconds[self.role, ask.action].observe(now - ask.sent_at)
        self.open = None
        if self.pacer is not None:
            self.pacer.answered(now)
        return ask

    def go_on(self, now: float) -> None:
        """Send what waits, after the answer before it has had its effect."""
        if self.open is not None or not self.waiting or not self.is_up:
            return
        if self.pacer is None:
            self._send(self.waiting.pop(0), now)
        elif (ask := self.pacer.next(self.waiting, now)) is not None:
            self.waiting.remove(ask)
            self.pacer.sent(ask, now)
            self._send(ask, now)

    def take_late(self, message_id: str, now: float) -> Ask | None:
        """The CALL, given up some time ago, that this answer belongs to."""
        ask = self._late.pop(message_id, None) if self._late else None
        return ask if ask is not None and now - ask.deadline <= LATE else None

    def expire(self, now: float) -> None:
        """Give up a CALL that was not answered in time."""
        ask = self.open
        if ask is None:
            return
        if ask.deadline > now:
            self._alarm.no_later_than(ask.deadline)
            return
        late = self._late = self._late or {}
        late[ask.message_id] = ask
        while len(late) > KEPT_LATE:
            del late[next(iter(late))]
        self.open = None
        if self.pacer is not None:
            self.pacer.answered(now)
        if self.watcher is not None:
            self.watcher.unanswered(ask, now)
        ask.owner.given_up(ask, "timeout")
        self.go_on(now)

    def down(self) -> None:
        """The leg is gone: nothing that was asked will be answered."""
        self.is_up = False
        asked = ([self.open] if self.open else []) + list(self.waiting)
        self.open = None
        self.waiting.clear()
        for ask in asked:
            ask.owner.given_up(ask, "closed")

    def up(self, now: float) -> None:
        """The leg is there (again)."""
        self.is_up = True
        self.go_on(now)
