"""Between a station and a CSMS of the same version: frames pass as they came, id included.

What the gateway owes all the same: one open CALL a direction, and an answer to each.
"""

from collections.abc import Sized

from adapters import frame
from adapters.frame import Call, CallError, CallResult, Version
from gateway.core.line import Ask, Line
from gateway.core.port import Port

WAITING_COMMANDS = 100  # CALLs of a CSMS that wait for the station; more are refused


class Passage:
    """Passes CALLs of either side to the other."""

    __slots__ = (
        "_csms", "_csms_line", "_station", "_station_line", "_to_csms", "_to_station", "version",
    )  # fmt: skip

    def __init__(
        self, version: Version, station: Port, csms: Port, csms_line: Line, station_line: Line
    ) -> None:
        self.version = version
        self._station, self._csms = station, csms
        self._to_csms = _Answering(station, "InternalError", version)
        self._to_station = _Answering(csms, "GenericError", version)
        self._csms_line, self._station_line = csms_line, station_line

    @property
    def backlog(self) -> Sized:
        """CALLs of the station that wait for their turn."""
        return self._csms_line.waiting

    def hear_call(self, side: str, call: Call, text: bytes, action: str) -> None:
        """Pass a CALL on; `text` is what was heard, or its mended form."""
        if side == "station":
            self._csms.ask(Ask(call.message_id, action, text, self._to_csms))
        elif len(self._station_line.waiting) >= WAITING_COMMANDS:
            why = f"{WAITING_COMMANDS} CALLs wait already"
            refusal = frame.emit_error(self.version, call.message_id, "GenericError", why)
            self._csms.answer(call.message_id, refusal)
        else:
            self._station.ask(Ask(call.message_id, action, text, self._to_station))


class _Answering:
    """Owner of the CALLs that came from one end: their answers go back there as they came."""

    __slots__ = ("_source", "_timeout_code", "_version")

    def __init__(self, source: Port, timeout_code: str, version: Version) -> None:
        self._source, self._timeout_code, self._version = source, timeout_code, version

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        self._source.answer(ask.message_id, text)

    def given_up(self, ask: Ask, why: str) -> None:
        if why == "timeout":
            text = frame.emit_error(
                self._version, ask.message_id, self._timeout_code, f"no answer to {ask.action}"
            )
            self._source.answer(ask.message_id, text)

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """Whoever asked has been told that no answer came."""
