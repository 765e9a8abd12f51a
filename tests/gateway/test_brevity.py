"""A CSMS that accepts connections and closes them at once is asked ever more rarely."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import pytest
import trio
from trio.testing import MockClock
from trio_websocket import WebSocketRequest, serve_websocket

from gateway.core.route import Upstream
from gateway.core.tally import Tally
from gateway.wire.brevity import FIRST, LONGEST, Brevity
from gateway.wire.dialer import Csms, Dialer
from gateway.wire.lane import Upgraded
from gateway.wire.upgrade import UpgradeError
from tests.gateway.wire_bench import PATIENCE

FAR = Upstream("far", "1.6")

pytestmark = pytest.mark.trio


async def test_each_brief_connection_doubles_the_wait(mock_clock: MockClock) -> None:
    tally = Tally()
    brevity = Brevity(tally)
    waits = []
    for _ in range(10):
        brevity.ended("far", "CS-1", 0.1, least=1.0)
        waits.append(brevity.wait("far", "CS-1"))
        mock_clock.jump(waits[-1])
        assert brevity.wait("far", "CS-1") == 0.0
    assert waits[:3] == pytest.approx([FIRST, 2 * FIRST, 4 * FIRST])
    assert waits[-1] == pytest.approx(LONGEST)
    assert tally.legs_short["far",] == 10


async def test_whoever_stays_is_forgiven_and_others_are_others(mock_clock: MockClock) -> None:
    brevity = Brevity(Tally())
    brevity.ended("far", "CS-1", 0.1, least=1.0)
    assert brevity.wait("far", "CS-2") == brevity.wait("near", "CS-1") == 0.0
    assert brevity.is_doubted("far", "CS-1")
    brevity.ended("far", "CS-1", inf, least=1.0)
    assert brevity.wait("far", "CS-1") == 0.0
    assert not brevity.is_doubted("far", "CS-1")


class Host:
    """A CSMS that closes, speaks or is silent once it has accepted."""

    def __init__(self) -> None:
        self.manner = "silent"
        self.paths: list[str] = []

    async def serve(self, request: WebSocketRequest) -> None:
        self.paths.append(request.path)
        manner = self.manner
        async with await request.accept(subprotocol="ocpp1.6") as socket:
            if manner == "closes":
                return
            if manner == "breaks off":
                await socket._stream.aclose()
            if manner == "speaks":
                await socket.send_message("hello")
            await trio.sleep_forever()


@asynccontextmanager
async def doubted(clock: MockClock, **keys: Any) -> AsyncIterator[tuple[Host, Dialer]]:
    """A dialer whose last leg was a brief one, and whose CSMS may be dialled again."""
    host = Host()
    clock.rate = 1.0
    async with trio.open_nursery() as nursery:
        server = await nursery.start(serve_websocket, host.serve, "127.0.0.1", 0, None)
        csms = Csms(f"ws://127.0.0.1:{server.port}", "1.6", **{"short_lived": 0.2, **keys})
        dialer = Dialer({"far": csms})
        dialer.ended("far", "CS-1", 0.1)
        with pytest.raises(UpgradeError) as refused:
            await dialer.dial(FAR, "primary", "CS-1")
        assert 0.0 < refused.value.again_in <= FIRST
        assert not host.paths
        clock.jump(FIRST)
        with trio.fail_after(PATIENCE):
            yield host, dialer
        nursery.cancel_scope.cancel()


async def leg(dialer: Dialer) -> Upgraded:
    """A leg that was dialled; its socket is let go of."""
    upgraded = await dialer.dial(FAR, "primary", "CS-1")
    upgraded.sock.close()
    return upgraded


@pytest.mark.parametrize("manner", ["closes", "breaks off"])
async def test_the_next_one_is_not_handed_out_before_it_has_lasted(
    mock_clock: MockClock, manner: str
) -> None:
    async with doubted(mock_clock) as (host, dialer):
        host.manner = manner
        with pytest.raises(UpgradeError) as refused:
            await leg(dialer)
        assert FIRST < refused.value.again_in <= 2 * FIRST
        assert host.paths == ["/CS-1"]


async def test_one_that_lasts_is_handed_out(mock_clock: MockClock) -> None:
    async with doubted(mock_clock) as (_, dialer):
        assert (await leg(dialer)).early == b""


async def test_what_it_says_meanwhile_is_not_lost(mock_clock: MockClock) -> None:
    async with doubted(mock_clock) as (host, dialer):
        host.manner = "speaks"
        assert (await leg(dialer)).early == b"\x81\x05hello"


async def test_shadows_are_dialled_as_ever(mock_clock: MockClock) -> None:
    async with doubted(mock_clock) as (host, dialer):
        dialer.ended("far", "CS-1", 0.1)
        upgraded = await dialer.dial(FAR, "shadow", "CS-1")
        upgraded.sock.close()
        assert host.paths == ["/CS-1"]
