"""Parts of quirks as TOML has them: values become what each field holds, or a mistake is told.

A list in a condition is one of several values, "$absent" stands for no value, and a table asks for
more than equality: `{ none_of = "units" }`, a list of words in its place, `{ like = "EN*" }`,
`{ above = 5 }`, `{ below = 5 }`.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, get_args

import msgspec

from vendor_quirks.repairs import measurands, words
from vendor_quirks.situation import number
from vendor_quirks.where import FACTS, Is

ABSENT = "$absent"
PATTERNS = ("pattern", "beginning", "ending")
CONDITIONS = ("when", "condition", "where")
# What a file can name in the place of a function.
FUNCTIONS: dict[str, Callable[[str], str]] = {
    "trimmed": str.strip,
    "unquoted": measurands.unquoted,
    "without_phases": measurands.without_phases,
}
WORDS = {
    "contexts": words.CONTEXTS,
    "locations": words.LOCATIONS,
    "measurands": words.MEASURANDS,
    "phases": words.PHASES,
    "units": words.UNITS,
}


class QuirkError(Exception):
    """What is wrong with a user's quirk: the key's path, and what was expected there."""

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"{key}: {expected}")
        self.key, self.expected = key, expected


def only(table: dict[str, Any], known: tuple[str, ...], at: str) -> None:
    """Nothing but these keys. Raises QuirkError."""
    for name in table:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            where = f"{at}.{name}" if at else name
            raise QuirkError(where, f"one of {', '.join(known)}{hint}")


def struct(kind: type[Any], data: Any, at: str) -> Any:
    """A part of this kind from a table. Raises QuirkError."""
    if not isinstance(data, dict):
        raise QuirkError(at, "a table")
    only(data, kind.__struct_fields__, at)
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in data:
            made[field.name] = value(field.name, field.type, data[field.name], f"{at}.{field.name}")
        elif field.required:
            raise QuirkError(f"{at}.{field.name}", "a value: it has no default")
    try:
        return kind(**made)
    except ValueError as error:
        raise QuirkError(at, str(error)) from None


def value(name: str, kind: Any, given: Any, at: str) -> Any:
    """What a field of this name and type holds. Raises QuirkError."""
    readable(name, given, at)
    if name in CONDITIONS:
        return condition(given, at)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return struct(kind, given, at)
    if "Callable" in str(kind):
        if not isinstance(given, str) or given not in FUNCTIONS:
            raise QuirkError(at, f"one of {', '.join(FUNCTIONS)}")
        return FUNCTIONS[given]
    try:
        return msgspec.convert(_plain(kind, given), kind, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise QuirkError(f"{at}{where.rstrip('`')}", what) from None


def _plain(kind: Any, given: Any) -> Any:
    """A value as msgspec takes it for that type."""
    if isinstance(given, list):
        each = (*get_args(kind), Any)[0]
        return [None if one == ABSENT else _plain(each, one) for one in given]
    if isinstance(given, str) and kind is bytes:
        return given.encode()
    if isinstance(given, float) and "Decimal" in str((kind, *get_args(kind))):
        return Decimal(str(given))
    return given


def condition(given: Any, at: str) -> dict[str, Any]:
    """A condition of TOML as where.py has it. Raises QuirkError."""
    if not isinstance(given, dict):
        raise QuirkError(at, "a table")
    return {path: _wanted(wanted, f"{at}.{path}") for path, wanted in given.items()}


def _wanted(given: Any, at: str) -> Any:
    if isinstance(given, list):
        return tuple(_wanted(one, at) for one in given)
    if isinstance(given, dict):
        if len(given) != 1 or not given.keys() <= TESTS.keys():
            raise QuirkError(at, f"one of {', '.join(TESTS)}")
        ((name, wanted),) = given.items()
        return Is(f"{name} {wanted}", TESTS[name](wanted, at))
    return None if given == ABSENT else given


def _none_of(wanted: Any, at: str) -> Callable[[Any], bool]:
    listed = list(WORDS.get(wanted, ())) if isinstance(wanted, str) else wanted
    is_list = isinstance(listed, list) and all(isinstance(word, str) for word in listed)
    if not listed or not is_list:
        raise QuirkError(at, f"a list of words, or one of {', '.join(WORDS)}")
    return words.none_of(frozenset(listed), at).test


def _like(wanted: Any, at: str) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, str) and fnmatchcase(found, str(wanted))


def _above(wanted: Any, at: str) -> Callable[[Any], bool]:
    least = _bound(wanted, at)
    return lambda found: (given := _number(found)) is not None and given > least


def _below(wanted: Any, at: str) -> Callable[[Any], bool]:
    most = _bound(wanted, at)
    return lambda found: (given := _number(found)) is not None and given < most


def _bound(wanted: Any, at: str) -> Decimal:
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        raise QuirkError(at, "a number")
    return Decimal(str(wanted))


def _number(found: Any) -> Decimal | None:
    """A number of a payload, or of the situation."""
    return Decimal(found) if isinstance(found, float) else number(found)


TESTS = {"none_of": _none_of, "like": _like, "above": _above, "below": _below}


def readable(name: str, given: Any, at: str) -> None:
    """Patterns must compile, and facts must be some that there are. Raises QuirkError."""
    if name in PATTERNS and isinstance(given, str):
        try:
            re.compile(given)
        except re.error as error:
            raise QuirkError(at, f"a regular expression ({error})") from None
    for fact in facts_in(given):
        if fact not in ("now", "setting", *FACTS):
            raise QuirkError(at, f"@{', @'.join(('now', 'setting', *FACTS))}")


def facts_in(given: Any) -> Iterator[str]:
    """What a condition or a template asks the situation for, by name."""
    if isinstance(given, dict):
        for name, inner in given.items():
            if name.startswith("@"):
                yield _name(name[1:])
            yield from facts_in(inner)
    elif isinstance(given, list):
        for inner in given:
            yield from facts_in(inner)
    elif isinstance(given, str) and given.startswith("$@"):
        yield _name(given[2:])


def _name(path: str) -> str:
    """`now-60` is the fact `now`, `setting.x` is `setting`."""
    return re.split(r"[.+-]", path, maxsplit=1)[0]
