"""One station's connection with all its legs: what is heard, and what has to be done about it.

The way of a message: `hear` parses it, mends it in the station's own version, gives it to the
primary CSMS's carrier and to each shadow's, and returns the effects in the order in which they
must happen. Nothing here awaits, reads a clock or touches a socket.
"""

from collections.abc import Iterator
from math import inf

from adapters import frame, v16, v201
from adapters.frame import Call, CallError, CallResult, FrameError
from adapters.translation.memory import Memory
from adapters.translation.scalars import counted_ids, random_ids
from gateway.core import unframed
from gateway.core.circles import emptied
from gateway.core.csms_port import MannersPort, csms_port
from gateway.core.effects import STATION, Close, Dial, Effect, Persist, Refused
from gateway.core.guard import Guard
from gateway.core.line import Alarm, Line
from gateway.core.mending import Dialect
from gateway.core.passage import Passage
from gateway.core.port import StationPort
from gateway.core.reframing import DROPPED, NULL, Side
from gateway.core.relay import Relay
from gateway.core.route import Route, Upstream
from gateway.core.shadows.audience import TOLD_LATER, Audience
from gateway.core.tally import SLOTS, Tally
from gateway.core.undelivered import persist_first

PIPELINED = 32  # CALLs of a station that may wait; then its socket is not read until some are done
GOING_AWAY = 1001
STATION_CALLS, PRIMARY_CALLS = SLOTS[STATION, "in", "call"], SLOTS["primary", "in", "call"]
KNOWN = frozenset(v16.ACTIONS) | frozenset(v201.ACTIONS)
_ids = random_ids()


class Session:
    """One station, its primary CSMS and its shadows."""

    __slots__ = (
        "_audience", "_csms", "_csms_line", "_guard", "_is_over", "_is_plain", "_out", "_passage",
        "_relay", "_station", "_station_line", "alarm", "backlog", "dialect", "memory", "route",
        "tally",
    )  # fmt: skip

    def __init__(
        self,
        route: Route,
        records: dict[str, dict[str, bytes]],
        tally: Tally,
        now: float,
        target: str = "",
        ids: Iterator[str] | None = None,
    ) -> None:
        self.route, self.tally = route, tally
        self._out: list[Effect] = []
        self.alarm = Alarm()  # when `tick` must be called at the latest
        if ids is None:
            ids = counted_ids() if route.options.identifiers == "counted" else _ids
        stored = records.get(route.primary.name, {})
        self._station_line = self._line(STATION, STATION, route.version)
        self._csms_line = self._line(route.primary.name, "primary", route.primary.version)
        self._csms_line.is_up = False
        self._station = StationPort(self._station_line, self._out, tally, ids)
        manners = route.primary.manners
        self._csms = csms_port(manners, self._csms_line, self._out, tally, self.alarm, ids, stored)
        self._station.now = self._csms.now = now
        self.dialect = Dialect(
            route, target, records, self._station, self._csms, self._out, tally, self.alarm, ids
        )
        self._guard = Guard(route, self._station, self._csms, self._out, records)
        self.memory: Memory | None = None
        self._relay: Relay | None = None
        self._passage: Passage | None = None
        if route.version == route.primary.version:
            self._passage = Passage(
                route.version, self._station, self._csms, self._csms_line, self._station_line
            )
        else:
            self._translate(stored, ids, now)
        self._audience = Audience(
            route, self.dialect.boot, self._station, self._out, tally, self.alarm, ids
        )
        if self._buffering or isinstance(self._csms, MannersPort):
            self._audience.speaks_for_primary = self._speaks_for_primary
        self._audience.invite(route.shadows, records, now)
        carrier = self._relay or self._passage
        assert carrier is not None, "a session has one carrier"
        self.backlog = carrier.backlog  # CALLs of the station that wait for their turn
        self._is_plain = self.memory is None and not self._audience.is_there
        self._is_over = False

    def _line(self, leg: str, role: str, version: frame.Version) -> Line:
        timeout = self.route.call_timeout
        if leg == STATION and version == "2.0.1":
            timeout *= 2  # specification 1.5: 30 s for a 1.6 station, 60 s for a 2.0.1 one
        return Line(leg, role, version, timeout, self._out, self.tally, self.alarm)

    def _translate(self, stored: dict[str, bytes], ids: Iterator[str], now: float) -> None:
        self.memory = Memory(
            self.route.identity, self.route.options, stored, now, self.route.version
        )
        self._relay = Relay(
            self.route.version, self.memory, self._station, self._csms, ids, self._out,
            self.tally, self.alarm, buffers=self.route.options.link_policy == "buffer",
        )  # fmt: skip

    @property
    def congested(self) -> bool:
        """Whether the station says more than its CSMS takes: then it is not read for a while."""
        return len(self.backlog) > PIPELINED

    # What is heard

    def hear(self, leg: str, text: bytes, now: float) -> list[Effect]:
        """One text message of a leg."""
        self._station.now = self._csms.now = now  # as `_at` does, without the call
        if self.memory is not None:
            self.memory.now = now
        if leg == STATION:
            self._hear_station(text, now)
        elif leg == self.route.primary.name:
            self._hear_primary(leg, text, now)
        else:
            self._audience.hear(leg, text, now)
        return self._done()

    def _at(self, now: float) -> None:
        self._station.now = self._csms.now = now
        if self.memory is not None:
            self.memory.now = now

    def _hear_station(self, text: bytes, now: float) -> None:
        try:
            message = frame.parse(text)
            mended = self.dialect.mended_frame("station", text) if text.endswith(NULL) else None
        except FrameError as error:
            mended = self.dialect.mended_frame("station", text)
            if mended is None:
                unframed.refused(error, self._station, self._station_line, self._out, now)
                return
        if mended is not None:
            message, text = unframed.renumbered(mended, text, self._station)
            if message is DROPPED:
                return
        if isinstance(message, Call):
            self._station_calls(message, text, now)
        else:
            self._answer_heard(message, text, self._station_line, now)

    def _station_calls(self, call: Call, text: bytes, now: float) -> None:
        action = call.action if call.action in KNOWN else "other"
        self.tally.frames[action][STATION_CALLS] += 1
        if not self._station.hear(call, action):
            return
        dialect = self.dialect
        look = dialect.looks.get(action)
        if look is not None and (look.always or not look.is_clean(call.payload)):
            heard = dialect.heard(look, call, text)
            if heard is None:
                self._said_here(now)
                return
            call, text = heard
        if action in dialect.attentive:
            dialect.noticed(action, call)
        self._carry_station(call, text, action, now)

    def _carry_station(self, call: Call, text: bytes, action: str, now: float) -> None:
        if self._audience.is_there or action in TOLD_LATER:
            self._audience.station_called(call, action, now)
        if self._relay is not None:
            self._relay.hear_call("station", call)
        elif self._passage is not None:
            self._passage.hear_call("station", call, text, action)
        if self._audience.is_there:
            self._audience.go_on()

    def _hear_primary(self, leg: str, text: bytes, now: float) -> None:
        try:
            message = frame.parse(text)
        except FrameError as error:
            mended = self.dialect.mended_frame("csms", text)
            if mended is None:
                unframed.refused(error, self._csms, self._csms_line, self._out, now)
                return
            message, text = unframed.renumbered(mended, text, self._csms)
        if not isinstance(message, Call):
            self._answer_heard(message, text, self._csms_line, now)
            return
        action = message.action if message.action in KNOWN else "other"
        self.tally.frames[action][PRIMARY_CALLS] += 1
        if message is DROPPED or not self._csms.hear(message, action):
            return
        look = self.dialect.csms_looks.get(action)
        if look is not None and (look.always or not look.is_clean(message.payload)):
            told = self.dialect.told(look, message, text)
            if told is None:
                self._said_here(now)
                return
            message, text = told
        if action in self._guard.watched and self._guard.takes(message, text, action):
            return
        if self._relay is not None:
            self._relay.hear_call("csms", message)
        elif self._passage is not None:
            self._passage.hear_call("csms", message, text, action)

    def _said_here(self, now: float) -> None:
        """What the station is said to have said: a trigger's effect, or what it forgot."""
        said, self.dialect.local.said = self.dialect.local.said, []
        for call in said:
            text = frame.emit_call(call.message_id, call.action, bytes(call.payload))
            self._carry_station(call, text, call.action, now)

    def _answer_heard(
        self, message: CallResult | CallError, text: bytes, line: Line, now: float
    ) -> None:
        """An answer goes to whoever asked, by its id on this leg."""
        is_error = isinstance(message, CallError)
        if is_error or not message.message_id or line is self.dialect.doubted:
            message, text = self._in_full(message, text, line)
        slot = line.answered + is_error
        ask = line.take(message.message_id, now)
        if ask is None:
            self.tally.frames["other"][slot] += 1
            expired = line.take_late(message.message_id, now)
            if expired is None:
                self._out.append(Refused(line.leg, "unknown_answer_id", message.message_id[:36]))
            else:
                expired.owner.late(expired, message)
            return
        self.tally.frames[ask.action][slot] += 1
        if line is self._station_line:
            message, text = self.dialect.answer(ask, message, text)
        elif ask.action in self.dialect.csms_answers:
            message, text = self.dialect.csms_answer(ask, message, text)
        ask.owner.answered(ask, message, text)
        if self._audience.is_there:
            self._audience.leg_answered(ask, message, line.role, now)
        line.go_on(now)

    def _in_full(
        self, message: CallResult | CallError, text: bytes, line: Line
    ) -> tuple[CallResult | CallError, bytes]:
        """An answer that parses, mended where its envelope is at fault all the same."""
        side: Side = "station" if line is self._station_line else "csms"
        better, mended = self.dialect.mended_frame(side, text) or (message, text)
        return (message, text) if isinstance(better, Call) else (better, mended)

    def hashed(self, digest: str, over: str, now: float) -> list[Effect]:
        """The password of a Learn was hashed; `over` is the hash of the configured one."""
        self._at(now)
        self._guard.hashed(digest, over)
        return self._done()

    # What happens to the legs

    def opened(self, leg: str, now: float) -> list[Effect]:
        """A CSMS's leg is open."""
        self._at(now)
        if leg == self.route.primary.name:
            self._csms_line.up(now)
            if self._relay is not None:
                self._relay.csms_back(now)
            self.dialect.connected(now, self.alarm)
        else:
            self._audience.opened(leg, now)
        return self._done()

    def closed(self, leg: str, now: float) -> list[Effect]:
        """A leg is gone. Without the station, or by default its primary, the session is over."""
        self._at(now)
        if leg in self._audience.names:
            self._audience.closed(leg, now)
        elif leg == STATION:
            if self._buffering and self._csms_line.is_up:
                self._desert(now)
            else:
                self._end(self.route.primary.name, now)
        elif (
            self._buffering
            and self._relay is not None
            and not self._relay.conversations.is_deserted
        ):
            self._relay.csms_gone(now)
            self._csms_line.down()
            self._csms.forget()
            self._out.append(Dial(leg))
        else:
            self._end(STATION, now)
        return self._done()

    @property
    def stands_in(self) -> bool:
        """Whether the station is served while its CSMS is away: a CSMS accepted it before."""
        return self._buffering and self.memory is not None and self.memory.is_accepted

    @property
    def _buffering(self) -> bool:
        return self._relay is not None and self.route.options.link_policy == "buffer"

    def _speaks_for_primary(self, is_in_order: bool) -> bool:
        """Whether what the station is told now was decided here; events wait behind others."""
        if isinstance(self._csms, MannersPort) and self._csms.stands_in:
            return True
        memory = self.memory if self._buffering else None
        if memory is None:
            return False
        return memory.offline_since > 0 or (is_in_order and bool(memory.journal))

    def _desert(self, now: float) -> None:
        """The station goes, its CSMS stays: what it asks is answered with an error (19)."""
        assert self._relay is not None, "only who translates buffers"
        self._relay.conversations.is_deserted = True
        self.dialect.keep_counts()
        self._station_line.down()
        self._station.forget()
        self._audience.end(now)
        names = sorted(self._audience.names)
        self._out.extend(Close(name, GOING_AWAY, "the other side has gone") for name in names)

    def _end(self, other: str, now: float) -> None:
        if self._is_over:
            return
        self._is_over = True
        self.dialect.keep_counts()
        self._audience.end(now)
        names = sorted(self._audience.names)
        self._station_line.down()
        self._csms_line.down()
        self._station.forget()
        self._csms.forget()
        self._out.extend(
            Close(leg, GOING_AWAY, "the other side has gone") for leg in [other, *names]
        )

    def fall_apart(self) -> None:
        """Nothing is asked any more: let go of the parts, which know each other in circles.

        So a fleet that has left is freed at once, not when the interpreter next looks for circles.
        """
        if self._relay is not None:
            emptied(self._relay.conversations)
        for part in (self.dialect, self._station, self._csms, self._audience, self._relay):
            emptied(part)
        self.alarm.at = inf

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        self._at(now)
        self.alarm.at = inf
        self._station_line.expire(now)
        self._csms_line.expire(now)
        if isinstance(self._csms, MannersPort):
            self._csms.tick(now)
        if self._relay is not None:
            self._relay.tick(now)
        self.dialect.tick(now, self.alarm)
        self._audience.tick(now)
        return self._done()

    def invite(
        self, shadows: tuple[Upstream, ...], records: dict[str, dict[str, bytes]], now: float
    ) -> list[Effect]:
        """Have these shadows from now on, and no others; `records` are all of the station's."""
        self._at(now)
        self._audience.invite(shadows, records, now)
        self._is_plain = self.memory is None and not self._audience.is_there
        return self._done()

    def _done(self) -> list[Effect]:
        """The effects of this step; what must be durable goes before what follows from it."""
        if self.dialect.has_said:
            self.dialect.has_said = False
            self._said_here(self._station.now)
        effects = self._out.copy()
        self._out.clear()
        if self._is_plain and not self.dialect.has_changed:
            return effects
        changed = self.memory.take_changes() if self.memory is not None else {}
        if changed:
            persist_first(effects, self.route.primary.name, changed)
        remembered = self.dialect.take_changes()
        if remembered:
            effects.insert(0, Persist("", remembered, wait=False))
        if self._audience.is_there:
            effects += self._audience.changes()
        return effects
