"""What the benchmarks make of their figures: ratios, differences, lines, shares, verdicts."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import (
    certificate,
    latency,
    machine,
    messages,
    pace,
    probe,
    run,
    scale,
    slopes,
    table,
    wire,
)
from benchmarks.figures import (
    Busy,
    Idle,
    Outcome,
    Pace,
    Paced,
    Report,
    Row,
    Slope,
    Verified,
    brief,
)

ROOT = Path(__file__).parents[2]


def test_a_histogram_tells_the_bound_of_what_came_in_between() -> None:
    line = 'ocpp_gateway_loop_lag_seconds_bucket{le="%s"} %d\n'
    before = "".join(line % pair for pair in (("0.1", 5), ("1.0", 5), ("+Inf", 5)))
    after = "".join(line % pair for pair in (("0.1", 104), ("1.0", 105), ("+Inf", 105)))
    assert scale.at_share(before, after, "loop_lag_seconds") == 0.1
    assert scale.at_share(before, after, "loop_lag_seconds", 1.0) == 1.0
    assert scale.at_share(before, before, "loop_lag_seconds") == 0.0


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


def _pace(p99: float, reached: float = 1.0) -> Pace:
    window = (int(2000 * reached), 2.0, 10**8, 10**8, 2 * 10**9)
    return Pace(*window, 0.1, p99, p99, p99, rate=1000.0, samples=4000)


def _paced_row(name: str, *through: Pace) -> Row:
    row = _row(name, 30)
    row.paced = Outcome(paced=[Paced(each, _pace(0.5)) for each in through])
    return row


def test_what_is_added_is_the_difference_to_no_proxy_at_all() -> None:
    row = _paced_row("gateway-pass-through", _pace(1.0), _pace(2.25), _pace(9.0))
    said = "\n".join(latency.lines(_report([row])))
    assert (
        "| gateway-pass-through | 50% | 1,000 | 0.00 | 1.75 | 1.75 | 0.10 / 0.50 / 0.50 |" in said
    )
    assert "P5 gateway-pass-through adds less than 3 ms to p99 at half load: 1.75 ms, met" in said
    assert "P5 gateway-shadow adds less than 3 ms to p99 at half load: not shown" in said


def test_a_proxy_that_does_not_keep_up_has_met_nothing() -> None:
    row = _paced_row("gateway-translated", _pace(1.0), _pace(1.0, reached=0.9), _pace(1.0))
    said = "\n".join(latency.lines(_report([row])))
    assert "NOT met (it did not keep up)" in said
    assert "| 50% (*) |" in said


def test_a_proxy_that_fails_at_a_pace_keeps_its_other_figures() -> None:
    row = _row("gateway-reverse", 30)
    run.take("latency", row, Outcome(fault="Traceback (most recent call last):\n  x\nOops: y"))
    text = table.markdown(_report([row]))
    assert "| gateway-reverse | FAILED: Oops: y |" in text
    assert "| gateway-reverse | 30.0 (30.0-30.0) |" in text
    assert run.failed(_report([row]))


def test_moments_come_at_the_wanted_pace_and_are_the_same_again() -> None:
    found = pace.moments(1000.0, 10.0)
    assert 9_700 < len(found) < 10_300
    assert found == pace.moments(1000.0, 10.0)
    assert sorted(found) == list(found)


def _slope(name: str, *costs: float) -> Slope:
    windows = [(1000, 1.0, int(cost * 10**6), 1, 1, 0, 0, 0, 0) for cost in costs]
    paces = [Pace(*window, rate=2000.0, samples=9) for window in windows]
    return Slope(name, [Outcome(paced=[Paced(each) for each in paces], idle=Idle(10, 0, 180))])


def test_slopes_are_straight_lines_through_what_was_measured() -> None:
    costs = {point.name: [30.0] for point in slopes.points()}
    costs |= {"translated, 1 shadow(s)": [40.0], "translated, 2 shadow(s)": [50.0]}
    costs |= {f"{way}, {slopes.USUAL} stations": [30.0, 45.0, 26.0] for way in slopes.WAYS}
    said = "\n".join(slopes.lines([_slope(name, *each) for name, each in costs.items()]))
    assert "| shadows | translated | 0 / 1 / 2 | 30.0 / 40.0 / 50.0 |" in said
    assert "| +10.0 us for each |" in said
    assert "| 500 / 2,000 / 6,000 | 45.0 / 30.0 / 26.0 | 18.0 |" in said
    assert slopes.line([0.0, 1.0, 2.0], [5.0, 7.0, 9.0]) == (5.0, 2.0)


def test_a_line_belongs_to_the_part_whose_file_it_is_in() -> None:
    assert probe.part_of("any/gateway/wire/timers.py") == "timers, pings"
    assert probe.part_of("any/gateway/wire/lane.py") == "sockets, framing"
    assert probe.part_of("any/site-packages/structlog/_base.py") == "logging"
    assert probe.part_of("any/lib/queue.py") == ""


def test_every_file_that_the_probe_names_is_there() -> None:
    ours = ("/adapters/", "/gateway/", "/vendor_quirks/")
    for piece, _ in probe.PARTS:
        if piece.startswith(ours):
            assert list(ROOT.glob(f"{piece.strip('/')}*")), piece


def test_a_certificate_is_one_that_stations_trust(tmp_path: Path) -> None:
    certificate.make(tmp_path)
    assert certificate.of_stations(str(tmp_path)).cert_store_stats()["x509"] == 1
    assert brief("one fault\nmore") == "one fault"
