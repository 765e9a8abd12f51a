"""One command that measures every proxy side by side: `python -m benchmarks.run`."""

import argparse
import contextlib
import fnmatch
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks import machine, peers, started, table
from benchmarks.figures import Order, Outcome, Report, Row

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks/results"
LOAD = [sys.executable, "-m", "benchmarks.load"]
SETTLE = {False: 1.0, True: 0.1}  # seconds, by whether it is quick
QUICK = {"stations": 10, "seconds": 0.3, "warm_up": 0.1, "repeats": 1, "idle": 20}


class Options(argparse.Namespace):
    """The command line's options."""

    stations: int
    seconds: float
    warm_up: float
    repeats: int
    idle: int
    quick: bool
    only: list[str]
    results: Path


def read_options(arguments: list[str]) -> Options:
    """Take the command line; `--quick` changes the defaults of the others."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--stations", type=int, default=200, help="in closed loop (%(default)s)")
    parser.add_argument("--seconds", type=float, default=5.0, help="of a window (%(default)s)")
    parser.add_argument("--warm-up", type=float, default=2.0, help="seconds (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="windows a proxy (%(default)s)")
    parser.add_argument(
        "--idle", type=int, default=1000, help="stations to count memory with; 0: do not"
    )
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="these proxies; globs, can be repeated"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON")
    if "--quick" in arguments:
        parser.set_defaults(**QUICK)
    options = parser.parse_args(arguments, namespace=Options())
    names = [proxy.name for proxy in peers.PROXIES]
    for pattern in options.only or []:
        if not fnmatch.filter(names, pattern):
            parser.error(f"--only {pattern}: there are {', '.join(names)}")
    if min(options.stations, options.repeats) < 1 or min(options.seconds, options.idle) < 0:
        parser.error("counts and times must be positive")
    return options


def say(text: str) -> None:
    """Progress, apart from the table."""
    print(text, file=sys.stderr, flush=True)


def chosen(options: Options) -> list[peers.Proxy]:
    """The proxies to measure."""
    patterns = options.only or ["*"]
    return [p for p in peers.PROXIES if any(fnmatch.fnmatch(p.name, n) for n in patterns)]


def new_row(proxy: peers.Proxy) -> Row:
    """What is known about a proxy before it runs."""
    if proxy.is_here():
        return Row(proxy.name, proxy.what, proxy.version(), runs=[])
    return Row(proxy.name, proxy.what, missing=proxy.install)


@contextlib.contextmanager
def loaded(proxy: peers.Proxy, folder: Path) -> Iterator[tuple[Order, "subprocess.Popen[bytes]"]]:
    """A proxy with its CSMSs behind it: an order to complete, and the load to give it to."""
    proxy_core, load_core = machine.cores()
    log, load_log = folder / "proxy.log", folder / "load.log"
    with started.process(LOAD, load_core, load_log, talks=True) as load:
        ports = msgspec.json.decode(asked(load, proxy.ends, load_log), type=dict[str, int])
        place = peers.Place(folder, started.free_port(), started.free_port(), ports)
        with started.process(proxy.command(place), proxy_core, log) as running:
            started.wait_for_port(running, place.port, log)
            yield Order(place.port, running.pid, proxy_core, stations=1), load


def asked(load: "subprocess.Popen[bytes]", question: msgspec.Struct, log: Path) -> bytes:
    """Tell the load one line, and hear one. The load bounds its own time."""
    assert load.stdin
    assert load.stdout
    load.stdin.write(msgspec.json.encode(question) + b"\n")
    load.stdin.flush()
    line = load.stdout.readline()
    if not line:
        raise started.StartError(f"the load ended: {started.last_words(log)}")
    return line


def measured(proxy: peers.Proxy, options: Options, idle: int) -> Outcome:
    """Start a proxy, have the load measure it, end both."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        try:
            with loaded(proxy, folder) as (order, load):
                order = msgspec.structs.replace(
                    order,
                    stations=options.stations,
                    seconds=options.seconds,
                    warm_up=options.warm_up,
                    settle=SETTLE[options.quick],
                    idle=idle,
                )
                answer = asked(load, order, folder / "load.log")
                outcome = msgspec.json.decode(answer, type=Outcome)
        except started.StartError as error:
            return Outcome(fault=str(error))
        if outcome.fault:
            last = started.last_words(folder / "proxy.log")
            return msgspec.structs.replace(outcome, fault=f"{outcome.fault}; the proxy: {last}")
        return outcome


def measure_all(options: Options) -> list[Row]:
    """Every proxy in turn, round by round, so that a noisy minute disturbs all alike."""
    proxies = chosen(options)
    rows = {proxy.name: new_row(proxy) for proxy in proxies}
    rounds = [0] * options.repeats + ([options.idle] if options.idle else [])
    for count, idle in enumerate(rounds, 1):
        for proxy in proxies:
            row = rows[proxy.name]
            if row.missing or row.failed:
                continue
            outcome = measured(proxy, options, idle)
            take(row, outcome)
            say(f"round {count} of {len(rounds)}  {proxy.name:22} {summary(outcome)}")
    return list(rows.values())


def take(row: Row, outcome: Outcome) -> None:
    """Keep what one run found."""
    row.failed = outcome.fault
    if outcome.idle:
        row.idle = outcome
    else:
        row.runs.append(outcome)


def summary(outcome: Outcome) -> str:
    """What one run found, in a few words."""
    if outcome.busy:
        return f"{outcome.busy.us_per_exchange:7.1f} us CPU an exchange"
    if outcome.idle:
        return f"{outcome.idle.kib_per_station:7.1f} KiB a station"
    return f"failed: {outcome.fault}"


def write(report: Report, folder: Path) -> Path:
    """Write everything that was found as JSON, and tell where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.date.replace(':', '')}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return path


def main(arguments: list[str]) -> int:
    """Measure, print, write. 0 done, 1 a proxy failed, 2 wrong usage."""
    options = read_options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, and so ends all processes
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    facts = machine.facts()
    told = {name: str(v) if isinstance(v, Path) else v for name, v in vars(options).items()}
    report = Report(date, facts, told, measure_all(options))
    print(table.markdown(report))
    say(f"every figure: {write(report, options.results)}")
    return 1 if any(row.failed for row in report.rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
