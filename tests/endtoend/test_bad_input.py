"""Bad input on either leg: the process lives, and the other stations notice nothing."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import pytest
import trio

from tests.endtoend import bad_input, sessions
from tests.endtoend.gateway_process import ACCESS, PATIENCE, Gateway, free_port
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import RefusedError, WireEnd

pytestmark = pytest.mark.trio

VERSIONS = ("1.6", "2.0.1")
PROMPT = 2.0  # seconds that a Heartbeat may take meanwhile, on a busy machine


class Neighbours:
    """A gateway, a station that must notice nothing, and a place for one that misbehaves."""

    def __init__(self, gateway: Gateway, csms: WireCsms, canary: Talker) -> None:
        self.gateway, self.csms, self.canary = gateway, csms, canary

    async def notice_nothing(self) -> None:
        """The other station is served, at once."""
        began = time.monotonic()
        assert "currentTime" in await self.canary.call("Heartbeat", {})
        assert time.monotonic() - began < PROMPT

    async def are_well(self) -> None:
        """At the end: the same process, no step that raised, the first connection still there."""
        await self.notice_nothing()
        assert self.gateway.is_alive
        assert not self.canary.closed.is_set()
        assert "Traceback" not in self.gateway.log
        assert (await self.gateway.counts()).of("station_crashes_total") == 0


async def neighbours(stage: Stage, csms_speaks: str) -> Neighbours:
    """A 1.6 station in peace."""
    csms = await stage.wire_csms("far", csms_speaks)
    timeouts = "call = 2.0\ndial = 0.5"
    gateway = await stage.gateway(csms, listen="handshake_timeout = 1.0", timeouts=timeouts)
    canary = await stage.station(gateway, "CANARY")
    await csms.talker("CANARY", CSMS_ANSWERS[csms_speaks])
    await canary.call("BootNotification", sessions.boot("1.6"))
    return Neighbours(gateway, csms, canary)


Send = Callable[[WireEnd], Awaitable[None]]


def each(masked: bool) -> list[Send]:
    """Everything that may be said wrongly on an open connection."""

    def as_it_is(data: bytes) -> Send:
        return lambda end: end.send_bytes(data)

    def as_text(text: str) -> Send:
        return lambda end: end.say(text)

    return [as_it_is(data) for data in bad_input.frames(masked).values()] + [
        as_text(text) for text in bad_input.TEXTS.values()
    ]


@pytest.mark.parametrize("csms_speaks", VERSIONS)
@pytest.mark.parametrize("station_speaks", VERSIONS)
async def test_a_station_may_say_what_it_wants(
    stage: Stage, station_speaks: str, csms_speaks: str
) -> None:
    around = await neighbours(stage, csms_speaks)
    for send in each(masked=True):
        bad = await stage.station(around.gateway, "BAD", station_speaks)
        desk = await around.csms.talker("BAD", CSMS_ANSWERS[csms_speaks])
        await send(bad.end)
        await around.notice_nothing()
        await bad.end.drop()
        await desk.is_closed()
    await around.are_well()


@pytest.mark.parametrize("csms_speaks", VERSIONS)
@pytest.mark.parametrize("station_speaks", VERSIONS)
async def test_a_csms_may_say_what_it_wants(
    stage: Stage, station_speaks: str, csms_speaks: str
) -> None:
    around = await neighbours(stage, csms_speaks)
    for send in each(masked=False):
        station = await stage.station(around.gateway, "BAD", station_speaks)
        desk = await around.csms.talker("BAD")
        await station.ask("Heartbeat", {})
        await send(desk.end)
        await around.notice_nothing()
        await desk.end.drop()
        await station.is_closed()
    await around.are_well()


async def test_violations_of_the_protocol_are_closed_with_their_code_and_counted(
    stage: Stage,
) -> None:
    around = await neighbours(stage, "2.0.1")
    codes = {}
    for name, data in bad_input.frames(masked=True).items():
        bad = await stage.station(around.gateway, "BAD")
        await around.csms.connection("BAD")
        await bad.end.send_bytes(data)
        codes[name] = await bad.is_closed()
    assert codes.pop("binary") == 1003
    assert codes.pop("no utf-8") == 1007
    for name in ("huge", "too large", "many fragments"):
        assert codes.pop(name) == 1009
    assert codes.pop("negative") in (1002, 1009)
    assert set(codes.values()) == {1002}, codes
    counts = await around.gateway.counts()
    assert counts.of("frames_refused_total", leg="station") == len(bad_input.frames(True))
    await around.are_well()


async def test_requests_that_are_none_are_turned_away(stage: Stage) -> None:
    around = await neighbours(stage, "2.0.1")
    for name, data in bad_input.REQUESTS.items():
        said = await answered(around.gateway.port, data)
        assert said == b"" or said[:10] == b"HTTP/1.1 4", (name, said)
        await around.notice_nothing()
    await around.are_well()


async def test_silent_connections_do_not_keep_stations_out(stage: Stage) -> None:
    around = await neighbours(stage, "2.0.1")
    silent = [await trio.open_tcp_stream(ACCESS, around.gateway.port) for _ in range(100)]
    await stage.station(around.gateway, "CS-2")
    await around.notice_nothing()
    for stream in silent:
        with trio.fail_after(PATIENCE):
            assert await stream.receive_some() == b""  # cut when their time is over
            await stream.aclose()
    counts = await around.gateway.until("handshakes_total", 100, outcome="timeout")
    assert counts.of("stations_connected") == 2
    await around.are_well()


class Impostor:
    """Takes connections like a CSMS, and answers each with the same bytes."""

    name, version, data = "far", "2.0.1", b""

    def __init__(self, port: int) -> None:
        self.url = f"ws://{ACCESS}:{port}/far"

    async def answer(self, stream: trio.SocketStream) -> None:
        """One connection."""
        await stream.receive_some()
        with suppress(trio.BrokenResourceError):
            await stream.send_all(self.data)
            await stream.receive_some()


async def test_whoever_does_not_answer_an_upgrade_rightly_is_no_csms(
    stage: Stage, nursery: trio.Nursery
) -> None:
    port = free_port()
    impostor = Impostor(port)
    await nursery.start(partial(trio.serve_tcp, impostor.answer, port, host=ACCESS))
    gateway = await stage.gateway(impostor, timeouts="dial = 0.3")
    for impostor.data in bad_input.ANSWERS.values():
        with pytest.raises(RefusedError) as refused:
            await stage.station(gateway, "CS-1")
        assert refused.value.status == 503
    counts = await gateway.counts()
    told = counts.of("handshakes_total", outcome="csms_unavailable")
    assert told == len(bad_input.ANSWERS)
    assert "Traceback" not in gateway.log


async def answered(port: int, data: bytes) -> bytes:
    """What comes back until the end."""
    stream = await trio.open_tcp_stream(ACCESS, port)
    said = b""
    with trio.fail_after(PATIENCE), suppress(trio.BrokenResourceError):
        async with stream:
            await stream.send_all(data)
            async for more in stream:
                said += more
    return said
