"""OCPP-J on a wire end: a station or a CSMS that a test moves by hand as far as it wants."""

import itertools
from typing import Any, NamedTuple

import msgspec
import trio

from gateway.testing.fakes import Answer, CallFailed, Payload
from tests.endtoend.gateway_process import PATIENCE
from tests.endtoend.wire_end import ClosedError, WireEnd

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
BIG = 10_000


class Heard(NamedTuple):
    """A CALL of the other end that waits for the test to answer it."""

    message_id: str
    action: str
    payload: Payload


class Talker:
    """Numbers its CALLs "1", "2", ... on each connection, as many stations do.

    CALLs for which there is an answer are answered; the others wait for the test.
    """

    def __init__(self, end: WireEnd, answers: dict[str, Answer] | None = None) -> None:
        self.end, self.answers = end, answers or {}
        self.heard: list[tuple[str, Payload]] = []  # every CALL of the other end
        self.texts: list[str] = []  # every message, as it came
        self.closed = trio.Event()
        self.close_code = 0
        self._numbers = itertools.count(1)
        self._waiting: dict[str, trio.MemorySendChannel[list[Any]]] = {}
        self._answers: dict[str, trio.MemoryReceiveChannel[list[Any]]] = {}
        self._into, self._calls = trio.open_memory_channel[Heard](BIG)

    async def listen(self) -> None:
        """Hear the other end until it closes."""
        try:
            while True:
                text = await self.end.hear()
                self.texts.append(text)
                if (frame := understood(text)) is not None:
                    await self._take(frame)
        except ClosedError as error:
            self.close_code = error.code
            self.closed.set()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.closed.set()
        finally:
            await self.end.drop()

    async def _take(self, frame: list[Any]) -> None:
        if frame[0] != 2:
            waiting = self._waiting.pop(frame[1], None)
            if waiting is not None:
                waiting.send_nowait(frame)
            return
        call = Heard(*frame[1:])
        self.heard.append((call.action, call.payload))
        answer = self.answers.get(call.action)
        if callable(answer):
            answer = answer(call.payload)
        if answer is None:
            self._into.send_nowait(call)
        else:
            await self.answer(call, answer)

    async def say(self, frame: list[Any]) -> None:
        """Send any frame."""
        await self.end.say(_encode(frame).decode())

    async def answer(self, call: Heard, payload: Payload) -> None:
        """Answer a CALL."""
        await self.say([3, call.message_id, payload])

    async def refuse(self, call: Heard, code: str = "InternalError") -> None:
        """Answer a CALL with a CALLERROR."""
        await self.say([4, call.message_id, code, "", {}])

    async def call(self, action: str, payload: Payload) -> Payload:
        """Ask, and wait for the answer. Raises CallFailed."""
        return await self.answer_to(await self.ask(action, payload))

    async def ask(self, action: str, payload: Payload, message_id: str = "") -> str:
        """Ask without waiting; the message id."""
        message_id = message_id or str(next(self._numbers))
        await self.ask_text(_encode([2, message_id, action, payload]).decode(), message_id)
        return message_id

    async def ask_text(self, text: str, message_id: str) -> None:
        """Ask with a text of the test's own making."""
        self.expect(message_id)
        await self.end.say(text)

    def expect(self, message_id: str) -> None:
        """An answer with this id will come."""
        send, receive = trio.open_memory_channel[list[Any]](1)
        self._waiting[message_id], self._answers[message_id] = send, receive

    async def answer_to(self, message_id: str) -> Payload:
        """The answer to a CALL that was asked before. Raises CallFailed."""
        with trio.fail_after(PATIENCE):
            frame = await self._answers.pop(message_id).receive()
        if frame[0] == 4:
            raise CallFailed(frame[2], frame[3])
        given: Payload = frame[2]
        return given

    async def hears(self, action: str = "") -> Heard:
        """The next CALL that is the test's to answer."""
        with trio.fail_after(PATIENCE):
            call = await self._calls.receive()
        assert action in ("", call.action), f"{call.action} instead of {action}"
        return call

    @property
    def has_calls(self) -> bool:
        """Whether a CALL waits for the test to answer it."""
        return self._calls.statistics().current_buffer_used > 0

    def is_answered(self, message_id: str) -> bool:
        """Whether the answer to a CALL is here."""
        return message_id not in self._waiting

    async def hears_nothing(self, seconds: float = 0.2) -> bool:
        """Whether no CALL for the test to answer comes within this time."""
        with trio.move_on_after(seconds):
            call = await self._calls.receive()
            raise AssertionError(f"heard {call}")
        return True

    async def is_closed(self) -> int:
        """Wait until the other end has closed; the code."""
        with trio.fail_after(PATIENCE):
            await self.closed.wait()
        return self.close_code


def understood(text: str) -> list[Any] | None:
    """A frame, unless the text was meant to be none."""
    try:
        frame = _decode(text)
    except msgspec.DecodeError:
        return None
    return frame if isinstance(frame, list) else None
