"""How a shadow gets to know a station that was there before it: boot, statuses, transactions."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from adapters.frame import Call, CallError, CallResult
from gateway.core.comparison.answers import BROKEN, Answer
from gateway.core.effects import Effect
from gateway.core.line import Alarm
from gateway.core.route import Route
from gateway.core.shadows.ids import Ids
from gateway.core.shadows.outbox import Outbox, Pair
from gateway.core.shadows.seen import OPEN, Heard, Seen
from gateway.core.tally import Tally

PATIENCE = 15.0  # seconds from the station's arrival to the shadow's, in which nothing is missed
SHORTEST_RETRY, LONGEST_RETRY = 10.0, 3600.0  # seconds to the next boot of one not accepted
# Stands for the primary's answer to what we tell in the station's place: it is not compared.
MADE_UP = Answer(CallResult("", msgspec.Raw(b"{}")), 0.0)


class World(NamedTuple):
    """What all shadows of a session share."""

    route: Route
    seen: Seen
    out: list[Effect]
    tally: Tally
    alarm: Alarm
    ids: Iterator[str]


class Arrival:
    """One shadow's boot state, and what it has to be told in the station's place.

    Each CSMS accepts a station for itself (OCPP 1.6 section 4.2, 2.0.1 B02 and B03).
    """

    __slots__ = (
        "_expected_until", "_ids", "_name", "_outbox", "_retry_at", "_told", "_world",
        "is_accepted", "is_behind",
    )  # fmt: skip

    def __init__(self, name: str, world: World, ids: Ids, outbox: Outbox, now: float) -> None:
        self._name, self._world, self._ids, self._outbox = name, world, ids, outbox
        self._told: tuple[str, ...] = ()  # transactions of 2.0.1 that it knows of
        self._retry_at = 0.0
        self.is_accepted = True
        # Whether something of this connection was not told; not so if the shadow comes at once.
        self.is_behind = bool(world.seen.statuses or world.seen.open)
        self._expected_until = 0.0 if self.is_behind else now + PATIENCE

    def is_awaited(self, now: float) -> bool:
        """Whether the shadow is being dialled since the station came: what is said can wait."""
        if now < self._expected_until and not self._outbox.is_full:
            self._world.alarm.no_later_than(self._expected_until)
            return True
        self._expected_until = 0.0
        return False

    def opened(self, now: float) -> None:
        """The shadow listens: it hears of the boot first, and of the rest once it accepted that."""
        self.is_accepted, self._retry_at, self._expected_until = True, 0.0, 0.0
        if self._world.seen.boot is None:
            self._tell_rest(now)
        elif not self._outbox.has_boot:
            self._tell_boot(now)

    def told(self, heard: Heard) -> None:
        """The shadow hears this."""
        if heard.begins and heard.transaction:
            self._told = (*self._told[1 - OPEN :], heard.transaction)
        elif heard.ends and heard.transaction in self._told:
            self._told = tuple(name for name in self._told if name != heard.transaction)

    def booted(self, answer: Answer) -> None:
        """The shadow answered a BootNotification."""
        try:
            said = {} if isinstance(answer.message, CallError) else answer.fields
        except BROKEN:
            said = {}
        self.is_accepted = said.get("status") == "Accepted"
        if self.is_accepted:
            self._retry_at = 0.0
            self._tell_rest(answer.at)
            return
        wait = said.get("interval")
        seconds = float(wait) if type(wait) is int and 0 < wait < LONGEST_RETRY else 0.0
        self.retry(answer.at, seconds)

    def retry(self, now: float, seconds: float = 0.0) -> None:
        """The shadow did not accept the station, or said nothing: it hears of it again."""
        self._retry_at = now + max(seconds, SHORTEST_RETRY)
        self._world.alarm.no_later_than(self._retry_at)

    def tick(self, now: float) -> None:
        """Boot again where that was not accepted."""
        if not self._retry_at:
            return
        if now < self._retry_at:
            self._world.alarm.no_later_than(self._retry_at)
            return
        self._retry_at = 0.0
        self._tell_boot(now)

    def _tell_boot(self, now: float) -> None:
        boot = self._world.seen.boot
        if boot is not None:
            heard = self._synthetic("BootNotification", bytes(boot), now)
            self._outbox.put_first([Pair(heard, MADE_UP)])

    def _tell_rest(self, now: float) -> None:
        if self.is_behind:
            self.tell_state(now)

    def tell_state(self, now: float) -> None:
        """Statuses, and transactions that it does not know of, before whatever waits."""
        seen = self._world.seen
        begins = "StartTransaction" if seen.version == "1.6" else "TransactionEvent"
        pairs = [
            Pair(self._synthetic("StatusNotification", payload, now), MADE_UP)
            for payload in seen.statuses.values()
        ]
        for name, begun in seen.open.items():
            is_known = name in self._told or (name.isdigit() and int(name) in self._ids.numbers)
            if not is_known:
                heard = self._synthetic(begins, begun.call, now)
                pairs.append(Pair(heard, begun.answer or MADE_UP))
        self._outbox.put_first(pairs)

    def _synthetic(self, action: str, payload: bytes, now: float) -> Heard:
        message_id = f"replay-{next(self._world.ids)}"
        self._world.tally.shadow_replays[self._name, action] += 1
        return Heard(Call(message_id, action, msgspec.Raw(payload)), action, now)
