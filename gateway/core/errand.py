"""A command that the guard carries itself, because something is learnt from its answer."""

from collections.abc import Callable
from typing import Any, TypeAlias

from adapters import frame
from adapters.frame import CallError, CallResult
from adapters.payload import encode
from adapters.translation import jws
from gateway.core.dangers import REASONS, Danger, settings_in
from gateway.core.line import Ask
from gateway.core.mender import Payload, opened
from gateway.core.trust import PASSWORDS

TAKEN = frozenset({"Accepted", "RebootRequired"})
ECHOED = ("attributeType", "component", "variable")


# What came of it: an answer, and its text unless it is too late; or nothing at all.
Report: TypeAlias = Callable[["Errand", CallResult | CallError | None, bytes], None]


class Errand:
    """Owner of one such CALL. `refused` are the settings that the station is not told of."""

    __slots__ = ("action", "digest", "message_id", "password", "refused", "report", "slot", "text")

    def __init__(self, message_id: str, action: str, text: bytes, report: Report) -> None:
        self.message_id, self.action, self.text, self.report = message_id, action, text, report
        self.password = b""  # that the station is to have from now on
        self.digest = ""  # of that, once it is made
        self.slot: tuple[int, bool] | None = None  # of a network profile; whether it leads here
        self.refused: dict[int, Payload] = {}  # by place in the list: the answer to each

    def leave_out(self, payload: Payload, dangers: dict[int, Danger]) -> None:
        """Leave out what is dangerous, and prepare the answers to it."""
        items = payload["setVariableData"]
        self.refused = {at: refusal_of(items[at], danger) for at, danger in dangers.items()}
        rest = [item for at, item in enumerate(items) if at not in dangers]
        kept = encode(payload | {"setVariableData": rest})
        self.text = frame.emit_call(self.message_id, self.action, kept)

    def merged(self, message: CallResult | CallError, text: bytes) -> bytes:
        """The station's answer, with those that it was not asked for."""
        payload = opened(message.payload) if isinstance(message, CallResult) else None
        results = payload.get("setVariableResult") if payload is not None else None
        if not self.refused or payload is None or not isinstance(results, list):
            return text
        for at, refusal in sorted(self.refused.items()):
            results.insert(at, refusal)
        return frame.emit_result(self.message_id, encode(payload))

    # The owner of a CALL

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        """The station answered."""
        self.report(self, message, text)

    def given_up(self, ask: Ask, why: str) -> None:
        """No answer came in time; where the station is gone nobody is told anything."""
        if why == "timeout":
            self.report(self, None, b"")

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """Whoever asked has been told that no answer came; what it teaches is kept."""
        self.report(self, message, b"")

    def is_taken(self, message: CallResult | CallError) -> bool:
        """Whether the station does as it was told: of several settings, the password."""
        if isinstance(message, CallError):
            return False
        payload = opened(jws.opened_answer(message.payload)) or {}
        results = payload.get("setVariableResult")
        if not isinstance(results, list):
            return str(payload.get("status")) in TAKEN
        places = settings_in("SetVariables", {"setVariableData": results})
        return any(
            setting.place in PASSWORDS and result["attributeStatus"] in TAKEN
            for result, setting in zip(results, places, strict=True)
            if isinstance(result, dict) and isinstance(result.get("attributeStatus"), str)
        )


def refusal_of(item: Payload, danger: Danger) -> Payload:
    """The result of one variable that is not set."""
    told: dict[str, Any] = {name: item[name] for name in ECHOED if name in item}
    info = {"reasonCode": REASONS[danger.rule]}
    return told | {"attributeStatus": "Rejected", "attributeStatusInfo": info}
