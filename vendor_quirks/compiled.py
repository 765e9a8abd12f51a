"""The quirks of one station as tables, made once for all stations that have the same."""

from collections.abc import Iterable
from typing import Literal, TypeAlias, TypeVar

import msgspec

from vendor_quirks.answers import Caller, Here
from vendor_quirks.command import Command, Retry
from vendor_quirks.gates import Gate
from vendor_quirks.match import NONE
from vendor_quirks.mending import Named
from vendor_quirks.pace import NO_PACE, Pace, strictest
from vendor_quirks.quirk import ByAction, EnvelopeRepair, Quirk, Repair, TextRepair
from vendor_quirks.repairs.fields import needed
from vendor_quirks.situation import NOTED, Fact

T = TypeVar("T")
Direction: TypeAlias = Literal["from_station", "to_station", "from_csms", "to_csms"]
DIRECTIONS: tuple[Direction, ...] = ("from_station", "to_station", "from_csms", "to_csms")
Gates: TypeAlias = dict[str, Gate]


class Repairs(msgspec.Struct, frozen=True):
    """All that is to be mended for stations that have the same quirks."""

    names: tuple[str, ...] = ()  # of the quirks that this station is recognised by
    shared: tuple[str, ...] = ()  # of those that are everyone's
    observed: frozenset[str] = NONE  # of both: what only counts what it would do
    from_station: dict[str, Named[Repair]] = {}  # of `names` alone; for `shared` see `gates`
    to_station: dict[str, Named[Repair]] = {}
    from_csms: dict[str, Named[Repair]] = {}
    to_csms: dict[str, Named[Repair]] = {}
    gates: dict[Direction, Gates] = {}
    raw_text: Named[TextRepair] = ()
    envelope: Named[EnvelopeRepair] = ()
    commands: dict[str, Named[Command]] = {}
    answers: dict[tuple[Caller, str], Named[Here]] = {}
    pace: Pace = NO_PACE
    noted: frozenset[str] = NONE  # what is shown to the situation: see situation.NOTED

    @property
    def prompt_boot_after(self) -> float | None:
        """Seconds without BootNotification until we ask for it."""
        return self.pace.prompt_boot_after

    @property
    def retries(self) -> dict[str, Named[Retry]]:
        """The commands that are nothing but a second try."""
        found: dict[str, Named[Retry]] = {}
        for action, commands in self.commands.items():
            retries = tuple((n, c) for n, c in commands if isinstance(c, Retry))
            if retries:
                found[action] = retries
        return found


def compiled(quirks: tuple[Quirk, ...], observed: frozenset[str] = NONE) -> Repairs:
    """The tables of these quirks, in their order."""
    own = [quirk for quirk in quirks if not quirk.is_shared]
    shared = [quirk for quirk in quirks if quirk.is_shared]
    acting = [quirk for quirk in quirks if quirk.name not in observed]
    return Repairs(
        names=tuple(quirk.name for quirk in own),
        shared=tuple(quirk.name for quirk in shared),
        observed=frozenset(observed & {quirk.name for quirk in quirks}),
        from_station=_table(own, "from_station"),
        to_station=_table(own, "to_station"),
        from_csms=_table(own, "from_csms"),
        to_csms=_table(own, "to_csms"),
        gates={direction: _gates(shared, direction) for direction in DIRECTIONS},
        raw_text=tuple((quirk.name, one) for quirk in acting for one in quirk.raw_text),
        envelope=tuple((quirk.name, one) for quirk in acting for one in quirk.envelope),
        commands=_by((q.name, one.action, one) for q in acting for one in q.command),
        answers=_by((q.name, (one.of, one.action), one) for q in acting for one in q.answer_here),
        pace=strictest(quirk.timing for quirk in acting),
        noted=frozenset(key for quirk in quirks for fact in facts(quirk) for key in NOTED[fact]),
    )


def facts(quirk: Quirk) -> frozenset[Fact]:
    """What a quirk needs to know of the situation."""
    tables = [getattr(quirk, direction) for direction in DIRECTIONS]
    repairs = [one for table in tables for several in table.values() for one in several]
    return quirk.needs | needed([*repairs, *quirk.command, *quirk.answer_here])


def _table(quirks: Iterable[Quirk], direction: Direction) -> dict[str, Named[Repair]]:
    return _by(
        (quirk.name, action, repair)
        for quirk in quirks
        for action, repairs in getattr(quirk, direction).items()
        for repair in repairs
    )


def _gates(shared: list[Quirk], direction: Direction) -> Gates:
    made: Gates = {}
    for action, repairs in _table(shared, direction).items():
        tables: list[tuple[Quirk, ByAction]] = [(q, getattr(q, direction)) for q in shared]
        signs = {sign for quirk, table in tables if action in table for sign in quirk.signs}
        made[action] = Gate(action, repairs, tuple(sorted(signs)))
    return made


K = TypeVar("K", bound=tuple[str, str] | str)


def _by(entries: Iterable[tuple[str, K, T]]) -> dict[K, Named[T]]:
    found: dict[K, Named[T]] = {}
    for name, key, entry in entries:
        found[key] = (*found.get(key, ()), (name, entry))
    return found
