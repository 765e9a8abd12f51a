"""The quirks of one station as tables, made once for all stations that have the same."""

from collections.abc import Iterable
from typing import Literal, TypeAlias, TypeVar

import msgspec

from vendor_quirks.answers import Caller, Here
from vendor_quirks.command import Command
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
CALLERS: dict[Direction, Caller] = {"from_station": "station", "from_csms": "csms"}
# Where what is noted passes, where that is not from the station.
TOLD_BY: dict[str, Direction] = {
    "StartTransactionResponse": "to_station",
    "SetChargingProfile": "to_station",
}


class Look:
    """What is done with the messages of one key in one direction."""

    __slots__ = ("always", "gate", "here", "is_clean", "is_noted", "own")

    def __init__(
        self,
        gate: Gate,  # what is everyone's
        own: Named[Repair] = (),
        here: Named[Here] = (),  # answers given here
        is_noted: bool = False,  # whether the situation learns from it
    ) -> None:
        self.gate, self.own, self.here, self.is_noted = gate, own, here, is_noted
        self.always = bool(own or here or is_noted)  # whatever its shape
        self.is_clean = gate.is_clean


class Repairs(msgspec.Struct, frozen=True, eq=False):
    """All that is to be mended for stations that have the same quirks."""

    names: tuple[str, ...] = ()  # of the quirks that this station is recognised by
    shared: tuple[str, ...] = ()  # of those that are everyone's
    observed: frozenset[str] = NONE  # of both: what only counts what it would do
    from_station: dict[str, Named[Repair]] = {}  # of `names` alone; for `shared` see `gates`
    to_station: dict[str, Named[Repair]] = {}
    from_csms: dict[str, Named[Repair]] = {}
    to_csms: dict[str, Named[Repair]] = {}
    gates: dict[Direction, Gates] = {}
    looks: dict[Direction, dict[str, Look]] = {}  # the same three, by key
    raw_text: Named[TextRepair] = ()
    envelope: Named[EnvelopeRepair] = ()
    csms_text: Named[TextRepair] = ()  # of what a CSMS says
    csms_envelope: Named[EnvelopeRepair] = ()
    doubts_csms: bool = False  # whether some of these are for this CSMS alone
    commands: dict[str, Named[Command]] = {}
    answers: dict[tuple[Caller, str], Named[Here]] = {}
    pace: Pace = NO_PACE
    paced: dict[str, tuple[str, ...]] = {}  # field of the pace -> the quirks that set it
    keeps: bool = False  # whether the running transactions must outlive a connection
    noted: frozenset[str] = NONE  # what is shown to the situation: see situation.NOTED


def compiled(quirks: tuple[Quirk, ...], observed: frozenset[str] = NONE) -> Repairs:
    """The tables of these quirks, in their order."""
    own = [quirk for quirk in quirks if not quirk.is_shared]
    shared = [quirk for quirk in quirks if quirk.is_shared]
    acting = [quirk for quirk in quirks if quirk.name not in observed]
    at_station = [quirk for quirk in quirks if quirk.side == "station"]
    at_csms = [quirk for quirk in quirks if quirk.side == "csms"]
    tables = {direction: _table(own, direction) for direction in DIRECTIONS}
    gates = {direction: _gates(shared, direction) for direction in DIRECTIONS}
    answers = _by((q.name, (one.of, one.action), one) for q in quirks for one in q.answer_here)
    noted = frozenset(key for quirk in quirks for fact in facts(quirk) for key in NOTED[fact])
    return Repairs(
        names=tuple(quirk.name for quirk in own),
        shared=tuple(quirk.name for quirk in shared),
        observed=frozenset(observed & {quirk.name for quirk in quirks}),
        **tables,
        gates=gates,
        looks={d: _looks(d, tables[d], gates[d], answers, noted) for d in DIRECTIONS},
        raw_text=tuple((quirk.name, one) for quirk in at_station for one in quirk.raw_text),
        envelope=tuple((quirk.name, one) for quirk in at_station for one in quirk.envelope),
        csms_text=tuple((quirk.name, one) for quirk in at_csms for one in quirk.raw_text),
        csms_envelope=tuple((quirk.name, one) for quirk in at_csms for one in quirk.envelope),
        doubts_csms=any(quirk.envelope for quirk in at_csms if not quirk.is_shared),
        commands=_by((q.name, one.action, one) for q in quirks for one in q.command),
        answers=answers,
        pace=strictest(quirk.timing for quirk in acting),
        paced=_paced(acting),
        keeps=any("transactions" in facts(quirk) for quirk in own),
        noted=noted,
    )


def _paced(quirks: Iterable[Quirk]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for quirk in quirks:
        for field in Pace.__struct_fields__:
            if getattr(quirk.timing, field) != getattr(NO_PACE, field):
                found[field] = (*found.get(field, ()), quirk.name)
    return found


def _looks(
    direction: Direction,
    own: dict[str, Named[Repair]],
    gates: Gates,
    answers: dict[tuple[Caller, str], Named[Here]],
    noted: frozenset[str],
) -> dict[str, Look]:
    caller: Caller | None = CALLERS.get(direction)
    here = {action: some for (of, action), some in answers.items() if of == caller}
    shown = {key for key in noted if TOLD_BY.get(key, "from_station") == direction}
    return {
        key: Look(gates.get(key) or Gate(key), own.get(key, ()), here.get(key, ()), key in shown)
        for key in {*own, *gates, *here, *shown}
    }


def facts(quirk: Quirk) -> frozenset[Fact]:
    """What a quirk needs to know of the situation."""
    tables = [getattr(quirk, direction) for direction in DIRECTIONS]
    repairs = [one for table in tables for several in table.values() for one in several]
    polled: frozenset[Fact] = frozenset()
    if quirk.timing.prompt_meter_every:
        polled = frozenset({"transactions"})
    return polled | quirk.needs | needed([*repairs, *quirk.command, *quirk.answer_here])


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
