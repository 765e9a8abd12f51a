"""CALLs that were answered in a CSMS's place, and that it has still to hear: kept until it has."""

from adapters import frame
from adapters.frame import Call, FrameError, Version
from gateway.core import plain_answers
from gateway.core.effects import Effect, Persist
from gateway.core.line import Ask
from gateway.core.tally import Tally

KIND = "undelivered:"  # of their keys, beside those that a translation remembers


def kept_in(records: dict[str, bytes]) -> dict[str, bytes]:
    """The CALLs among a CSMS's records that it has still to hear."""
    return {key: value for key, value in records.items() if key.startswith(KIND)}


def persist_first(out: list[Effect], owner: str, records: dict[str, bytes | None]) -> None:
    """Have records written before anything of a step is said, all in one piece."""
    first = out[0] if out else None
    if isinstance(first, Persist) and first.owner == owner and first.wait:
        out[0] = Persist(owner, first.records | records)
    else:
        out.insert(0, Persist(owner, records))


class Undelivered:
    """The records of what one CSMS has still to hear of one station, and the answers given."""

    def __init__(
        self,
        csms: str,
        version: Version,
        out: list[Effect],
        tally: Tally,
        stored: dict[str, bytes],
    ) -> None:
        self._csms, self._version, self._out, self._tally = csms, version, out, tally
        self._stored = kept_in(stored)
        self.is_speaking = False
        self._last = max((_number(key) for key in self._stored), default=0)

    def recalled(self) -> list[tuple[str, Call]]:
        """What earlier connections left over, the oldest first, each with its key."""
        calls = []
        for key, text in sorted(self._stored.items(), key=lambda item: _number(item[0])):
            try:
                call = frame.parse(text)
            except FrameError:
                call = None
            if isinstance(call, Call) and key.startswith(f"{KIND}{self._version}:"):
                calls.append((key, call))
            else:  # the CSMS speaks another version now
                self.drop(key, "dead_letter")
        return calls

    def keep(self, text: bytes) -> str:
        """Have a CALL survive, before anything of this step is said; the key of its record."""
        self._last += 1
        key = f"{KIND}{self._version}:{self._last}"
        persist_first(self._out, self._csms, {key: text})
        self._tally.journal[self._csms, "journaled"] += 1
        return key

    def drop(self, key: str, why: str) -> None:
        """The CSMS took it, or never will."""
        if key:
            self._out.append(Persist(self._csms, {key: None}, wait=False))
            self._tally.journal[self._csms, why] += 1

    def answer(self, ask: Ask, version: Version, now: float) -> None:
        """Answer a CALL in the CSMS's place."""
        self._tally.answered_here[self._csms, ask.action] += 1
        payload = plain_answers.answer(version, ask.action, now)
        text = frame.emit_result(ask.message_id, payload)
        message = frame.parse(text)
        assert not isinstance(message, Call), "it was made just now"
        self.is_speaking = True
        ask.owner.answered(ask, message, text)
        self.is_speaking = False


def _number(key: str) -> int:
    return int(key.rpartition(":")[2])
