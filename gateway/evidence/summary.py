"""The report on a segment's shadows, as values: made of counts, judged, ready to be shown."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from gateway.evidence.collector import DIFFERENT
from gateway.evidence.counts import COMPARABLE, Counts
from gateway.evidence.file import EvidenceFile
from gateway.evidence.paths import PathRow, path_rows
from gateway.evidence.reconcile import Reconciliation, reconciled
from gateway.evidence.rows import BOUNDS

DAY = 86_400
STATIONS = 20  # that are named, the worst first


class Quantiles(msgspec.Struct, frozen=True):
    """Seconds that half, 95 and 99 of a hundred answers took at most, by classes."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0


class ActionRow(msgspec.Struct, frozen=True):
    """One action: its verdicts and its latencies."""

    action: str
    verdicts: dict[str, int]
    primary: Quantiles
    shadow: Quantiles

    @property
    def compared(self) -> int:
        """How often there was a verdict."""
        return sum(n for verdict, n in self.verdicts.items() if verdict in COMPARABLE)


class StationRow(msgspec.Struct, frozen=True):
    """A station, and how often decisions about it differ."""

    station: str
    compared: int
    by_severity: dict[str, int]


class ShadowReport(msgspec.Struct, frozen=True):
    """One shadow of the segment."""

    csms: str
    is_baseline: bool
    verdicts: dict[str, int]
    actions: list[ActionRow]
    commands: dict[str, dict[str, int]]  # action -> matched, mismatched, missing, extra
    paths: list[PathRow]
    rules: dict[str, int]
    reasons: dict[str, int]
    stations: list[StationRow]
    by_day: dict[int, dict[str, int]]  # day -> severity -> differences, and "compared"
    sessions: Reconciliation
    gateway: Reconciliation

    @property
    def compared(self) -> int:
        """Exchanges of which there is a verdict; a missing answer is one."""
        return sum(n for verdict, n in self.verdicts.items() if verdict in COMPARABLE)

    @property
    def unexplained(self) -> dict[str, int]:
        """Differences by severity that noise does not explain."""
        found: dict[str, int] = defaultdict(int)
        for row in self.paths:
            if row.judgement != "noise":
                found[row.severity] += row.rate.differed
        return dict(sorted(found.items()))


class Report(msgspec.Struct, frozen=True):
    """All shadows of a segment. Times are Unix time."""

    segment: str
    primary: str
    since: float
    until: float
    shadows: list[ShadowReport]


def report(
    file: EvidenceFile,
    segment: str,
    primary: str,
    since: float,
    until: float,
    baselines: Iterable[str] = (),
) -> Report:
    """What the evidence says of a segment since then."""
    counts, known = Counts(file, segment, since), frozenset(baselines)
    names = sorted({key[1] for _, key, _ in counts.tallied})
    baseline = next((name for name in names if name in known), None)
    shadows = [_of_shadow(counts, name, primary, baseline) for name in names]
    return Report(segment, primary, since, until, shadows)


def _of_shadow(counts: Counts, csms: str, primary: str, baseline: str | None) -> ShadowReport:
    verdicts: dict[str, int] = defaultdict(int)
    commands: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_day: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for hour, (_, name, kind, action, verdict, severity), n in counts.tallied:
        if name != csms:
            continue
        if kind == "command":
            commands[action][verdict] += n
            continue
        verdicts[verdict] += n
        by_day[hour // DAY * DAY]["compared"] += n
        if verdict in DIFFERENT:
            by_day[hour // DAY * DAY][severity] += n
    rules, reasons = _named(counts, csms, commands)
    return ShadowReport(
        csms=csms,
        is_baseline=csms == baseline,
        verdicts=_plain(verdicts),
        actions=_actions(counts, csms),
        commands={action: _plain(each) for action, each in sorted(commands.items())},
        paths=path_rows(counts, csms, baseline),
        rules=rules,
        reasons=reasons,
        stations=_stations(counts, csms),
        by_day={day: _plain(each) for day, each in sorted(by_day.items())},
        sessions=reconciled(primary, csms, counts.sessions),
        gateway=reconciled("station", csms, counts.sessions),
    )


def _plain(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _named(
    counts: Counts, csms: str, commands: dict[str, dict[str, int]]
) -> tuple[dict[str, int], dict[str, int]]:
    """Rules that explained, reasons why not compared; commands that one side gave alone."""
    rules: dict[str, int] = defaultdict(int)
    reasons: dict[str, int] = defaultdict(int)
    for _, (_, name, kind, action, what, which, _), n in counts.detailed:
        if name != csms:
            continue
        if what == "rule":
            rules[which] += n
        elif what == "reason":
            reasons[which] += n
        elif kind == "command" and which in ("missing", "extra"):
            commands[action][which] += n
            commands[action]["mismatched"] -= n
    return _plain(rules), _plain(reasons)


def _actions(counts: Counts, csms: str) -> list[ActionRow]:
    verdicts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for _, (_, name, kind, action, verdict, _), n in counts.tallied:
        if name == csms and kind == "answer":
            verdicts[action][verdict] += n
    classes: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
    for _, (_, name, action, who, slow), n in counts.timed:
        if name == csms:
            classes[action, who][slow] += n
    return [
        ActionRow(
            action, _plain(each), quantiles(classes[action, "primary"]),
            quantiles(classes[action, "shadow"]),
        )
        for action, each in sorted(verdicts.items())
    ]  # fmt: skip


def quantiles(classes: list[int]) -> Quantiles:
    """The upper bounds of the classes in which the quantiles lie."""
    total = sum(classes)
    if not total:
        return Quantiles()
    found = []
    for share in (0.50, 0.95, 0.99):
        seen, bound = 0, BOUNDS[-1]
        for n, upper in zip(classes, (*BOUNDS, BOUNDS[-1]), strict=True):
            seen += n
            if seen >= share * total:
                bound = upper
                break
        found.append(bound)
    return Quantiles(*found)


def _stations(counts: Counts, csms: str) -> list[StationRow]:
    compared: dict[str, int] = defaultdict(int)
    severities: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for _, (_, name, station, what, severity), n in counts.of_station:
        if name == csms and what == "compared":
            compared[station] += n
        elif name == csms:
            severities[station][severity] += n
    rows = [StationRow(name, compared[name], _plain(each)) for name, each in severities.items()]
    return sorted(rows, key=_badness)[:STATIONS]


def _badness(row: StationRow) -> tuple[object, ...]:
    return (
        *(-row.by_severity.get(severity, 0) for severity in ("S0", "S1", "S2", "S3")),
        row.station,
    )
