"""What a person reads: the table of all proxies, and the targets, in Markdown."""

from collections.abc import Callable
from statistics import median

import msgspec

from benchmarks import latency, shares, slopes
from benchmarks.figures import Busy, Outcome, Report, Row, brief

YARDSTICKS = {"haproxy": "HAProxy", "node-ws": "Node ws", "websockets-uvloop": "websockets/uvloop"}
DISTURBED = 0.05  # of a window; above it a row is named as disturbed
SHADOW_SHARE = 0.99  # a shadow that heard less was dropped, and the figure is worth nothing


class Target(msgspec.Struct, frozen=True):
    """At most `limit` times the yardstick's CPU per exchange, or `limit` KiB per idle station."""

    name: str
    subject: str
    limit: float
    yardstick: str = ""


TARGETS = (
    Target("P1", "gateway-pass-through", 1.3, "haproxy"),
    Target("P2", "gateway-translated", 1.0, "node-ws"),
    Target("P3", "gateway-shadow", 1.0, "websockets-uvloop"),
    Target("P4", "gateway-pass-through", 12),
    Target("P4", "gateway-shadow", 28),
)


def windows(row: Row) -> list[Busy]:
    """The windows of a row that came to a figure."""
    return [run.busy for run in row.runs if run.busy is not None]


def middle(row: Row, figure: Callable[[Busy], float]) -> float | None:
    """The median of a figure over the repeats."""
    figures = [figure(busy) for busy in windows(row)]
    return median(figures) if figures else None


def cpu(row: Row) -> float | None:
    """CPU microseconds per exchange, the median; none if the row is worth nothing."""
    return None if row.failed else middle(row, lambda busy: busy.us_per_exchange)


def foreign(row: Row) -> float:
    """The greatest share of a window in which something else had the proxy's core."""
    return max(((b.core_ns - b.cpu_ns) / b.seconds / 1e9 for b in windows(row)), default=0.0)


def kib(row: Row) -> float | None:
    """KiB per idle station."""
    measured = row.idle.idle if row.idle else None
    return measured.kib_per_station if measured and not row.failed else None


def busy_kib(row: Row) -> float | None:
    """KiB per station that meters as fast as it can."""
    measured = row.idle.idle if row.idle else None
    return measured.kib_per_busy_station if measured and not row.failed else None


def ratio(report: Report, row: Row, yardstick: str) -> float | None:
    """A row's CPU per exchange, as a multiple of another's in the same run."""
    mine = cpu(row)
    others = [cpu(other) for other in report.rows if other.name == yardstick]
    return mine / others[0] if mine and others and others[0] else None


def number(value: float | None, form: str = ".1f") -> str:
    """A figure, or a dash where there is none."""
    return "-" if value is None else format(value, form)


def shadow_share(runs: list[Outcome]) -> float:
    """The least share of CALLs that any shadow heard in any repeat."""
    accounts = [run.verified for run in runs if run.verified and run.verified.sent]
    return min((min(a.heard.values()) / a.sent for a in accounts), default=0.0)


def line(report: Report, row: Row) -> list[str]:
    """One row of the table."""
    if row.missing:
        return [row.name, f"missing: {row.missing}", *["-"] * 9]
    if row.failed:
        return [row.name, f"FAILED: {brief(row.failed)}", *["-"] * 9]
    each = [busy.us_per_exchange for busy in windows(row)]
    spread = f"{min(each):.1f}-{max(each):.1f}" if each else "-"
    return [
        row.name,
        f"{number(cpu(row))} ({spread})",
        *(number(ratio(report, row, name), ".2f") for name in YARDSTICKS),
        number(middle(row, lambda busy: busy.exchanges / busy.seconds), ",.0f"),
        number(middle(row, lambda busy: busy.p50_ms)),
        number(middle(row, lambda busy: busy.p99_ms)),
        number(middle(row, lambda busy: busy.cpu_ns / busy.seconds / 1e7), ".0f"),
        number(kib(row)),
        number(busy_kib(row)),
    ]


def verdict(report: Report, target: Target) -> str:
    """One line on a target: met, not met, or not shown and why."""
    row = next((row for row in report.rows if row.name == target.subject), None)
    if target.yardstick:
        said = f"{target.subject} <= {target.limit:.1f} x {target.yardstick}"
        got = ratio(report, row, target.yardstick) if row else None
        unit = " x"
    else:
        said = f"{target.subject} <= {target.limit:.0f} KiB per idle station"
        got = kib(row) if row else None
        unit = " KiB"
    if row is None or got is None:
        return f"- {target.name} {said}: not shown (one of the two was not measured)"
    if report.options["quick"]:
        return f"- {target.name} {said}: not shown (a quick run decides nothing)"
    if row.runs and (share := shadow_share(row.runs)) < SHADOW_SHARE:
        return f"- {target.name} {said}: not shown (a shadow heard only {share:.0%})"
    return f"- {target.name} {said}: {got:.2f}{unit}, {'met' if got <= target.limit else 'NOT met'}"


def markdown(report: Report) -> str:
    """The whole of it."""
    machine = report.machine
    head = (
        f"{machine['cpu']}, {machine['cores']} cores, kernel {machine['kernel']},"
        f" Python {machine['python']}, {report.date}"
    )
    parts = [rows(report), latency.lines(report), slopes.lines(report.slopes)]
    parts += [shares.lines(report.shares), remarks(report)]
    return "\n\n".join([head, *("\n".join(lines) for lines in parts if lines)])


def rows(report: Report) -> list[str]:
    """The table of all proxies, what they are, and the targets."""
    if not report.rows:
        return []
    head = [
        "proxy",
        "us CPU / exchange (min-max)",
        *(f"x {name}" for name in YARDSTICKS.values()),
        "exchanges/s",
        "p50 ms",
        "p99 ms",
        "core %",
        "KiB / idle station",
        "KiB / busy station",
    ]
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *(line(report, r) for r in report.rows)]
    return [
        *(f"| {' | '.join(cells)} |" for cells in lines),
        "",
        *versions(report),
        "",
        *(verdict(report, target) for target in TARGETS),
    ]


def versions(report: Report) -> list[str]:
    """What each row stands for."""
    return [f"- {row.name} {row.version}: {row.what}" for row in report.rows if not row.missing]


def remarks(report: Report) -> list[str]:
    """What a reader must know before believing a figure."""
    said = []
    if report.options["quick"]:
        said.append("This was a quick run: it shows that the benchmark works, and nothing else.")
    if disturbed := [row.name for row in report.rows if foreign(row) > DISTURBED]:
        said.append(f"Something else used the proxies' core during: {', '.join(disturbed)}.")
    if report.machine["proxy_core"] == report.machine["load_core"]:
        said.append("There is one core only: the load disturbed the proxies.")
    return [" ".join(said)] if said else []
