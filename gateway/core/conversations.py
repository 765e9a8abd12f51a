"""What is asked of a station and a CSMS of another version, and what they answer.

Each CALL of theirs, and whatever follows from one, is a conversation: it asks, waits, learns, and
ends with the answer (specification 1.3).
"""

from collections.abc import Callable, Iterator
from typing import Any

from adapters import frame, v16, v201
from adapters.errors import PayloadError
from adapters.frame import CallError, CallResult, Version
from adapters.payload import Action, Payload, encode
from adapters.translation import jws, late, lenient
from adapters.translation.conversation import Conversation, Refusal, Start, Wait
from adapters.translation.memory import NONE, Memory
from adapters.translation.records import UNSAID
from gateway.core.buffer import Buffer
from gateway.core.effects import Effect, Lost, Refused
from gateway.core.exchange import Exchange, Side, Waits
from gateway.core.line import Alarm, Ask
from gateway.core.own_payloads import flaw
from gateway.core.port import LegPort, Port
from gateway.core.tally import Tally

ACTIONS: dict[Version, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
PAIRINGS: dict[Version, str] = {"1.6": "16_to_201", "2.0.1": "201_to_16"}
VERSIONS: dict[Version, dict[Side, Version]] = {  # of both sides, by the station's
    "1.6": {"station": "1.6", "csms": "2.0.1"},
    "2.0.1": {"station": "2.0.1", "csms": "1.6"},
}
CODES = frame.CODES_16 | frame.CODES_201  # either spelling, from either version (18.1)
# What a CSMS is told of a station that does not answer, in the words of 1.5 and 19.
UNHEARD = {"timeout": "charger timeout", "closed": "charger offline"}
TIMEOUT_CODES: dict[Side, str] = {"station": "InternalError", "csms": "GenericError"}


class Conversations:
    """Carries each from question to question, and to its answer; owns the CALLs that they ask."""

    __slots__ = (
        "_csms", "_done", "_ids", "_memory", "_out", "_pairing", "_ports", "_tally", "_version",
        "_versions", "_waits", "buffer", "is_deserted",
    )  # fmt: skip

    def __init__(
        self,
        version: Version,
        memory: Memory,
        ports: dict[Side, Port],
        csms: LegPort,
        ids: Iterator[str],
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
        done: Callable[[Side], None],
        *,
        buffers: bool,
    ) -> None:
        self._version, self._versions, self._memory = version, VERSIONS[version], memory
        self._pairing, self._ports, self._csms = PAIRINGS[version], ports, csms
        self._ids, self._out, self._tally = ids, out, tally
        self._waits = Waits(alarm)
        self._done = done  # a CALL of that side was answered
        self.is_deserted = False  # the station is gone, and its CSMS is still there
        self.buffer = Buffer(csms.leg, memory, tally, self._advance) if buffers else None

    def begin(self, exchange: Exchange) -> None:
        """Begin the conversation that answers a CALL."""
        if self.buffer is None or not self._is_held(exchange):
            self._advance(exchange)

    def aside(self, conversation: Conversation, action: str = "other") -> None:
        """Begin a conversation that answers nobody."""
        self._advance(Exchange(conversation, action=action))

    def tick(self, now: float) -> None:
        """Resume the conversations that waited long enough."""
        for exchange in self._waits.due(now):
            self._advance(exchange, value=False)

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
        self._memory.answered = payload = jws.opened_answer(message.payload)
        try:
            response = lenient.response(payload, kind, self._memory)
        except PayloadError as error:
            self._memory.answered = UNSAID
            self._out.append(
                Refused(self._ports[self._side_of(request)].leg, "invalid_answer", error.reason)
            )
            self._advance(exchange, error=Refusal("InternalError", error.reason))
            return
        self._advance(exchange, response)
        self._memory.answered = UNSAID

    def given_up(self, ask: Ask, why: str) -> None:
        """No answer came in time, or the leg is gone."""
        exchange, request = ask.context
        if why == "closed" and self.buffer is not None and self.buffer.takes(exchange, request):
            self.buffer.stand_in(exchange, request)
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
                response = lenient.response(message.payload, kind, self._memory)
            except PayloadError:
                return
            late.learn(request, response, self._memory)
            self.report_losses(exchange.action)
            self._begin_follow_ups(exchange.action)

    # From question to question

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
                self.aside(step.conversation, exchange.action)
            elif isinstance(step, Wait):
                self._waits.add(step, exchange, self._memory.now)
                return
            elif self._ask(exchange, step):
                return
            else:
                error = Refusal("InternalError", "the gateway made an invalid message")

    def _ask(self, exchange: Exchange, request: Payload) -> bool:
        """Send a derived CALL; one that its own schema does not allow is never sent (18.1)."""
        side = self._side_of(request)
        if self.buffer is not None and side == "csms":
            if self.buffer.takes(exchange, request):
                self.buffer.stand_in(exchange, request)
                return True
            if self.buffer.is_away:
                self._advance(exchange, error=Refusal("closed", "the CSMS is away"))
                return True
        payload = encode(request)
        if wrong := flaw(request, payload):
            self._out.append(
                Refused(self._ports[side].leg, "own_frame_invalid", f"{request.action}: {wrong}")
            )
            return False
        exchange.asked = True
        message_id = next(self._ids)
        text = frame.emit_call(message_id, request.action, payload)
        self._ports[side].ask(Ask(message_id, request.action, text, self, (exchange, request)))
        return True

    def _is_held(self, exchange: Exchange) -> bool:
        """Whether a 2.0.1 station's CALL is answered here, and kept until its CSMS is back."""
        if self.buffer is None or exchange.side != "station" or self._version == "1.6":
            return False
        assert exchange.request is not None, "a station's CALL has a request"
        try:
            response = self.buffer.held(exchange.request)
        except Refusal as refusal:
            self._fail(exchange, refusal.code, refusal.description, refusal.details)
            return True
        if response is not None:
            self._collect(exchange)
            self._finish(exchange, response)
        return response is not None

    def _side_of(self, request: Payload) -> Side:
        return "station" if request.version == self._version else "csms"

    def _collect(self, exchange: Exchange) -> None:
        """Take over what the conversation left in the memory for us."""
        memory = self._memory
        if memory.losses:
            exchange.lossy = True
            self.report_losses(exchange.action)
        if memory.follow_ups:
            exchange.follow_ups += memory.follow_ups
            memory.follow_ups = []

    def report_losses(self, action: str) -> None:
        """Count and tell what a message of this action lost."""
        for rule, field in self._memory.losses:
            self._tally.losses[(rule,)] += 1
            self._out.append(Lost(rule, action, field, self._ports["csms"].leg))
        self._memory.losses = []

    def _finish(self, exchange: Exchange, response: Payload | None) -> None:
        side = exchange.side
        if side is not None and response is not None:
            outcome = "lossy" if exchange.lossy else "exact" if exchange.asked else "local"
            self.count(exchange.action, outcome)
            text = frame.emit_result(exchange.message_id, encode(response))
            self._ports[side].answer(exchange.message_id, text)
        self._after(exchange)

    def _fail(self, exchange: Exchange, code: str, why: str, details: bytes) -> None:
        """Answer with the error; what should have followed the answer does not happen."""
        exchange.follow_ups = []
        if code == "closed" and self._is_held(exchange):
            return
        if exchange.side is not None:
            self.count(exchange.action, "refused")
            code = TIMEOUT_CODES[exchange.side] if code in ("timeout", "closed") else code
            version = self._versions[exchange.side]
            if not frame.is_told(version, code, why):
                self._memory.lose("error_detail", "errorCode")
                self.report_losses(exchange.action)
            text = frame.emit_error(version, exchange.message_id, code, why, details)
            self._ports[exchange.side].answer(exchange.message_id, text)
        self._after(exchange)

    def _after(self, exchange: Exchange) -> None:
        for conversation in exchange.follow_ups:
            self.aside(conversation, exchange.action)
        if self.buffer is not None:
            self.buffer.went_on(exchange)
        self.wake()
        if exchange.side is not None:
            self._done(exchange.side)

    def _begin_follow_ups(self, action: str) -> None:
        follow_ups, self._memory.follow_ups = self._memory.follow_ups, []
        for conversation in follow_ups:
            self.aside(conversation, action)
        self.wake()

    def wake(self) -> None:
        """Resume the conversations whose event was signalled."""
        if not self._memory.signals:
            return
        signals, self._memory.signals = self._memory.signals, NONE
        for exchange in self._waits.woken(signals):
            self._advance(exchange, value=True)

    def count(self, action: str, outcome: str) -> None:
        """Count a CALL by what became of it."""
        self._tally.translations[self._pairing, action, outcome] += 1
