"""Added latency: each proxy at shares of what it can do, beside no proxy at all."""

from benchmarks.figures import Order, Pace, Paced, Report, Row, brief
from benchmarks.pace import DISTURBED

SHARES = (0.10, 0.50, 0.90)
LIMIT_MS = 3.0  # P5: of the p99 that is added at half load
SUBJECTS = ("gateway-pass-through", "gateway-translated", "gateway-reverse", "gateway-shadow")
KEPT_UP = 0.97  # of the wanted pace; below it the time is that of a line that grows
ENOUGH = 1000  # samples, to speak of one in a thousand


def order(rate: float, *, stations: int, quick: bool) -> Order:
    """What the load is to do to a proxy that does `rate` exchanges a second in closed loop."""
    rates = tuple(share * rate for share in SHARES)
    if quick:
        return Order(0, 0, 0, stations, 0.05, 0.1, rates=rates, samples=10, direct=True)
    return Order(0, 0, 0, stations, 0.5, 1.5, rates=rates, samples=4000, attempts=2, direct=True)


def added(paced: Paced) -> tuple[float, float, float]:
    """What the proxy adds to p50, p99 and p99.9, in milliseconds; noise may make it negative."""
    through, direct = paced.through, paced.direct
    assert direct is not None
    return (
        through.p50_ms - direct.p50_ms,
        through.p99_ms - direct.p99_ms,
        through.p999_ms - direct.p999_ms,
    )


def lines(report: Report) -> list[str]:
    """The table, none if nothing was measured."""
    rows = [row for row in report.rows if row.paced]
    if not rows:
        return []
    head = [
        "proxy",
        "load",
        "exchanges/s",
        "added ms: p50",
        "p99",
        "p99.9",
        "without proxy",
        "core %",
    ]
    found = [head, ["---"] + ["---:"] * (len(head) - 1)]
    for row in rows:
        found += cells(row)
    return ["Latency in open loop, timed from the intended moment:", "",
            *(f"| {' | '.join(each)} |" for each in found), "",
            *(verdict(report, name) for name in SUBJECTS), *remark(rows)]  # fmt: skip


def cells(row: Row) -> list[list[str]]:
    """One row for each load."""
    assert row.paced
    if row.paced.fault:
        said = f"FAILED: {brief(row.paced.fault)}"
        return [[row.name, said, *["-"] * 6]]
    return [
        line(row.name, share, each) for share, each in zip(SHARES, row.paced.paced, strict=True)
    ]


def line(name: str, share: float, paced: Paced) -> list[str]:
    """What is added, and p50, p99 and p99.9 without the proxy at the same pace."""
    through, direct = paced.through, paced.direct
    assert direct is not None
    few = min(through.samples, direct.samples) < ENOUGH
    middle, high, highest = added(paced)
    mark = "" if kept_up(through) and kept_up(direct) else " (*)"
    alone = f"{direct.p50_ms:.2f} / {direct.p99_ms:.2f} / " + (
        "-" if few else f"{direct.p999_ms:.2f}"
    )
    core = through.cpu_ns / through.seconds / 1e7
    return [name, f"{share:.0%}{mark}", f"{through.rate:,.0f}", f"{middle:.2f}", f"{high:.2f}",
            "-" if few else f"{highest:.2f}", alone, f"{core:.0f}"]  # fmt: skip


def kept_up(pace: Pace) -> bool:
    """Whether the line did not grow."""
    return pace.reached >= KEPT_UP


def verdict(report: Report, name: str) -> str:
    """One line on P5's second half, for one gateway."""
    said = f"- P5 {name} adds less than {LIMIT_MS:g} ms to p99 at half load"
    row = next((row for row in report.rows if row.name == name), None)
    if row is None or row.paced is None or row.paced.fault:
        return f"{said}: not shown (it was not measured)"
    if report.options["quick"]:
        return f"{said}: not shown (a quick run decides nothing)"
    half = row.paced.paced[SHARES.index(0.50)]
    if not kept_up(half.through):
        return f"{said}: NOT met (it did not keep up)"
    high = added(half)[1]
    return f"{said}: {high:.2f} ms, {'met' if high < LIMIT_MS else 'NOT met'}"


def remark(rows: list[Row]) -> list[str]:
    """What the mark means, where there is one; what else must be known."""
    paces = [(row.name, each) for row in rows if row.paced for each in row.paced.paced]
    said = []
    if not all(kept_up(pace) for _, paced in paces for pace in both(paced)):
        said.append(
            "(*) The line grew: less than 97 % of the pace was answered in time, here or without"
            " the proxy, whose stations and CSMS have one core."
        )
    times = [name for name, paced in paces if any(p.foreign > DISTURBED for p in both(paced))]
    if times:
        named = ", ".join(f"{name} ({times.count(name)} of 3)" for name in dict.fromkeys(times))
        said.append(f"Something else used one of the cores during: {named}.")
    return ["", " ".join(said)] if said else []


def both(paced: Paced) -> list[Pace]:
    """Through the proxy, and without it."""
    return [pace for pace in (paced.through, paced.direct) if pace is not None]
