"""Repairs applied. A repair that fails is our own bug: its quirk is told with -1, nothing else."""

from decimal import Decimal
from typing import TypeAlias, TypeVar

import msgspec

from vendor_quirks.quirk import Payload, Repair, TextRepair

T = TypeVar("T")
Named: TypeAlias = tuple[tuple[str, T], ...]  # each with the name of its quirk
Mended: TypeAlias = list[tuple[str, int]]  # quirk, and how many values it changed

FAILED = -1


def mend(pairs: Named[Repair], payload: Payload) -> Mended:
    """Mend a payload in place; which quirks changed something. What a failing one did is undone."""
    done: Mended = []
    for name, repair in pairs:
        changes = _tried(repair, payload)
        if changes:
            done.append((name, changes))
    return done


def _tried(repair: Repair, payload: Payload) -> int:
    try:
        before = msgspec.to_builtins(payload, builtin_types=(Decimal,))
    except RecursionError:  # nested to the limit, as no message of OCPP is: nobody's to mend
        return 0
    try:
        return repair(payload)
    except Exception:
        payload.clear()
        payload.update(before)
        return FAILED


def mend_text(pairs: Named[TextRepair], text: bytes) -> tuple[bytes, Mended]:
    """Mend text that does not parse; whether it parses now is the caller's to see."""
    done: Mended = []
    for name, repair in pairs:
        try:
            mended = repair(text)
        except Exception:
            done.append((name, FAILED))
            continue
        if mended != text:
            done.append((name, 1))
            text = mended
    return text, done
