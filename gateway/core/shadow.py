"""A CSMS that hears everything and is heard by nobody: its answers are compared, never sent.

A shadow is a carrier whose station is a loudspeaker. It has a memory of its own, because its CSMS
gives out other transaction ids; it takes the station's CALLs one after the other, and what it
cannot keep up with is dropped and counted. Nothing of it waits for the primary, nor the other way.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from adapters import frame
from adapters.frame import Call, CallError, CallResult, FrameError
from adapters.payload import decoder, encode
from adapters.translation.memory import Memory
from gateway.core import virtual
from gateway.core.compare import compared
from gateway.core.echo import Echo
from gateway.core.effects import Compared, Effect, Refused
from gateway.core.line import Alarm, Ask, Line
from gateway.core.mending import KEY, OURS, Remembered
from gateway.core.port import LegPort
from gateway.core.relay import Relay
from gateway.core.route import Route, Upstream
from gateway.core.tally import SLOTS, Tally

WAITING = 256  # CALLs that wait for a shadow; more are dropped
PAIRS = 512  # CALLs whose two answers are not both there
_as_object = decoder(dict[str, Any])


class Pair:
    """One CALL of the station, and the two answers to it as they come."""

    __slots__ = ("action", "primary", "shadow")

    def __init__(self, action: str) -> None:
        self.action = action
        self.primary: CallResult | CallError | None = None
        self.shadow: CallResult | CallError | None = None


class Shadow:
    """One shadow of a session. Port of the station for its carrier."""

    def __init__(
        self,
        upstream: Upstream,
        route: Route,
        records: dict[str, dict[str, bytes]],
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
        ids: Iterator[str],
        now: float,
    ) -> None:
        self.name = self.leg = upstream.name
        self.version, self._route = upstream.version, route
        self._out, self._tally, self._alarm, self._ids = out, tally, alarm, ids
        stored = records.get(self.name, {})
        self._numbers = {
            int(key[7:]): int(value) for key, value in stored.items() if key[:7] == "number:"
        }  # the primary's transaction ids, as the station knows them -> this CSMS's
        self._new_numbers: dict[str, bytes | None] = {}
        self.memory = Memory(route.identity, route.options, stored, now, route.version)
        self._line = Line(self.name, "shadow", self.version, route.call_timeout, out, tally, alarm)
        self._csms = LegPort(self._line, out, tally)
        self._carrier: Relay | Echo | None = None
        self._waiting: list[Call] = []
        self._current: str | None = None
        self._pairs: dict[str, Pair] = {}  # the oldest first
        self._statuses: dict[Any, Call] = {}
        self._boot = _remembered_boot(records)
        self._expiring = False
        self._now = now

    # The station's side

    def station_called(self, call: Call, action: str, now: float) -> None:
        """The station says something; this CSMS hears it too, if it can."""
        self._now = now
        self._remember(call)
        if self._carrier is None:
            self._verdict(action, "not_comparable", "S3", ("not connected",))
            return
        if len(self._waiting) >= WAITING:
            self._tally.shadow_dropped[(self.name,)] += 1
            self._verdict(action, "not_comparable", "S3", ("dropped",))
            return
        self._pairs[call.message_id] = Pair(action)
        if len(self._pairs) > PAIRS:
            old = self._pairs.pop(next(iter(self._pairs)))
            self._verdict(old.action, "not_comparable", "S3", ("no answer of the primary",))
        self._waiting.append(call)

    def go_on(self) -> None:
        """Take what waits, once the primary has been given the same."""
        self._next()

    def _remember(self, call: Call) -> None:
        """What a late joiner has to be told: the last boot, and each connector's last status."""
        if call.action == "BootNotification":
            self._boot = call
            self._statuses.clear()
        elif call.action == "StatusNotification":
            try:
                given = _as_object.decode(call.payload)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return
            place = (str(given.get("evseId")), str(given.get("connectorId")))
            if len(self._statuses) < WAITING or place in self._statuses:
                self._statuses[place] = call

    def _next(self) -> None:
        while self._current is None and self._waiting and self._carrier is not None:
            call = self._waiting.pop(0)
            self._current = call.message_id
            self._csms.now = self.memory.now = self._now
            renumbered = self._renumbered(call)
            if renumbered is None:
                pair = self._pairs.pop(call.message_id, None)
                self._current = None
                if pair is not None:
                    self._verdict(pair.action, "not_comparable", "S3", ("transaction unknown",))
                continue
            self._carrier.hear_call("station", renumbered)

    def _renumbered(self, call: Call) -> Call | None:
        """The same CALL under this CSMS's transaction id; None if it never heard of that one."""
        if self._route.version != "1.6" or call.action not in ("MeterValues", "StopTransaction"):
            return call
        try:
            given = _as_object.decode(call.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return call
        number = given.get("transactionId")
        if not isinstance(number, int) or number <= 0:
            return call
        if number not in self._numbers:
            return None
        given["transactionId"] = self._numbers[number]
        return Call(call.message_id, call.action, msgspec.Raw(encode(given)))

    def primary_answered(self, message_id: str, text: bytes) -> None:
        """What the primary decided."""
        pair = self._pairs.get(message_id)
        if pair is not None:
            pair.primary = _answer_in(text)
            self._compare(message_id, pair)

    # Port of the carrier: its station

    def ask(self, ask: Ask) -> None:
        """A command of the shadow: counted, and answered by a station that is not there."""
        answer = virtual.answer(self._route.version, ask.action, ask.message_id)
        ask.owner.answered(ask, answer, virtual.emit(self._route.version, answer))

    def answer(self, message_id: str, text: bytes) -> None:
        """What the shadow decided."""
        if message_id == self._current:
            self._current = None
        pair = self._pairs.get(message_id)
        if pair is None:
            return
        if self._expiring:
            del self._pairs[message_id]
            self._verdict(pair.action, "unanswered", "S2", ())
            return
        pair.shadow = _answer_in(text)
        self._compare(message_id, pair)

    def _compare(self, message_id: str, pair: Pair) -> None:
        if pair.primary is None or pair.shadow is None:
            return
        self._pairs.pop(message_id, None)
        if pair.action == "StartTransaction":
            self._learn_number(pair.primary, pair.shadow)
        outcome = compared(pair.action, pair.primary, pair.shadow)
        self._verdict(pair.action, *outcome)

    def _learn_number(
        self, primary: CallResult | CallError, shadow: CallResult | CallError
    ) -> None:
        """The same transaction has another id at each CSMS."""
        ours, theirs = _number_in(primary), _number_in(shadow)
        if ours is not None and theirs is not None:
            self._numbers[ours] = theirs
            self._new_numbers[f"number:{ours}"] = str(theirs).encode()

    def _verdict(self, action: str, verdict: str, severity: str, paths: tuple[str, ...]) -> None:
        self._tally.comparisons[self.name, action, verdict, severity] += 1
        self._out.append(Compared(self.name, action, verdict, severity, paths))

    # The shadow's leg

    def hear(self, text: bytes, now: float) -> None:
        """One text message of the shadow CSMS."""
        self._now = self._csms.now = self.memory.now = now
        try:
            message = frame.parse(text)
        except FrameError as error:
            self._out.append(Refused(self.name, "bad_frame", error.reason[:200]))
            return
        if isinstance(message, Call):
            self._commanded(message)
            return
        ask = self._line.take(message.message_id, now)
        if ask is None:
            self._out.append(Refused(self.name, "unknown_answer_id", message.message_id[:36]))
            return
        is_error = isinstance(message, CallError)
        self._tally.frames[ask.action][SLOTS["shadow", "in", "result"] + is_error] += 1
        ask.owner.answered(ask, message, text)
        self._line.go_on(now)
        self._next()

    def _commanded(self, call: Call) -> None:
        known = virtual.ACTIONS[self.version]
        action = call.action if call.action in known else "other"
        self._tally.frames[action][SLOTS["shadow", "in", "call"]] += 1
        self._tally.shadow_commands[self.name, action] += 1
        if self._carrier is not None and self._csms.hear(call, action):
            self._carrier.hear_call("csms", call)

    def opened(self, now: float) -> None:
        """The shadow listens; a late joiner is told what it missed."""
        self._now = self._csms.now = self.memory.now = now
        self.memory.established(now)
        self.memory.connection_announced = False
        if self.version == self._route.version:
            self._carrier = Echo(self.version, self, self._csms, self._ids)
        else:
            self._carrier = Relay(
                self._route.version, self.memory, self, self._csms, self._ids, self._out,
                self._tally, self._alarm,
            )  # fmt: skip
        self._line.up(now)
        for call in [self._boot, *self._statuses.values()]:
            if call is not None:
                self._waiting.append(Call(f"replay-{next(self._ids)}", call.action, call.payload))
        self._next()

    def closed(self, now: float) -> None:
        """The shadow is gone; what was not compared yet cannot be."""
        self._now = now
        self._carrier = None
        self._line.down()
        self._csms.heard.clear()
        for pair in self._pairs.values():
            self._verdict(pair.action, "not_comparable", "S3", ("disconnected",))
        self._pairs.clear()
        self._waiting.clear()
        self._current = None

    def tick(self, now: float) -> None:
        """Give up what the shadow did not answer."""
        self._now = self._csms.now = self.memory.now = now
        self._expiring = True
        self._line.expire(now)
        self._expiring = False
        if isinstance(self._carrier, Relay):
            self._carrier.tick(now)
        self._next()

    def take_changes(self) -> dict[str, bytes | None]:
        """What this shadow's memory has to keep."""
        changes = self.memory.take_changes() | self._new_numbers
        self._new_numbers = {}
        return changes


def _answer_in(text: bytes) -> CallResult | CallError:
    message = frame.parse(text)
    if isinstance(message, Call):
        raise AssertionError("an answer is no CALL")
    return message


def _number_in(answer: CallResult | CallError) -> int | None:
    """The transaction id in an answer to StartTransaction, if one is there."""
    if isinstance(answer, CallError):
        return None
    try:
        number = _as_object.decode(answer.payload).get("transactionId")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return number if type(number) is int else None  # True is an int too


def _remembered_boot(records: dict[str, dict[str, bytes]]) -> Call | None:
    stored = records.get(OURS, {}).get(KEY)
    boot = msgspec.json.decode(stored, type=Remembered).boot if stored else {}
    return Call("", "BootNotification", msgspec.Raw(encode(boot))) if boot else None
