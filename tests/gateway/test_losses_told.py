"""What is lost in translation is in the log: a line a station, rule and hour, and never a flood."""

import pytest
from structlog.testing import capture_logs

from gateway.core.effects import Effect, Lost
from gateway.wire.lines import A_MINUTE
from gateway.wire.losses import EVERY, Losses
from tests.gateway.wire_bench import Scripted, harbour, round_trip_of

REGISTER = Lost("unit", "MeterValues", "degree", "far")
SAMPLE = Lost("measurand", "MeterValues", "Temperature", "far")


def test_a_rule_has_a_line_at_once_and_then_one_an_hour_with_the_count() -> None:
    losses = Losses()
    assert losses.add("CS-1", "unit", 0.0) == 1
    losses.told("CS-1", "unit", 0.0)
    assert [losses.add("CS-1", "unit", float(now)) for now in range(1, 4)] == [0, 0, 0]
    assert losses.add("CS-1", "value", 4.0) == 1
    assert losses.add("CS-2", "unit", 4.0) == 1
    assert losses.add("CS-1", "unit", EVERY) == 4


def test_what_there_was_no_line_for_is_told_with_the_next() -> None:
    losses = Losses()
    assert [losses.add("CS-1", "unit", float(now)) for now in range(3)] == [1, 2, 3]


def test_a_table_of_losses_forgets_who_came_first() -> None:
    losses = Losses(kept=2)
    for identity in ("CS-1", "CS-2", "CS-3"):
        assert losses.add(identity, "unit", 0.0) == 1
        losses.told(identity, "unit", 0.0)
    assert len(losses) == 2
    assert losses.add("CS-3", "unit", 1.0) == 0
    assert losses.add("CS-1", "unit", 1.0) == 1


async def lines_of(*effects: Effect, times: int) -> list[dict[str, object]]:
    """What is logged when one station's messages have these effects."""
    with capture_logs() as logged:
        async with harbour() as port:
            _, station, _ = port.adopt(Scripted(go=list(effects)))
            for _ in range(times):
                await station.say(b"go")
            await round_trip_of(station)
    lines = [dict(line) for line in logged if line["event"] == "lost in translation"]
    assert all(line.pop("station", "CS1") == "CS1" for line in lines)
    return lines


@pytest.mark.trio
async def test_many_losses_of_one_kind_are_one_line_without_the_value() -> None:
    assert await lines_of(REGISTER, SAMPLE, times=20) == [
        {
            "event": "lost in translation", "log_level": "info", "rule": lost.rule,
            "pairing": "16_to_201", "action": "MeterValues", "field": lost.field, "csms": "far",
            "count": 1,
        }
        for lost in (REGISTER, SAMPLE)
    ]  # fmt: skip


@pytest.mark.trio
async def test_a_fleet_that_loses_the_same_writes_no_more_lines_than_a_minute_has() -> None:
    with capture_logs() as logged:
        async with harbour() as port:
            link, station, _ = port.adopt(Scripted(go=[SAMPLE]))
            for number in range(A_MINUTE + 50):
                link.identity = f"CS-{number}"
                await station.say(b"go")
                await round_trip_of(station)
    lines = [line for line in logged if line["event"] == "lost in translation"]
    assert A_MINUTE <= len(lines) < A_MINUTE + 40
