"""The whole worker on port 0 with the real core: a station, a CSMS, signals."""

import base64
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trio
import trio.testing
from trio_websocket import (
    ConnectionClosed,
    WebSocketConnection,
    WebSocketRequest,
    serve_websocket,
    wrap_client_stream,
)

from gateway import config as configuration
from gateway.core.tally import Tally
from gateway.store.memory import MemoryStore
from gateway.worker import serve

pytestmark = pytest.mark.trio

CONFIG = """
[listen]
url = "ws://127.0.0.1:0/ocpp"
security_profile = {profile}
[listen.credentials]
CS1 = "a password of sixteen"
[[csms]]
name = "legacy"
url = "ws://127.0.0.1:{csms}/steve"
version = "1.6"
[[segment]]
name = "default"
primary = "legacy"
shadows = []
[store]
url = "memory:"
[admin]
listen = "127.0.0.1:0"
"""


async def answer(request: WebSocketRequest) -> None:
    """A CSMS that answers every CALL with nothing."""
    websocket = await request.accept(subprotocol="ocpp1.6")
    with suppress(ConnectionClosed):
        while True:
            message = await websocket.get_message()
            await websocket.send_message(f'[3,"{message.split(chr(34))[1]}",{{}}]')


class Running:
    """A worker that serves, and its stations."""

    def __init__(self, port: int, tally: Tally, path: Path) -> None:
        self.port, self.tally, self.path = port, tally, path
        self.stopped = trio.Event()

    @asynccontextmanager
    async def station(
        self, identity: str, password: str = ""
    ) -> AsyncIterator[WebSocketConnection]:
        """A 1.6 station."""
        pair = base64.b64encode(f"{identity}:{password}".encode())
        tcp = await trio.open_tcp_stream("127.0.0.1", self.port)
        async with tcp, trio.open_nursery() as nursery:
            websocket = await wrap_client_stream(
                nursery,
                tcp,
                "127.0.0.1",
                f"/ocpp/{identity}",
                subprotocols=["ocpp1.6"],
                extra_headers=[(b"Authorization", b"Basic " + pair)],
            )
            yield websocket
            await websocket.aclose()


@asynccontextmanager
async def running(folder: Path, profile: int = 0) -> AsyncIterator[Running]:
    """A worker for as long as the block lasts."""
    tally, store, path = Tally(), MemoryStore(), folder / "gateway.toml"
    async with trio.open_nursery() as nursery:
        far = await nursery.start(serve_websocket, answer, "127.0.0.1", 0, None)
        path.write_text(CONFIG.format(csms=far.port, profile=profile))
        config = configuration.load(path)

        async def work(*, task_status: trio.TaskStatus[int]) -> None:
            await serve(config, path, store, tally, task_status=task_status)
            here.stopped.set()

        port = await nursery.start(work)
        here = Running(port, tally, path)
        with trio.fail_after(20):
            yield here
        nursery.cancel_scope.cancel()


async def test_a_call_goes_to_the_csms_and_its_answer_comes_back(tmp_path: Path) -> None:
    async with running(tmp_path) as gateway, gateway.station("CS1") as station:
        await station.send_message('[2,"7","Heartbeat",{}]')
        assert await station.get_message() == '[3,"7",{}]'
        assert gateway.tally.stations_connected["default", "1.6"] == 1


async def test_credentials_of_the_configuration_open_the_door(tmp_path: Path) -> None:
    async with running(tmp_path, profile=1) as gateway:
        for _ in range(2):  # the second time without the slow hash
            async with gateway.station("CS1", "a password of sixteen") as station:
                await station.send_message('[2,"7","Heartbeat",{}]')
                assert await station.get_message() == '[3,"7",{}]'
        assert gateway.tally.handshakes["accepted",] == 2


async def test_sigterm_sends_the_stations_away_with_1012_and_ends(tmp_path: Path) -> None:
    async with running(tmp_path) as gateway, gateway.station("CS1") as station:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as caught:
            await station.get_message()
        assert caught.value.reason.code == 1012
        await gateway.stopped.wait()
        with pytest.raises(OSError, match="failed"):
            await trio.open_tcp_stream("127.0.0.1", gateway.port)


async def test_sighup_takes_a_good_configuration_and_keeps_the_old_for_a_bad_one(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as gateway, gateway.station("CS1") as station:
        good = gateway.path.read_text()
        gateway.path.write_text("this is no TOML")
        signal.raise_signal(signal.SIGHUP)
        await trio.testing.wait_all_tasks_blocked(0.01)
        async with gateway.station("CS2") as other:
            await other.send_message('[2,"1","Heartbeat",{}]')
            assert await other.get_message() == '[3,"1",{}]'
        gateway.path.write_text(good.replace('name = "default"', 'name = "renamed"'))
        signal.raise_signal(signal.SIGHUP)
        while not gateway.tally.stations_connected["renamed", "1.6"]:
            async with gateway.station("CS3") as third:
                await third.send_message('[2,"1","Heartbeat",{}]')
                assert await third.get_message() == '[3,"1",{}]'
                if gateway.tally.stations_connected["renamed", "1.6"]:
                    break
        await station.send_message('[2,"8","Heartbeat",{}]')
        assert await station.get_message() == '[3,"8",{}]'
