"""SIGHUP, and what was under way when it came: legs that are dialled, shadows, certificates."""

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import trio
import trio.testing
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketRequest, serve_websocket

from gateway import cli, parts
from gateway import config as configuration
from gateway.core.route import Route, Upstream
from gateway.core.tally import Tally
from gateway.evidence.keeper import Keeper
from gateway.store import Done, Row, StoreError
from gateway.store.memory import MemoryStore
from gateway.wire import redialling
from gateway.wire.dialer import Csms, Dialer
from gateway.wire.fleet import Fleet
from gateway.wire.pressure import Pressure
from gateway.wire.redialling import Redialling
from gateway.wire.upgrade import UpgradeError
from gateway.worker import Worker
from tests.endtoend.certificates import Authority
from tests.endtoend.gateway_process import until
from tests.gateway.front_bench import front
from tests.gateway.test_listener import UPGRADE
from tests.gateway.test_worker import CONFIG, Running, running
from tests.gateway.wire_bench import Forwarding, Harbour, Scripted, harbour

NOWHERE = '[[csms]]\nname = "gone"\nurl = "ws://127.0.0.1:1"\nversion = "1.6"\n'


async def reloaded(gateway: Running, change: Callable[[str], str], logs: list[Any]) -> None:
    """The file is changed, and taken."""
    gateway.path.write_text(change(gateway.path.read_text()))
    logs.clear()
    signal.raise_signal(signal.SIGHUP)
    await told(logs, "configuration loaded")


async def told(logs: list[Any], event: str) -> None:
    """The log has a line of it."""
    await until(lambda: any(line["event"] == event for line in logs))


@pytest.mark.trio
async def test_a_shadow_that_is_configured_no_more_is_dialled_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redialling, "LONGEST_WAIT", 0.05)
    with capture_logs() as logs:
        async with running(tmp_path) as gateway:
            await reloaded(gateway, lambda text: text.replace("[]", '["gone"]', 1) + NOWHERE, logs)
            async with gateway.station("CS1") as station:
                await reloaded(gateway, without_shadow, logs)
                await told(logs, "csms is dialled no more")
                await station.send_message('[2,"8","Heartbeat",{}]')
                assert await station.get_message() == '[3,"8",{}]'


def without_shadow(text: str) -> str:
    """The segment has another name, so its stations keep their shadows: and there is none."""
    text = text.removesuffix(NOWHERE).replace('["gone"]', "[]")
    return text.replace('name = "default"', 'name = "renamed"')


class Fickle:
    """A 2.0.1 CSMS that leaves its first station and takes no other."""

    def __init__(self) -> None:
        self.came = 0
        self.may_leave = trio.Event()

    async def serve(self, request: WebSocketRequest) -> None:
        self.came += 1
        if self.came > 1:
            await request.reject(500)
            return
        async with await request.accept(subprotocol="ocpp2.0.1"):
            await self.may_leave.wait()


@pytest.mark.trio
async def test_a_station_whose_csms_is_configured_no_more_is_sent_to_its_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redialling, "LONGEST_WAIT", 0.05)
    fickle = Fickle()
    async with trio.open_nursery() as nursery:
        far = await nursery.start(serve_websocket, fickle.serve, "127.0.0.1", 0, None)
        other = f'[[csms]]\nname = "new"\nurl = "ws://127.0.0.1:{far.port}"\nversion = "2.0.1"\n'
        other += "short_lived = 0\n"
        buffer = '[translation]\nlink_policy = "buffer"\n'
        with capture_logs() as logs:
            async with running(tmp_path) as gateway:
                good = gateway.path.read_text()
                fitted = good.replace('primary = "legacy"', 'primary = "new"')
                await reloaded(gateway, lambda text: fitted + other + buffer, logs)
                async with gateway.station("CS1") as station:
                    fickle.may_leave.set()
                    await until(lambda: fickle.came > 1)
                    await reloaded(gateway, lambda text: good, logs)
                    with pytest.raises(ConnectionClosed) as caught:
                        await station.get_message()
                    assert caught.value.reason.code == 1001
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_a_csms_that_speaks_another_version_now_is_not_dialled_for_an_older_route() -> None:
    dialer = Dialer({"far": Csms("ws://127.0.0.1:1", "2.0.1")})
    with pytest.raises(UpgradeError, match="no more"):
        await dialer.dial(Upstream("far", "1.6"), "primary", "CS1")


class Ready:
    """A dialer that has just opened a leg when its shadow is wanted no more."""

    def __init__(self, port: Harbour) -> None:
        self.port, self.unwanted = port, lambda: None  # type: Harbour, Callable[[], None]

    async def dial(self, *_: object) -> Any:
        await trio.lowlevel.checkpoint()
        upgraded, self.far = self.port.pair(False)
        self.unwanted()
        return upgraded


@pytest.mark.trio
async def test_a_leg_that_opens_when_its_shadow_is_wanted_no_more_is_closed() -> None:
    async with harbour() as port, trio.open_nursery() as nursery:
        link, _, _ = port.adopt(Scripted(), "new")
        dialer: Any = Ready(port)
        dialling = Redialling(port.lane, MemoryStore(), dialer, Pressure(), nursery)
        dialer.unwanted = lambda: dialling.stop(link, frozenset({"legacy"}))
        dialling.begin(link, "new", wait=False)
        await trio.testing.wait_all_tasks_blocked()
        assert "new" not in link.legs
        assert await dialer.far.read() == b""


class SlowStore(MemoryStore):
    """Lets the test say when records are there."""

    def __init__(self) -> None:
        super().__init__()
        self.may_load = trio.Event()

    async def load(self, identity: str) -> Any:
        await self.may_load.wait()
        return await super().load(identity)


@pytest.mark.trio
async def test_of_two_reloads_the_last_one_says_which_shadows_there_are() -> None:
    wanted: list[tuple[Upstream, ...]] = [(Upstream("new", "1.6"),)]

    def shadows_of(route: Route) -> tuple[Upstream, ...]:
        return wanted[-1]

    store = SlowStore()
    async with harbour() as port, trio.open_nursery() as nursery:
        link, _, _ = port.adopt(Scripted())
        dialer: Any = SimpleNamespace()
        fleet = Fleet(port.lane, store, dialer, lambda *_: Scripted(), nursery)
        fleet._links["CS1"] = link
        fleet.invite(shadows_of)
        await trio.testing.wait_all_tasks_blocked()
        wanted.append(())
        fleet.invite(shadows_of)
        await trio.testing.wait_all_tasks_blocked()
        store.may_load.set()
        await trio.testing.wait_all_tasks_blocked()
        assert link.route.shadows == ()


class Inviting(Forwarding):
    """A core that may be told of other shadows."""

    def invite(self, shadows: tuple[Upstream, ...], records: Any, now: float) -> list[Any]:
        self.shadows = tuple(one.name for one in shadows)
        return []


@pytest.mark.trio
async def test_who_is_in_its_handshake_at_a_reload_has_the_shadows_of_then(tmp_path: Path) -> None:
    store = SlowStore()
    async with front(store=store, session=lambda *_: Inviting(())) as gateway:
        station = await gateway.raw()
        await station.send(UPGRADE)
        await until(lambda: "CS1" in gateway.fleet._newest)
        gateway.fleet.invite(lambda route: (Upstream("new", "1.6"),))
        await trio.testing.wait_all_tasks_blocked()
        store.may_load.set()
        await until(lambda: gateway.tally.legs_connected["new", "shadow"] == 1)
        station.sock.close()


@pytest.mark.trio
async def test_the_log_names_what_a_reload_did_not_take_and_nothing_else(tmp_path: Path) -> None:
    with capture_logs() as logs:
        async with running(tmp_path) as gateway:
            old = configuration.load(gateway.path)
            await reloaded(gateway, lambda text: text + "[timeouts]\ncall = 9.0\n", logs)
            new = configuration.load(gateway.path)
            route = configuration.route(new, "CS1", [])
            assert route is not None
            assert route.call_timeout == 9.0  # it holds for whoever connects from now on
            assert logs[-1]["needs_restart"] == []
    slow = msgspec.structs.replace(new, timeouts=msgspec.structs.replace(new.timeouts, drain=9.0))
    assert parts.needing_restart(old, slow) == ["timeouts"]


@pytest.mark.parametrize("key", ["garbage", ""])
def test_a_key_that_is_of_no_use_is_named_before_anything_begins(
    tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, private = Authority(tmp_path).issue("localhost")
    private.write_bytes(key.encode() or locked(private.read_bytes()))
    path = tmp_path / "gateway.toml"
    files = f'certificate = "{certificate}"\nprivate_key = "{private}"\n'
    text = CONFIG.format(csms=1, profile=2).replace("ws://127.0.0.1:0", "wss://127.0.0.1:0")
    path.write_text(text.replace("[listen]\n", f"[listen]\n{files}"))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set())
    for command in ("check-config", "run"):
        assert cli.main([command, "--config", str(path)]) == 2
        assert str(private) in capsys.readouterr().err
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def locked(key: bytes) -> bytes:
    """The same private key behind a passphrase."""
    found = serialization.load_pem_private_key(key, None)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return found.private_bytes(*form, serialization.BestAvailableEncryption(b"secret"))


@pytest.mark.trio
async def test_another_path_waits_for_a_restart_and_all_else_of_listen_does_not(
    tmp_path: Path,
) -> None:
    def change(text: str) -> str:
        return text.replace(":0/ocpp", ":0/other").replace("profile = 0", "profile = 1")

    with capture_logs() as logs:
        async with running(tmp_path) as gateway:
            for _ in range(2):
                await reloaded(gateway, change, logs)
                assert logs[-1]["needs_restart"] == ["listen.url"]
                with pytest.raises(ExceptionGroup) as refused:
                    async with gateway.station("CS1", "wrong"):
                        pass
                assert refused.group_contains(ConnectionRejected, match="401")
                async with gateway.station("CS1", "a password of sixteen") as station:
                    await station.send_message('[2,"8","Heartbeat",{}]')
                    assert await station.get_message() == '[3,"8",{}]'


class Moody(MemoryStore):
    """Fails once."""

    fails = True

    def submit(self, rows: list[Row], done: Done) -> None:
        error, self.fails = (StoreError("no room") if self.fails else None), False
        done(error)


@pytest.mark.trio
async def test_a_commit_that_failed_once_keeps_nobody_away(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(CONFIG.format(csms=1, profile=0))
    worker = Worker(configuration.load(path), path, Moody(), Tally(), Keeper())
    worker.fleet = SimpleNamespace(draining=False)  # type: ignore[assignment]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(worker.lane.run)
        worker.lane.journal.add("CS1", "legacy", {"key": b"value"})
        worker.lane.journal.commit()
        await trio.testing.wait_all_tasks_blocked()
        assert worker.not_ready() == []
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def sitting(folder: Path, text: str) -> AsyncIterator[Worker]:
    """A worker that listens to nobody."""
    path = folder / "gateway.toml"
    path.write_text(text)
    async with trio.open_nursery() as nursery:
        worker = Worker(configuration.load(path), path, MemoryStore(), Tally(), Keeper())
        nursery.start_soon(worker.lane.run)
        yield worker
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_what_a_new_wss_url_asks_of_stations_waits_for_its_socket(tmp_path: Path) -> None:
    certificate, private = Authority(tmp_path).issue("localhost")
    text = CONFIG.format(csms=1, profile=0)
    files = f'[listen]\ncertificate = "{certificate}"\nprivate_key = "{private}"\n'
    new = text.replace("ws://127.0.0.1:0", "wss://127.0.0.1:0").replace("[listen]\n", files)
    async with sitting(tmp_path, text) as worker:
        new = f"{new}[timeouts]\ncall = 9.0\n".replace("profile = 0", "profile = 2")
        worker.path.write_text(new)
        worker.reload()
        route = worker.route("CS1", ["ocpp1.6"])
        assert route is not None
        assert route.call_timeout == 9.0
        assert (route.security_profile, route.learns_passwords) == (0, False)


@pytest.mark.trio
async def test_dials_are_shared_by_the_workers_that_there_are(tmp_path: Path) -> None:
    text = CONFIG.format(csms=1, profile=0)
    async with sitting(tmp_path, text) as worker:
        worker.path.write_text(f"{text}[worker]\ncount = 4\n")
        with capture_logs() as logs:
            worker.reload()
        assert worker.csmss["legacy"].dials_per_second == 200.0
        assert logs[-1]["needs_restart"] == ["worker"]


MISTAKES = (
    "[shadow]\nsample = 1",
    '[shadow]\nevidence = "/x\\u0000"',
    f"x = {'[' * 5000}",
    f"x = {'1' * 5000}",
)


@pytest.mark.trio
@pytest.mark.parametrize("line", MISTAKES)
async def test_no_mistake_in_the_file_ends_what_runs(tmp_path: Path, line: str) -> None:
    text = CONFIG.format(csms=1, profile=0)
    async with sitting(tmp_path, text) as worker:
        worker.path.write_text(f"{text}{line}\n")
        with capture_logs() as logs:
            worker.reload()
        assert [entry["event"] for entry in logs] == ["configuration kept"]
