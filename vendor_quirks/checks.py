"""What every quirk must fulfil before anything is made of it."""

import re
from collections.abc import Iterable

from vendor_quirks.behaviour import BEHAVIOURS
from vendor_quirks.compiled import DIRECTIONS, facts
from vendor_quirks.quirk import Quirk

NAME = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


def checked(quirks: Iterable[Quirk]) -> tuple[Quirk, ...]:
    """The same quirks. Raises ValueError for one that lacks what every quirk must have."""
    seen: dict[str, Quirk] = {}
    for quirk in quirks:
        if quirk.name in seen:
            raise ValueError(f"{quirk.name}: a quirk of that name is there already")
        problem = problem_of(quirk)
        if problem:
            raise ValueError(f"{quirk.name}: {problem}")
        seen[quirk.name] = quirk
    return tuple(seen.values())


def problem_of(quirk: Quirk) -> str:
    """What a quirk lacks, or an empty text."""
    if not NAME.fullmatch(quirk.name):
        return "not a name, which is vendor.what-is-wrong"
    if not quirk.why or not quirk.seen:
        return "no quirk without its reason and its evidence"
    everyones = any(match.is_everyones for match in quirk.matches)
    if quirk.is_shared:
        return _problem_of_shared(quirk, everyones)
    if everyones != (quirk.handshake is not None):
        return "at the handshake only the request target is known" if quirk.handshake else (
            "whose is it? A match that names nothing is for shared quirks"
        )  # fmt: skip
    if not quirk.matches:
        return "whose is it?"
    if quirk.signs:
        return "signs are for shared quirks: this one is asked for by its match"
    if quirk.name.startswith("csms.") != (quirk.side == "csms"):
        return 'a quirk of a CSMS is named csms.what-is-wrong, and has side="csms"'
    if quirk.side == "csms" and not all(match.opt_in for match in quirk.matches):
        return "no station tells whose CSMS it is: configuration does, so opt_in=True"
    known = {one.name for one in BEHAVIOURS}
    for match in quirk.matches:
        if match.behaviour and match.behaviour not in known:
            return f"no behaviour is called {match.behaviour}"
    return ""


def _problem_of_shared(quirk: Quirk, everyones: bool) -> str:
    if not everyones and not all(match.opt_in for match in quirk.matches):
        return "a shared quirk is everyone's: its match names nothing"
    if everyones and not quirk.is_default:
        return "a loss on weak evidence is nobody's by default: opt_in=True"
    needs = facts(quirk)
    if "samples" in needs and everyones:
        return "no shared quirk may have every MeterValues looked into"
    mends = any(getattr(quirk, direction) for direction in DIRECTIONS)
    if needs and mends and everyones and not quirk.signs:
        return "what depends on the situation is not told by a payload's shape: it needs signs"
    return ""
