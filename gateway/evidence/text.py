"""The report as a person reads it in a terminal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from gateway.evidence.paths import PathRow
from gateway.evidence.reconcile import Reconciliation
from gateway.evidence.summary import Quantiles, Report, ShadowReport
from gateway.ops.logs import escaped

MEANING = {"S0": "money and access", "S1": "control", "S2": "protocol", "S3": "cosmetic"}
MOST_PATHS, MOST_FINDINGS = 40, 20


def shown(report: Report) -> str:
    """The whole report."""
    return "\n".join(map(escaped, _lines(report)))  # much of it is what peers said


def when(at: float | None) -> str:
    """A moment, to the minute, in UTC."""
    if at is None:
        return "-"
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def verdict_on(shadow: ShadowReport) -> str:
    """The one sentence that matters."""
    if shadow.is_baseline:
        return "the baseline: what differs here is noise"
    if not (shadow.compared or shadow.commands):
        return "nothing was compared"
    if grave := shadow.unexplained.get("S0", 0):
        return (
            f"{grave} decisions on money or access differ: do not cut over before each is explained"
        )
    if some := sum(shadow.unexplained.values()):
        return f"no decision on money or access differs; {some} others are not explained"
    return "decides like the primary, as far as was seen"


def coverage(shadow: ShadowReport) -> str:
    """How much of what the stations said the verdict rests on."""
    total = sum(shadow.verdicts.values())
    share = f" ({shadow.compared / total:.1%})" if total else ""
    return f"compared {shadow.compared} of {total} exchanges{share}"


def _lines(report: Report) -> Iterator[str]:
    period = f"{when(report.since)} to {when(report.until)} UTC" if report.since else "all there is"
    yield f"Segment {report.segment}, primary {report.primary}, {period}"
    if not report.shadows:
        yield "No shadow of this segment has been compared yet."
    for shadow in report.shadows:
        yield ""
        yield from _of_shadow(shadow)
    if report.shadows:
        yield ""
        yield "Severities: " + ", ".join(f"{name} {meaning}" for name, meaning in MEANING.items())


def _of_shadow(shadow: ShadowReport) -> Iterator[str]:
    yield f"Shadow {shadow.csms}: {verdict_on(shadow)}"
    yield f"  {coverage(shadow)}"
    if shadow.verdicts:
        yield "  " + ", ".join(f"{name} {n}" for name, n in shadow.verdicts.items())
    yield ""
    yield "  Differences"
    if not shadow.paths:
        yield "    none"
    for row in shadow.paths[:MOST_PATHS]:
        yield f"    {_path(row)}"
    if (more := len(shadow.paths) - MOST_PATHS) > 0:
        yield f"    ... and {more} more"
    if any(row.samples for row in shadow.paths):
        yield "    a pair side by side: ocpp-gateway shadow diff NUMBER --config FILE"
    yield ""
    yield f"  {'Answers':27} {'compared':>8}   {'primary p50, p95, p99':<28}   shadow (at most)"
    for action in shadow.actions:
        mine, theirs = milliseconds(action.primary), milliseconds(action.shadow)
        yield f"    {action.action:25} {action.compared:>8}   {mine:<28}   {theirs}".rstrip()
    yield from _counts("Commands", {a: _pairs(n) for a, n in shadow.commands.items()})
    yield from _counts("Explained by rule", {a: str(n) for a, n in shadow.rules.items()})
    yield from _counts("Not comparable, because", {a: str(n) for a, n in shadow.reasons.items()})
    yield from _counts(
        "Stations that differ most",
        {row.station: f"{_pairs(row.by_severity)} of {row.compared}" for row in shadow.stations},
    )
    yield from _sessions(shadow.sessions)
    yield from _sessions(shadow.gateway, above=shadow.sessions)


def milliseconds(found: Quantiles) -> str:
    """Quantiles, as a person compares them; nothing where nothing was timed."""
    if not found.p99:
        return "-"
    return ", ".join(f"{seconds * 1000:g}" for seconds in (found.p50, found.p95, found.p99)) + " ms"


def _path(row: PathRow) -> str:
    noise = f", noise {row.noise.value:.2%}" if row.noise is not None else ""
    pairs = f"  see {', '.join(f'#{number}' for number in row.samples)}" if row.samples else ""
    what = row.action if row.kind == "answer" else f"command {row.action}"
    share = f"{row.rate.differed} of {row.rate.of} ({row.rate.value:.2%}{noise})"
    return f"{row.severity} {row.judgement:9} {what} {row.path}: {share}{pairs}"


def _pairs(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items() if n)


def _counts(title: str, rows: dict[str, str]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"  {title}"
        for name, text in rows.items():
            yield f"    {name:25} {text}"


def is_the_same(one: Reconciliation, other: Reconciliation | None) -> bool:
    """Whether two lists of findings name the same sessions for the same reasons."""
    return (
        other is not None
        and bool(one.findings)
        and [(finding.what, finding.right, finding.detail) for finding in one.findings]
        == [(finding.what, finding.right, finding.detail) for finding in other.findings]
    )


def _sessions(found: Reconciliation, above: Reconciliation | None = None) -> Iterator[str]:
    left = "the gateway" if found.left == "station" else found.left
    yield ""
    yield f"  Sessions of {left} and of {found.right}"
    yield f"    {_pairs(found.counts) or 'none yet'}"
    yield f"    {found.left_kwh:.3f} kWh and {found.right_kwh:.3f} kWh"
    if is_the_same(found, above):
        yield "    the same sessions as above"
        return
    for finding in found.findings[:MOST_FINDINGS]:
        row = finding.left or finding.right
        assert row is not None, "a finding is about a session"
        yield f"    {finding.what:8} {row.station} {row.native} {when(row.began)} {finding.detail}"
    if (more := len(found.findings) - MOST_FINDINGS) > 0:
        yield f"    ... and {more} more"
