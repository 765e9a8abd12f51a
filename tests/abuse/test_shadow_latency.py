"""Threat: a shadow that is dead, slow or hostile and is felt by the primary's stations."""

import time

import pytest
import trio

from tests.abuse.siege import staffed
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.test_handshakes import Down
from tests.endtoend.test_hostile_shadow import floods_with_commands
from tests.endtoend.wire_csms import WireCsms

pytestmark = pytest.mark.trio

ROUNDS = 100
FELT = 0.001  # seconds, or a twentieth: what a shadow may cost the middle CALL
NOISE = 3.0  # times that, because two cores are shared with the far ends that measure


async def compared(alone: Talker, watched: Talker) -> tuple[float, float]:
    """The middle duration of many CALLs of each, taken by turns."""
    took: dict[str, list[float]] = {"alone": [], "watched": []}
    for _ in range(ROUNDS):
        for name, station in (("alone", alone), ("watched", watched)):
            began = time.perf_counter()
            await station.call("Heartbeat", {})
            took[name].append(time.perf_counter() - began)
    without, beside = (sorted(each)[ROUNDS // 2] for each in took.values())
    return without, beside


async def silent(shadow: WireCsms) -> None:
    """Takes its connections and never answers."""
    while True:
        await shadow._connections.receive()


async def wrong(shadow: WireCsms) -> None:
    """Answers all with a refusal."""
    async for end in shadow._connections:
        talker = Talker(end, {action: {"status": 5} for action in CSMS_ANSWERS["2.0.1"]})
        shadow._nursery.start_soon(talker.listen)


async def test_no_shadow_is_felt(stage: Stage) -> None:
    primary = await staffed(stage, "far", "1.6")
    alone = await stage.gateway(primary)
    station = await stage.station(alone, "ALONE")
    for name, behave in {"silent": silent, "wrong": wrong, "flood": floods_with_commands}.items():
        shadow = await stage.wire_csms(f"shadow-{name}", "2.0.1")
        stage.nursery.start_soon(behave, shadow)
        gateway = await stage.gateway(primary, shadows=[shadow])
        watched = await stage.station(gateway, "CS-1")
        await gateway.until("legs_connected", 1, role="shadow")
        without, beside = await compared(station, watched)
        assert beside - without < NOISE * max(FELT, without / 20), name
        assert watched.heard == []


async def test_a_shadow_that_is_away_is_not_felt(stage: Stage) -> None:
    primary = await staffed(stage, "far", "1.6")
    gateway = await stage.gateway(primary, shadows=[Down()])
    station = await stage.station(gateway, "CS-1")
    alone = await stage.station(await stage.gateway(primary), "ALONE")
    without, beside = await compared(alone, station)
    assert beside - without < NOISE * max(FELT, without / 20)
    with trio.fail_after(5.0):
        await station.call("Heartbeat", {})
