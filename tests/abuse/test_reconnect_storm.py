"""Threat: a whole fleet that comes back at once, and a CSMS that is away meanwhile."""

import re
import time

import pytest
import trio

from tests.abuse.siege import Camp, Siege, request, siege
from tests.endtoend.gateway_process import ACCESS, PATIENCE, free_port
from tests.endtoend.test_handshakes import Down
from tests.endtoend.wire_end import NoHandshakeError, RefusedError, WireEnd

pytestmark = pytest.mark.trio

LIBOCPP = (1.0, 3.0)  # seconds of its first wait


async def come_back(around: Siege, identity: str, back: list[float], ends: list[WireEnd]) -> None:
    """Try until it is let in, as impatiently as stations do."""
    began, wait = time.monotonic(), 0.2
    while True:
        try:
            ends.append(await around.admitted(identity))
        except (RefusedError, NoHandshakeError, trio.BrokenResourceError, OSError):
            await trio.sleep(wait)
            wait = min(2 * wait, LIBOCPP[1])
            continue
        back.append(time.monotonic() - began)
        return


async def storm(around: Siege, stations: int, within: float, a_second: int) -> None:
    """All at once; all are back in time, and the CSMS is dialled at its pace."""
    back: list[float] = []
    ends: list[WireEnd] = []
    dialled: list[tuple[float, float]] = []

    async def watch() -> None:
        while True:
            counts = await around.gateway.counts()
            dialled.append((time.monotonic(), counts.of("legs_connected")))
            await trio.sleep(0.25)

    with trio.fail_after(within + PATIENCE):
        async with trio.open_nursery() as watching:
            watching.start_soon(watch)
            async with trio.open_nursery() as nursery:
                for number in range(stations):
                    nursery.start_soon(come_back, around, f"CS-{number}", back, ends)
            watching.cancel_scope.cancel()
    assert sorted(back)[int(stations * 0.99) - 1] < within
    (began, at_first), (ended, at_last) = dialled[0], dialled[-1]
    assert at_last - at_first <= a_second * (ended - began + 1.0) + 1
    counts = await around.gateway.settles("stations_connected", stations + 1)
    assert counts.of("legs_connected") == stations + 1
    for end in ends:
        await end.drop()
    await around.gateway.settles("stations_connected", 1)


async def test_a_fleet_that_comes_at_once_is_all_back_soon(stage: Camp) -> None:
    async with siege(stage, csms_keys="dials_per_second = 60\n", timeouts="dial = 2.0") as around:
        await storm(around, 150, within=20.0, a_second=60)


@pytest.mark.soak
async def test_a_fleet_of_two_thousand_is_all_back_in_half_a_minute_each_time(stage: Camp) -> None:
    async with siege(stage, csms_keys="dials_per_second = 200\n", timeouts="dial = 2.0") as around:
        await storm(around, 2000, within=30.0, a_second=200)
        # What a fleet took, the interpreter keeps for it; a storm is of one that was there before.
        around.before = around.resident
        await storm(around, 2000, within=30.0, a_second=200)


async def test_while_the_csms_is_away_stations_are_answered_at_once(stage: Camp) -> None:
    gateway = await stage.gateway(Down())
    port = gateway.port
    waits, retries = [], set()
    for number in range(60):
        began = time.monotonic()
        stream = await trio.open_tcp_stream(ACCESS, port)
        async with stream:
            await stream.send_all(request(f"CS-{number}"))
            said = bytes(await stream.receive_some())
        waits.append(time.monotonic() - began)
        assert said.startswith(b"HTTP/1.1 503")
        retries.update(re.findall(rb"Retry-After: (\d+)", said))
    assert sorted(waits)[54] < 0.5
    assert len(retries) > 5, "so that they do not all come back at the same time"
    counts = await gateway.counts()
    assert counts.of("handshakes_total", outcome="csms_busy") > 10, "those did not even dial"


async def test_once_the_csms_is_back_it_is_found_soon(stage: Camp) -> None:
    csms = Down()
    csms.url = f"ws://{ACCESS}:{(port := free_port())}/down"
    gateway = await stage.gateway(csms)
    around = Siege(gateway)
    for _ in range(30):
        assert await around.status(request("CS-1")) == 503
    far = await stage.wire_csms("far", "1.6")
    listeners = await trio.open_tcp_listeners(port, host=ACCESS)
    stage.nursery.start_soon(trio.serve_listeners, far._meet, listeners)
    began = time.monotonic()
    while await around.status(request("CS-1")) != 101:
        await trio.sleep(0.2)
        assert time.monotonic() - began < 6.0
