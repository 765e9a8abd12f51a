"""Which quirks the configuration wants for a station, and those of the operator's own."""

import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.settings import AllQuirks, Quirks
from vendor_quirks.registry import REGISTRY, Registry
from vendor_quirks.user import QuirkError, quirks_from

ALL = "*"


class QuirkFileError(Exception):
    """A file of quirks that cannot be used: which, and why."""

    def __init__(self, path: Path, key: str, expected: str) -> None:
        super().__init__(path, key, expected)
        self.path, self.key, self.expected = path, key, expected


def registry_of(folder: Path | None) -> Registry:
    """Our quirks with those of a folder over them, files by name. Raises QuirkFileError."""
    if folder is None:
        return REGISTRY
    registry = REGISTRY
    for path in sorted(folder.glob("*.toml")):
        try:
            registry = registry.with_more(quirks_from(tomllib.loads(path.read_text("utf-8"))))
        except QuirkError as error:
            raise QuirkFileError(path, error.key, error.expected) from None
        except (OSError, ValueError, RecursionError) as error:
            raise QuirkFileError(path, "", f"a TOML file that can be read ({error})") from None
    return registry


@lru_cache(maxsize=256)
def wanted(scopes: tuple[Quirks, ...], known: frozenset[str]) -> tuple[frozenset[str], ...]:
    """Names that are off, on, and observed. A later scope has the last word on what it names.

    An observed name is chosen as one that is on, so that an opt-in can be tried without harm.
    """
    off: set[str] = set()
    on: set[str] = set()
    observed: set[str] = set()
    for scope in scopes:
        named_on, named_off = _named(scope.on, known), _named(scope.off, known)
        watched = _named(scope.observe, known)
        off = off - named_on - watched | named_off
        on = (on | {one for one in scope.on if one != ALL}) - named_off
        on |= {one for one in scope.observe if one != ALL}
        observed = (observed - named_on - named_off) | watched
    return frozenset(off), frozenset(on - off), frozenset(observed - off)


def _named(names: tuple[str, ...], known: frozenset[str]) -> frozenset[str]:
    return known if ALL in names else frozenset(names)


def scopes_of(
    quirks: AllQuirks, csms: Quirks, segment: Quirks, identity: str
) -> tuple[Quirks, ...]:
    """What is said of a station's quirks, from the common to its own."""
    own = quirks.station.get(identity)
    for_all = common(quirks)
    return (for_all, csms, segment) if own is None else (for_all, csms, segment, own)


def common(quirks: AllQuirks) -> Quirks:
    """What is said of every station."""
    return Quirks(off=quirks.off, on=quirks.on, observe=quirks.observe)


def name_problems(
    table: str, quirks: Quirks | AllQuirks, registry: Registry
) -> Iterator[tuple[str, Any, str]]:
    """Only quirks that exist can be named: a misspelt name would do nothing."""
    known = registry.by_name
    for key, names in (("off", quirks.off), ("on", quirks.on), ("observe", quirks.observe)):
        for index, name in enumerate(names):
            if name not in known and name != ALL:
                near = get_close_matches(name, sorted(known), n=3, cutoff=0.4)
                hint = f", perhaps {' or '.join(near)}" if near else ""
                yield f"{table}.{key}[{index}]", name, f"the name of a quirk{hint}"
