"""Quirks of the operator's own: TOML data, the same parts by name, and no code.

    [[quirk]]
    name = "acme.model-too-long"
    version = "1.6"
    match = { vendor = "Acme*" }
    why = "Says a model of 30 characters, and a strict CSMS refuses the boot."
    seen = "our own log of 3 May"
    timing = { no_ping = true }

    [[quirk.from_station]]
    actions = ["BootNotification"]
    do = "Truncate"
    field = "chargePointModel"
    length = 20

`do` names a part, its fields stand beside it; `path` puts a repair to the objects at a dotted path,
`where` to the payloads that fit a condition. For what values may be see `written.py`.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from vendor_quirks import written
from vendor_quirks.checks import problem_of
from vendor_quirks.compiled import DIRECTIONS
from vendor_quirks.match import Match
from vendor_quirks.pace import Pace
from vendor_quirks.primitives import Hook, Kind, primitives
from vendor_quirks.quirk import ByAction, Quirk, Repair
from vendor_quirks.repairs.fields import Each, When
from vendor_quirks.where import NEEDED
from vendor_quirks.written import QuirkError

__all__ = ["PARTS", "QuirkError", "quirks_from"]

NEEDFUL = ("name", "why", "seen")
PLAIN = (
    *NEEDFUL, "version", "catalogue", "confidence", "lossy", "side", "untranslated", "signs",
)  # fmt: skip
LISTS: tuple[Hook, ...] = ("raw_text", "envelope", "command", "answer_here")
OTHERS = ("match", "timing", "handshake")
BESIDE = ("do", "actions", "path", "where")  # keys of a repair's table that are none of its fields
TYPES = {field.name: field.type for field in msgspec.structs.fields(Quirk)}
# All parts by hook and name. What wraps a repair is said beside it.
PARTS = primitives()
PARTS["repair"] = {name: kind for name, kind in PARTS["repair"].items() if kind not in (Each, When)}


def quirks_from(document: dict[str, Any]) -> tuple[Quirk, ...]:
    """The quirks in a TOML document. Raises QuirkError."""
    written.only(document, ("quirk",), "")
    tables = document.get("quirk", [])
    if not isinstance(tables, list):
        raise QuirkError("quirk", "tables that begin with [[quirk]]")
    made: dict[str, Quirk] = {}
    for index, table in enumerate(tables):
        quirk = _quirk(table, f"quirk[{index}]")
        if quirk.name in made:
            raise QuirkError(f"quirk[{index}].name", "a name that stands once in its file")
        made[quirk.name] = quirk
    return tuple(made.values())


def _quirk(table: Any, at: str) -> Quirk:
    if not isinstance(table, dict):
        raise QuirkError(at, "a table")
    written.only(table, (*PLAIN, *OTHERS, *LISTS, *DIRECTIONS), at)
    for name in NEEDFUL:
        if name not in table:
            raise QuirkError(f"{at}.{name}", "a text")
    made = {
        name: written.value(name, TYPES[name], table[name], f"{at}.{name}")
        for name in PLAIN
        if name in table
    }
    made["match"] = _matches(table.get("match", []), f"{at}.match")
    if "timing" in table:
        made["timing"] = written.struct(Pace, table["timing"], f"{at}.timing")
    if "handshake" in table:
        made["handshake"] = _part("handshake", table["handshake"], f"{at}.handshake")
    for hook in LISTS:
        made[hook] = tuple(one for _, one in _each(table, hook, hook, at))
    for direction in DIRECTIONS:
        made[direction] = _by_action(table, direction, at)
    needs = frozenset(NEEDED[fact] for fact in written.facts_in(table) if fact in NEEDED)
    quirk = Quirk(**made, needs=needs)
    if problem := problem_of(quirk):
        raise QuirkError(at, problem)
    return quirk


def _matches(value: Any, at: str) -> tuple[Match, ...]:
    tables = value if isinstance(value, list) else [value]
    return tuple(written.struct(Match, table, f"{at}[{i}]") for i, table in enumerate(tables))


def _by_action(table: dict[str, Any], direction: str, at: str) -> ByAction:
    made: dict[str, tuple[Repair, ...]] = {}
    for entry, repair in _each(table, direction, "repair", at):
        if "where" in entry:
            written.readable("where", entry["where"], f"{at}.{direction}.where")
            repair = When(written.condition(entry["where"], f"{at}.{direction}.where"), repair)
        if "path" in entry:
            repair = Each(str(entry["path"]), repair)
        actions = entry.get("actions")
        if not isinstance(actions, list) or not all(isinstance(one, str) for one in actions):
            raise QuirkError(f"{at}.{direction}", "actions, a list of texts")
        for action in actions:
            made[action] = (*made.get(action, ()), repair)
    return made


def _each(
    table: dict[str, Any], field: str, hook: Hook, at: str
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each table of an array with the part that its `do` names."""
    entries = table.get(field, [])
    if not isinstance(entries, list):
        raise QuirkError(f"{at}.{field}", f"tables that begin with [[quirk.{field}]]")
    for index, entry in enumerate(entries):
        yield entry, _part(hook, entry, f"{at}.{field}[{index}]")


def _part(hook: Hook, entry: Any, at: str) -> Any:
    """The part that a table names and fills."""
    known: dict[str, Kind] = PARTS[hook]
    if not isinstance(entry, dict) or str(entry.get("do")) not in known:
        raise QuirkError(f"{at}.do", f"one of {', '.join(sorted(known))}")
    beside = BESIDE if hook == "repair" else ("do",)
    data = {name: given for name, given in entry.items() if name not in beside}
    return written.struct(known[entry["do"]], data, at)
