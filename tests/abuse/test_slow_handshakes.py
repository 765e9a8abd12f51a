"""Threat: connections that take a place and then say little or nothing (slowloris)."""

import time
from contextlib import suppress

import pytest
import trio

from tests.abuse.siege import STRANGERS, Camp, Siege, request, siege
from tests.endtoend.certificates import Authority
from tests.endtoend.gateway_process import PATIENCE

pytestmark = pytest.mark.trio

DEADLINE = 1.5  # seconds; listen.handshake_timeout of these tests
LISTEN = f"handshake_timeout = {DEADLINE}\n[admission]\nexempt = []\n"
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # the first bytes of a TLS ClientHello


async def linger(around: Siege, source: str, first: bytes, drip: bytes, cut: list[float]) -> None:
    """Connect, say little, and note how long that was borne."""
    began = time.monotonic()
    with suppress(trio.BrokenResourceError):
        async with await around.knock(source) as stream:
            if first:
                await stream.send_all(first)
            with trio.fail_after(PATIENCE):
                while True:
                    with trio.move_on_after(0.5):
                        await stream.receive_some()
                        break
                    if drip:
                        await stream.send_all(drip)
    cut.append(time.monotonic() - began)


async def loiter(stage: Camp, number: int, first: bytes, drip: bytes, **keys: str) -> None:
    """So many at once; a station is let in meanwhile, and all of them are cut in time."""
    async with siege(stage, **keys) as around:
        at_first, cut = around.descriptors, []  # type: int, list[float]
        async with trio.open_nursery() as nursery:
            for each in range(number):
                source = STRANGERS[each % len(STRANGERS)]
                nursery.start_soon(linger, around, source, first, drip, cut)
            if first != HELLO:  # which is no request, and refused at once
                await around.until_descriptors(lambda now: now >= at_first + number * 0.9)
            began = time.monotonic()
            station = await stage.station(around.gateway, "WELCOME")
            assert time.monotonic() - began < DEADLINE  # it need not wait until they are cut
            assert "currentTime" in await station.call("Heartbeat", {})
        assert len(cut) == number
        assert max(cut) < DEADLINE + 1.0
        await around.until_descriptors(lambda now: now <= at_first + 4)


@pytest.mark.parametrize(
    ("first", "drip"),
    [(b"", b""), (b"GET /ocpp/SLOW HTTP/1.1\r\nHost: ", b"x"), (HELLO, b"")],
    ids=["silent", "dripping", "tls-hello"],
)
async def test_whoever_says_too_little_is_cut_and_keeps_nobody_out(
    stage: Camp, first: bytes, drip: bytes
) -> None:
    await loiter(stage, 200, first, drip, listen=LISTEN)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("first", "drip"), [(b"", b""), (b"GET / HTTP/1.1\r\n", b"x"), (HELLO, b"")]
)
async def test_a_thousand_of_them_keep_nobody_out(stage: Camp, first: bytes, drip: bytes) -> None:
    await loiter(stage, 900, first, drip, listen=LISTEN)


async def test_in_tls_a_hello_without_end_is_cut(stage: Camp, authority: Authority) -> None:
    certificate, key = authority.issue("gateway")
    listen = f'certificate = "{certificate}"\nprivate_key = "{key}"\n{LISTEN}'
    gateway = await stage.gateway(await stage.csms("far", "1.6"), scheme="wss", listen=listen)
    canary = await stage.station(gateway, "CANARY", tls=authority.client())
    around, cut = Siege(gateway, canary), []  # type: Siege, list[float]
    async with trio.open_nursery() as nursery:
        for source in STRANGERS[:100]:
            nursery.start_soon(linger, around, source, HELLO, b"", cut)
        await stage.station(gateway, "WELCOME", tls=authority.client())
    assert max(cut) < DEADLINE + 1.0
    assert "currentTime" in await canary.call("Heartbeat", {})


async def test_when_all_places_are_taken_the_longest_silent_gives_its_own(stage: Camp) -> None:
    listen = "handshake_timeout = 60.0\n[admission]\nexempt = []\nhandshakes = 50\n"
    async with siege(stage, listen=listen) as around:
        streams = [await around.knock(source) for source in STRANGERS[:120]]
        for number in range(5):
            await stage.station(around.gateway, f"WELCOME-{number}")
        await around.gateway.until("handshakes_total", 60, outcome="crowded_out")
        for stream in streams:
            await trio.aclose_forcefully(stream)


async def test_one_source_has_so_many_places_and_no_more(stage: Camp) -> None:
    listen = f"{LISTEN}handshakes_per_source = 10\n"
    async with siege(stage, listen=listen) as around:
        streams = [await around.knock(STRANGERS[0]) for _ in range(30)]
        await around.gateway.until("handshakes_total", 20, outcome="too_many")
        assert await around.status(request("NEXT-DOOR"), STRANGERS[1]) == 101
        for stream in streams:
            await trio.aclose_forcefully(stream)
