"""Payloads of one direction mended by the quirks of one station, and what they teach noted."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

import msgspec

from adapters import frame
from adapters.frame import CallError, Version
from adapters.payload import decoder, encode
from gateway.core.conformity import violation
from gateway.core.effects import STATION, Effect, Mended, Refused
from gateway.core.tally import Tally
from vendor_quirks.compiled import Direction, Look, Repairs
from vendor_quirks.mending import mend
from vendor_quirks.situation import Situation
from vendor_quirks.sparse import Sparse

Payload: TypeAlias = dict[str, Any]
_as_object = decoder(dict[str, Any])
ANSWER = "Response"
# The station's own spelling is what is to be learnt, not what its CSMS is told.
NOTED_AS_SAID = frozenset({"GetConfigurationResponse"})


def opened(raw: bytes | msgspec.Raw) -> Payload | None:
    """A payload as an object; None where it is none."""
    try:
        return _as_object.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Keeps(Protocol):
    """Who remembers a station."""

    def keep_counts(self) -> None: ...


class Report(Sparse):
    """Where it is told what quirks did for one station."""

    __slots__ = ("_out", "_tally", "fired", "has_counted", "kept_by", "observed", "would")
    fired: dict[str, int]  # by quirk, since the station connected
    would: dict[str, int]  # the same of those that are observed

    def __init__(self, out: list[Effect], tally: Tally) -> None:
        self._out, self._tally, self.has_counted = out, tally, False
        self.observed: frozenset[str] = frozenset()  # quirks that count what they would do
        self.kept_by: Keeps | None = None

    def tell(self, key: str, done: list[tuple[str, int]]) -> bool:
        """Tell which quirks mended something; whether any did."""
        is_mended = False
        for name, count in done:
            if count < 0:  # a repair of ours that failed: the message goes on as it came
                self._out.append(Refused(STATION, "quirk_failed", name))
            elif name in self.observed:
                self._tally.observed[name,] += count
                self._count(self.would, name, count)
            else:
                self._out.append(Mended(name, key, count))
                self._count(self.fired, name, count)
                is_mended = True
        return is_mended

    def _count(self, counts: dict[str, int], name: str, count: int) -> None:
        """Kept at 1, 2, 4, 8 and so on: after a kill -9 at least half is known, at no price."""
        before = counts.get(name, 0)
        counts[name] = after = before + count
        self.has_counted = True
        if self.kept_by is not None and after.bit_length() > before.bit_length():
            self.kept_by.keep_counts()

    def unknown(self, key: str, place: str) -> None:
        """A payload breaks its schema, and no quirk knew why."""
        self._tally.unknown_dialects[key, place] += 1


class Mender:
    """What passes in one direction, mended."""

    __slots__ = ("_direction", "_known", "_version", "answers", "calls", "report")

    def __init__(
        self,
        direction: Direction,
        version: Version,
        known: Callable[[], Situation],
        report: Report,
    ) -> None:
        self._direction, self._version, self._known = direction, version, known
        self.report = report
        self.calls: dict[str, Look] = {}  # by action
        self.answers: dict[str, Look] = {}  # by the action that is answered

    def take(self, repairs: Repairs) -> None:
        """These are the repairs from now on."""
        self.calls, self.answers = _by_kind(repairs, self._direction)

    def call(self, action: str, text: bytes) -> bytes:
        """The text of a CALL of ours, mended where a look says so."""
        look = self.calls.get(action)
        message = frame.parse(text) if look is not None else None
        if look is None or message is None or isinstance(message, CallError):
            return text
        better = self.mended(look, action, message.payload, message.message_id)
        return text if better is None else frame.emit_call(message.message_id, action, better)

    def answer(self, action: str, text: bytes) -> bytes:
        """The text of an answer of ours, mended where a look says so."""
        look = self.answers.get(action)
        message = frame.parse(text) if look is not None else None
        if look is None or message is None or isinstance(message, CallError):
            return text
        better = self.mended(look, action + ANSWER, message.payload, message.message_id)
        return text if better is None else frame.emit_result(message.message_id, better)

    def mended(self, look: Look, key: str, raw: msgspec.Raw, message_id: str) -> bytes | None:
        """A payload as it should be; None where it is that already."""
        if not look.always and look.is_clean(raw):
            return None
        payload = opened(raw)
        if payload is None or not self.mend(look, key, raw, payload, message_id):
            return None
        return encode(payload)

    def mend(
        self, look: Look, key: str, raw: msgspec.Raw, payload: Payload, message_id: str
    ) -> bool:
        """Mend an opened payload in place; whether anything was mended."""
        known, text, gate = self._known(), bytes(raw), look.gate
        if look.is_noted and key in NOTED_AS_SAID:
            known.note(key, payload, message_id)
        shared = () if gate.is_clean(text) else gate.needed(text)
        is_new = shared is None
        repairs = (*(gate.repairs if shared is None else shared), *look.own)
        done = mend(repairs, payload, known, self.report.observed)
        is_mended = self.report.tell(key, done)
        if look.is_noted and key not in NOTED_AS_SAID:
            known.note(key, payload, message_id)
        if is_new:
            wrong = self._violation(key, encode(payload) if is_mended else text)
            if wrong:
                self.report.unknown(key, wrong)
            else:
                gate.learn(text, frozenset(name for name, _ in done))
        return is_mended

    def _violation(self, key: str, text: bytes) -> str:
        return violation(self._version, key, text) if self._direction == "from_station" else ""


@lru_cache(maxsize=4096)
def _by_kind(repairs: Repairs, direction: Direction) -> tuple[dict[str, Look], dict[str, Look]]:
    """Looks of CALLs and of answers, by action: one pair for all stations that have the same."""
    looks = repairs.looks.get(direction, {})
    return (
        {key: look for key, look in looks.items() if not key.endswith(ANSWER)},
        {key.removesuffix(ANSWER): look for key, look in looks.items() if key.endswith(ANSWER)},
    )
