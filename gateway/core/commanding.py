"""CALLs to a station that a quirk has in another form: repeated, split, or put as another."""

from collections.abc import Callable, Iterator

from adapters import frame
from adapters.frame import CallError, CallResult, Version
from adapters.payload import encode
from gateway.core.line import Ask
from gateway.core.mender import opened
from vendor_quirks.command import Answered, Talk
from vendor_quirks.mending import attempt

Send = Callable[[Ask], None]


class Talking:
    """Owner of the CALLs that stand for one: hands the one answer on, under the first one's id."""

    def __init__(
        self,
        first: Ask,
        talk: Talk,
        version: Version,
        send: Send,
        ids: Iterator[str],
        changed: Callable[[], object],
    ) -> None:
        self._first, self._owner, self._talk = first, first.owner, talk
        self._version, self._send, self._ids, self._changed = version, send, ids, changed
        self._payload = encode(opened_call(first))
        self._is_begun = self._has_changed = False

    def begin(self) -> None:
        """Send what the talk begins with; as it is, where it fails at once."""
        if self._step(lambda: next(self._talk)) is not None:
            self._send(self._first)

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        if isinstance(message, CallError):
            given = Answered(None, message.code, message.description)
        else:
            given = Answered(opened(message.payload))
        end = self._step(lambda: self._talk.send(given))
        if end is None:
            return
        if end == given:
            if ask.message_id != self._first.message_id:
                text = frame.renamed(text, self._first.message_id, self._version)
            self._owner.answered(self._first, message, text)
        else:
            self._tell(end)

    def given_up(self, ask: Ask, why: str) -> None:
        if why != "timeout":
            self._owner.given_up(self._first, why)
            return
        end = self._step(lambda: self._talk.send(Answered(code="timeout")))
        if end is not None:
            self._tell(end)

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        if ask.message_id == self._first.message_id:
            self._owner.late(self._first, message)

    def _step(self, on: Callable[[], tuple[str, dict[str, object]]]) -> Answered | None:
        """Take the talk one step further; its end, or None while it goes on."""
        ended: list[Answered] = []

        def step() -> tuple[str, dict[str, object]] | None:
            try:
                return on()
            except StopIteration as end:
                ended.append(end.value)
                return None

        asked = attempt(step)
        if asked is None:
            return ended[0] if ended else Answered(code="InternalError")
        action, payload = asked
        text = encode(payload)
        is_first = not self._is_begun and action == self._first.action
        self._is_begun = True
        if is_first and text == self._payload:
            self._send(Ask(self._first.message_id, action, self._first.text, self))
            return None
        self._has_changed = True
        self._changed()
        message_id = self._first.message_id if is_first else next(self._ids)
        self._send(Ask(message_id, action, frame.emit_call(message_id, action, text), self))
        return None

    def _tell(self, end: Answered) -> None:
        """An answer that the station did not give in this form."""
        first = self._first
        if not self._has_changed and end.code != "timeout":
            self._changed()  # the CALL was as it came, and its answer is another
        if end.payload is not None:
            payload = encode(end.payload)
            text = frame.emit_result(first.message_id, payload)
        elif end.code == "timeout":
            self._owner.given_up(first, "timeout")
            return
        else:
            text = frame.emit_error(self._version, first.message_id, end.code, end.description)
        message = frame.parse(text)
        assert isinstance(message, CallResult | CallError), "it was made just now"
        self._owner.answered(first, message, text)


def opened_call(ask: Ask) -> dict[str, object]:
    """The payload of a CALL of ours."""
    message = frame.parse(ask.text)
    payload = opened(message.payload) if not isinstance(message, CallError) else None
    return payload if payload is not None else {}
