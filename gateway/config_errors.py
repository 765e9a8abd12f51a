"""Saying what is wrong with a configuration in the words of its file."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from adapters.translation.options import Connector, Options, TokenRule
from gateway.settings import (
    Admin,
    Admission,
    AllQuirks,
    Config,
    ConfigError,
    Csms,
    Listen,
    Log,
    Match,
    Quirks,
    Segment,
    Shadow,
    Store,
    Timeouts,
    Urls,
    Workers,
)

TABLES: dict[str, type[msgspec.Struct]] = {
    "": Config,
    "listen": Listen,
    "csms": Csms,
    "segment": Segment,
    "segment.match": Match,
    "segment.quirks": Quirks,
    "csms.quirks": Quirks,
    "segment.translation": Options,
    "segment.urls": Urls,
    "segment.translation.topology": Connector,
    "segment.translation.token_rules": TokenRule,
    "translation": Options,
    "translation.topology": Connector,
    "translation.token_rules": TokenRule,
    "admission": Admission,
    "urls": Urls,
    "shadow": Shadow,
    "timeouts": Timeouts,
    "store": Store,
    "worker": Workers,
    "admin": Admin,
    "log": Log,
    "quirks": AllQuirks,
    "quirks.station": Quirks,
}
SECRET = re.compile(r"password|credentials")
PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<key>.*)`)?", re.DOTALL)
UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
MISSING = re.compile(r"Object missing required field `(.*)`")
WRONG = re.compile(r"Expected (?P<expected>.*?)(?:, got .*)?", re.DOTALL)
WORDS = {
    "`str`": "text",
    "`int`": "a whole number",
    "`float`": "a number",
    "`array`": "a list",
    "`object`": "a table",
    "`bool`": "true or false",
    "matching regex '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$'": "of 1 to 32 letters, digits, . _ -",
}
OTHERS: dict[Any, str] = {float: "a number", tuple: "a list of tables"}
LONGEST = 80


def explained(
    path: Path, error: msgspec.ValidationError, document: Mapping[str, Any]
) -> ConfigError:
    """The error of the decoder, as one about the file."""
    place = PLACE.fullmatch(str(error))
    assert place is not None  # it matches every text
    what, key = place["what"], place["key"] or ""
    if unknown := UNKNOWN.fullmatch(what):
        return ConfigError(
            path, joined(key, unknown[1]), "a key that is not known", known_keys(key)
        )
    if missing := MISSING.fullmatch(what):
        return ConfigError(path, joined(key, missing[1]), "nothing", "this key: it is required")
    wrong = WRONG.fullmatch(what)
    expected = wrong["expected"] if wrong else what
    for word, plain in WORDS.items():
        expected = expected.replace(word, plain)
    if choices := literals(key):
        expected = "one of " + ", ".join(choices)
    return ConfigError(path, key, shown(key, found_at(document, key)), expected)


def joined(table: str, key: str) -> str:
    """The path of a key of a table."""
    return f"{table}.{key}" if table else key


def without_indices(key: str) -> str:
    """The path of a key, whichever element of a list it is in."""
    return re.sub(r"\[[^]]*\]", "", key)


def known_keys(table: str) -> str:
    """What may stand in a table."""
    struct = TABLES[without_indices(table)]
    later = "; other facts cannot be matched yet" if struct is Match else ""
    return "one of " + ", ".join(struct.__struct_fields__) + later


def literals(key: str) -> list[str]:
    """What a key is limited to, if some of it are certain texts; empty otherwise."""
    table, _, field = without_indices(key).rpartition(".")
    hints = get_type_hints(TABLES[table]) if table in TABLES else {}
    choices = literals_in(hints.get(field))
    return choices if any(choice.startswith('"') for choice in choices) else []


def literals_in(hint: Any) -> list[str]:
    """The literals of a type, and what else it may be."""
    if get_origin(hint) is Literal:
        return [f'"{text}"' for text in get_args(hint)]
    if get_origin(hint) is UnionType or get_origin(hint) is Union:
        return [text for part in get_args(hint) for text in literals_in(part)]
    return [OTHERS[get_origin(hint) or hint]] if (get_origin(hint) or hint) in OTHERS else []


def found_at(document: Mapping[str, Any], key: str) -> Any:
    """The value that the file has there; None if it cannot be told."""
    value: Any = document
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", key):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def shown(key: str, value: Any) -> str:
    """A value as an error may show it: short, on one line, and no secret."""
    if value is None or value == {}:
        return "nothing"
    if SECRET.search(without_indices(key).rpartition(".")[2]) or ".credentials" in key:
        return f"something (not shown, {type(value).__name__})"
    text = str(value) if isinstance(value, Path) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
