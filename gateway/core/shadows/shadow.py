"""A CSMS that hears everything and is heard by nobody: its answers are compared, never sent.

A shadow is a carrier whose station is a loudspeaker. It has ids of its own, because its CSMS gives
out others; a boot state of its own; and it takes the station's CALLs one after the other. What it
cannot keep up with is dropped and counted. Nothing of it waits for the primary, nor the other way.
"""

from functools import lru_cache

import msgspec

from adapters import frame
from adapters.frame import Call, CallError, CallResult, FrameError
from adapters.translation.memory import Memory
from gateway.core.comparison.answers import Answer
from gateway.core.comparison.commands import Command
from gateway.core.comparison.rules import Setting
from gateway.core.comparison.sessions import ACTIONS, Book
from gateway.core.csms_port import MannersPort, shadow_port
from gateway.core.effects import Recorded, Refused
from gateway.core.line import Ask, Line
from gateway.core.redaction import told
from gateway.core.relay import Relay
from gateway.core.route import Upstream
from gateway.core.shadows import virtual
from gateway.core.shadows.arrival import Arrival, World
from gateway.core.shadows.breaker import Breaker
from gateway.core.shadows.desk import Desk
from gateway.core.shadows.echo import Echo
from gateway.core.shadows.ids import Ids, Withheld
from gateway.core.shadows.judge import Judge
from gateway.core.shadows.outbox import Outbox, Pair
from gateway.core.shadows.seen import Heard
from gateway.core.tally import SLOTS

_setting = lru_cache(maxsize=None)(Setting)  # one for all stations of the same versions
UNPAIRED = 512  # CALLs that the primary has not answered yet
KEPT_LATE = 64


class Shadow:
    """One shadow of a session. Port of the station for its carrier."""

    __slots__ = (
        "_arrival", "_book", "_breaker", "_carrier", "_csms", "_current", "_desk", "_expiring",
        "_ids", "_judge", "_late", "_line", "_now", "_outbox", "_setting", "_unpaired", "_world",
        "leg", "memory", "name", "upstream", "version",
    )  # fmt: skip

    def __init__(
        self, upstream: Upstream, world: World, stored: dict[str, bytes], now: float
    ) -> None:
        route, self.upstream, self._world = world.route, upstream, world
        self.name = self.leg = upstream.name
        self.version = upstream.version
        self.memory = (
            None
            if upstream.version == route.version
            else Memory(route.identity, route.options, stored, now, route.version)
        )
        out, tally, alarm = world.out, world.tally, world.alarm
        self._line = Line(self.name, "shadow", self.version, route.call_timeout, out, tally, alarm)
        self._line.is_up = False
        self._csms = shadow_port(upstream.manners, self._line, out, tally, alarm, world.ids)
        self._setting = _setting(route.version, route.primary.version, upstream.version)
        self._ids, self._breaker, self._book = Ids(stored), Breaker(), Book(upstream.version)
        self._judge = Judge(self.name, self._setting, out, tally)
        self._desk: Desk | None = None  # made for the first command
        self._carrier: Relay | Echo | None = None
        self._outbox = Outbox()
        self._arrival = Arrival(self.name, world, self._ids, self._outbox, now)
        self._current: Pair | None = None
        self._unpaired: dict[str, Pair] = {}  # without the primary's answer; the oldest first
        self._late: dict[str, Pair] | None = None  # given up; the oldest first
        self._expiring = False
        self._now = now

    # What the station says

    def station_called(self, heard: Heard) -> None:
        """The station says something; this CSMS hears it too, if it can."""
        self._now = heard.at
        if (reason := self._excuse(heard)) is not None:
            self._missed(heard, reason)
            return
        pair = Pair(heard)
        self._unpaired[heard.call.message_id] = pair
        if len(self._unpaired) > UNPAIRED:
            old = self._unpaired.pop(next(iter(self._unpaired)))
            self._judge.not_comparable(old.heard, "no answer of the primary")
        self._outbox.add(pair)

    def _excuse(self, heard: Heard) -> str | None:
        """Why the shadow does not hear it; None if it does."""
        if self._carrier is None and not self._arrival.is_awaited(self._now):
            self._give_up("not connected")
            return "not connected"
        if self._breaker.is_open(self._now):
            return "breaker open"
        if self._outbox.is_full:
            self._world.tally.shadow_dropped[(self.name,)] += 1
            return "dropped"
        return None

    def _give_up(self, reason: str) -> None:
        for pair in self._outbox.emptied():
            self._drop(pair, reason)

    def _missed(self, heard: Heard, reason: str) -> None:
        self._arrival.is_behind = True
        self._judge.missed(heard, reason, self._world.seen.open)

    def go_on(self) -> None:
        """Take what waits, once the primary has been given the same."""
        while self._current is None and self._outbox and self._carrier is not None:
            pair = self._outbox.next()
            heard = pair.heard
            if not self._arrival.is_accepted and heard.action != "BootNotification":
                self._drop(pair, "not accepted")
                continue
            try:
                payload = self._as_told(heard)
            except Withheld as why:
                self._drop(pair, str(why))
                continue
            self._at(self._now)
            self._current, pair.sent_at = pair, self._now
            if isinstance(self._carrier, Echo):
                self._carrier.tell(heard.call, payload)
                self._spare(heard)
            else:
                call = Call(heard.call.message_id, heard.call.action, msgspec.Raw(payload))
                self._carrier.hear_call("station", call)

    def _spare(self, heard: Heard) -> None:
        """A text that went out, and that makes no part of a record, need not await its answer."""
        ask = self._line.open
        if ask is not None and self._line.pacer is None and not (heard.begins or heard.ends):
            ask.text = b""

    def _as_told(self, heard: Heard) -> bytes:
        """The payload under this CSMS's ids. Raises Withheld if it cannot know what it is of."""
        if heard.begins or heard.ends:
            self._arrival.told(heard)
        return told(heard.action, self._ids.renamed(self._world.route.version, heard))

    def _forget(self, pair: Pair) -> None:
        """The primary's answer to it is of no use; a later CALL may bear the same id."""
        message_id = pair.heard.call.message_id
        if self._unpaired.get(message_id) is pair:
            del self._unpaired[message_id]

    def _drop(self, pair: Pair, reason: str) -> None:
        self._forget(pair)
        if not pair.is_synthetic:
            self._missed(pair.heard, reason)

    def primary_answered(self, message_id: str, answer: Answer) -> None:
        """What the primary decided."""
        pair = self._unpaired.pop(message_id, None)
        if not self._unpaired:
            self._unpaired = {}  # one that held something takes its room still
        if pair is not None:
            pair.primary = answer
            if pair.shadow is not None:
                self._compare(pair)

    # What the shadow answers. Port of the carrier: its station

    def answer(self, message_id: str, text: bytes) -> None:
        """What the shadow decided, translated."""
        if self._expiring:
            self.silent(message_id)
            return
        message = frame.parse(text)
        assert not isinstance(message, Call), "an answer is no CALL"
        self.decided(message_id, message)

    def decided(self, message_id: str, message: CallResult | CallError) -> None:
        """What the shadow decided."""
        pair = self._taken(message_id)
        if pair is None:
            return
        pair.shadow = answer = Answer(message, self._now)
        was_away = self._breaker.answered()
        if pair.heard.action == "BootNotification":
            self._arrival.booted(answer)
        elif was_away:
            self._arrival.tell_state(self._now)
        if pair.primary is not None:
            self._compare(pair)

    def silent(self, message_id: str) -> None:
        """The shadow did not answer in time."""
        pair = self._taken(message_id)
        if pair is None:
            return
        late = self._late = self._late or {}
        late[message_id] = pair
        if len(late) > KEPT_LATE:
            del late[next(iter(late))]
        if not pair.is_synthetic:
            self._judge.unanswered(pair)
        self._forget(pair)
        if self._breaker.missed(self._now):
            self._give_up("breaker open")
        elif pair.heard.action == "BootNotification":
            self._arrival.retry(self._now)

    def late(self, message_id: str, message: CallResult | CallError) -> None:
        """Too late to be compared; the number of a transaction is learnt all the same."""
        pair = self._late.pop(message_id, None) if self._late else None
        if pair is not None and pair.primary is not None:
            self._learn_number(pair, Answer(message, self._now))

    def _taken(self, message_id: str) -> Pair | None:
        pair = self._current
        if pair is None or pair.heard.call.message_id != message_id:
            return None
        self._current = None
        return pair

    def _compare(self, pair: Pair) -> None:
        assert pair.shadow is not None, "both have answered"
        if pair.heard.begins:
            self._learn_number(pair, pair.shadow)
        if not pair.is_synthetic:
            self._judge.compare(pair)

    def _learn_number(self, pair: Pair, answer: Answer) -> None:
        if pair.heard.action != "StartTransaction" or pair.primary is None:
            return
        ours, theirs = pair.primary.number, answer.number
        if ours is not None and theirs is not None:
            self._ids.began(ours, theirs)

    # What the shadow commands

    def ask(self, ask: Ask) -> None:
        """A command of the shadow: answered by a station that is not there."""
        self._commands().wanted(ask, self._now)

    def primary_asked(self, command: Command) -> None:
        """The primary commands the station: does the shadow want the same?"""
        self._now = command.at
        hears = self._arrival.is_accepted and not self._breaker.is_open(command.at)
        if self._carrier is not None and hears:
            self._commands().primary_asked(command)

    def obeyed(self, command: Command, message: CallResult | CallError) -> None:
        """The station answered the primary's command."""
        if self._desk is not None:
            self._desk.obeyed(command, message)

    def _commands(self) -> Desk:
        if self._desk is None:
            world = self._world
            self._desk = Desk(
                world.route.shadowing, self._setting, world.seen, self._ids, self._judge,
                world.alarm,
            )  # fmt: skip
        return self._desk

    # The shadow's leg

    def _at(self, now: float) -> None:
        self._now = self._csms.now = now
        if self.memory is not None:
            self.memory.now = now

    def hear(self, text: bytes, now: float) -> None:
        """One text message of the shadow CSMS."""
        self._at(now)
        out = self._world.out
        try:
            message = frame.parse(text)
        except FrameError as error:
            out.append(Refused(self.name, "bad_frame", error.reason[:200]))
            return
        if isinstance(message, Call):
            self._commanded(message)
            return
        ask = self._line.take(message.message_id, now)
        if ask is None:
            self._late_answer(message, now)
            return
        is_error = isinstance(message, CallError)
        self._world.tally.frames[ask.action][SLOTS["shadow", "in", "result"] + is_error] += 1
        if ask.action in ACTIONS:
            self._record(ask, message)
        ask.owner.answered(ask, message, text)
        self._line.go_on(now)
        self.go_on()

    def _late_answer(self, message: CallResult | CallError, now: float) -> None:
        ask = self._line.take_late(message.message_id, now)
        if ask is None:
            refused = Refused(self.name, "unknown_answer_id", message.message_id[:36])
            self._world.out.append(refused)
        else:
            ask.owner.late(ask, message)

    def _record(self, ask: Ask, message: CallResult | CallError) -> None:
        heard = self._current.heard if self._current is not None else None
        if self.memory is None and heard is not None and not (heard.begins or heard.ends):
            if heard.transaction and isinstance(message, CallResult):
                self._book.sampled(self._theirs(heard.transaction))
            return
        part = self._book.took(ask.action, ask.text, message)
        if part is None:
            return
        ours = self._ours(part.native)
        gaps = self._judge.gaps.get(ours or "", 0) if part.ended is not None else None
        part = msgspec.structs.replace(part, ours=ours, gaps=gaps)
        self._world.out.append(Recorded(self.name, part))

    def _theirs(self, transaction: str) -> str:
        """This CSMS's name of a transaction, if it speaks the station's version."""
        if self.version == "2.0.1":
            return transaction
        return str(self._ids.numbers.get(int(transaction), transaction))

    def _ours(self, native: str) -> str | None:
        """The station's name of a transaction, as far as it is known here."""
        if self.memory is not None:
            return None
        if self.version == "2.0.1":
            return native
        numbers = reversed(self._ids.numbers.items())
        return next((str(mine) for mine, theirs in numbers if str(theirs) == native), None)

    def _commanded(self, call: Call) -> None:
        tally = self._world.tally
        action = call.action if call.action in virtual.ACTIONS[self.version] else "other"
        tally.frames[action][SLOTS["shadow", "in", "call"]] += 1
        tally.shadow_commands[self.name, action] += 1
        if self._carrier is not None and self._csms.hear(call, action):
            self._carrier.hear_call("csms", call)

    def opened(self, now: float) -> None:
        """The shadow listens; a late joiner is told what it missed."""
        self._at(now)
        world, memory = self._world, self.memory
        if memory is None:
            self._carrier = Echo(self.version, self, self._csms, world.ids)
        else:
            memory.established(now)
            memory.connection_announced = False
            self._carrier = Relay(
                world.route.version, memory, self, self._csms, world.ids, world.out,
                world.tally, world.alarm,
            )  # fmt: skip
        self._line.up(now)
        self._arrival.opened(now)
        self.go_on()

    def closed(self, now: float) -> None:
        """The shadow is gone; what was not compared yet cannot be."""
        self._now = now
        self._carrier, self._arrival.is_behind = None, True
        self._line.down()
        self._csms.heard.clear()
        if self._desk is not None:
            self._desk.closed()
        lost = [self._current] if self._current is not None else []
        self._current = None
        for pair in [*lost, *self._outbox.emptied()]:
            self._drop(pair, "disconnected")
        for pair in self._unpaired.values():  # it has answered, the primary has not
            self._judge.not_comparable(pair.heard, "disconnected")
        self._unpaired.clear()

    def tick(self, now: float) -> None:
        """Give up what the shadow did not answer."""
        self._at(now)
        self._expiring = True
        self._line.expire(now)
        if isinstance(self._csms, MannersPort):
            self._csms.tick(now)
        self._expiring = False
        if isinstance(self._carrier, Relay):
            self._carrier.tick(now)
        if self._desk is not None:
            self._desk.tick(now)
        if self._carrier is not None:
            self._arrival.tick(now)
        elif self._outbox and not self._arrival.is_awaited(now):
            self._give_up("not connected")
        self.go_on()

    @property
    def has_changed(self) -> bool:
        """Whether this shadow's memory may have something to keep."""
        return self.memory is not None or bool(self._ids.changes)

    def take_changes(self) -> dict[str, bytes | None]:
        """What this shadow's memory has to keep."""
        changes = self._ids.take_changes()
        return changes if self.memory is None else self.memory.take_changes() | changes
