"""The benchmark works: it measures, verifies every answer, prints its table and writes its JSON."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from benchmarks import core_cost, gateways, latency, machine, pairs, scale, shares, slopes
from benchmarks.figures import Report, Share, Slope

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "benchmarks.run", "--quick"]
# The gateway is measured too wherever it is built.
CASES = ["websockets-asyncio"]
if gateways.is_here():
    CASES += ["gateway-shadow", "gateway-quirks-translated", "gateway-tls"]


def ran(results: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return said([*COMMAND, "--results", str(results), *arguments])


def said(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", CASES)
def test_a_quick_run_measures_and_verifies_every_answer(name: str, tmp_path: Path) -> None:
    done = ran(tmp_path, "--only", name)
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
    assert row.idle.idle.busy_kib >= row.idle.idle.after_kib
    assert row.paced is not None
    assert [each.through.samples > 0 for each in row.paced.paced] == [True] * len(latency.SHARES)
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


def test_an_unknown_name_is_wrong_usage(tmp_path: Path) -> None:
    done = ran(tmp_path, "--only", "no-such-proxy")
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


# Latency in open loop


# Slopes and shares


def test_a_point_is_measured_at_each_of_its_paces() -> None:
    wanted = [point for point in slopes.points() if len(point.rates) > 1][:1]
    (found,) = slopes.measure(wanted, quick=True, repeats=1)
    assert not found.fault
    assert [each.through.exchanges > 0 for each in found.runs[0].paced] == [True] * 3
    assert "FAILED: gone" in "\n".join(slopes.lines([Slope("one", fault="gone")]))


def test_a_probe_in_the_gateway_tells_where_the_time_went() -> None:
    found = shares.measure(quick=True, repeats=1, stations=5, names=("gateway-translated",))
    assert not found[0].fault
    parts = shares.parts(found[0].runs[0])
    assert sum(parts.values()) == pytest.approx(1.0, abs=0.02)
    assert parts["sockets, framing"] > 0
    said = "\n".join(shares.lines(found))
    assert all(f"| {name} |" in said for name in shares.ASKED)
    assert "FAILED: gone" in "\n".join(shares.lines([Share("one", fault="gone")]))
