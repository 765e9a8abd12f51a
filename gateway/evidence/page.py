"""The report as one self-contained HTML page: tables and drawn charts, nothing loaded or run."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape

from gateway.evidence import charts
from gateway.evidence.reconcile import Reconciliation
from gateway.evidence.summary import Report, ShadowReport
from gateway.evidence.text import MEANING, coverage, is_the_same, verdict_on, when

VERDICTS = ("matched", "ignored", "mismatched", "shadow_error", "unanswered", "not_comparable")
PAIRS = ("matched", "ignored", "mismatched", "missing", "extra", "not_comparable")
SEVERITIES = ("S0", "S1", "S2", "S3")
MOST_ROWS = 200
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .5rem 0 1rem; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8885; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .9em; } .verdict { padding: .6rem .9rem; border-left: 5px solid #2f7d4f; }
.verdict.grave { border-color: #c0392b; } .verdict.some { border-color: #d68910; }
svg { width: 100%; min-width: 40rem; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
.axis { stroke: #8888; } .S0 { color: #c0392b; font-weight: 600; } footer { color: #777; }
"""


def shown(report: Report) -> str:
    """The whole page."""
    title = f"Shadows of segment {report.segment}"
    period = f"{when(report.since)} to {when(report.until)} UTC" if report.since else "all there is"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>Primary <code>{escape(report.primary)}</code>, {escape(period)}.</p>",
    ]
    if not report.shadows:
        body.append("<p>No shadow of this segment has been compared yet.</p>")
    for shadow in report.shadows:
        body += _of_shadow(shadow)
    meanings = ", ".join(f"{name} {meaning}" for name, meaning in MEANING.items())
    body.append(f"<footer><p>Severities: {escape(meanings)}.</p></footer>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _of_shadow(shadow: ShadowReport) -> Iterator[str]:
    grave = shadow.unexplained.get("S0", 0)
    look = "grave" if grave else "some" if shadow.unexplained else ""
    yield f"<section><h2>Shadow <code>{escape(shadow.csms)}</code></h2>"
    yield f'<p class="verdict {look}">{escape(verdict_on(shadow))}.</p>'
    yield f"<p>{escape(coverage(shadow))}.</p>"
    yield "<h3>Answers, by verdict</h3>"
    rows = [(each.action, each.verdicts) for each in shadow.actions]
    yield charts.stacked("Answers by verdict", rows, VERDICTS)
    yield "<h3>Differences, day by day</h3>"
    days = [(_day(day), counts) for day, counts in shadow.by_day.items()]
    yield charts.over_time("Differences by day and severity", days, SEVERITIES)
    yield "<h3>Slowest of a hundred answers (p99): at most so many milliseconds</h3>"
    slow = [(each.action, each.primary.p99, each.shadow.p99) for each in shadow.actions]
    yield charts.latencies("p99 latency of both", slow)
    yield from _paths(shadow)
    yield from _table(
        "Commands: given by both, differently, by the primary alone, by the shadow alone",
        ("command", *PAIRS),
        ([action, *(str(counts.get(name, 0)) for name in PAIRS)]
         for action, counts in shadow.commands.items()),
    )  # fmt: skip
    yield from _named("Explained by rule", "rule", shadow.rules)
    yield from _named("Not comparable", "reason", shadow.reasons)
    yield from _table(
        "Stations that differ most",
        ("station", *SEVERITIES, "compared"),
        ([row.station, *(str(row.by_severity.get(each, 0)) for each in SEVERITIES),
          str(row.compared)] for row in shadow.stations),
    )  # fmt: skip
    yield from _sessions(shadow.sessions)
    yield from _sessions(shadow.gateway, above=shadow.sessions)
    yield "</section>"


def _paths(shadow: ShadowReport) -> Iterator[str]:
    yield from _table(
        "Where decisions differ",
        ("severity", "judgement", "message", "path", "differ", "of", "rate", "noise", "pairs"),
        (
            [
                row.severity, row.judgement,
                row.action if row.kind == "answer" else f"command {row.action}", row.path,
                str(row.rate.differed), str(row.rate.of), f"{row.rate.value:.2%}",
                "-" if row.noise is None else f"{row.noise.value:.2%}",
                ", ".join(f"#{number}" for number in row.samples),
            ]
            for row in shadow.paths
        ),
    )  # fmt: skip


def _sessions(found: Reconciliation, above: Reconciliation | None = None) -> Iterator[str]:
    left = "the gateway" if found.left == "station" else found.left
    yield f"<h3>Sessions of {escape(left)} and of {escape(found.right)}</h3>"
    counts = ", ".join(f"{name} {n}" for name, n in found.counts.items() if n) or "none yet"
    sums = f"{found.left_kwh:.3f} kWh and {found.right_kwh:.3f} kWh"
    yield f"<p>{escape(counts)}; {escape(sums)}.</p>"
    if is_the_same(found, above):
        yield "<p>The same sessions as above.</p>"
        return
    rows = []
    for finding in found.findings:
        row = finding.left or finding.right
        assert row is not None, "a finding is about a session"
        rows.append([finding.what, row.station, row.native, when(row.began), finding.detail])
    if rows:
        yield from _table("", ("what", "station", "transaction", "began", "detail"), rows)


def _named(title: str, head: str, counts: dict[str, int]) -> Iterator[str]:
    yield from _table(title, (head, "times"), ([name, str(n)] for name, n in counts.items()))


def _table(title: str, head: Iterable[str], rows: Iterable[list[str]]) -> Iterator[str]:
    found = list(rows)
    if title:
        yield f"<h3>{escape(title)}</h3>"
    if not found:
        yield "<p>None.</p>"
        return
    numeric = [all(map(_is_number, column)) for column in zip(*found, strict=True)]
    yield '<div class="wide"><table><thead><tr>'
    yield from (_cell(name, "th", each) for name, each in zip(head, numeric, strict=True))
    yield "</tr></thead><tbody>"
    for row in found[:MOST_ROWS]:
        cells = (_cell(text, "td", each) for text, each in zip(row, numeric, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"
    if len(found) > MOST_ROWS:
        yield f"<p>... and {len(found) - MOST_ROWS} more.</p>"


def _cell(text: str, tag: str, is_number: bool) -> str:
    look = text if tag == "td" and text in SEVERITIES else "n" if is_number else ""
    attribute = f' class="{look}"' if look else ""
    return f"<{tag}{attribute}>{escape(text)}</{tag}>"


def _is_number(text: str) -> bool:
    return text == "-" or text.rstrip("%").replace(".", "").isdigit()


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
