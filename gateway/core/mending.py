"""A station's dialect: who it is, which quirks it has, and its messages mended."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from adapters import frame
from adapters.frame import Call, CallError, CallResult, Message, Version
from adapters.payload import encode
from gateway.core import nameplates
from gateway.core.commanding import opened_call
from gateway.core.conformity import ACTIONS
from gateway.core.effects import Effect, Paced
from gateway.core.line import Alarm, Ask, Line
from gateway.core.local import Local
from gateway.core.mender import ANSWER, Mender, Payload, opened
from gateway.core.outcomes import Outcomes
from gateway.core.pacing import Pacer
from gateway.core.port import LegPort, StationPort
from gateway.core.prompting import Prompts, Unheeded
from gateway.core.reframing import Side, reframed
from gateway.core.route import Route
from gateway.core.tally import Tally
from vendor_quirks.answers import Here
from vendor_quirks.behaviour import BEHAVIOURS, Event, shown
from vendor_quirks.compiled import Look, Repairs
from vendor_quirks.gates import Gate
from vendor_quirks.match import NONE, Nameplate
from vendor_quirks.mending import Named
from vendor_quirks.pace import NO_PACE
from vendor_quirks.situation import Connector, Situation

INTRODUCING = frozenset({"StatusNotification", "DataTransfer"})  # where a vendorId is told
TOLD = frozenset({"BootNotification", "DataTransfer"}) | {
    one.action for one in BEHAVIOURS if one.event == "called"
}  # always looked into, for who it is
TRANSACTIONS = frozenset({"StartTransaction", "StopTransaction", "TransactionEvent"})
VENDOR_ID = b'"vendorId"'
NO_REPAIRS = Repairs()


class Dialect:
    """Mends what one station and its CSMS say, and what they are told."""

    __slots__ = (
        "_alarm", "_csms", "_from_csms", "_from_station", "_out", "_route", "_station",
        "_to_csms", "_to_station", "attentive", "csms_answers", "csms_looks", "doubted",
        "has_changed", "has_said", "local", "looks", "outcomes", "prompts", "registry",
        "remembered", "repairs", "report", "situation",
    )  # fmt: skip

    def __init__(
        self,
        route: Route,
        target: str,
        records: dict[str, dict[str, bytes]],
        station: StationPort,
        csms: LegPort,
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
        ids: Iterator[str],
    ) -> None:
        self._route, self._station, self._csms = route, station, csms
        self._out, self._alarm = out, alarm
        self.registry, self.report = route.registry, station.report
        self.report.kept_by = self
        self.has_changed = self.has_said = False
        self.prompts = Prompts(station, alarm, ids)
        self.remembered = nameplates.recalled(records, route, target)
        self.situation: Situation | None = None
        known = station.known = self.known
        self._from_station = Mender("from_station", route.version, known, self.report)
        self._to_station = Mender("to_station", route.version, known, self.report)
        version = route.primary.version
        self._from_csms = Mender("from_csms", version, known, self.report)
        self._to_csms = Mender("to_csms", version, known, self.report)
        self.local = Local(station, csms, known, self.report)
        self.outcomes = Outcomes(tally, alarm)
        self.looks: dict[str, Look] = {}  # of CALLs of the station, by action
        self.csms_looks: dict[str, Look] = {}
        self.csms_answers: dict[str, Look] = {}
        self.doubted: Line | None = None  # whose answers may have a faulty envelope and yet parse
        self.attentive = NONE  # CALLs of the station that somebody waits for
        self.repairs = NO_REPAIRS
        self._choose()
        if target:
            name = self.registry.rewritten_target(target, route.quirks_off)[1]
            if name:
                self.report.tell("handshake", [(name, 1)])

    @property
    def boot(self) -> msgspec.Raw | None:
        """The station's last BootNotification, of this connection or an earlier one."""
        boot = self.remembered.boot
        return None if boot == nameplates.NO_BOOT else boot

    def known(self) -> Situation:
        """What is known of the station at this moment."""
        known = self.situation
        if known is None:
            # Nothing is learnt where no quirk asks, so nothing has to be kept.
            known = Situation(settings=self._route.quirk_values)
            known.nameplate = self.remembered.nameplate
        known.now = self._station.now
        return known

    def _choose(self) -> None:
        """The nameplate says which repairs apply, in all directions."""
        route, before = self._route, self.repairs.pace
        repairs = self.repairs = self.registry.repairs_for(
            self.remembered.nameplate, route.quirks_off, route.quirks_on, route.quirks_observe,
            csms_version=route.primary.version,
        )  # fmt: skip
        self.report.observed = repairs.observed
        self._from_station.take(repairs)
        self._to_station.take(repairs)
        self._from_csms.take(repairs)
        self._to_csms.take(repairs)
        self.looks = _looks(repairs, route.version)
        self.csms_looks, self.csms_answers = self._from_csms.calls, self._from_csms.answers
        self._station.speak(self._to_station, _settling(repairs))
        self._csms.speak(self._to_csms)
        self._station.commands, self._station.settled = repairs.commands, self._answered
        # Between two versions a CALL of the CSMS is the station's only once it is translated.
        is_between = route.version != route.primary.version
        is_asked = is_between and any(of == "csms" for of, _ in repairs.answers)
        self._station.stand_in = self._stood_in if is_asked else None
        self.doubted = self._csms.line if repairs.doubts_csms else None
        self._know(repairs)
        if repairs.pace != before:
            self._set_pace()

    def _know(self, repairs: Repairs) -> None:
        asks = repairs.noted or repairs.answers or repairs.commands or self.registry.watched
        if self.situation is None and asks:
            self.situation = Situation(settings=self._route.quirk_values)
            for running in self.remembered.running:
                self.situation.connectors[running.connector] = Connector(transaction=running)
        if self.situation is not None:
            self.situation.nameplate = self.remembered.nameplate
        self._station.line.watcher = self if self.registry.watched else None

    def _set_pace(self) -> None:
        pace, now = self.repairs.pace, self._station.now
        status = frozenset({"StatusNotification"})
        self.attentive = self.attentive | status if pace.hold_until else self.attentive - status
        self._station.line.pacer = Pacer(pace, self._alarm, now) if pace != NO_PACE else None
        self._station.line.go_on(now)  # what waited by the pace before has nobody else to wake it
        self._out.append(
            Paced(pace.ping_interval, pace.no_ping, pace.pong_required, pace.close_style)
        )

    # What the station says

    def heard(self, look: Look, call: Call, text: bytes) -> tuple[Call, bytes] | None:
        """A CALL as it should have been; None where it is answered here."""
        payload = opened(call.payload)
        if payload is None:
            return call, text
        action = call.action
        if action == "BootNotification":
            self.prompts.booted()
            call = Call(call.message_id, action, call.payload.copy())  # which stays, as it came
            self._learn(nameplates.booted(self.remembered.nameplate, payload), call.payload)
            look = self.looks[action]  # the boot may have told who it is
        elif action in INTRODUCING and "vendorId" in payload and self.registry.vendor_ids:
            self._learn(nameplates.introduced(self.remembered.nameplate, payload))
            look = self.looks[action]
        if self._from_station.mend(look, action, call.payload, payload, call.message_id):
            raw = msgspec.Raw(encode(payload))
            text = frame.emit_call(call.message_id, action, raw)
            call = Call(call.message_id, action, raw)
        self._saw("called", action, payload)
        if look.here and self.local.answered("station", look.here, call, payload):
            for said in self.local.said:
                self._keep_running(said.action)
            return None
        self._keep_running(action)
        return call, text

    def noticed(self, action: str, call: Call) -> None:
        """The station said something that was waited for."""
        self.outcomes.heard(action, call.payload)
        pacer = self._station.line.pacer
        if isinstance(pacer, Pacer):
            pacer.heard(action)
            self._station.line.go_on(self._station.now)
        elif action not in self.outcomes.awaited:
            self.attentive -= {action}

    def answer(
        self, ask: Ask, message: CallResult | CallError, text: bytes
    ) -> tuple[CallResult | CallError, bytes]:
        """An answer of the station as it should have been."""
        if (shows := self.outcomes.answered(ask, message, self._station.now)) is not None:
            self.attentive |= {shows}
        if isinstance(message, CallError):
            self._saw("refused", ask.action, {})
            return message, text
        if ask.action == "GetConfiguration" and self.registry.keys:
            payload = opened(message.payload) or {}
            plate = self.remembered.nameplate
            self._learn(nameplates.listed(plate, payload, self.registry.keys))
        if self.registry.watched:
            self._saw("answered", ask.action, opened(message.payload) or {})
        return _mended_answer(self._from_station, ask.action, message, text)

    def unanswered(self, ask: Ask, now: float) -> None:
        """The station left a CALL unanswered."""
        message = frame.parse(ask.text)
        payload = None if isinstance(message, CallError) else opened(message.payload)
        self._saw("unanswered", ask.action, payload or {})

    # What its CSMS says

    def told(self, look: Look, call: Call, text: bytes) -> tuple[Call, bytes] | None:
        """A CALL of the CSMS as it should have been; None where it is answered here."""
        payload = opened(call.payload)
        if payload is None:
            return call, text
        if self._from_csms.mend(look, call.action, call.payload, payload, call.message_id):
            raw = msgspec.Raw(encode(payload))
            text = frame.emit_call(call.message_id, call.action, raw)
            call = Call(call.message_id, call.action, raw)
        here = look.here if self._station.stand_in is None else _of_csms(look.here)
        if here and self.local.answered("csms", here, call, payload):
            return None
        return call, text

    def _stood_in(self, ask: Ask) -> bool:
        """Whether a translated CALL is answered in the station's place."""
        here = self.repairs.answers.get(("csms", ask.action), ())
        here = tuple(one for one in here if one not in _of_csms(here))
        if not here or isinstance(ask.owner, Unheeded):
            return False

        def reply(text: bytes) -> None:
            message = frame.parse(text)
            assert not isinstance(message, Call), "it was made just now"
            ask.owner.answered(ask, message, text)

        call = Call(ask.message_id, ask.action, frame.EMPTY)
        is_answered = self.local.answered("csms", here, call, opened_call(ask), reply)
        self.has_said = bool(self.local.said)
        return is_answered

    def csms_answer(
        self, ask: Ask, message: CallResult | CallError, text: bytes
    ) -> tuple[CallResult | CallError, bytes]:
        """An answer of the CSMS as it should have been."""
        look = self.csms_answers[ask.action]
        if isinstance(message, CallError) or (not look.always and look.is_clean(message.payload)):
            return message, text
        return _mended_answer(self._from_csms, ask.action, message, text)

    def mended_frame(self, side: Side, text: bytes) -> tuple[Message, bytes] | None:
        """Text that is no frame, mended so that it is; DROPPED where it is no message at all."""
        line = (self._station if side == "station" else self._csms).line
        open_id = line.open.message_id if line.open is not None else ""
        return reframed(self.repairs, side, text, open_id, self.report)

    # Who the station is

    def _learn(self, plate: Nameplate, boot: msgspec.Raw | None = None) -> None:
        """BootNotification is read twice: here for who speaks, then through the repairs chosen."""
        old = self.remembered
        if plate == old.nameplate and boot in (None, old.boot):
            return
        self.remembered = msgspec.structs.replace(
            old, nameplate=plate, boot=old.boot if boot is None else boot
        )
        self.has_changed = True
        if plate != old.nameplate:
            self._choose()

    def _saw(self, event: Event, action: str, payload: Payload) -> None:
        """The station did something that may tell it apart."""
        if self.registry.watched:
            names = shown(self.registry.watched, event, action, payload, self.known())
            self._learn(nameplates.showing(self.remembered.nameplate, names))

    def _answered(self, message_id: str, action: str, text: bytes) -> None:
        """The station is answered."""
        self.local.settle(message_id, text)
        pacer = self._station.line.pacer
        if isinstance(pacer, Pacer):
            pacer.heard(action)
            self._station.line.go_on(self._station.now)
        self._keep_running(action)

    def _keep_running(self, action: str) -> None:
        if self.repairs.keeps and action in TRANSACTIONS:
            self.has_changed = True

    def take_changes(self) -> dict[str, bytes | None]:
        """The nameplate's record, if it changed."""
        if not self.has_changed:
            return {}
        self.has_changed = False
        known = self.situation if self.repairs.keeps else None
        running = tuple(known.open()) if known is not None else ()
        kept = msgspec.structs.replace(self.remembered, running=running)
        if self.report.has_counted:
            kept.fired = nameplates.added(kept.fired, self.report.fired)
            kept.would = nameplates.added(kept.would, self.report.would)
        return nameplates.record_of(kept)

    def keep_counts(self) -> None:
        """What the station's quirks did is worth keeping, at the latest when it is gone."""
        if self.report.has_counted:
            self.has_changed = True

    # What the station should do, and is asked for

    def connected(self, now: float, alarm: Alarm) -> None:
        """The station and its CSMS are connected."""
        self.prompts.connected(self.repairs, now)

    def tick(self, now: float, alarm: Alarm) -> None:
        """Do what is due."""
        self.prompts.tick(self.repairs, self.known, now)
        self.outcomes.tick(now)
        if self._station.line.pacer is not None:
            self._station.line.go_on(now)


def _of_csms(here: Named[Here]) -> Named[Here]:
    """Those that are there for the faults of a CSMS, in whose words they are then."""
    return tuple(one for one in here if one[0].startswith("csms."))


def _settling(repairs: Repairs) -> frozenset[str]:
    """Actions of the station whose answers somebody waits for."""
    repeated = {action for of, action in repairs.answers if of == "station"}
    held = {"BootNotification"} if repairs.pace.hold_until else set()
    return frozenset(repeated | held | (TRANSACTIONS if repairs.keeps else NONE))


def _mended_answer(
    mender: Mender, action: str, message: CallResult | CallError, text: bytes
) -> tuple[CallResult | CallError, bytes]:
    look = mender.answers.get(action)
    if look is None or isinstance(message, CallError):
        return message, text
    better = mender.mended(look, action + ANSWER, message.payload, message.message_id)
    if better is None:
        return message, text
    text = frame.emit_result(message.message_id, better)
    return CallResult(message.message_id, msgspec.Raw(better)), text


@lru_cache(maxsize=4096)
def _looks(repairs: Repairs, version: Version) -> dict[str, Look]:
    """What is done with a station's CALLs; each has a gate, for what no quirk explains."""
    own = repairs.looks.get("from_station", {})
    return {
        action: _look(action, own.get(action) or Look(Gate(action))) for action in ACTIONS[version]
    }


def _look(action: str, look: Look) -> Look:
    if action in INTRODUCING:
        gate = Gate(action, look.gate.repairs, (*look.gate.signs, VENDOR_ID))
    else:
        gate = look.gate
    return Look(gate, look.own, look.here, look.is_noted or action in TOLD)
