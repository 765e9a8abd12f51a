"""Very many stations on one machine: `python -m benchmarks.scale --stations 9000 --workers 1`."""

import argparse
import contextlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import machine, pairs, started
from benchmarks.crowd import Found, Step
from benchmarks.figures import FarEnds
from benchmarks.output import RESULTS, say, write
from benchmarks.trial import asked

CROWD = [sys.executable, "-m", "benchmarks.crowd"]
WARM = 20  # stations that come before memory is counted
ENDS = {
    "pass-through": FarEnds("1.6", {"primary": "1.6"}),
    "translated": FarEnds("1.6", {"primary": "2.0.1"}),
}
QUICK = {"stations": 80, "idle": 1.0, "seconds": 1.0, "rate": 20.0, "settle": 0.2}
MORE = "[[csms]]\n"  # in front of which the dialling pace of each CSMS is written


class Phase(msgspec.Struct, frozen=True):
    """One step: what the stations saw, and what the gateway's processes took for it."""

    name: str
    found: Found
    seconds: float
    cpu_ns: int
    rss_kib: int
    lag_p99_ms: float  # an upper bound: the histogram's
    added_p99_ms: float  # likewise


class Scale(msgspec.Struct):
    """One run."""

    date: str
    machine: dict[str, Any]
    options: dict[str, Any]
    way: str
    before_kib: int
    phases: list[Phase]


class Stage:
    """A gateway with its loads, and what is read of it."""

    def __init__(self, pid: int, admin: int, port: int, loads: list[Any]) -> None:
        self.pids = machine.family(pid)
        self.admin, self.port, self.loads = admin, port, loads

    def perform(self, name: str, steps: list[Step]) -> Phase:
        """Have every load do its step, at the same time. Raises StartError."""
        metrics, began = self.metrics(), time.monotonic()
        cpu = machine.cpu_ns(self.pids)
        for load, step in zip(self.loads, steps, strict=True):
            load.stdin.write(msgspec.json.encode(step) + b"\n")
            load.stdin.flush()
        lines = [load.stdout.readline() for load in self.loads]
        seconds, cpu = time.monotonic() - began, machine.cpu_ns(self.pids) - cpu
        found = [msgspec.json.decode(line, type=Found) for line in lines if line]
        if len(found) < len(steps) or any(one.fault for one in found):
            raise started.StartError(f"{name}: {[one.fault for one in found]}")
        after = self.metrics()
        phase = Phase(
            name, worst(found), seconds, cpu, machine.rss_kib(self.pids),
            1000 * at_share(metrics, after, "loop_lag_seconds"),
            1000 * at_share(metrics, after, "added_seconds"),
        )  # fmt: skip
        say(f"{name:10} {msgspec.json.encode(phase).decode()}")
        return phase

    def metrics(self) -> str:
        """/metrics as it is now."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=20) as page:
            text: str = page.read().decode()
            return text


def worst(found: list[Found]) -> Found:
    """All loads in one: counts summed, times the longest of any."""
    times = ("seconds", "p50", "p99", "p999", "most")
    counts = ("refused", "late", "sent", "answered", "heard")
    return Found(
        **{name: max(getattr(one, name) for one in found) for name in times},
        **{name: sum(getattr(one, name) for one in found) for name in counts},
    )


def at_share(before: str, after: str, name: str, share: float = 0.99) -> float:
    """The upper bound, in seconds, of so many of what a histogram saw in between."""
    pattern = rf'(?m)^ocpp_gateway_{name}_bucket{{le="([^"]+)"}} (\S+)'
    old, new = (
        {float(bound): float(count) for bound, count in re.findall(pattern, text)}
        for text in (before, after)
    )
    seen = {bound: count - old.get(bound, 0.0) for bound, count in new.items()}
    total = max(seen.values(), default=0.0)
    enough = [bound for bound, count in seen.items() if count >= share * total]
    return min(enough) if total else 0.0


def measured(way: str, options: argparse.Namespace) -> Scale:
    """Start everything, go through all phases, end everything. Raises StartError."""
    loads, ends = [], ENDS[way]
    proxy_core, load_core = machine.cores()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-")))
        ports = []
        for number in range(options.workers):
            log = folder / f"load-{number}.log"
            load = stack.enter_context(started.process(CROWD, load_core, log, talks=True))
            ports.append(
                msgspec.json.decode(asked(load, ends, log), type=dict[str, int])["primary"]
            )
            loads.append(load)
        command, port, admin = pairs.gateway(folder, ends, ports)
        config = Path(command[-1])
        paced = f"{MORE}dials_per_second = {options.dials}\n"
        config.write_text(config.read_text().replace(MORE, paced))
        proxy = stack.enter_context(started.process(command, proxy_core, folder / "proxy.log"))
        pairs.wait_until_ready(admin)
        if options.workers > 1:
            for pid in [proxy.pid, *machine.family(proxy.pid)[1:]]:
                pairs.pin(pid, {proxy_core, load_core})
        stage = Stage(proxy.pid, admin, port, loads)
        return phases(stage, way, options)


def phases(stage: Stage, way: str, options: argparse.Namespace) -> Scale:
    """Connect, settle, idle, meter, be cut, meter again."""
    loads = range(options.workers)
    each = options.stations // options.workers

    def steps(what: str, **more: Any) -> list[Step]:
        return [Step(what, **more) for _ in loads]

    def connect(first: int, stations: int) -> list[Step]:
        return [Step("connect", stage.port, pairs.FIRST * n + first, stations) for n in loads]

    stage.perform("warm", connect(0, WARM))
    before = machine.rss_kib(stage.pids)
    rate = options.rate / options.workers
    told = {name: str(v) if isinstance(v, Path) else v for name, v in vars(options).items()}
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    done = [stage.perform("connect", connect(WARM, each - WARM))]
    stage.perform("settle", steps("idle", seconds=options.settle))
    done.append(stage.perform("idle", steps("idle", seconds=options.idle)))
    done.append(stage.perform("meter", steps("meter", seconds=options.seconds, rate=rate)))
    done.append(stage.perform("cut", steps("cut")))
    done.append(stage.perform("again", steps("meter", seconds=options.seconds, rate=rate)))
    last = done[-1].found
    if not last.sent == last.answered <= last.heard:
        raise started.StartError(f"not all was answered and heard: {last}")
    return Scale(date, machine.facts(), told, way, before, done)


def markdown(report: Scale) -> str:
    """What a person reads."""
    stations, workers = report.options["stations"], report.options["workers"]
    by_name = {phase.name: phase for phase in report.phases}
    connect, idle, cut = (by_name[name] for name in ("connect", "idle", "cut"))
    again = by_name["again"].found
    kib = (idle.rss_kib - report.before_kib) / (stations - WARM * workers)
    lines = [
        f"{stations} stations on {workers} worker(s), {report.way}, {report.date}",
        f"- connect, boot, begin a transaction: {connect.found.seconds:.1f} s for all,"
        f" {connect.cpu_ns / 1e6 / stations:.2f} ms CPU a station",
        f"- memory: {kib:.1f} KiB a station, {idle.rss_kib / 1024:.0f} MiB in all",
        f"- idle: {idle.cpu_ns / 1e7 / idle.seconds:.2f} % of a core,"
        f" 99 % of the loop's rounds within {idle.lag_p99_ms:g} ms",
    ]
    for name in ("meter", "again"):
        phase, found = by_name[name], by_name[name].found
        lines.append(
            f"- {name}, {report.options['rate']:g} sample sets/s: round trip {found.p50:.2f} /"
            f" {found.p99:.2f} / {found.p999:.2f} ms (p50, p99, p99.9), inside the gateway 99 %"
            f" within {phase.added_p99_ms:g} ms,"
            f" {phase.cpu_ns / 1e7 / phase.seconds:.0f} % of a core"
        )
    lines.append(
        f"- cut, all at once: all back after {cut.found.most / 1000:.1f} s (p50"
        f" {cut.found.p50 / 1000:.1f}, p99 {cut.found.p99 / 1000:.1f}; {cut.found.refused} knocked"
        f" in vain), 99 % of the loop's rounds within {cut.lag_p99_ms:g} ms; every sample set"
        f" answered and heard, {again.heard - again.sent} of them twice"
    )
    return "\n".join(lines)


def read_options(arguments: list[str]) -> argparse.Namespace:
    """Take the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--stations", type=int, default=9000, help="of all workers (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="and as many loads (%(default)s)")
    parser.add_argument("--way", choices=list(ENDS), default="translated")
    parser.add_argument("--settle", type=float, default=10.0, help="seconds (%(default)s)")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds (%(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of metering (%(default)s)")
    parser.add_argument("--rate", type=float, default=1000.0, help="sample sets/s (%(default)s)")
    parser.add_argument("--dials", type=float, default=2000.0, help="dials_per_second")
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON")
    if "--quick" in arguments:
        parser.set_defaults(**QUICK)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Measure, print, write. 0 done, 1 something failed or was lost, 2 wrong usage."""
    options = read_options(arguments)
    if options.stations <= WARM * options.workers:
        say(f"more than {WARM} stations for each worker are needed")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, and so ends all processes
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        report = measured(options.way, options)
    except (started.StartError, subprocess.SubprocessError) as error:
        say(f"failed: {error}")
        return 1
    print(markdown(report))
    say(f"every figure: {write(report, f'scale-{report.date}', options.results)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
