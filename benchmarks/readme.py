"""Writes what was measured last into README.md: `python -m benchmarks.readme`."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks import latency, pairs, table
from benchmarks.figures import Report
from benchmarks.output import RESULTS, say
from benchmarks.pairs import PairReport
from benchmarks.scale import Scale

README = Path(__file__).parents[1] / "README.md"
BEGIN = "<!-- measured: written by `make bench` and `make scale` -->"
END = "<!-- end of what was measured -->"
COLUMNS = (0, 1, 2, 3, 4, 9, 10)  # of the benchmark's own table
HEAD = (
    "proxy", "us CPU / exchange (min-max)", "x HAProxy", "x Node ws", "x websockets/uvloop",
    "KiB / idle station", "KiB / busy station",
)  # fmt: skip
FLEET, TWO = (9000, 1), (18_000, 2)  # stations and workers: those of P5 and P6, and twice that
IDLE = 3.0  # P5: per cent of a core
Kind = TypeVar("Kind", Report, Scale, PairReport)


def newest(kind: type[Kind], pattern: str, fits: Callable[[Kind], bool], folder: Path) -> Kind:
    """The last result that is whole. Raises LookupError where there is none."""
    for path in sorted(folder.glob(pattern), reverse=True):
        try:
            found = msgspec.json.decode(path.read_bytes(), type=kind)
        except msgspec.DecodeError:  # of an earlier form
            continue
        if not found.options["quick"] and fits(found):
            return found
    raise LookupError(pattern)


def is_whole(report: Report) -> bool:
    """Whether nothing was left out by choice; a peer that is not installed is named as missing."""
    return not report.options["only"] and "latency" in report.options["part"]


def is_fleet(report: Scale, size: tuple[int, int]) -> bool:
    """Whether it is of so many translated stations, on so many workers."""
    asked = report.options
    return (asked["stations"], asked["workers"]) == size and report.way == "translated"


def of_table(report: Report) -> Iterator[str]:
    """The proxies, P1 to P4, and the latency of P5."""
    machine = report.machine
    yield f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, {report.date}"
    yield ""
    yield f"| {' | '.join(HEAD)} |"
    yield f"| --- |{' ---: |' * (len(HEAD) - 1)}"
    for row in report.rows:
        cells = table.line(report, row)
        yield f"| {' | '.join(cells[at] for at in COLUMNS)} |"
    yield ""
    for target in table.TARGETS:
        yield table.verdict(report, target)
    for name in ("gateway-pass-through", "gateway-translated"):
        yield latency.verdict(report, name)


def of_fleet(report: Scale) -> Iterator[str]:
    """P5 and P6; a run that lost anything never came to a report."""
    stations = FLEET[0]
    used, back = _of_cut(report, stations)
    said = f"- P5 {stations:,} idle stations, translated, < {IDLE:g} % of a core"
    yield f"{said}: {used:.2f} %, {'met' if used < IDLE else 'NOT met'}"
    yield f"- P6 {stations:,} stations cut at once: {back}, nothing lost, met"


def of_two(report: Scale) -> Iterator[str]:
    """The same of two workers, for which nothing was promised."""
    used, back = _of_cut(report, TWO[0])
    yield f"- {TWO[0]:,} stations on two workers: {used:.2f} % of a core idle; cut at once: {back}"


def _of_cut(report: Scale, stations: int) -> tuple[float, str]:
    """Per cent of a core while they sit; how they came back."""
    phases = {phase.name: phase for phase in report.phases}
    idle, found = phases["idle"], phases["cut"].found
    back = f"all back after {found.most / 1000:.1f} s, p99 {found.p99 / 1000:.1f} s"
    a_thousand = f"{found.p99 / stations:.2f} s for each 1,000"
    return idle.cpu_ns / 1e7 / idle.seconds, f"{back} ({a_thousand})"


def measured(folder: Path) -> Iterator[str]:
    """Everything, from the newest result of each kind; what is not there is named."""
    yield from _part(lambda: of_table(newest(Report, "2*.json", is_whole, folder)), "make bench")
    yield from _part(lambda: of_fleet(_fleet(FLEET, folder)), "make scale")
    yield from _part(lambda: of_two(_fleet(TWO, folder)), "make scale")
    yield from _part(
        lambda: (
            pairs.verdict(way, kinds)
            for way, kinds in newest(
                PairReport, "pairs-*.json", lambda report: len(report.ways) == 2, folder
            ).ways.items()
        ),
        "make scale",
    )


def _fleet(size: tuple[int, int], folder: Path) -> Scale:
    return newest(Scale, "scale-*.json", lambda report: is_fleet(report, size), folder)


def _part(lines: Callable[[], Iterator[str]], command: str) -> Iterator[str]:
    try:
        yield from lines()
    except LookupError:
        yield f"- (not measured here yet: `{command}`)"


def rewritten(text: str, lines: Iterator[str]) -> str:
    """The README with its measured part anew. Raises ValueError where it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md lacks {BEGIN!r} or {END!r}")
    return "\n".join([before + BEGIN, *lines, END + after])


def main() -> int:
    """Rewrite the file. 0 done."""
    README.write_text(rewritten(README.read_text("utf-8"), measured(RESULTS)), "utf-8")
    say(f"written into {README.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
