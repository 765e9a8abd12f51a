"""What is no frame, or was none as it came: whose it is, and what it is answered (OCPP-J, 1.2)."""

from adapters import frame
from adapters.frame import Call, CallError, FrameError, Message
from gateway.core.effects import Effect, Refused
from gateway.core.line import Line
from gateway.core.port import LegPort
from gateway.core.reframing import number_of


def refused(error: FrameError, port: LegPort, line: Line, out: list[Effect], now: float) -> None:
    """Answer a text that is no frame as the leg's version prescribes, if that can be done."""
    out.append(Refused(line.leg, "bad_frame", f"{error.code}: {error.reason}"[:200]))
    if error.message_id and error.code == "RpcFrameworkError":  # an answer: nobody waits for one
        if (ask := line.take(error.message_id, now)) is not None:
            broken = CallError(error.message_id, "InternalError", "the answer was no valid frame")
            text = frame.emit_error(line.version, error.message_id, broken.code, broken.description)
            ask.owner.answered(ask, broken, text)
            line.go_on(now)
        return
    if error.code == "FormatViolation" or (line.version == "2.0.1" and error.message_id):
        answer = frame.emit_error(line.version, error.message_id, error.code, error.reason)
    elif line.version == "2.0.1":
        answer = frame.emit_error("2.0.1", "-1", "RpcFrameworkError")
    else:
        return  # 1.6 says nothing of it, so it is only counted
    port.heard[error.message_id or "-1"] = "other"
    port.answer(error.message_id or "-1", answer)


def renumbered(mended: tuple[Message, bytes], text: bytes, port: LegPort) -> tuple[Message, bytes]:
    """A CALL whose id came as a number, in `text`, is answered with one."""
    message = mended[0]
    if isinstance(message, Call) and number_of(text) is not None:
        port.numbered = {**(port.numbered or {}), message.message_id: None}
    return mended
