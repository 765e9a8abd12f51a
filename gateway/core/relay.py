"""Between a station and a CSMS of another version: each CALL becomes a conversation.

Specification 1.3: a CALL is answered when the last CALL that was derived from it was answered;
the CALLs of one side are taken one after the other, so that what one teaches the next can use.
"""

from collections.abc import Iterator, Sized
from typing import Any

from adapters import frame, translation, v16, v201
from adapters.errors import PayloadError
from adapters.frame import Call, CallError, CallResult, Version
from adapters.payload import Action, Payload, encode
from adapters.translation import custom_data, jws, late, lenient, unmapped
from adapters.translation.conversation import (
    Conversation,
    Refusal,
    Start,
    Untranslatable,
    Wait,
)
from adapters.translation.memory import Memory
from adapters.translation.replay import GO_ON
from gateway.core.buffer import Buffer
from gateway.core.effects import Effect, Lost, Refused
from gateway.core.exchange import Exchange, Inbox, Side, Waits
from gateway.core.line import Alarm, Ask
from gateway.core.own_payloads import flaw
from gateway.core.port import LegPort, Port
from gateway.core.tally import Tally

ACTIONS: dict[Version, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
ENTRIES = {
    (side, version): translation.entries(side, version)
    for side in ("station", "csms")
    for version in ACTIONS
}
PAIRINGS: dict[Version, str] = {"1.6": "16_to_201", "2.0.1": "201_to_16"}
CODES = frame.CODES_16 | frame.CODES_201  # either spelling, from either version (18.1)
# What a CSMS is told of a station that does not answer, in the words of 1.5 and 19.
UNHEARD = {"timeout": "charger timeout", "closed": "charger offline"}
WAITING_COMMANDS = 100  # CALLs of a CSMS that wait for the station; more are refused
TIMEOUT_CODES: dict[Side, str] = {"station": "InternalError", "csms": "GenericError"}


class Relay:
    """Translates between one station and one CSMS."""

    def __init__(
        self,
        version: Version,
        memory: Memory,
        station: Port,
        csms: LegPort,
        ids: Iterator[str],
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
        *,
        buffers: bool = False,
    ) -> None:
        self.version, self.memory = version, memory
        other: Version = "2.0.1" if version == "1.6" else "1.6"
        self.versions: dict[Side, Version] = {"station": version, "csms": other}
        self.ports: dict[Side, Port] = {"station": station, "csms": csms}
        self._csms = csms
        self.inboxes: dict[Side, Inbox] = {"station": Inbox(), "csms": Inbox()}
        self._ids, self._out, self._tally = ids, out, tally
        self._waits = Waits(alarm)
        self.is_deserted = False  # the station is gone, and its CSMS is still there
        self._buffer = Buffer(csms.leg, memory, tally, self._advance) if buffers else None

    @property
    def backlog(self) -> Sized:
        """CALLs of the station that wait for their turn."""
        return self.inboxes["station"].waiting

    # What is heard

    def hear_call(self, side: Side, call: Call) -> None:
        """Translate a CALL now, or when those before it are answered."""
        inbox = self.inboxes[side]
        if not inbox.busy:
            self._begin(side, call)
        elif side == "csms" and len(inbox.waiting) >= WAITING_COMMANDS:
            self._say_no(side, call, "GenericError", f"{WAITING_COMMANDS} CALLs wait already")
        else:
            inbox.waiting.append(call)

    def _begin(self, side: Side, call: Call) -> None:
        version, memory = self.versions[side], self.memory
        if self.is_deserted and side == "csms":
            self._refuse(side, call, "GenericError", UNHEARD["closed"])
            return
        if version == "2.0.1" and call.action.endswith(jws.SUFFIX):
            try:
                call = jws.opened(call)
            except PayloadError as error:
                self._refuse(side, call, error.code, error.reason)
                return
        known = ACTIONS[version].get(call.action)
        entry = ENTRIES[side, version].get(call.action)
        if known is None or entry is None:
            code = "NotImplemented" if known is None else "NotSupported"
            self._refuse(side, call, code, f"{call.action} is not for this side" if known else "")
            return
        try:
            request = lenient.request(call.payload, known.request, memory)
        except PayloadError as error:
            self._report_losses(call.action)
            self._refuse(side, call, error.code, error.reason)
            return
        memory.source = bytes(call.payload)
        inbox = self.inboxes[side]
        inbox.busy = True
        if side == "station" and (step := translation.prelude(version, call.action, memory)):
            self._background(step.conversation)
        if isinstance(entry, Untranslatable):
            if not unmapped.is_forwarded(entry, memory):
                self._answer_here(side, call, request, entry)
                return
            conversation = unmapped.answered(request, entry, memory)
        else:
            conversation = custom_data.carried(entry(request, memory), request, memory)
        inbox.current = Exchange(conversation, side, call.message_id, call.action, request)
        if self._buffer is None or not self._is_held(inbox.current):
            self._advance(inbox.current)

    def _answer_here(self, side: Side, call: Call, request: Payload, entry: Untranslatable) -> None:
        if entry.rule:
            self.memory.lose(entry.rule, call.action)
        self._report_losses(call.action)
        if isinstance(entry.answer, str):
            self._refuse(side, call, entry.answer, entry.why)
            return
        self._count(call.action, "local")
        self.ports[side].answer(
            call.message_id, frame.emit_result(call.message_id, encode(entry.answer(request)))
        )
        self._next(side)

    def _refuse(self, side: Side, call: Call, code: str, why: str) -> None:
        """Say no to the CALL whose turn it is."""
        self._say_no(side, call, code, why)
        self._next(side)

    def _say_no(self, side: Side, call: Call, code: str, why: str) -> None:
        version, port = self.versions[side], self.ports[side]
        self._count(call.action if call.action in ACTIONS[version] else "other", "refused")
        self._note(side, "refused_call", f"{call.action}: {code}")
        port.answer(call.message_id, frame.emit_error(version, call.message_id, code, why))

    def _next(self, side: Side) -> None:
        """The CALL before was answered: take the next."""
        inbox = self.inboxes[side]
        inbox.busy, inbox.current = False, None
        if inbox.waiting:
            self._begin(side, inbox.waiting.pop(0))

    # What was asked

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        """A peer answered what a conversation asked."""
        exchange: Exchange = ask.context[0]
        if isinstance(message, CallError):
            details = bytes(message.details)
            details = details if details[:1] == b"{" else b"{}"
            code = message.code if message.code in CODES else "GenericError"
            refusal = Refusal(code, message.description, details)
            self._advance(exchange, error=refusal)
            return
        request: Payload = ask.context[1]
        kind = ACTIONS[request.version][ask.action].response
        self.memory.answered = payload = jws.opened_answer(message.payload)
        try:
            response = lenient.response(payload, kind, self.memory)
        except PayloadError as error:
            self._out.append(
                Refused(self.ports[self._side_of(request)].leg, "invalid_answer", error.reason)
            )
            self._advance(exchange, error=Refusal("InternalError", error.reason))
            return
        self._advance(exchange, response)

    def given_up(self, ask: Ask, why: str) -> None:
        """No answer came in time, or the leg is gone."""
        exchange, request = ask.context
        if why == "closed" and self._buffer is not None and self._buffer.takes(exchange, request):
            self._stand_in(exchange, request)
            return
        if why == "closed" and exchange.side is not None and not self.is_deserted:
            return  # the other leg closes too, and nothing unanswered is answered (D-03)
        is_station = self._side_of(request) == "station"
        words = UNHEARD.get(why, "") if is_station else f"no answer to {ask.action}"
        self._advance(exchange, error=Refusal(why, words))

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """It is too late to pass this answer on, but what it teaches is kept (1.5)."""
        if isinstance(message, CallResult):
            exchange, request = ask.context
            if late.answers_repeat(request) and (repeat := self._csms.take_back(request, self)):
                self.answered(repeat, message, b"")
                return
            kind = ACTIONS[request.version][ask.action].response
            try:
                response = lenient.response(message.payload, kind, self.memory)
            except PayloadError:
                return
            late.learn(request, response, self.memory)
            self._report_losses(exchange.action)
            self._start_follow_ups(exchange.action)

    def tick(self, now: float) -> None:
        """Resume the conversations that waited long enough."""
        for exchange in self._waits.due(now):
            self._advance(exchange, value=False)

    # Conversations

    def _advance(self, exchange: Exchange, value: Any = None, error: Refusal | None = None) -> None:
        """Carry a conversation to its next question, or to its end."""
        while True:
            try:
                if error is None:
                    step = exchange.conversation.send(value)
                else:
                    step = exchange.conversation.throw(error)
            except StopIteration as done:
                self._collect(exchange)
                self._finish(exchange, done.value)
                return
            except Refusal as refusal:
                self._collect(exchange)
                self._fail(exchange, refusal.code, refusal.description, refusal.details)
                return
            except PayloadError as problem:
                self._collect(exchange)
                self._fail(exchange, problem.code, problem.reason, b"{}")
                return
            self._collect(exchange)
            value, error = None, None
            if isinstance(step, Start):
                exchange.asked = True  # what it asks is asked for this CALL
                self._background(step.conversation, exchange.action)
            elif isinstance(step, Wait):
                self._waits.add(step, exchange, self.memory.now)
                return
            elif self._ask(exchange, step):
                return
            else:
                error = Refusal("InternalError", "the gateway made an invalid message")

    def _ask(self, exchange: Exchange, request: Payload) -> bool:
        """Send a derived CALL; one that its own schema does not allow is never sent (18.1)."""
        side = self._side_of(request)
        if self._buffer is not None and side == "csms":
            if self._buffer.takes(exchange, request):
                return self._stand_in(exchange, request)
            if self._buffer.is_away:
                self._advance(exchange, error=Refusal("closed", "the CSMS is away"))
                return True
        payload = encode(request)
        if wrong := flaw(request, payload):
            self._out.append(
                Refused(self.ports[side].leg, "own_frame_invalid", f"{request.action}: {wrong}")
            )
            return False
        exchange.asked = True
        message_id = next(self._ids)
        text = frame.emit_call(message_id, request.action, payload)
        self.ports[side].ask(Ask(message_id, request.action, text, self, (exchange, request)))
        return True

    # A CSMS that is away

    def csms_gone(self, now: float) -> None:
        """The CSMS's leg is gone; what it asked for and did not get is nobody's any more."""
        inbox = self.inboxes["csms"]
        inbox.waiting.clear()
        if inbox.busy and inbox.current is not None:
            inbox.current.message_id = ""  # of no CALL: the answer goes nowhere
        if self._buffer is not None:
            self._buffer.away(now)

    def csms_back(self, now: float) -> None:
        """The CSMS's leg is open: tell it what waited."""
        if self._buffer is not None:
            self._buffer.back(now)
            self.memory.signal(GO_ON)
            self._wake()
            self._buffer.tell()

    def _stand_in(self, exchange: Exchange, request: Payload) -> bool:
        assert self._buffer is not None, "only who buffers stands in"
        try:
            response = self._buffer.answer(request, exchange.action)
        except Refusal as refusal:
            self._advance(exchange, error=refusal)
        else:
            self._advance(exchange, response)
        return True

    def _is_held(self, exchange: Exchange) -> bool:
        """Whether a 2.0.1 station's CALL is answered here, and kept until its CSMS is back."""
        if self._buffer is None or exchange.side != "station" or self.version == "1.6":
            return False
        assert exchange.request is not None, "a station's CALL has a request"
        try:
            response = self._buffer.held(exchange.request)
        except Refusal as refusal:
            self._fail(exchange, refusal.code, refusal.description, refusal.details)
            return True
        if response is not None:
            self._collect(exchange)
            self._finish(exchange, response)
        return response is not None

    def _side_of(self, request: Payload) -> Side:
        return "station" if request.version == self.version else "csms"

    def _collect(self, exchange: Exchange) -> None:
        """Take over what the conversation left in the memory for us."""
        memory = self.memory
        if memory.losses:
            exchange.lossy = True
            self._report_losses(exchange.action)
        if memory.follow_ups:
            exchange.follow_ups += memory.follow_ups
            memory.follow_ups = []

    def _report_losses(self, action: str) -> None:
        for rule, field in self.memory.losses:
            self._tally.losses[(rule,)] += 1
            self._out.append(Lost(rule, action, field, self.ports["csms"].leg))
        self.memory.losses = []

    def _finish(self, exchange: Exchange, response: Payload | None) -> None:
        side = exchange.side
        if side is not None and response is not None:
            outcome = "lossy" if exchange.lossy else "exact" if exchange.asked else "local"
            self._count(exchange.action, outcome)
            text = frame.emit_result(exchange.message_id, encode(response))
            self.ports[side].answer(exchange.message_id, text)
        self._after(exchange)

    def _fail(self, exchange: Exchange, code: str, why: str, details: bytes) -> None:
        """Answer with the error; what should have followed the answer does not happen."""
        exchange.follow_ups = []
        if code == "closed" and self._is_held(exchange):
            return
        if exchange.side is not None:
            self._count(exchange.action, "refused")
            code = TIMEOUT_CODES[exchange.side] if code in ("timeout", "closed") else code
            version = self.versions[exchange.side]
            if not frame.is_told(version, code, why):
                self.memory.lose("error_detail", "errorCode")
                self._report_losses(exchange.action)
            text = frame.emit_error(version, exchange.message_id, code, why, details)
            self.ports[exchange.side].answer(exchange.message_id, text)
        self._after(exchange)

    def _after(self, exchange: Exchange) -> None:
        for conversation in exchange.follow_ups:
            self._background(conversation, exchange.action)
        if self._buffer is not None:
            self._go_on_telling(exchange, self._buffer)
        self._wake()
        if exchange.side is not None:
            self._next(exchange.side)

    def _go_on_telling(self, exchange: Exchange, buffer: Buffer) -> None:
        if exchange is buffer.current:
            buffer.told()
        elif exchange.side is not None and exchange.action == "BootNotification":
            self.memory.signal(GO_ON)
        buffer.tell()

    def _start_follow_ups(self, action: str) -> None:
        follow_ups, self.memory.follow_ups = self.memory.follow_ups, []
        for conversation in follow_ups:
            self._background(conversation, action)
        self._wake()

    def _background(self, conversation: Conversation, action: str = "other") -> None:
        self._advance(Exchange(conversation, action=action))

    def _wake(self) -> None:
        """Resume the conversations whose event was signalled."""
        if not self.memory.signals:
            return
        signals, self.memory.signals = self.memory.signals, set()
        for exchange in self._waits.woken(signals):
            self._advance(exchange, value=True)

    def _note(self, side: Side, reason: str, detail: str) -> None:
        self._out.append(Refused(self.ports[side].leg, reason, detail))

    def _count(self, action: str, outcome: str) -> None:
        self._tally.translations[PAIRINGS[self.version], action, outcome] += 1
