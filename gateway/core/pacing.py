"""When a station with a pace of its own may be sent the next CALL."""

from typing import Any

from adapters import frame
from adapters.frame import CallError, CallResult
from gateway.core.line import FOREVER, Alarm, Ask
from gateway.core.mender import opened
from vendor_quirks.pace import Pace

COALESCED = b'{"status":"Accepted"}'
RELEASES = {"boot": "BootNotification", "first_status": "StatusNotification"}


class Pacer:
    """Holds back the CALLs to one station, by its pace."""

    def __init__(self, pace: Pace, alarm: Alarm, now: float) -> None:
        self._pace, self._alarm = pace, alarm
        self._held_until = now + pace.hold_at_most if pace.hold_until else 0.0
        self._settled_at, self._free_at = now + pace.settle, 0.0
        self._urgent = ""
        self._last: dict[str, float] = {}  # by action and connector: when it went

    def ready_at(self, ask: Ask) -> float:
        """When this CALL may go."""
        if ask.message_id == self._urgent:
            return self._free_at
        at = max(self._held_until, self._settled_at, self._free_at)
        period = self._pace.coalesce.get(ask.action)
        if period is not None:
            at = max(at, self._last.get(_place(ask), -FOREVER) + period)
        return at

    def next(self, waiting: list[Ask], now: float) -> Ask | None:
        """The first of those that wait that may go now; wakes the session for the others."""
        for ask in waiting:
            at = self.ready_at(ask)
            if at <= now:
                return ask
            self._alarm.no_later_than(at)
        return None

    def joins(self, ask: Ask, waiting: list[Ask]) -> None:
        """A CALL comes to those that wait: an older one that it makes void is answered here."""
        if ask.action not in self._pace.coalesce:
            return
        place = _place(ask)
        for old in [one for one in waiting if one.action == ask.action and _place(one) == place]:
            waiting.remove(old)
            text = frame.emit_result(old.message_id, COALESCED)
            message = frame.parse(text)
            assert isinstance(message, CallResult), "it was made just now"
            old.owner.answered(old, message, text)

    def sent(self, ask: Ask, now: float) -> None:
        """A CALL went out."""
        if ask.action in self._pace.coalesce:
            self._last[_place(ask)] = now

    def answered(self, now: float) -> None:
        """The station answered, or will not."""
        self._free_at = now + self._pace.min_gap

    def heard(self, action: str) -> None:
        """The station said something, or its boot was answered."""
        if RELEASES.get(self._pace.hold_until) == action:
            self.release()

    def release(self) -> None:
        """What it was held for is there."""
        self._held_until = 0.0

    def urge(self, message_id: str) -> None:
        """This CALL is to bring what the others are held for."""
        self._urgent = message_id


def _place(ask: Ask) -> str:
    """A CALL's action, and the connector or EVSE that it is for."""
    message = frame.parse(ask.text)
    payload: dict[str, Any] = {}
    if not isinstance(message, CallError):
        payload = opened(message.payload) or {}
    return f"{ask.action} {payload.get('connectorId', payload.get('evseId'))}"
