"""What a relay has under way: conversations, what they wait for, and CALLs that wait for theirs."""

from typing import Literal, TypeAlias

from adapters.frame import Call
from adapters.payload import Payload
from adapters.translation.conversation import Conversation, Wait
from gateway.core.line import Alarm

Side: TypeAlias = Literal["station", "csms"]


class Exchange:
    """One conversation that is under way, and the CALL that it answers, if one began it."""

    __slots__ = (
        "action", "asked", "conversation", "follow_ups", "lossy", "message_id", "request", "side",
    )  # fmt: skip

    def __init__(
        self,
        conversation: Conversation,
        side: Side | None = None,
        message_id: str = "",
        action: str = "other",
        request: Payload | None = None,
    ) -> None:
        self.conversation, self.side, self.message_id = conversation, side, message_id
        self.action, self.request = action, request
        self.asked = self.lossy = False
        self.follow_ups: list[Conversation] = []


class Inbox:
    """The CALLs of one side: whether one is being answered, and those behind it."""

    __slots__ = ("busy", "current", "waiting")

    def __init__(self) -> None:
        self.busy = False
        self.current: Exchange | None = None
        self.waiting: list[Call] = []


class Waits:
    """Conversations that wait for an event, or for their time to be over."""

    __slots__ = ("_alarm", "_rows")

    def __init__(self, alarm: Alarm) -> None:
        self._rows: list[tuple[float, str, Exchange]] = []
        self._alarm = alarm

    def add(self, step: Wait, exchange: Exchange, now: float) -> None:
        """Wait for this."""
        self._rows.append((now + step.seconds, step.event, exchange))
        self._alarm.no_later_than(now + step.seconds)

    def due(self, now: float) -> list[Exchange]:
        """Those whose time is over; they wait no longer."""
        due = [exchange for at, _, exchange in self._rows if at <= now]
        self._rows = [row for row in self._rows if row[0] > now]
        for at, _, _ in self._rows:
            self._alarm.no_later_than(at)
        return due

    def woken(self, events: frozenset[str]) -> list[Exchange]:
        """Those whose event has come; they wait no longer."""
        woken = [exchange for _, event, exchange in self._rows if event in events]
        self._rows = [row for row in self._rows if row[1] not in events]
        return woken
