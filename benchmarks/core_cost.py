"""What the core alone costs, without sockets and store: `python -m benchmarks.core_cost`."""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from adapters import frame
from adapters.frame import Call
from adapters.translation.options import Options
from benchmarks import machine, messages
from benchmarks.figures import Version
from benchmarks.output import RESULTS, say, write
from gateway.core.effects import STATION, Effect, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally
from gateway.ops import garbage

CSMS = "csms"
WAYS: dict[str, tuple[Version, Version]] = {
    "pass-through": ("1.6", "1.6"),
    "16_to_201": ("1.6", "2.0.1"),
    "201_to_16": ("2.0.1", "1.6"),
}
QUICK = {"sessions": 10, "rounds": 3}
WARM_UP = 3  # rounds that are not counted


class Cost(msgspec.Struct, frozen=True):
    """CPU microseconds of the core for one exchange: of each round, the least, the median."""

    way: str
    station: Version
    csms: Version
    rounds: list[float]
    least: float
    median: float


class CoreReport(msgspec.Struct, frozen=True):
    """One run, as it is written into results/."""

    date: str
    machine: dict[str, Any]
    sessions: int
    costs: list[Cost]


class WrongAnswer(Exception):
    """The core did not do its work, so its time is worth nothing."""


class Crowd:
    """Many sessions of one kind, each with a station that charges and a CSMS that answers."""

    def __init__(self, station: Version, csms: Version, sessions: int) -> None:
        start = datetime.now(UTC)
        self.station, self.csms, self.now = station, csms, start.timestamp()
        self.times = messages.Times(start)
        self.number = 0  # of the sample set that is told next
        self.cpu_ns = 0
        tally, options = Tally(), Options(provision="off")
        self.sessions = [
            Session(
                Route(f"CS-{n}", station, "core", Upstream(CSMS, csms), (), options),
                {}, tally, self.now,
            )
            for n in range(sessions)
        ]  # fmt: skip
        self.transactions = [self._started(n) for n in range(sessions)]

    def _started(self, number: int) -> bytes:
        """Boot one station and begin its transaction; what it calls that."""
        session, identity = self.sessions[number], f"CS-{number}"
        session.opened(CSMS, self.now)
        calls = [*messages.opening(self.station, identity)]
        calls.append(messages.beginning(self.station, identity))
        for action, payload in calls:
            (answer,) = self._exchange([session], [_call(action, payload)])
        if self.station == "2.0.1":
            return f"T-{identity}".encode()
        return str(msgspec.json.decode(answer)[2]["transactionId"]).encode()

    def round(self) -> float:
        """Every station tells six samples once: CPU microseconds of the core for one of them."""
        self.number += 1
        action = messages.METERED[self.station]
        calls = [
            _call(action, messages.metered(self.station, tx, self.number, self.times))
            for tx in self.transactions
        ]
        self.cpu_ns = 0
        self._exchange(self.sessions, calls)
        return self.cpu_ns / 1000 / len(calls)

    def _exchange(self, sessions: list[Session], calls: list[bytes]) -> list[bytes]:
        """The same step for all sessions, one after the other: only what the core does is timed."""
        answers: dict[int, bytes] = {}
        todo = [(n, STATION, text) for n, text in enumerate(calls)]
        while todo:
            begin = time.process_time_ns()
            done = [sessions[n].hear(leg, text, self.now) for n, leg, text in todo]
            self.cpu_ns += time.process_time_ns() - begin
            numbered = zip([n for n, _, _ in todo], done, strict=True)
            todo = [each for n, effects in numbered for each in self._answered(n, effects, answers)]
        if sorted(answers) != list(range(len(calls))) or not all(map(_is_result, answers.values())):
            raise WrongAnswer(f"{self.station} -> {self.csms}: a CALL has no CALLRESULT")
        return [answers[n] for n in range(len(calls))]

    def _answered(
        self, number: int, effects: list[Effect], answers: dict[int, bytes]
    ) -> Iterator[tuple[int, str, bytes]]:
        """Note what the station is answered; what its CSMS answers."""
        for effect in effects:
            if not isinstance(effect, Send):
                continue
            if effect.leg == CSMS:
                yield number, CSMS, self._csms_answers(effect.text)
            elif _is_result(effect.text) or effect.text.startswith(b"[4"):
                answers[number] = effect.text

    def _csms_answers(self, text: bytes) -> bytes:
        call = frame.parse(text)
        if not isinstance(call, Call):
            raise WrongAnswer(f"{text[:80]!r} is no CALL")
        payload = messages.csms_answer(self.csms, call.action.encode(), text, serial=1)
        return frame.emit_result(call.message_id, payload)


def _call(action: str, payload: bytes) -> bytes:
    return frame.emit_call("benchmark", action, payload)


def _is_result(text: bytes) -> bool:
    return text.startswith(b"[3")


def measured(sessions: int, rounds: int) -> list[Cost]:
    """Every way, round by round, so that a noisy minute disturbs all alike. Raises WrongAnswer."""
    crowds = {way: Crowd(*ends, sessions) for way, ends in WAYS.items()}
    garbage.settle()  # as the gateway does
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(WARM_UP + rounds):
        for way, crowd in crowds.items():
            cost = crowd.round()
            if number >= WARM_UP:
                found[way].append(cost)
    return [Cost(way, *WAYS[way], each, min(each), median(each)) for way, each in found.items()]


def table(report: CoreReport) -> str:
    """What a person reads, in Markdown."""
    facts = report.machine
    lines = [
        f"{facts['cpu']}, {facts['cores']} cores, Python {facts['python']}, {report.date};"
        f" {report.sessions} sessions, {len(report.costs[0].rounds)} rounds",
        "",
        "| core alone | station | CSMS | us CPU / exchange, least | median |",
        "| --- | --- | --- | ---: | ---: |",
    ]
    for cost in report.costs:
        figures = f"{cost.least:.1f} | {cost.median:.1f}"
        lines.append(f"| {cost.way} | {cost.station} | {cost.csms} | {figures} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure, print, write. 0 done, 1 a wrong answer, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core_cost", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200, help="at once (%(default)s)")
    parser.add_argument("--rounds", type=int, default=60, help="that are counted (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON")
    if "--quick" in arguments:
        parser.set_defaults(**QUICK)
    options = parser.parse_args(arguments)
    if min(options.sessions, options.rounds) < 1:
        parser.error("counts must be positive")
    try:
        costs = measured(options.sessions, options.rounds)
    except WrongAnswer as error:
        say(str(error))
        return 1
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    report = CoreReport(date, machine.facts(), options.sessions, costs)
    print(table(report))
    say(f"every figure: {write(report, f'core-{date}', options.results)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
