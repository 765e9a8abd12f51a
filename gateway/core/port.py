"""One end of a relay: CALLs that it asks, and answers to the CALLs that came from there."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from adapters import frame
from adapters.frame import Call, CallError, CallResult, Version
from adapters.payload import decoder, encode
from gateway.core.effects import STATION, Effect, Mended, Refused, Send
from gateway.core.line import Ask, Line, Owner
from gateway.core.tally import SLOTS, Tally
from vendor_quirks.registry import Repairs, mend

_as_object = decoder(dict[str, object])


class Port(Protocol):
    """What a relay or a passage needs of an end."""

    @property
    def leg(self) -> str:
        """Under which leg's name what happens here is counted."""

    def ask(self, ask: Ask) -> None:
        """Send a CALL there; its owner hears the answer."""

    def answer(self, message_id: str, text: bytes) -> None:
        """Answer a CALL that came from there."""


def report(key: str, done: list[tuple[str, int]], out: list[Effect]) -> bool:
    """Tell which quirks mended something; whether any did."""
    for name, count in done:
        if count < 0:  # a repair of ours that failed: the message goes on as it came
            out.append(Refused(STATION, "quirk_failed", name))
        else:
            out.append(Mended(name, key, count))
    return any(count > 0 for _, count in done)


class Listener(Protocol):
    """Who hears what the station is answered."""

    def primary_answered(self, message_id: str, text: bytes) -> None:
        """The primary decided this."""


class LegPort:
    """An end that is a WebSocket. Each CALL heard is answered once, and only once."""

    def __init__(self, line: Line, out: list[Effect], tally: Tally) -> None:
        self.line, self.leg, self.now = line, line.leg, 0.0
        self._answered = SLOTS[line.role, "out", "result"]
        self.heard: dict[str, str] = {}  # message id -> action, of the CALLs not answered yet
        self._out, self._tally = out, tally

    def hear(self, call: Call, action: str) -> bool:
        """Note a CALL; False if its id is open already, which makes it a copy."""
        if call.message_id in self.heard:
            self._out.append(Refused(self.line.leg, "duplicate_id", call.message_id[:36]))
            return False
        self.heard[call.message_id] = action
        return True

    def ask(self, ask: Ask) -> None:
        """Send a CALL, or let it wait for the one before it."""
        self.line.ask(ask, self.now)

    def answer(self, message_id: str, text: bytes) -> None:
        """Answer a CALL; a second answer to it goes nowhere."""
        action = self.heard.pop(message_id, None)
        if action is None:
            return
        is_error = text[1] != 51  # b"3": what is emitted begins with [3 or [4
        self._tally.frames[action][self._answered + is_error] += 1
        self._out.append(Send(self.line.leg, text))


class StationPort(LegPort):
    """The station's end, where its own dialect is spoken: the last step out."""

    def __init__(
        self, line: Line, out: list[Effect], tally: Tally, ids: Iterator[str], version: Version
    ) -> None:
        super().__init__(line, out, tally)
        self.repairs = Repairs()
        self.listener: Listener | None = None  # the shadows hear what the station is answered
        self._ids, self._version = ids, version

    def ask(self, ask: Ask) -> None:
        """Send a CALL in the station's dialect; once more, changed, where a quirk says so."""
        repairs = self.repairs
        if ask.action in repairs.to_station:
            ask.text = self._mended(ask.action, ask.text)
        if ask.action in repairs.retries:
            ask.owner = _Retrying(self, ask, self._ids)
        super().ask(ask)

    def answer(self, message_id: str, text: bytes) -> None:
        """Answer a CALL in the station's dialect."""
        if self.listener is not None:
            self.listener.primary_answered(message_id, text)
        if self.repairs.to_station:
            text = self._mended(f"{self.heard.get(message_id, '')}Response", text)
        super().answer(message_id, text)

    def _mended(self, key: str, text: bytes) -> bytes:
        pairs = self.repairs.to_station.get(key)
        if not pairs:
            return text
        message = frame.parse(text)
        if isinstance(message, CallError):
            return text
        try:
            payload = _as_object.decode(message.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return text
        done = mend(pairs, payload)
        if not report(key, done, self._out):
            return text
        if isinstance(message, Call):
            return frame.emit_call(message.message_id, message.action, encode(payload))
        return frame.emit_result(message.message_id, encode(payload))

    def repeat(
        self, quirk: str, ask: Ask, owner: Owner, payload: dict[str, object], message_id: str
    ) -> None:
        """Ask again, changed; the answer is given as if it were to the first CALL."""
        self._out.append(Mended(quirk, ask.action, 1))
        text = frame.emit_call(message_id, ask.action, encode(payload))
        super().ask(Ask(message_id, ask.action, text, _Second(ask, owner)))


class _Second:
    """Owner of a repeated CALL: hands its answer on under the first one's id."""

    def __init__(self, first: Ask, owner: Owner) -> None:
        self._first, self._owner = first, owner

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        if isinstance(message, CallResult):
            text = frame.emit_result(self._first.message_id, bytes(message.payload))
        self._owner.answered(self._first, message, text)

    def given_up(self, ask: Ask, why: str) -> None:
        self._owner.given_up(self._first, why)

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        self._owner.late(self._first, message)


class _Retrying:
    """Owner of a CALL that a quirk repeats once, changed, if the station will not have it."""

    def __init__(self, port: StationPort, ask: Ask, ids: Iterator[str]) -> None:
        self._port, self._owner, self._ids = port, ask.owner, ids

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        if not (isinstance(message, CallError) and self._again(ask)):
            self._owner.answered(ask, message, text)

    def given_up(self, ask: Ask, why: str) -> None:
        if not (why == "timeout" and self._again(ask)):
            self._owner.given_up(ask, why)

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        self._owner.late(ask, message)

    def _again(self, ask: Ask) -> bool:
        call = frame.parse(ask.text)
        if not isinstance(call, Call):
            return False
        try:
            payload = _as_object.decode(call.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        for name, retry in self._port.repairs.retries.get(ask.action, ()):
            changed = retry.changed(payload)
            if changed is not None:
                self._port.repeat(name, ask, self._owner, changed, next(self._ids))
                return True
        return False
