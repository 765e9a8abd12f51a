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

`path` puts a repair to the objects at a dotted path, `where` to the payloads that fit a condition.
In a condition a list is one of several values, and "$absent" stands for no value.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

import msgspec

from vendor_quirks.answers import AnswerHere, Dedupe, RateLimit, Replay
from vendor_quirks.checks import problem_of
from vendor_quirks.command import ErrorAsStatus, FanOut, Retry, Split, Substitute
from vendor_quirks.compiled import DIRECTIONS
from vendor_quirks.match import Match
from vendor_quirks.pace import Pace
from vendor_quirks.quirk import ByAction, Quirk, Repair
from vendor_quirks.repairs import (
    envelope,
    fields,
    keys,
    moments,
    profiles,
    samples,
    text,
    tokens,
    transactions,
)
from vendor_quirks.where import FACTS

PATTERNS = ("pattern", "beginning")
CONDITIONS = ("when", "condition", "where")
PLAIN = ("name", "why", "seen", "version", "confidence", "lossy", "side")
PARTS = ("match", "timing", "catalogue", "command", "answer_here", "raw_text", "envelope")


def words(*kinds: type[Any]) -> dict[str, type[Any]]:
    """Kinds by their names, as `do` says them."""
    return {kind.__name__: kind for kind in kinds}


REPAIRS = words(
    *(fields.Replace, fields.SetTo, fields.Default, fields.Truncate, fields.Trim, fields.Drop),
    *(fields.DropField, fields.DropUnknown, fields.RenameKey, fields.RightCase, fields.Coerce),
    *(fields.Round, fields.MapEnum, moments.Moment, moments.Respelled),
    *(samples.SplitPhaseSuffix, samples.Phase, samples.UnitScale, samples.DefaultUnit),
    *(samples.RoundValue, samples.DropSamples, samples.DropEmptyMeters),
    *(transactions.FillTransactionId, transactions.DropTransactionId),
    *(transactions.RegisterOffset, transactions.ClampMeterStop),
    *(tokens.IdTag, tokens.IdTagTable, tokens.IdTagSetting),
    *(keys.ToNative, keys.ToStandard, keys.Spelling, keys.Listed, keys.AllowedMeasurands),
    *(keys.Clamp, profiles.Profile),
)
TEXTS = words(text.Respell, text.DropText, text.CloseBrackets)
ENVELOPES = words(
    *(envelope.NullPayload, envelope.PadError, envelope.ResultWithAction),
    *(envelope.CallOfAnotherType, envelope.NumberAsId, envelope.EmptyId),
)
COMMANDS = words(Retry, Split, FanOut, Substitute, ErrorAsStatus)
ANSWERS = words(AnswerHere, RateLimit, Dedupe, Replay)


class QuirkError(Exception):
    """What is wrong with a user's quirk: the key's path, and what was expected there."""

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"{key}: {expected}")
        self.key, self.expected = key, expected


def quirks_from(document: dict[str, Any]) -> tuple[Quirk, ...]:
    """The quirks in a TOML document. Raises QuirkError."""
    _only(document, ("quirk",), "")
    tables = document.get("quirk", [])
    if not isinstance(tables, list):
        raise QuirkError("quirk", "tables that begin with [[quirk]]")
    return tuple(_quirk(table, f"quirk[{index}]") for index, table in enumerate(tables))


def _quirk(table: Any, at: str) -> Quirk:
    if not isinstance(table, dict):
        raise QuirkError(at, "a table")
    _only(table, (*PLAIN, *PARTS, *DIRECTIONS), at)
    made: dict[str, Any] = {field: table[field] for field in PLAIN if field in table}
    for field in ("name", "why", "seen"):
        if not isinstance(made.get(field), str):
            raise QuirkError(f"{at}.{field}", "a text")
    made["match"] = _matches(table.get("match", []), f"{at}.match")
    if "timing" in table:
        made["timing"] = _struct(Pace, table["timing"], f"{at}.timing")
    for field, known in (("raw_text", TEXTS), ("envelope", ENVELOPES)):
        made[field] = tuple(one for _, one in _each(table, field, known, at))
    for field, known in (("command", COMMANDS), ("answer_here", ANSWERS)):
        made[field] = tuple(one for _, one in _each(table, field, known, at))
    for direction in DIRECTIONS:
        made[direction] = _by_action(table, direction, at)
    quirk = Quirk(**made)
    if made.get("confidence", "high") not in ("high", "medium", "low"):
        raise QuirkError(f"{at}.confidence", "high, medium or low")
    if problem := problem_of(quirk):
        raise QuirkError(at, problem)
    return quirk


def _matches(value: Any, at: str) -> tuple[Match, ...]:
    tables = value if isinstance(value, list) else [value]
    return tuple(_struct(Match, table, f"{at}[{i}]") for i, table in enumerate(tables))


def _by_action(table: dict[str, Any], direction: str, at: str) -> ByAction:
    made: dict[str, tuple[Repair, ...]] = {}
    for entry, repair in _each(table, direction, REPAIRS, at):
        if "where" in entry:
            repair = fields.When(_condition(entry["where"]), repair)
        if "path" in entry:
            repair = fields.Each(str(entry["path"]), repair)
        actions = entry.get("actions")
        if not isinstance(actions, list) or not all(isinstance(one, str) for one in actions):
            raise QuirkError(f"{at}.{direction}", "actions, a list of texts")
        for action in actions:
            made[action] = (*made.get(action, ()), repair)
    return made


def _each(table: dict[str, Any], field: str, known: dict[str, type[Any]], at: str) -> Any:
    """Each table of an array with the part that its `do` names."""
    entries = table.get(field, [])
    if not isinstance(entries, list):
        raise QuirkError(f"{at}.{field}", f"tables that begin with [[quirk.{field}]]")
    for index, entry in enumerate(entries):
        key = f"{at}.{field}[{index}]"
        if not isinstance(entry, dict) or entry.get("do") not in known:
            raise QuirkError(f"{key}.do", f"one of {', '.join(sorted(known))}")
        beside = ("do", "actions", "path", "where") if known is REPAIRS else ("do",)
        data = {name: value for name, value in entry.items() if name not in beside}
        yield entry, _struct(known[entry["do"]], data, key)


def _struct(kind: type[Any], data: Any, at: str) -> Any:
    if not isinstance(data, dict):
        raise QuirkError(at, "a table")
    _only(data, kind.__struct_fields__, at)
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    plain = {name: _plain(name, types[name], value) for name, value in data.items()}
    try:
        made = msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise QuirkError(f"{at}{where.rstrip('`')}", what) from None
    except ValueError as error:
        raise QuirkError(at, str(error)) from None
    _readable(data, at)
    conditions = [name for name in CONDITIONS if name in data]
    return msgspec.structs.replace(made, **{name: _condition(data[name]) for name in conditions})


def _readable(data: dict[str, Any], at: str) -> None:
    """Patterns must compile, and facts of the situation must be some that there are."""
    for name, value in data.items():
        if name in PATTERNS and isinstance(value, str):
            try:
                re.compile(value)
            except re.error as error:
                raise QuirkError(f"{at}.{name}", f"a regular expression ({error})") from None
        for path in _facts_in(value):
            fact = path.partition(".")[0].partition("-")[0].partition("+")[0]
            if fact not in ("now", "setting", *FACTS):
                raise QuirkError(f"{at}.{name}", f"@{', @'.join(('now', 'setting', *FACTS))}")


def _facts_in(value: Any) -> Iterator[str]:
    """What a condition or a template asks the situation for."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.startswith("@"):
                yield name[1:]
            yield from _facts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _facts_in(inner)
    elif isinstance(value, str) and value.startswith("$@"):
        yield value[2:]


def _plain(name: str, kind: Any, value: Any) -> Any:
    """A value as msgspec takes it for that type."""
    if kind is bytes and isinstance(value, str):
        return b64encode(value.encode()).decode()
    if isinstance(value, float) and "Decimal" in str((kind, *get_args(kind))):
        return str(value)
    return value


def _condition(given: Any) -> dict[str, Any]:
    """A condition of TOML as where.py has it."""
    return {path: _wanted(value) for path, value in given.items()}


def _wanted(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_wanted(one) for one in value)
    return None if value == "$absent" else value


def _only(table: dict[str, Any], known: tuple[str, ...], at: str) -> None:
    for name in table:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            where = f"{at}.{name}" if at else name
            raise QuirkError(where, f"one of {', '.join(known)}{hint}")
