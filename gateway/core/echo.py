"""What a shadow of the station's own version hears: the same payloads under ids of ours."""

from collections.abc import Iterator

from adapters import frame
from adapters.frame import Call, CallError, CallResult, Version
from gateway.core import virtual
from gateway.core.line import Ask
from gateway.core.port import Port


class Echo:
    """Carries CALLs to a shadow, and its answers to the comparison. Owner of each CALL."""

    def __init__(self, version: Version, station: Port, csms: Port, ids: Iterator[str]) -> None:
        self._version, self._station, self._csms, self._ids = version, station, csms, ids

    def hear_call(self, side: str, call: Call) -> None:
        """The station's CALL goes out under an id of ours; the shadow's is declined here."""
        if side == "station":
            message_id = next(self._ids)
            text = frame.emit_call(message_id, call.action, bytes(call.payload))
            self._csms.ask(Ask(message_id, call.action, text, self, call.message_id))
            return
        answer = virtual.answer(self._version, call.action, call.message_id)
        self._csms.answer(call.message_id, virtual.emit(self._version, answer))

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        """What the shadow decided."""
        self._station.answer(ask.context, text)

    def given_up(self, ask: Ask, why: str) -> None:
        """The shadow decided nothing."""
        text = frame.emit_error(self._version, ask.context, "InternalError", why)
        self._station.answer(ask.context, text)

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """The comparison did not wait."""
