"""Charging sessions of two legs, held against each other as billing would."""

from collections import defaultdict
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from gateway.evidence.rows import SessionRow

ENERGY = Decimal("0.01")  # kWh
TIME = 60.0  # seconds
NEAR = 600.0  # seconds between two beginnings that may be of the same session

What: TypeAlias = Literal[
    "matched", "missing", "extra", "doubled", "energy", "time", "token", "unended"
]


class Finding(msgspec.Struct, frozen=True):
    """One session: what is wrong with it, and as each side knows it."""

    what: What
    left: SessionRow | None
    right: SessionRow | None
    detail: str = ""


class Reconciliation(msgspec.Struct, frozen=True):
    """Two legs' sessions. `counts` has every kind of finding."""

    left: str
    right: str
    counts: dict[str, int]
    findings: list[Finding]  # without those that match
    left_kwh: Decimal
    right_kwh: Decimal


def reconciled(left: str, right: str, rows: list[SessionRow]) -> Reconciliation:
    """Hold the records of two legs against each other."""
    mine, theirs = _by_station(left, rows), _by_station(right, rows)
    findings: list[Finding] = []
    for station in sorted(mine.keys() | theirs.keys()):
        findings += _of_station(mine[station], theirs[station])
    counts = dict.fromkeys(What.__args__, 0)  # type: ignore[attr-defined]
    for finding in findings:
        counts[finding.what] += 1
    sums = (
        sum((row.kwh or Decimal(0) for each in side.values() for row in each), Decimal(0))
        for side in (mine, theirs)
    )
    wrong = [finding for finding in findings if finding.what != "matched"]
    return Reconciliation(left, right, counts, wrong, *sums)


def _by_station(leg: str, rows: list[SessionRow]) -> defaultdict[str, list[SessionRow]]:
    found: defaultdict[str, list[SessionRow]] = defaultdict(list)
    for row in rows:
        if row.leg == leg:
            found[row.station].append(row)
    return found


def _of_station(left: list[SessionRow], right: list[SessionRow]) -> list[Finding]:
    findings = []
    spare = list(right)
    taken: list[SessionRow] = []
    for row in sorted(left, key=_beginning):
        other = _counterpart(row, spare)
        if other is None:
            findings.append(Finding("missing", row, None))
            continue
        spare.remove(other)
        taken.append(row)
        findings.append(_held_against(row, other))
    for other in spare:
        is_copy = any(_closeness(row, other) is not None for row in taken)
        findings.append(Finding("doubled" if is_copy else "extra", None, other))
    return findings


def _beginning(row: SessionRow) -> float:
    return row.began if row.began is not None else row.ended or 0.0


def _counterpart(row: SessionRow, others: list[SessionRow]) -> SessionRow | None:
    """The record of the same session: by the station's own name of it, else the nearest alike."""
    name = (row.ours or row.native).partition("#")[0]
    named = [other for other in others if other.ours == name]
    if named:
        return min(named, key=lambda other: _apart(row, other))
    near = [(closeness, n) for n, other in enumerate(others)
            if (closeness := _closeness(row, other)) is not None]  # fmt: skip
    return others[min(near)[1]] if near else None


def _closeness(row: SessionRow, other: SessionRow) -> tuple[bool, float] | None:
    """Smaller is nearer: of the same place first; None if it cannot be the same session."""
    if row.token is not None and other.token is not None and row.token != other.token:
        return None
    apart = _apart(row, other)
    return (row.place != other.place, apart) if apart <= NEAR else None


def _apart(row: SessionRow, other: SessionRow) -> float:
    """Seconds between two beginnings, or between the ends where a beginning is not known."""
    for name in ("began", "ended"):
        mine, theirs = getattr(row, name), getattr(other, name)
        if mine is not None and theirs is not None:
            return float(abs(mine - theirs))
    return abs(_beginning(row) - _beginning(other))


def _held_against(left: SessionRow, right: SessionRow) -> Finding:
    if (left.ended is None) != (right.ended is None):
        where = "there" if right.ended is None else "here"
        return Finding("unended", left, right, f"never ended {where}")
    if left.token is not None and right.token is not None and left.token != right.token:
        return Finding("token", left, right, "another id token")
    mine, theirs = left.kwh, right.kwh
    if (mine is None) != (theirs is None) and left.ended is not None:
        lacking, where = (right, "there") if theirs is None else (left, "here")
        why = "" if lacking.began is not None else ", as is its beginning"
        return Finding("energy", left, right, f"unknown {where}{why}")
    if mine is not None and theirs is not None and abs(mine - theirs) > ENERGY:
        return Finding("energy", left, right, f"{theirs - mine:+.3f} kWh")
    for name in ("began", "ended"):
        one, other = getattr(left, name), getattr(right, name)
        if one is not None and other is not None and abs(one - other) > TIME:
            return Finding("time", left, right, f"{name} {other - one:+.0f} s")
    return Finding("matched", left, right)
