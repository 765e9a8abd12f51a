"""Every quirk there is, and what of it a station needs."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeAlias, TypeVar

from vendor_quirks import csms, shared, vendors
from vendor_quirks.behaviour import BEHAVIOURS, Behaviour
from vendor_quirks.checks import checked
from vendor_quirks.compiled import Repairs, compiled
from vendor_quirks.match import NONE, Match, Nameplate
from vendor_quirks.mending import mend, mend_text
from vendor_quirks.quirk import Quirk

__all__ = [
    "BY_NAME", "QUIRKS", "REGISTRY", "Registry", "Repairs", "checked", "mend", "mend_text",
    "repairs_for", "rewritten_target",
]  # fmt: skip

K = TypeVar("K")
T = TypeVar("T")
MakeKey: TypeAlias = tuple[Nameplate, str, frozenset[str]]

LONGEST = 255  # characters of a fact that count: stations choose what the caches are keyed by
KEPT = 4096  # makes, and sets of quirks, that a registry remembers
ALL = frozenset({"*"})


def quirks_in(package: ModuleType) -> Iterator[Quirk]:
    """The quirks of every module of a package, modules by name, quirks as they stand there."""
    for name in sorted(module.name for module in iter_modules(package.__path__)):
        yield from import_module(f"{package.__name__}.{name}").QUIRKS


class Registry:
    """Quirks by name, and who needs which. A later one of the same name takes the place."""

    def __init__(self, quirks: Iterable[Quirk]) -> None:
        self.by_name = {quirk.name: quirk for quirk in checked(quirks)}
        self.quirks = tuple(self.by_name.values())
        self.names = frozenset(self.by_name)
        self._targets = tuple(quirk for quirk in self.quirks if quirk.handshake)
        asked = [match for quirk in self.quirks for match in quirk.matches]
        self.keys = frozenset(key for match in asked for key in match.keys)
        self.vendor_ids = frozenset(match.vendor_id for match in asked if match.vendor_id)
        names = {match.behaviour for match in asked}
        self.watched: tuple[Behaviour, ...] = tuple(b for b in BEHAVIOURS if b.name in names)
        self._makes: dict[MakeKey, tuple[tuple[Quirk, ...], tuple[Quirk, ...]]] = {}
        self._chosen: dict[tuple[object, ...], Repairs] = {}
        self._compiled: dict[tuple[tuple[str, ...], frozenset[str]], Repairs] = {}

    def with_more(self, quirks: Iterable[Quirk]) -> "Registry":
        """These too; where a name is there already, the new one is meant."""
        return Registry((self.by_name | {quirk.name: quirk for quirk in quirks}).values())

    def rewritten_target(self, target: str, off: frozenset[str] = NONE) -> tuple[str, str | None]:
        """The request target to take the identity from, and the quirk that rewrote it, if any."""
        if off == ALL:
            return target, None
        for quirk in self._targets:
            better = quirk.handshake(target) if quirk.handshake else None
            if better and quirk.name not in off and quirk.is_default:
                return better, quirk.name
        return target, None

    def repairs_for(
        self,
        nameplate: Nameplate,
        off: frozenset[str] = NONE,
        on: frozenset[str] = NONE,
        observe: frozenset[str] = NONE,
        csms_version: str = "",
    ) -> Repairs:
        """What to mend for a station. `on` overrides who matches, never the version; `off` wins.

        `off` and `observe` may be `{"*"}`: every quirk. Those in `observe` are counted only.
        `csms_version`: of OCPP, that the CSMS speaks; "": the station's. Between two versions
        some faults are the translation's to mend.
        """
        if off == ALL:
            return NOTHING
        spoken = csms_version or nameplate.version
        make = _make(nameplate)
        of_make, asking = self._of_make(make, spoken, on)
        its = tuple(quirk.name for quirk in asking if self._is_its(quirk, nameplate))
        key = (make, spoken, off, on, observe, its)
        found = self._chosen.get(key)
        if found is None:
            ruled_out = {quirk.name for quirk in asking}.difference(its).union(off)
            chosen = tuple(quirk for quirk in of_make if quirk.name not in ruled_out)
            if spoken != nameplate.version:
                chosen = tuple(quirk for quirk in chosen if not quirk.untranslated)
            found = _kept(self._chosen, key, self._compiled_for(chosen, observe))
        return found

    def _compiled_for(self, chosen: tuple[Quirk, ...], observe: frozenset[str]) -> Repairs:
        """The same tables for all makes that need the same quirks."""
        names = tuple(quirk.name for quirk in chosen)
        key = (names, frozenset(names) if observe == ALL else observe & frozenset(names))
        found = self._compiled.get(key)
        return found or _kept(self._compiled, key, compiled(chosen, key[1]))

    def _of_make(
        self, make: Nameplate, spoken: str, on: frozenset[str]
    ) -> tuple[tuple[Quirk, ...], tuple[Quirk, ...]]:
        """The quirks of a make, and those of them that ask for an identity or a path besides."""
        key = (make, spoken, on)
        found = self._makes.get(key)
        if found is None:
            of_make = tuple(
                quirk
                for quirk in self.quirks
                if quirk.fits_version(spoken if quirk.side == "csms" else make.version)
                and (quirk.name in on or (quirk.is_default and _fits(quirk, make)))
            )
            asking = tuple(q for q in of_make if q.name not in on and _asks_more(q, make))
            found = _kept(self._makes, key, (of_make, asking))
        return found

    def _is_its(self, quirk: Quirk, nameplate: Nameplate) -> bool:
        """A quirk of the handshake is known by the request target, any other by its match."""
        if quirk.handshake:
            return quirk.handshake(nameplate.path) is not None
        return any(match(nameplate) for match in quirk.matches)


def _kept(cache: dict[K, T], key: K, value: T) -> T:
    """The value, remembered; stations choose the keys, so there is an end to it."""
    if len(cache) >= KEPT:
        cache.clear()
    cache[key] = value
    return value


def _asks_more(quirk: Quirk, make: Nameplate) -> bool:
    """Whether the make alone does not decide."""
    of_make = (match for match in quirk.matches if match.fits_make(make))
    return quirk.handshake is not None or all(match.identity for match in of_make)


def _fits(quirk: Quirk, make: Nameplate) -> bool:
    return any(match.fits_make(make) for match in quirk.matches)


def _make(nameplate: Nameplate) -> Nameplate:
    """What stations of one make have in common."""
    return Nameplate(
        identity="",
        version=nameplate.version,
        vendor=nameplate.vendor[:LONGEST],
        model=nameplate.model[:LONGEST],
        firmware=nameplate.firmware[:LONGEST],
        meter_type=nameplate.meter_type[:LONGEST],
        vendor_ids=nameplate.vendor_ids,
        keys=nameplate.keys,
        shown=nameplate.shown,
    )


def evidence(quirk: Quirk, nameplate: Nameplate, on: frozenset[str] = NONE) -> tuple[str, ...]:
    """By what a quirk was recognised as this station's; empty where it was not."""
    if quirk.name in on:
        return ("configuration",)
    if quirk.handshake:
        return (f"path={nameplate.path}",) if quirk.handshake(nameplate.path) else ()
    for match in quirk.matches:
        if match(nameplate):
            return ("everyone's",) if match == Match() else match.evidence()
    return ()


NOTHING = Repairs()
# The order in which repairs are applied: what is everyone's, then what is one make's.
QUIRKS = checked(quirk for package in (shared, vendors, csms) for quirk in quirks_in(package))
REGISTRY = Registry(QUIRKS)
BY_NAME = REGISTRY.by_name
repairs_for = REGISTRY.repairs_for
rewritten_target = REGISTRY.rewritten_target
