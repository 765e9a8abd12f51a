"""The benchmark works: it measures, verifies every answer, prints its table and writes its JSON."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks import core_cost, machine, messages, pairs, peers, scale, table, wire
from benchmarks.figures import Busy, Idle, Outcome, Report, Row, Verified

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "benchmarks.run", "--quick"]
# The gateway is measured too wherever it is built.
CASES = ["websockets-asyncio"] + ["gateway-shadow"] * peers.gateway_is_here()


def run(results: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return said([*COMMAND, "--results", str(results), *arguments])


def said(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", CASES)
def test_a_quick_run_measures_and_verifies_every_answer(name: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--only", name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"| {name} |" in done.stdout
    assert "KiB / idle station" in done.stdout
    (written,) = tmp_path.glob("*.json")
    report = msgspec.json.decode(written.read_bytes(), type=Report)
    (row,) = report.rows
    assert row.idle is not None
    assert row.idle.idle is not None
    for outcome in [*row.runs, row.idle]:
        assert outcome.verified is not None
        assert outcome.verified.complete
    (outcome,) = row.runs
    assert outcome.busy is not None
    assert outcome.busy.exchanges > 0
    assert outcome.busy.cpu_ns > 0
    assert report.machine["kernel"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_small_crowd_comes_meters_is_cut_and_all_come_back(workers: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.scale", "--quick", "--workers", workers]
    done = said([*command, "--results", str(tmp_path)])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "answered and heard" in done.stdout
    (written,) = tmp_path.glob("scale-*.json")
    report = msgspec.json.decode(written.read_bytes(), type=scale.Scale)
    assert [phase.name for phase in report.phases] == ["connect", "idle", "meter", "cut", "again"]
    last = report.phases[-1].found
    assert 80 < last.sent == last.answered <= last.heard


def test_two_workers_are_measured_against_one_and_against_two_gateways(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.pairs", "--quick", "--way", "translated"]
    done = said([*command, "--results", str(tmp_path)])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "P7 translated: two workers do" in done.stdout
    (written,) = tmp_path.glob("pairs-*.json")
    report = msgspec.json.decode(written.read_bytes(), type=pairs.PairReport)
    for kinds in report.ways.values():
        assert [len(runs) for runs in kinds.values()] == [1, 1, 1]
        assert all(run.per_second > 0 for runs in kinds.values() for run in runs)


def test_a_histogram_tells_the_bound_of_what_came_in_between() -> None:
    line = 'ocpp_gateway_loop_lag_seconds_bucket{le="%s"} %d\n'
    before = "".join(line % pair for pair in (("0.1", 5), ("1.0", 5), ("+Inf", 5)))
    after = "".join(line % pair for pair in (("0.1", 104), ("1.0", 105), ("+Inf", 105)))
    assert scale.at_share(before, after, "loop_lag_seconds") == 0.1
    assert scale.at_share(before, after, "loop_lag_seconds", 1.0) == 1.0
    assert scale.at_share(before, before, "loop_lag_seconds") == 0.0


def test_an_unknown_name_is_wrong_usage(tmp_path: Path) -> None:
    done = run(tmp_path, "--only", "no-such-proxy")
    assert done.returncode == 2
    assert "haproxy" in done.stderr


def test_a_terminated_run_leaves_no_process_behind(tmp_path: Path) -> None:
    command = [*COMMAND, "--only", "websockets-asyncio", "--seconds", "30"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as benchmark:
        family = _grown(benchmark.pid, 3)
        benchmark.send_signal(signal.SIGTERM)
        assert benchmark.wait(timeout=20) == 143
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]


def _grown(pid: int, count: int) -> list[int]:
    """The process' family, once it has so many members."""
    deadline = time.monotonic() + 20
    while len(found := machine.family(pid)) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(found) >= count
    return found


def test_frames_are_cut_wherever_the_stream_is() -> None:
    sizes = (0, 5, 125, 126, 65535, 65536)
    for masked in (True, False):
        stream = b"".join(wire.frame(b"x" * size, masked=masked) for size in sizes)
        found, left = wire.cut(stream + b"\x81")
        assert [len(payload) for _, payload in found] == list(sizes)
        assert left == b"\x81"
        assert wire.cut(stream[:-1])[0] == found[:-1]


def test_the_clock_counts_the_cpu_of_all_threads() -> None:
    before = machine.cpu_ns([os.getpid()])
    sum(range(1_000_000))
    spent = machine.cpu_ns([os.getpid()]) - before
    assert 0 < spent < 10 * 10**9


def test_no_sample_set_is_like_another() -> None:
    times = messages.Times(datetime(2026, 1, 1, tzinfo=UTC))
    sets = {messages.metered("1.6", b"7", number, times) for number in range(1, 50)}
    assert len(sets) == 49
    assert times[1500] == b"2026-01-01T00:00:01.500Z"


def _report(rows: list[Row], **options: Any) -> Report:
    facts = {
        "cpu": "any",
        "cores": 2,
        "kernel": "6",
        "python": "3",
        "proxy_core": 0,
        "load_core": 1,
    }
    return Report("2026-01-01T00:00:00Z", facts, {"quick": False} | options, rows)


def _row(name: str, us: int, heard: dict[str, int] | None = None) -> Row:
    busy = Busy(1000, 1.0, us * 1_000_000, us * 1_000_000, 1, 1.0, 2.0)
    outcome = Outcome(busy=busy, verified=Verified(1000, 1000, heard or {"primary": 1000}))
    return Row(name, name, runs=[outcome], idle=Outcome(idle=Idle(100, 1000, 2000)))


def test_targets_are_judged_by_ratios_within_the_run() -> None:
    text = table.markdown(_report([_row("haproxy", 30), _row("gateway-pass-through", 36)]))
    assert "P1 gateway-pass-through <= 1.3 x haproxy: 1.20 x, met" in text
    assert "P2 gateway-translated <= 1.0 x node-ws: not shown" in text
    assert "10.00 KiB, met" in text


def test_a_shadow_that_was_dropped_shows_nothing() -> None:
    shadow = _row("gateway-shadow", 50, {"primary": 1000, "shadow": 500})
    text = table.markdown(_report([_row("websockets-uvloop", 70), shadow]))
    assert "not shown (a shadow heard only 50%)" in text


def test_a_missing_proxy_is_named_with_how_to_install_it() -> None:
    text = table.markdown(_report([Row("nginx", "one worker", missing="apt-get install nginx")]))
    assert "missing: apt-get install nginx" in text


def test_the_cost_of_the_core_alone_is_told_for_each_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert core_cost.main(["--quick", "--results", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    (written,) = tmp_path.glob("core-*.json")
    report = msgspec.json.decode(written.read_bytes(), type=core_cost.CoreReport)
    assert [cost.way for cost in report.costs] == list(core_cost.WAYS)
    for cost in report.costs:
        assert f"| {cost.way} | {cost.station} | {cost.csms} |" in said
        assert len(cost.rounds) == 3
        assert 0 < cost.least <= cost.median


def test_a_core_that_refuses_has_no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(crowd: core_cost.Crowd, text: bytes) -> bytes:
        return b'[4,"%b","InternalError","",{}]' % text.split(b'"')[1]

    monkeypatch.setattr(core_cost.Crowd, "_csms_answers", refusal)
    assert core_cost.main(["--quick"]) == 1


def test_cost_of_nothing_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as left:
        core_cost.main(["--rounds", "0"])
    assert left.value.code == 2
