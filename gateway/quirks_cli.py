"""`ocpp-gateway quirks list | show | explain`: which there are, and which a station has."""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from gateway import config as configuration
from gateway.core.nameplates import KEY, OURS, Remembered, read
from gateway.core.route import Route
from gateway.settings import Config
from gateway.store import Records, StoreError, snapshot
from gateway.store.opening import SQLITE
from vendor_quirks.compiled import DIRECTIONS, Repairs
from vendor_quirks.match import NONE, Match, Nameplate
from vendor_quirks.pace import NO_PACE, Pace
from vendor_quirks.quirk import Quirk
from vendor_quirks.registry import REGISTRY, Registry, evidence

DONE, FAILED, USAGE = 0, 1, 2
OFFERS = {version: name for name, version in configuration.SUBPROTOCOLS.items()}
SINGLE = ("handshake",)
SEVERAL = ("raw_text", "envelope", "command", "answer_here")
FUNCTION = re.compile(r"<function ([\w.<>]+) at 0x[0-9a-f]+>")  # as Python shows one
NEVER = "(nothing is remembered of it: it never booted here)"


def show_list(options: argparse.Namespace) -> int:
    """`quirks list`: every quirk in a line."""
    registry = registry_of(options.config)
    width = max(len(name) for name in registry.by_name)
    for quirk in registry.quirks:
        print(f"{quirk.name:{width}}  {quirk.version or 'both':5}  {told_by(quirk)}")
    return DONE


def show_one(options: argparse.Namespace) -> int:
    """`quirks show`: all there is to know of one."""
    registry = registry_of(options.config)
    quirk = registry.by_name.get(options.name)
    if quirk is None:
        near = get_close_matches(options.name, sorted(registry.by_name), n=3, cutoff=0.4)
        hint = f"; perhaps {' or '.join(near)}" if near else ""
        return _complain(f"no quirk is called {options.name}{hint}", USAGE)
    print("\n".join(described(quirk)))
    return DONE


def explain(options: argparse.Namespace) -> int:
    """`quirks explain`: which of them a station has, by what evidence, and how often they fired."""
    config = configuration.load(options.config)
    registry = configuration.quirks_in(config)
    known = remembered(records_of(config, options.station))
    plate = known.nameplate if known else Nameplate(options.station, "")
    offered = [OFFERS[plate.version]] if plate.version in OFFERS else []
    route = configuration.route(config, options.station, offered, registry)
    if route is None:
        return _complain(f"no segment takes {options.station}: it gets 404", FAILED)
    plate = msgspec.structs.replace(plate, identity=options.station, version=route.version)
    print("\n".join(explained(route, plate, known)))
    return DONE


def registry_of(path: Path | None) -> Registry:
    """Our quirks, and those of the operator's own if a configuration names them."""
    return REGISTRY if path is None else configuration.quirks_in(configuration.load(path))


def records_of(config: Config, identity: str) -> Records:
    """What is kept of a station, whether a gateway runs or not. Raises StoreError."""
    if not config.store.url.startswith(SQLITE):
        raise StoreError(f"store.url is {config.store.url}: nothing is kept outside of the gateway")
    return snapshot.read(Path(config.store.url.removeprefix(SQLITE)), identity)


def remembered(records: Records) -> Remembered | None:
    """The nameplate's record."""
    stored = records.get(OURS, {}).get(KEY)
    return None if stored is None else read(stored)


# One quirk


def told_by(quirk: Quirk) -> str:
    """Whose it is, in a few words."""
    ways = ["; ".join(_asked(match)) for match in quirk.matches]
    if quirk.handshake:
        return "the request target"
    if not quirk.is_default:
        return "configuration alone: a loss on weak evidence"
    return " or ".join(ways)


def _asked(match: Match) -> tuple[str, ...]:
    if match == Match():
        return ("everyone",)
    return ("configuration alone",) if match.opt_in else match.evidence()


def described(quirk: Quirk) -> Iterator[str]:
    """What a quirk is, line by line."""
    whose = "a CSMS" if quirk.side == "csms" else "a station"
    yield f"{quirk.name}, of {whose} that speaks {quirk.version or 'either version'}"
    yield f"  why         {quirk.why}"
    yield f"  seen        {quirk.seen}"
    yield f"  told by     {told_by(quirk)}"
    loss = "; something that was said gets lost" if quirk.lossy else ""
    yield f"  sure        {quirk.confidence}{loss}"
    if quirk.catalogue:
        yield f"  mends       {', '.join(quirk.catalogue)}"
    for hook, part in _parts(quirk):
        yield f"  {hook:12}{part}"


def _parts(quirk: Quirk) -> Iterator[tuple[str, str]]:
    for direction in DIRECTIONS:
        for action, repairs in getattr(quirk, direction).items():
            for repair in repairs:
                yield direction, f"{action}: {_named(repair)}"
    for hook in SINGLE:
        if getattr(quirk, hook):
            yield hook, _named(getattr(quirk, hook))
    for hook in SEVERAL:
        for part in getattr(quirk, hook):
            yield hook, _named(part)
    for field in Pace.__struct_fields__:
        if getattr(quirk.timing, field) != getattr(NO_PACE, field):
            yield "timing", f"{field} = {getattr(quirk.timing, field)}"


def _named(part: Any) -> str:
    """Data as it stands; of a function its name, and the first line of what it says of itself."""
    if isinstance(part, msgspec.Struct):
        return FUNCTION.sub(r"\1", repr(part))
    return f"{part.__name__}: {(part.__doc__ or '').partition(chr(10))[0]}"


# One station


def explained(route: Route, plate: Nameplate, known: Remembered | None) -> Iterator[str]:
    """Which quirks a station has, line by line."""
    csms = f"{route.primary.name} ({route.primary.version})"
    yield f"{route.identity}, OCPP {route.version}, segment {route.segment}, behind {csms}"
    yield f"  {_told(plate) if known else NEVER}"
    known = known or Remembered(plate)
    fired, would_have = known.fired or {}, known.would or {}
    found, whole = _chosen(route, plate, route.quirks_off), _chosen(route, plate, NONE)
    acting = [name for name in found.names if name not in found.observed]
    yield from _listed("its own", acting, route, plate, fired, found)
    everyones = [n for n in found.shared if n in fired and n not in found.observed]
    yield from _listed("everyone's that fired", everyones, route, plate, fired, found)
    quiet = len(found.shared) - len(everyones) - len(found.observed & frozenset(found.shared))
    if quiet:
        yield f"  and {quiet} of everyone's that found nothing"
    watched = [n for n in (*found.names, *found.shared) if n in found.observed]
    would = [n for n in watched if n in found.names or n in would_have]
    yield from _listed("observed: counted, and not mended", would, route, plate, would_have, found)
    off = [n for n in (*whole.names, *whole.shared) if n not in (*found.names, *found.shared)]
    yield from _listed("switched off", off, route, plate, fired, found)
    now = {*found.names, *found.shared, *off}
    past = [name for name in fired if name not in now]
    yield from _listed("not its any more", past, route, plate, fired, found)
    yield "  counted; of a connection that is open at least half"


def _told(plate: Nameplate) -> str:
    """What is known of a station."""
    facts = msgspec.structs.asdict(plate)
    own = {name: fact for name, fact in facts.items() if name not in ("identity", "version")}
    told = {n: ",".join(sorted(f)) if isinstance(f, frozenset) else f for n, f in own.items()}
    return " ".join(f"{name}={fact!r}" for name, fact in told.items() if fact)


def _chosen(route: Route, plate: Nameplate, off: frozenset[str]) -> Repairs:
    return route.registry.repairs_for(
        plate, off, route.quirks_on, route.quirks_observe, csms_version=route.primary.version
    )


def _listed(
    head: str, names: Iterable[str], route: Route, plate: Nameplate, counts: dict[str, int],
    found: Repairs,
) -> Iterator[str]:  # fmt: skip
    """A heading, and quirks with their evidence and their counts; nothing where there are none."""
    lines = [(name, _evidence(name, route, plate), _count(name, counts, found)) for name in names]
    if not lines:
        return
    yield f"  {head}"
    widths = [max(len(line[column]) for line in lines) for column in (0, 1)]
    for name, why, count in lines:
        yield f"    {name:{widths[0]}}  {why:{widths[1]}}  {count}".rstrip()


def _evidence(name: str, route: Route, plate: Nameplate) -> str:
    quirk = route.registry.by_name.get(name)
    if quirk is None:
        return "no such quirk now"
    return ", ".join(evidence(quirk, plate) or evidence(quirk, plate, route.quirks_on))


def _count(name: str, counts: dict[str, int], found: Repairs) -> str:
    """How often it fired; a pace acts without being counted."""
    fields = [field for field, names in found.paced.items() if name in names]
    times = counts.get(name, 0)
    fired = f"{times} time{'s' * (times > 1)}" if times else "" if fields else "never"
    return ", ".join(filter(None, [fired, *(f"keeps {field}" for field in fields)]))


def _complain(what: str, status: int) -> int:
    print(f"ocpp-gateway: {what}", file=sys.stderr)
    return status
