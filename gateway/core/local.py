"""CALLs that quirks have answered here, and that do not go on."""

from collections.abc import Callable
from functools import partial

import msgspec

from adapters import frame
from adapters.frame import Call, CallError
from adapters.payload import encode
from gateway.core.mender import Payload, Report, opened
from gateway.core.port import LegPort, StationPort
from vendor_quirks.answers import Caller, Dedupe, Here, Verdict, answered, unanswered
from vendor_quirks.mending import Named, attempt
from vendor_quirks.situation import Situation
from vendor_quirks.sparse import Sparse

MOST_AWAITED = 64


class Local(Sparse):
    """Answers in the place of the other side."""

    __slots__ = ("_awaited", "_csms", "_known", "_report", "_station", "said")
    said: list[Call]  # what the station is said to have said next

    def __init__(
        self,
        station: StationPort,
        csms: LegPort,
        known: Callable[[], Situation],
        report: Report,
    ) -> None:
        self._station, self._csms = station, csms
        self._known, self._report = known, report
        self._awaited: dict[str, None] | None = None  # CALLs whose answers repeats will need

    def _port(self, of: Caller) -> LegPort:
        return self._station if of == "station" else self._csms

    def answered(
        self,
        of: Caller,
        here: Named[Here],
        call: Call,
        payload: Payload,
        reply: Callable[[bytes], None] | None = None,
    ) -> bool:
        """Whether a CALL was answered here; by `reply`, in the station's words, if there is one."""
        known = self._known()
        for name, one in here:
            verdict = attempt(lambda one=one: one.heard(payload, known, call.message_id))  # type: ignore[misc]
            if isinstance(one, Dedupe) and verdict is None:
                self._await(call.message_id)
            if verdict is None or not self._will_be(of, verdict, call.message_id):
                continue
            if not self._report.tell(call.action, [(name, 1)]):
                continue  # it only observes
            self._give(of, call, verdict, reply)
            return True
        return False

    def _will_be(self, of: Caller, verdict: Verdict, message_id: str) -> bool:
        """Whether there is an answer: that of another CALL only where that one is open still."""
        other = verdict.same_as
        return not other or (other != message_id and other in self._port(of).heard)

    def _await(self, message_id: str) -> None:
        awaited = self._awaited = self._awaited or {}
        awaited[message_id] = None
        while len(awaited) > MOST_AWAITED:
            del awaited[next(iter(awaited))]

    def _give(
        self, of: Caller, call: Call, verdict: Verdict, reply: Callable[[bytes], None] | None
    ) -> None:
        port = self._port(of) if reply is None else self._station
        reply = reply or partial(port.answer, call.message_id)
        if verdict.same_as:
            twins = self._station.twins = self._station.twins or {}
            twins.setdefault(verdict.same_as, []).append(call.message_id)
        elif verdict.error:
            reply(frame.emit_error(port.line.version, call.message_id, verdict.error))
        else:
            reply(frame.emit_result(call.message_id, encode(verdict.response or {})))
        if verdict.then is not None:
            action, payload = verdict.then
            self._known().note(action, payload, call.message_id)
            self.said.append(Call(f"{call.message_id}~", action, msgspec.Raw(encode(payload))))

    def settle(self, message_id: str, text: bytes) -> None:
        """A CALL of the station is answered: its repeats are answered the same, or go on anew."""
        if not self._awaited or message_id not in self._awaited:
            return
        del self._awaited[message_id]
        message = frame.parse(text)
        payload = None if isinstance(message, CallError) else opened(message.payload)
        if payload is None:
            unanswered(self._known(), message_id)
        else:
            answered(self._known(), message_id, payload)
