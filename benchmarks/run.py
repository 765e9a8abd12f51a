"""One command that measures every proxy side by side: `python -m benchmarks.run`."""

import argparse
import fnmatch
import resource
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import latency, machine, peers, shares, slopes, table
from benchmarks.figures import Order, Outcome, Report, Row, brief
from benchmarks.output import RESULTS, say, write
from benchmarks.trial import measured

PARTS = ("table", "latency", "slopes", "shares")
OF_ROWS = PARTS[:2]  # those that the chosen proxies have; latency needs the table
SETTLE = {False: 1.0, True: 0.1}  # seconds, by whether it is quick
QUICK = {"stations": 10, "seconds": 0.3, "warm_up": 0.1, "repeats": 1, "idle": 20}
SLOPE_REPEATS, SHARE_REPEATS = 2, 2


class Options(argparse.Namespace):
    """The command line's options."""

    stations: int
    seconds: float
    warm_up: float
    repeats: int
    idle: int
    quick: bool
    only: list[str]
    part: list[str]
    results: Path


def read_options(arguments: list[str]) -> Options:
    """Take the command line; `--quick` changes the defaults of the others."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--stations", type=int, default=200, help="in closed loop (%(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of a window (%(default)s)")
    parser.add_argument("--warm-up", type=float, default=1.5, help="seconds (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="windows a proxy (%(default)s)")
    parser.add_argument(
        "--idle", type=int, default=1000, help="stations to count memory with; 0: do not"
    )
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="these proxies; globs, can be repeated"
    )
    parser.add_argument(
        "--part", action="append", choices=PARTS,
        help="can be repeated; without it all, or, with --only, table and latency",
    )  # fmt: skip
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON")
    if "--quick" in arguments:
        parser.set_defaults(**QUICK)
    options = parser.parse_args(arguments, namespace=Options())
    options.part = options.part or list(OF_ROWS if options.only else PARTS)
    names = [proxy.name for proxy in peers.PROXIES]
    for pattern in options.only or []:
        if not fnmatch.filter(names, pattern):
            parser.error(f"--only {pattern}: there are {', '.join(names)}")
    if min(options.stations, options.repeats) < 1 or min(options.seconds, options.idle) < 0:
        parser.error("counts and times must be positive")
    return options


def chosen(options: Options) -> list[peers.Proxy]:
    """The proxies to measure."""
    patterns = options.only or ["*"]
    return [p for p in peers.PROXIES if any(fnmatch.fnmatch(p.name, n) for n in patterns)]


def new_row(proxy: peers.Proxy) -> Row:
    """What is known about a proxy before it runs."""
    if proxy.is_here():
        return Row(proxy.name, proxy.what, proxy.version(), runs=[])
    return Row(proxy.name, proxy.what, missing=proxy.install)


def measure_rows(options: Options) -> list[Row]:
    """Every proxy in turn, round by round, so that a noisy minute disturbs all alike."""
    proxies = chosen(options)
    rows = {proxy.name: new_row(proxy) for proxy in proxies}
    rounds = list(rounds_of(options))
    for count, what in enumerate(rounds, 1):
        for proxy in proxies:
            row = rows[proxy.name]
            if row.missing or row.failed:
                continue
            outcome = measured(proxy, order_of(what, row, options))
            take(what, row, outcome)
            say(f"round {count} of {len(rounds)}  {proxy.name:25} {summary(outcome)}")
    return list(rows.values())


def rounds_of(options: Options) -> Iterator[str]:
    """What each round measures."""
    yield from ["closed loop"] * options.repeats
    if options.idle:
        yield "memory"
    if "latency" in options.part:
        yield "latency"


def order_of(what: str, row: Row, options: Options) -> Order:
    """What the load is to do in a round."""
    if what == "latency":
        rate = table.middle(row, lambda busy: busy.exchanges / busy.seconds) or 0.0
        return latency.order(rate, stations=options.stations, quick=options.quick)
    settle = SETTLE[options.quick]
    if what == "memory":
        return Order(0, 0, 0, options.stations, 0, options.seconds / 2, settle, options.idle)
    return Order(0, 0, 0, options.stations, options.warm_up, options.seconds, settle)


def take(what: str, row: Row, outcome: Outcome) -> None:
    """Keep what one run found. Whoever fails at a pace has its figures in closed loop still."""
    if what == "latency":
        row.paced = outcome
        return
    row.failed = outcome.fault
    if what == "memory":
        row.idle = outcome
    else:
        row.runs.append(outcome)


def summary(outcome: Outcome) -> str:
    """What one run found, in a few words."""
    if outcome.fault:
        return f"failed: {brief(outcome.fault)}"
    if outcome.busy:
        return f"{outcome.busy.us_per_exchange:7.1f} us CPU an exchange"
    if outcome.paced:
        high = " ".join(f"{latency.added(each)[1]:.2f}" for each in outcome.paced)
        return f"{high} ms added to p99"
    assert outcome.idle
    return f"{outcome.idle.kib_per_station:7.1f} KiB a station"


def measure_all(options: Options) -> Report:
    """Every part that is wanted."""
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {name: str(v) if isinstance(v, Path) else v for name, v in vars(options).items()}
    report = Report(date, machine.facts(), told, [])
    if set(OF_ROWS) & set(options.part):
        report.rows = measure_rows(options)
    quick = options.quick
    if "slopes" in options.part:
        report.slopes = slopes.measure(
            slopes.points(), quick=quick, repeats=1 if quick else SLOPE_REPEATS
        )
    if "shares" in options.part:
        repeats = 1 if quick else SHARE_REPEATS
        report.shares = shares.measure(quick=quick, repeats=repeats, stations=options.stations)
    return report


def failed(report: Report) -> bool:
    """Whether anything is worth nothing."""
    return (
        any(row.failed or (row.paced and row.paced.fault) for row in report.rows)
        or any(slope.fault for slope in report.slopes)
        or any(share.fault for share in report.shares)
    )


def main(arguments: list[str]) -> int:
    """Measure, print, write. 0 done, 1 a proxy failed, 2 wrong usage."""
    options = read_options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, and so ends all processes
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    report = measure_all(options)
    print(table.markdown(report))
    say(f"every figure: {write(report, report.date, options.results)}")
    return 1 if failed(report) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
