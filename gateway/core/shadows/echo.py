"""What a shadow of the station's own version hears: the same payloads under ids of ours."""

from collections.abc import Iterator
from typing import Protocol

from adapters import frame
from adapters.frame import Call, CallError, CallResult, Version
from gateway.core.line import Ask
from gateway.core.port import Port


class Stage(Port, Protocol):
    """What an echo needs of the station's place."""

    def decided(self, message_id: str, message: CallResult | CallError) -> None:
        """The shadow's answer to a CALL of the station."""

    def late(self, message_id: str, message: CallResult | CallError) -> None:
        """The same, when nobody waits for it any more."""

    def silent(self, message_id: str) -> None:
        """No answer came in time."""


class Echo:
    """Carries CALLs to a shadow, and its answers to the comparison. Owner of each CALL."""

    __slots__ = ("_csms", "_ids", "_station", "_version")

    def __init__(self, version: Version, station: Stage, csms: Port, ids: Iterator[str]) -> None:
        self._version, self._station, self._csms, self._ids = version, station, csms, ids

    def tell(self, call: Call, payload: bytes) -> None:
        """The station's CALL, with this payload, goes out under an id of ours."""
        message_id = next(self._ids)
        text = frame.emit_call(message_id, call.action, payload)
        self._csms.ask(Ask(message_id, call.action, text, self, call.message_id))

    def hear_call(self, side: str, call: Call) -> None:
        """A CALL of the shadow goes no further than to the station that is not there."""
        text = frame.emit_call(call.message_id, call.action, bytes(call.payload))
        self._station.ask(Ask(call.message_id, call.action, text, self))

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        """What the shadow decided; or what it is told in the station's place."""
        if ask.context is None:
            self._csms.answer(ask.message_id, text)
        else:
            self._station.decided(ask.context, message)

    def given_up(self, ask: Ask, why: str) -> None:
        """The shadow decided nothing."""
        if ask.context is not None and why == "timeout":
            self._station.silent(ask.context)

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """The comparison did not wait; what the answer teaches is kept."""
        if ask.context is not None:
            self._station.late(ask.context, message)
