"""Repairs applied. A repair that fails is our own bug: its quirk is told with -1, nothing else."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import msgspec

from vendor_quirks.match import NONE
from vendor_quirks.quirk import EnvelopeRepair, Payload, Repair, TextRepair
from vendor_quirks.situation import Situation

T = TypeVar("T")
Named: TypeAlias = tuple[tuple[str, T], ...]  # each with the name of its quirk
Mended: TypeAlias = list[tuple[str, int]]  # quirk, and how many values it changed

FAILED = -1
NOTHING_KNOWN = Situation()  # for repairs that look at the payload alone


def mend(
    pairs: Named[Repair],
    payload: Payload,
    known: Situation = NOTHING_KNOWN,
    observed: frozenset[str] = NONE,
) -> Mended:
    """Mend a payload in place; which quirks changed something. What a failing one did is undone.

    An observed quirk is told with what it would have changed, and changes nothing.
    """
    done: Mended = []
    before: Payload | None = None
    for name, repair in pairs:
        try:
            before = before or copied(payload)
        except RecursionError:  # nested to the limit, as no message of OCPP is: nobody's to mend
            return done
        changes = attempt(lambda repair=repair: repair(payload, known))  # type: ignore[misc]
        if changes == 0:  # most find nothing, and one copy does for all of them
            continue
        if changes is None or name in observed:
            payload.clear()
            payload.update(before)
        done.append((name, FAILED if changes is None else changes))
        before = None
    return done


def copied(payload: Payload) -> Payload:
    """A payload of its own. Raises RecursionError."""
    copy: Payload = msgspec.to_builtins(payload, builtin_types=(Decimal,))
    return copy


def mend_text(pairs: Named[TextRepair], text: bytes) -> tuple[bytes, Mended]:
    """Mend text that does not parse; whether it parses now is the caller's to see."""
    done: Mended = []
    for name, repair in pairs:
        mended = attempt(lambda repair=repair, text=text: repair(text))  # type: ignore[misc]
        if mended is None:
            done.append((name, FAILED))
        elif mended != text:
            done.append((name, 1))
            text = mended
    return text, done


def mend_envelope(pairs: Named[EnvelopeRepair], frame: list[Any], open_id: str = "") -> Mended:
    """Mend a frame in place, whose payload may be anything."""
    done: Mended = []
    for name, repair in pairs:
        before = list(frame)
        mended = attempt(lambda repair=repair: repair(frame, open_id))  # type: ignore[misc]
        if mended is None:
            frame[:] = before
        if mended is not False:
            done.append((name, 1 if mended else FAILED))
    return done


def attempt(work: Callable[[], T]) -> T | None:
    """What some part of a quirk says; None where it fails, which is our bug."""
    try:
        return work()
    except Exception:
        return None
