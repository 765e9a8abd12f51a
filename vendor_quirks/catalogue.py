"""What became of each known misbehaviour: mended by quirks, ordinary, declined, or open."""

from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import msgspec

from vendor_quirks import verdicts
from vendor_quirks.known import KNOWN
from vendor_quirks.quirk import Quirk

KINDS = ("implemented", "ordinary", "declined", "open")


class Verdict(msgspec.Struct, frozen=True):
    """One of `KINDS`; by what it is kept; and the words for it."""

    kind: str
    by: str = ""
    words: str = ""


OPEN = Verdict("open")


def table(name: str) -> dict[str, Any]:
    """`ORDINARY` or `DECLINED` of all modules of verdicts. Raises ValueError for a second one."""
    found: dict[str, Any] = {}
    for module in sorted(m.name for m in iter_modules(verdicts.__path__)):
        entries = getattr(import_module(f"{verdicts.__name__}.{module}"), name)
        if twice := found.keys() & entries.keys():
            raise ValueError(f"{module}.{name}: {sorted(twice)} have a verdict already")
        found |= entries
    return found


def verdicts_of(quirks: Iterable[Quirk]) -> dict[str, Verdict]:
    """Every known misbehaviour with its verdict. Raises ValueError where there are two."""
    made: dict[str, Verdict] = {}
    for quirk in quirks:
        for known in quirk.catalogue:
            before = made.get(known)
            name = quirk.name if before is None else f"{before.by}, {quirk.name}"
            made[known] = Verdict("implemented", name, before.words if before else quirk.why)
    ordinary = {i: Verdict("ordinary", by, words) for i, (by, words) in table("ORDINARY").items()}
    declined = {i: Verdict("declined", "", why) for i, why in table("DECLINED").items()}
    for name, entries in (("ORDINARY", ordinary), ("DECLINED", declined)):
        if twice := made.keys() & entries.keys():
            raise ValueError(f"{name}: {sorted(twice)} have another verdict")
        made |= entries
    if unknown := made.keys() - KNOWN.keys():
        raise ValueError(f"{sorted(unknown)}: no such misbehaviour in known.py")
    return {known: made.get(known, OPEN) for known in KNOWN}


def page(quirks: Iterable[Quirk]) -> str:
    """CATALOGUE.md."""
    found = verdicts_of(quirks)
    counts = Counter(verdict.kind for verdict in found.values())
    told = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)
    lines = [
        "# Known misbehaviours, and what becomes of them",
        "",
        f"{len(found)} known: {told}. Written by `tests/vendor_quirks/test_catalogue.py`.",
        "",
    ]
    for category in sorted({known.category for known in KNOWN.values()}):
        lines += [f"## {category}", "", "| id | of | sure | verdict | by | in short |"]
        lines += ["|---|---|---|---|---|---|"]
        lines += [_row(known, found[known]) for known in KNOWN if KNOWN[known].category == category]
        lines += [""]
    return "\n".join(lines)


def _row(known: str, verdict: Verdict) -> str:
    entry = KNOWN[known]
    by = ", ".join(f"`{one}`" for one in verdict.by.split(", ")) if verdict.by else ""
    of = f"{entry.side} {entry.version}"
    words = verdict.words.replace("|", "\\|")
    return f"| `{known}` | {of} | {entry.confidence} | {verdict.kind} | {by} | {words} |"
