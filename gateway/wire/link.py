"""One session on its sockets: asks the core, and does what the core wants done, in order."""

from collections.abc import Callable, Iterable, Sized
from math import inf
from typing import Protocol

import msgspec
import structlog
import trio

from gateway.core.effects import (
    STATION,
    Close,
    Compared,
    Dial,
    Effect,
    Guarded,
    Learn,
    Lost,
    Mended,
    Paced,
    Persist,
    Recorded,
    Refused,
    Send,
)
from gateway.core.line import Alarm
from gateway.core.route import Route, Upstream
from gateway.limits import SHORT, is_deep
from gateway.store import Records
from gateway.wire import telling
from gateway.wire.connection import Connection, Watch
from gateway.wire.framing import GOING_AWAY, INTERNAL, POLICY
from gateway.wire.journal import Journal
from gateway.wire.keepalive import Own
from gateway.wire.newcomer import Newcomer
from gateway.wire.unheard import Unheard


class Core(Protocol):
    """The pure session, as gateway.core.session has it. Times are the session's, see `epoch`."""

    @property
    def alarm(self) -> Alarm:
        """When it wants to be told the time."""
        ...

    @property
    def backlog(self) -> Sized:
        """CALLs of the station that wait for their turn."""
        ...

    @property
    def congested(self) -> bool:
        """Whether its station should not be read just now."""
        ...

    @property
    def stands_in(self) -> bool:
        """Whether its station is served while the CSMS is away."""
        ...

    def hear(self, leg: str, text: bytes, now: float) -> list[Effect]: ...
    def opened(self, leg: str, now: float) -> list[Effect]: ...
    def closed(self, leg: str, now: float) -> list[Effect]: ...
    def tick(self, now: float) -> list[Effect]: ...
    def fall_apart(self) -> None: ...
    def hashed(self, digest: str, over: str, now: float) -> list[Effect]: ...
    def invite(
        self, shadows: tuple[Upstream, ...], records: Records, now: float
    ) -> list[Effect]: ...


class Ashore(Protocol):
    """What a link needs done by slow tasks."""

    def dial(self, link: "Link", leg: str) -> None:
        """Open that leg, with back-off, until it is open or the link is over. Idempotent."""
        ...

    def learn(self, link: "Link", password: bytes) -> None:
        """Hash a password that its station is about to be told."""
        ...

    def ended(self, link: "Link") -> None:
        """The station is gone and everything the session wanted is done."""
        ...


NO_FRAME = (b"", b"", False)
log = structlog.get_logger()
NOBODY = Newcomer()


class Link:
    """A session, its legs, and the effects that wait for the store."""

    __slots__ = (
        "_ashore", "_epoch", "_forgotten", "_frame", "_held", "_journal", "_shared", "_waiting",
        "identity", "lasted", "legs", "newcomer", "over", "route", "scheduled", "session",
        "settled", "strained",
    )  # fmt: skip

    def __init__(
        self,
        route: Route,
        session: Core,
        ashore: Ashore,
    ) -> None:
        self.route, self.session, self._ashore = route, session, ashore
        self.newcomer = NOBODY
        self.identity = route.identity
        self.legs: dict[str, Connection] = {}
        self.over = False  # the core is not asked any more
        self.settled: trio.Event | None = None  # made by whoever waits for the end
        self.strained = False  # some side is slow: look at the balance after each step
        self.scheduled = inf
        self._held: list[Effect] = []  # a deque of none is ten times as big
        self._waiting = False
        self._frame = NO_FRAME
        self._forgotten = False
        # Of a primary's leg that ended without a word: the seconds that it was there, else inf.
        self.lasted: float | None = None

    @property
    def log(self) -> structlog.typing.FilteringBoundLogger:
        """Where it is written what happens; made anew, because it is half a KiB and seldom used."""
        bound: structlog.typing.FilteringBoundLogger = log.bind(station=self.identity)
        return bound

    def join(self, journal: Journal, shared: Watch, epoch: float) -> None:
        """Come under a lane. `epoch` is what the lane's clock lacks to the session's time."""
        self._journal, self._shared, self._epoch = journal, shared, epoch

    def add(self, connection: Connection) -> None:
        """Take a leg in."""
        self.legs[connection.leg] = connection
        self._count(connection, 1)

    def hear(self, origin: Connection, text: bytes, raw: bytes, now: float) -> None:
        """Have the core hear a message; if it sends the same on, the frame goes as it came."""
        if self.over:
            return
        if len(text) > SHORT and is_deep(text, self._shared.limits.depth):
            self._refuse(origin, "too_deep")
            return
        if now >= self._shared.inspect_at:
            telling.inspect(self, origin, text, self._shared, now)
        self._frame = (text, raw, origin.from_client)
        try:
            self._do(self.session.hear(origin.leg, text, now + self._epoch))
        except Exception:
            self._crashed()
        self._frame = NO_FRAME
        shared = self._shared
        shared.tally.added_seconds.observe(shared.clock() - now)

    def alone(self, now: float) -> None:
        """Have the core know that the primary is away, from the first moment."""
        self._step(self.session.closed, self.route.primary.name, now + self._epoch)

    def opened(self, connection: Connection, now: float) -> None:
        """Have the core know of a new CSMS leg."""
        if connection.role == "primary":
            self.lasted, connection.owner = inf, Unheard(self, now)
        self._step(self.session.opened, connection.leg, now + self._epoch)

    def lost(self, connection: Connection, now: float) -> None:
        """Have the core know that a leg is gone; once for each connection."""
        if self.legs.get(connection.leg) is not connection:
            return
        del self.legs[connection.leg]
        self._count(connection, -1)
        self._step(self.session.closed, connection.leg, now + self._epoch)
        if connection.leg == STATION:
            self.over = True
            self._settle()
        elif self._role(connection.leg) == "shadow" and not self.over:
            self._ashore.dial(self, connection.leg)

    def invite(self, shadows: tuple[Upstream, ...], records: Records, now: float) -> None:
        """Have these shadows from now on, and no others."""
        self.route = msgspec.structs.replace(self.route, shadows=shadows)
        self._step(self.session.invite, shadows, records, now + self._epoch)

    def hashed(self, digest: str, over: str, now: float) -> None:
        """Have the core go on with a command that changes the station's password."""
        self._step(self.session.hashed, digest, over, now + self._epoch)

    def tick(self, now: float) -> float:
        """Have the core look at its deadlines."""
        self._step(self.session.tick, now + self._epoch)
        return inf if self.over else self.session.alarm.at - self._epoch

    def committed(self, error: BaseException | None, now: float) -> None:
        """The records of this session are durable: do what waited for it."""
        self._waiting = False
        if error is not None:
            self.log.error("store failed", error=repr(error))
            self._abandon("store failed")
            return
        held, self._held = self._held, []
        self._guarded(lambda: held)
        self._settle()

    def retire(self, code: int, reason: str, now: float) -> None:
        """End at once, without waiting for what the station's socket does."""
        if (station := self.legs.get(STATION)) is not None:
            station.close(code, reason)
            self.lost(station, now)

    async def settle(self) -> None:
        """Wait until the core's last wishes are done."""
        if self._forgotten:
            return
        self.settled = self.settled or trio.Event()
        await self.settled.wait()

    def balance(self) -> None:
        """Read a side only as fast as what it causes can be passed on."""
        limits, low = self._shared.limits, self._shared.limits.low_water
        station, primary = self.legs.get(STATION), self.legs.get(self.route.primary.name)
        crowded = len(self._held) > limits.held
        if station is not None:
            slow = primary is not None and len(primary.outbox) > low
            station.pause(slow or crowded or (self.session.congested and not self.over))
        if primary is not None:
            primary.pause(crowded or (station is not None and len(station.outbox) > low))
        self.strained = any(leg and (leg.paused or leg.outbox) for leg in (station, primary))

    def _step(self, ask: Callable[..., Iterable[Effect]], *args: object) -> None:
        if not self.over:
            self._guarded(ask, *args)

    def _guarded(self, ask: Callable[..., Iterable[Effect]], *args: object) -> None:
        try:
            self._do(ask(*args))
        except Exception:
            self._crashed()

    def _crashed(self) -> None:
        """The one boundary: a bug of ours ends one session."""
        self._shared.tally.station_crashes += 1
        self.log.exception("session crashed")
        self._abandon("internal error")

    def _do(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if self._waiting:
                self._held.append(effect)
            elif type(effect) is not Send:
                self._perform(effect)
            elif (leg := self.legs.get(effect.leg)) is not None:
                text, raw, from_client = self._frame
                # Masked by the station, to be masked by us: its frame will do. Unmasked both: too.
                if effect.text is text and raw and from_client is not leg.from_client:
                    leg.send(raw)
                else:
                    leg.say(effect.text)
        session = self.session
        if (at := session.alarm.at - self._epoch) < self.scheduled:
            self._shared.timers.at(at, self)
        # The plain answers first: nearly always nothing waits anywhere.
        if self.strained or session.backlog or self._held:
            self._weigh()

    def _weigh(self) -> None:
        if self.strained or self.session.congested or len(self._held) > self._shared.limits.held:
            self.balance()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Persist(owner, records, wait):
                self._journal.add(self.identity, owner, records)
                if wait:
                    self._waiting = True
                    self._journal.await_commit(self)
            case Close(leg, code, reason):
                if leg in self.legs:
                    self.legs[leg].close(code, reason)
            case Dial(leg):
                self._ashore.dial(self, leg)
            case Compared() | Recorded():
                self._witness(effect)
            case Paced():
                self._treat(effect)
            case Learn(password):
                self._ashore.learn(self, password)
            case Lost():
                telling.tell_lost(self, effect, self._shared)
            case Guarded():
                self._alarm(effect)
            case Mended(quirk, _, changes):
                self._shared.tally.repairs[quirk,] += changes
            case Refused(leg, reason):
                self._shared.tally.frames_refused[self._role(leg), reason] += 1
                if reason == "bad_frame":
                    self._bear_with(leg)

    def _witness(self, effect: Compared | Recorded) -> None:
        shared = self._shared
        shared.witness(self.route, effect, shared.clock() + self._epoch)
        if isinstance(effect, Compared) and effect.verdict == "mismatched":
            self.log.debug(
                "shadow decided differently",
                csms=effect.csms, action=effect.action, severity=effect.severity,
                paths=effect.paths,
            )  # fmt: skip

    def _alarm(self, effect: Guarded) -> None:
        """A CSMS commands what it should not; a flood of it is counted, and not written."""
        shared, now = self._shared, self._shared.clock()
        rule, outcome, action = effect.rule, effect.outcome, effect.action
        shared.tally.guarded[rule, action, outcome] += 1
        if shared.alarms.spares(rule, now):
            self.log.warning(
                "guarded command",
                rule=rule, action=action, outcome=outcome, detail=effect.detail,
                csms=self.route.primary.name,
            )  # fmt: skip

    def _treat(self, effect: Paced) -> None:
        """The station needs other pings than all, or another end."""
        station, limits = self.legs.get(STATION), self._shared.limits
        if station is not None:
            usual = limits.ping_interval
            wanted = usual if effect.ping_interval is None else effect.ping_interval
            within = limits.pong_within if effect.pong_required else inf
            own = Own(0.0 if effect.no_ping else wanted, within)
            station.bear(own, abrupt=effect.close_style == "drop")

    def _bear_with(self, leg: str) -> None:
        """A peer that goes on and on saying what is no frame is not what it should be."""
        shared, now, key = self._shared, self._shared.clock(), f"{self.identity}/{leg}"
        if shared.bad_frames.wait(key, now) > 0.0 and leg in self.legs:
            self._refuse(self.legs[leg], "bad_frames")
        shared.bad_frames.take(key, now)

    def _refuse(self, origin: Connection, reason: str) -> None:
        self._shared.tally.frames_refused[origin.role, reason] += 1
        origin.close(POLICY, reason)

    def _role(self, leg: str) -> str:
        if leg == STATION:
            return "station"
        return "shadow" if any(leg == one.name for one in self.route.shadows) else "primary"

    def _abandon(self, reason: str) -> None:
        """Close every leg: nothing that was held back is sent."""
        self.over = True
        self._held.clear()
        for leg in tuple(self.legs.values()):
            leg.close(INTERNAL, reason)
        self._settle()

    def _settle(self) -> None:
        """Once the station is gone and nothing is held back, be forgotten."""
        if self._forgotten or not self.over or self._waiting or STATION in self.legs:
            return
        self._forgotten = True
        self.session.fall_apart()
        self._shared.timers.forget(self)
        for leg in tuple(self.legs.values()):
            leg.close(GOING_AWAY)
        self._ashore.ended(self)
        if self.settled is not None:
            self.settled.set()

    def _count(self, connection: Connection, change: int) -> None:
        tally = self._shared.tally
        if connection.leg == STATION:
            tally.stations_connected[self.route.segment, self.route.version] += change
        else:
            tally.legs_connected[connection.leg, connection.role] += change
