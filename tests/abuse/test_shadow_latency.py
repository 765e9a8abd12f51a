"""Threat: a shadow that is dead, slow or hostile and is felt by the primary's stations."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
import trio
from wsproto.frame_protocol import FrameProtocol

from tests.abuse.siege import staffed
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.test_handshakes import Down
from tests.endtoend.test_hostile_shadow import hangs_up, sends_huge_frames
from tests.endtoend.wire_csms import WireCsms

pytestmark = pytest.mark.trio

ROUNDS = 300
FELT = 0.001  # seconds, or a twentieth: what a shadow may cost the slowest of a hundred CALLs
ATTEMPTS = 5  # of which one has to do: two cores are shared with the far ends, and with others


async def compared(alone: Talker, watched: Talker) -> dict[str, list[float]]:
    """How long many CALLs of each took, by turns; sorted."""
    took: dict[str, list[float]] = {"alone": [], "watched": []}
    for _ in range(ROUNDS):
        for name, station in (("alone", alone), ("watched", watched)):
            began = time.perf_counter()
            await station.call("Heartbeat", {})
            took[name].append(time.perf_counter() - began)
    return {name: sorted(each) for name, each in took.items()}


async def what_is_felt(alone: Talker, watched: Talker) -> list[str]:
    """By how much the middle and the 99th of a hundred CALLs move; nothing if that is allowed."""
    said = []
    for _ in range(ATTEMPTS):
        took = await compared(alone, watched)
        pairs = [[each[int(ROUNDS * share)] for each in took.values()] for share in (0.5, 0.99)]
        if all(beside - without < max(FELT, without / 20) for without, beside in pairs):
            return []
        said.append(", ".join(f"{one * 1e3:.2f} -> {other * 1e3:.2f} ms" for one, other in pairs))
    return said


async def silent(shadow: WireCsms) -> None:
    """Takes its connections and never answers."""
    while True:
        await shadow._connections.receive()


async def wrong(shadow: WireCsms) -> None:
    """Answers all with a refusal."""
    async for end in shadow._connections:
        talker = Talker(end, {action: {"status": 5} for action in CSMS_ANSWERS["2.0.1"]})
        shadow._nursery.start_soon(talker.listen)


async def floods(shadow: WireCsms) -> None:
    """Commands all the time, as fast as it is read, and reads nothing."""
    commands = [f'[2,"flood-{number}","Reset",{{"type":"Hard"}}]' for number in range(1000)]
    frames = FrameProtocol(client=False, extensions=[])
    flood = b"".join(bytes(frames.send_data(text, fin=True)) for text in commands)
    end = await shadow.connection("CS-1")
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        while True:
            await end.stream.send_all(flood)


BEHAVIOURS: dict[str, Callable[[WireCsms], Awaitable[None]]] = {
    "silent": silent,
    "wrong": wrong,
    "floods": floods,
    "hangs-up": hangs_up,
    "huge-frames": sends_huge_frames,
}


@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_no_shadow_is_felt(stage: Stage, name: str) -> None:
    primary = await staffed(stage, "far", "1.6")
    station = await stage.station(await stage.gateway(primary), "ALONE")
    shadow = await stage.wire_csms("shadow", "2.0.1")
    stage.nursery.start_soon(BEHAVIOURS[name], shadow)
    gateway = await stage.gateway(primary, shadows=[shadow])
    watched = await stage.station(gateway, "CS-1")
    if name == "floods":
        await gateway.until("shadow_commands_total", 1000, csms="shadow")
    assert await what_is_felt(station, watched) == []
    assert watched.heard == []


async def test_a_shadow_that_is_away_is_not_felt(stage: Stage) -> None:
    primary = await staffed(stage, "far", "1.6")
    gateway = await stage.gateway(primary, shadows=[Down()])
    station = await stage.station(gateway, "CS-1")
    alone = await stage.station(await stage.gateway(primary), "ALONE")
    assert await what_is_felt(alone, station) == []
