"""Every quirk there is, and what of it a station needs."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

import msgspec

from vendor_quirks import abb, aefa, autel, generic, grizzle, huawei, legrand, wallbox, zjbeny
from vendor_quirks.mending import Named, mend, mend_text
from vendor_quirks.quirk import ByAction, Match, Nameplate, Quirk, Repair, Retry, TextRepair

__all__ = ["QUIRKS", "Repairs", "mend", "mend_text", "repairs_for", "rewritten_target"]

T = TypeVar("T")

NONE: frozenset[str] = frozenset()
LONGEST = 255  # characters of a fact that count: stations choose what the cache is keyed by

# The order in which repairs are applied.
VENDORS = (legrand, autel, huawei, abb, wallbox, zjbeny, aefa, grizzle, generic)


class Repairs(msgspec.Struct, frozen=True):
    """All that is to be mended for stations that have the same quirks."""

    names: tuple[str, ...] = ()
    from_station: dict[str, Named[Repair]] = {}
    to_station: dict[str, Named[Repair]] = {}
    raw_text: Named[TextRepair] = ()
    retries: dict[str, Named[Retry]] = {}
    prompt_boot_after: float | None = None


def checked(quirks: Iterable[Quirk]) -> tuple[Quirk, ...]:
    """The same quirks. Raises ValueError for one that lacks what every quirk must have."""
    seen: dict[str, Quirk] = {}
    for quirk in quirks:
        if not re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", quirk.name) or quirk.name in seen:
            raise ValueError(f"{quirk.name}: not a name of its own, as vendor.what-is-wrong")
        if not quirk.why or not quirk.seen:
            raise ValueError(f"{quirk.name}: no quirk without its reason and its evidence")
        if quirk.handshake and quirk.match != Match():
            raise ValueError(f"{quirk.name}: at the handshake only the request target is known")
        seen[quirk.name] = quirk
    return tuple(seen.values())


QUIRKS = checked(quirk for vendor in VENDORS for quirk in vendor.QUIRKS)
BY_NAME = {quirk.name: quirk for quirk in QUIRKS}


def rewritten_target(target: str, off: frozenset[str] = NONE) -> tuple[str, str | None]:
    """The request target to take the identity from, and the quirk that rewrote it, if one did."""
    for quirk in QUIRKS:
        if quirk.handshake and quirk.name not in off and (better := quirk.handshake(target)):
            return better, quirk.name
    return target, None


def repairs_for(
    nameplate: Nameplate, off: frozenset[str] = NONE, on: frozenset[str] = NONE
) -> Repairs:
    """What to mend for a station. `on` overrides who matches, never the version; `off` wins."""
    make = Nameplate(
        identity="",
        version=nameplate.version,
        vendor=nameplate.vendor[:LONGEST],
        model=nameplate.model[:LONGEST],
        firmware=nameplate.firmware[:LONGEST],
    )
    chosen = [
        quirk for quirk in _of_make(make, on) if quirk.name in on or _is_its(quirk, nameplate)
    ]
    return _compiled(tuple(quirk.name for quirk in chosen if quirk.name not in off))


@lru_cache(maxsize=4096)
def _of_make(make: Nameplate, on: frozenset[str]) -> tuple[Quirk, ...]:
    """The few quirks that only the identity or the path can still rule out."""
    return tuple(
        quirk
        for quirk in QUIRKS
        if quirk.match.fits_make(make)
        or (quirk.name in on and quirk.match.fits_version(make.version))
    )


def _is_its(quirk: Quirk, nameplate: Nameplate) -> bool:
    """A quirk of the handshake is known by the request target, any other by its match."""
    if quirk.handshake:
        return quirk.handshake(nameplate.path) is not None
    return quirk.match.fits_identity(nameplate.identity)


@lru_cache(maxsize=4096)
def _compiled(names: tuple[str, ...]) -> Repairs:
    quirks = [BY_NAME[name] for name in names]
    prompts = [quirk.prompt_boot_after for quirk in quirks if quirk.prompt_boot_after is not None]
    return Repairs(
        names=names,
        from_station=_payload_repairs((quirk.name, quirk.from_station) for quirk in quirks),
        to_station=_payload_repairs((quirk.name, quirk.to_station) for quirk in quirks),
        raw_text=tuple((quirk.name, repair) for quirk in quirks for repair in quirk.raw_text),
        retries=_by_action(
            (quirk.name, retry.action, retry) for quirk in quirks for retry in quirk.answer
        ),
        prompt_boot_after=min(prompts, default=None),
    )


def _payload_repairs(tables: Iterable[tuple[str, ByAction]]) -> dict[str, Named[Repair]]:
    return _by_action(
        (name, action, repair)
        for name, table in tables
        for action, repairs in table.items()
        for repair in repairs
    )


def _by_action(entries: Iterable[tuple[str, str, T]]) -> dict[str, Named[T]]:
    found: dict[str, Named[T]] = {}
    for name, action, entry in entries:
        found[action] = (*found.get(action, ()), (name, entry))
    return found
