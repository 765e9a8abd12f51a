"""Threat: frames that arrive while a connection closes. A ping then ended a well-known server."""

import itertools
import os
from contextlib import suppress

import pytest
import trio

from gateway.core.effects import STATION, Close
from tests.abuse.siege import Camp, siege
from tests.endtoend.bad_input import frame
from tests.gateway.wire_bench import Scripted, harbour

pytestmark = pytest.mark.trio

LATE = {
    "ping": frame(0x89, b"?", True),
    "pong": frame(0x8A, b"", True),
    "text": frame(0x81, b'[2,"1","Heartbeat",{}]', True),
    "opcode": frame(0x83, b"", True),
    "close": frame(0x88, b"\x03\xe8", True),
}
BREACH = frame(0x82, b"\x00", True)  # binary: the gateway begins to close


async def test_in_whatever_order_things_come_while_we_close_they_harm_nobody() -> None:
    async with harbour() as port:
        for order in itertools.permutations(LATE):
            _, station, primary = port.adopt(Scripted(end=[Close(STATION, 1000, "")]))
            await station.send(frame(0x81, b"end", True))
            assert await station.closing() == 1000
            await station.send(b"".join(LATE[name] for name in order))
            while await station.hear() is not None:
                pass
            for end in (station, primary):
                end.sock.close()
        await port.lane.emptied()
        assert port.tally.station_crashes == 0


async def test_what_comes_while_the_gateway_closes_for_a_breach_harms_nobody(
    stage: Camp,
) -> None:
    async with siege(stage) as around:
        for order in itertools.islice(itertools.permutations(LATE), 0, None, 5):
            end = await around.admitted(f"BAD-{os.urandom(4).hex()}")
            await end.send_bytes(BREACH + b"".join(LATE[name] for name in order))
            await end.drop()
        await around.gateway.settles("stations_connected", 1)


async def test_pings_of_everyone_while_the_gateway_stops_do_not_end_it_early(stage: Camp) -> None:
    gateway = await stage.gateway(await stage.csms("far", "1.6"), timeouts="drain_pace = 0.05")
    stations = [await stage.station(gateway, f"CS-{number}") for number in range(20)]
    gateway.process.terminate()  # type: ignore[union-attr]
    for station in stations * 3:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):  # gone already
            await station.end.send_bytes(LATE["ping"])
    assert await gateway.ended() == 0
    assert "Traceback" not in gateway.log
