"""A real listener, fleet and lane on port 0, with trio-websocket as station and as CSMS."""

import base64
import errno
import socket
from contextlib import suppress
from typing import Any

import pytest
import structlog
import trio
from structlog.testing import capture_logs
from trio_websocket import (
    ConnectionClosed,
    WebSocketConnection,
)

from gateway.core.effects import Persist
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally
from gateway.store import Records
from gateway.store.memory import MemoryStore
from gateway.wire import listener as listener_module
from gateway.wire.framing import TEXT, encoded
from gateway.wire.handshake import HandshakeError
from gateway.wire.lines import A_MINUTE
from gateway.wire.newcomer import Newcomer
from gateway.wire.visitor import Lobby, Visitor
from tests.gateway.front_bench import echo, front
from tests.gateway.wire_bench import KEY, PATIENCE, End, Forwarding

pytestmark = pytest.mark.trio

UPGRADE = (
    b"GET /ocpp/CS1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def test_a_station_talks_with_its_csms() -> None:
    async with front() as gateway:
        async with gateway.station("CS%201") as station:
            assert station.subprotocol == "ocpp1.6"
            await station.send_message("hello")
            assert await station.get_message() == "/a/CS%201:hello"
            assert gateway.tally.stations_connected["default", "1.6"] == 1
            assert gateway.tally.legs_connected["legacy", "primary"] == 1
        await gateway.lane.emptied()
        assert gateway.outcome("accepted") == 1
        assert gateway.tally.stations_connected["default", "1.6"] == 0
        assert gateway.csms.headers[0][b"authorization"] == b"Basic Z3c6cHc="


async def test_who_has_left_before_being_heard_takes_nobodys_place() -> None:
    async with front() as gateway, gateway.station("CS1") as station:
        for _ in range(3):  # in one breath, so that the gateway finds them closed
            with socket.create_connection(("127.0.0.1", gateway.port)) as gone:
                gone.sendall(UPGRADE)
        async with gateway.station("CS2") as later:  # accepted behind them
            await later.send_message("hello")
            assert await later.get_message() == "/a/CS2:hello"
        assert gateway.outcome("lost") == 3
        await station.send_message("still here")
        assert await station.get_message() == "/a/CS1:still here"


async def test_messages_of_any_size_survive_both_ways() -> None:
    async with front() as gateway, gateway.station("CS1") as station:
        for size in (0, 1, 125, 126, 1000, 65_000):
            text = "ü" * (size // 2)
            await station.send_message(text)
            assert await station.get_message() == f"/a/CS1:{text}"


async def test_a_station_that_offers_nothing_is_served_without_the_header() -> None:
    async with front() as gateway, gateway.station("CS1", "") as station:
        assert station.subprotocol is None
        await station.send_message("hello")
        assert await station.get_message() == "/a/CS1:hello"


async def test_a_station_of_unknown_versions_only_is_let_in_and_sent_away() -> None:
    async with front() as gateway:
        async with gateway.station("CS1", "ocpp3.0") as station:
            with pytest.raises(ConnectionClosed) as caught:
                await station.get_message()
            assert caught.value.reason.code == 1002
            assert station.subprotocol is None
        assert gateway.csms.paths == []


async def test_a_target_is_rewritten_before_the_identity_is_read() -> None:
    async with front() as gateway, gateway.station("CS1/null") as station:
        await station.send_message("hello")
        assert await station.get_message() == "/a/CS1:hello"


@pytest.mark.parametrize("code", [401, 403, 404])
async def test_the_csms_refusal_is_the_stations_answer(code: int) -> None:
    async with front() as gateway:
        gateway.csms.refuse = code
        assert (await gateway.refusal("CS1"))[0] == code
        assert gateway.outcome("csms_refused") == 1


@pytest.mark.parametrize("what", ["refused", "silent", "500"])
async def test_a_csms_that_is_not_there_is_503_with_a_time_to_come_again(what: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        urls = {
            "silent": f"ws://127.0.0.1:{silent.getsockname()[1]}",
            "refused": "ws://127.0.0.1:1",
        }
        chosen = {"legacy": urls[what]} if what in urls else {}
        async with front(urls=chosen, dial_within=0.1) as gateway:
            gateway.csms.refuse = 500
            status, answer = await gateway.refusal("CS1")
            assert status == 503
            assert int(answer[b"retry-after"]) > 0
            assert gateway.outcome("csms_unavailable") == 1


@pytest.mark.parametrize(
    ("pair", "welcome"),
    [
        (b"CS1:\xffsecret", True),
        (b"CS1:wrong", False),
        (b"CS2:\xffsecret", False),
        (b"nonsense", False),
        (None, False),
    ],
)
async def test_basic_credentials_are_asked_for_before_the_upgrade(
    pair: bytes | None, welcome: bool
) -> None:
    headers = [] if pair is None else [(b"Authorization", b"basic " + base64.b64encode(pair))]
    async with front(profile=1) as gateway:
        if welcome:
            async with gateway.station("CS1", headers=headers) as station:
                await station.send_message("hello")
                assert await station.get_message() == "/a/CS1:hello"
            return
        assert (await gateway.refusal("CS1", headers))[0] == 401
        assert gateway.csms.paths == []
        assert gateway.outcome("unauthorised") == 1


async def test_a_station_of_no_segment_and_a_foreign_path_are_404() -> None:
    async with front() as gateway:
        for path in ("STRANGER", "../x/CS1", "a%2Fb"):
            assert (await gateway.refusal(path))[0] in (400, 404)
        assert gateway.csms.paths == []


async def test_who_is_turned_away_for_want_of_a_segment_is_named_in_the_log() -> None:
    async with front() as gateway:
        with capture_logs() as logs:
            assert (await gateway.refusal("STRANGER"))[0] == 404
        (line,) = [line for line in logs if line["event"] == "station refused"]
        assert (line["station"], line["outcome"]) == ("STRANGER", "unknown_station")
        assert line["source"] == "127.0.0.1"


async def test_a_fleet_whose_csms_is_away_does_not_flood_the_log() -> None:
    async with front(urls={"legacy": "ws://127.0.0.1:1"}) as gateway:
        await trio.testing.wait_all_tasks_blocked()
        route = Route("CS1", "1.6", "default", Upstream("far", "1.6"))
        with capture_logs() as logs:
            for _ in range(2 * A_MINUTE):
                with pytest.raises(HandshakeError, match="no more"):
                    await gateway.fleet.berth(route, Newcomer(), structlog.get_logger())
        assert len(logs) == A_MINUTE


async def test_the_newest_connection_of_a_station_wins_and_the_old_one_cleans_up_only_itself() -> (
    None
):
    async with front() as gateway, gateway.station("CS1") as old:
        await old.send_message("old")
        assert await old.get_message() == "/a/CS1:old"
        async with gateway.station("CS1") as new:
            with pytest.raises(ConnectionClosed) as caught:
                await old.get_message()
            assert caught.value.reason.code == 1008
            await new.send_message("new")
            assert await new.get_message() == "/a/CS1:new"
            assert gateway.tally.stations_connected["default", "1.6"] == 1
            assert len(gateway.fleet._links) == 1


async def test_a_new_connection_loads_what_the_old_session_wrote_last() -> None:
    loaded: list[Any] = []
    store = MemoryStore()

    class Remembering(Forwarding):
        def closed(self, leg: str, now: float) -> Any:
            return [Persist("legacy", {"last": b"word"}), *super().closed(leg, now)]

    def session(route: Route, records: Any, target: str) -> Forwarding:
        loaded.append(records)
        return Remembering()

    async with (
        front(store=store, session=session) as gateway,
        gateway.station("CS1"),
        gateway.station("CS1"),
    ):
        assert loaded == [{}, {"legacy": {"last": b"word"}}]


async def test_of_many_connections_of_one_station_at_once_one_is_left() -> None:
    async with front() as gateway:
        ends = [await gateway.raw() for _ in range(10)]
        for end in ends:
            await end.send(UPGRADE)
        while sum(gateway.tally.handshakes.values()) < len(ends):
            await trio.testing.wait_all_tasks_blocked(0.01)
        assert gateway.outcome("accepted") >= 1
        assert gateway.tally.stations_connected["default", "1.6"] == 1
        for end in ends:
            end.sock.close()


async def test_who_is_superseded_while_its_csms_is_dialled_is_told_to_come_again() -> None:
    def session(route: Route, records: Records, target: str) -> Session:
        return Session(translated, records, Tally(), 0.0)

    translated = Route("CS1", "1.6", "default", Upstream("legacy", "2.0.1"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        urls = {"legacy": f"ws://127.0.0.1:{silent.getsockname()[1]}"}
        async with front(urls=urls, session=session) as gateway:
            ends = [await gateway.raw() for _ in range(2)]
            for end in ends:
                await end.send(UPGRADE)
                await trio.testing.wait_all_tasks_blocked(0.05)
            assert (await ends[0].read()).startswith(b"HTTP/1.1 503 ")
            assert gateway.outcome("superseded") == 1
            for end in ends:
                end.sock.close()


async def test_a_dead_connection_is_found_out_however_short_the_time_for_a_handshake_is() -> None:
    async with front(within=0.5) as gateway:
        dead = await gateway.raw()
        await dead.send(UPGRADE)
        assert (await dead.read()).startswith(b"HTTP/1.1 101 ")
        elsewhere = socket.create_connection(
            ("127.0.0.1", gateway.port), source_address=("127.0.0.2", 0)
        )
        elsewhere.setblocking(False)
        newcomer = End(elsewhere, client=True)
        await newcomer.send(UPGRADE)
        assert (await newcomer.read()).startswith(b"HTTP/1.1 101 ")
        for end in (dead, newcomer):
            end.sock.close()


async def test_two_addresses_that_wait_for_a_place_both_get_one() -> None:
    lobby, woken = Lobby(), list[str]()
    ours, theirs = socket.socketpair()
    busy = Visitor(ours, "10.0.0.1", lobby, 60.0)
    lobby.enter(busy)
    busy.has_asked()

    async def wait(name: str) -> None:
        await lobby.make_room(1)
        woken.append(name)

    with trio.fail_after(PATIENCE), ours, theirs:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait, "IPv4")
            nursery.start_soon(wait, "IPv6")
            await trio.testing.wait_all_tasks_blocked()
            lobby.leave(busy)
    assert sorted(woken) == ["IPv4", "IPv6"]


async def test_what_both_sides_say_too_early_is_not_lost() -> None:
    async def hasty(websocket: WebSocketConnection, path: str) -> None:
        await websocket.send_message("first")
        await echo(websocket, path)

    async with front() as gateway:
        gateway.csms.behaviour = hasty
        station = await gateway.raw()
        with station.sock:
            await station.send(UPGRADE + encoded(TEXT, b"early", KEY))
            data = b""
            while b"\r\n\r\n" not in data:
                data += await station.read()
            station.decoder.receive(data.partition(b"\r\n\r\n")[2])
            assert await station.hear() == (TEXT, b"first")
            assert await station.hear() == (TEXT, b"/a/CS1:early")


async def test_shadows_are_dialled_in_the_background_and_hear_the_station() -> None:
    heard: dict[str, trio.Event] = {"/b/CS1": trio.Event(), "/a/CS1": trio.Event()}

    async def listening(websocket: WebSocketConnection, path: str) -> None:
        await websocket.get_message()
        heard[path].set()
        await echo(websocket, path)

    async with front("new") as gateway:
        gateway.csms.behaviour = listening
        async with gateway.station("CS1") as station:
            while not gateway.tally.legs_connected["new", "shadow"]:
                await trio.testing.wait_all_tasks_blocked(0.01)
            await station.send_message("hello")
            await heard["/a/CS1"].wait()
            await heard["/b/CS1"].wait()


async def test_a_shadow_that_is_not_there_delays_nobody() -> None:
    async with front("new", urls={"new": "ws://127.0.0.1:1"}) as gateway:
        async with gateway.station("CS1") as station:
            await station.send_message("hello")
            assert await station.get_message() == "/a/CS1:hello"
            assert len(gateway.fleet._redialling._scopes) == 1
        await gateway.lane.emptied()
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert gateway.fleet._redialling._scopes == {}


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
        b"GET /ocpp/CS1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /ocpp/CS1 HTTP/1.1\r\nHost: \xff\r\nUpgrade: \xff\r\n\r\n",
        b"\x00" * 40_000,
        b"GET / HTTP/1.1\r\n" + b"X-Y: z\r\n" * 5000,
    ],
    ids=["nothing", "tls", "plain-get", "non-ascii", "zeros", "headers"],
)
async def test_junk_is_turned_away_and_others_are_served(junk: bytes) -> None:
    async with front() as gateway:
        for _ in range(20):
            scan = await gateway.raw()
            with scan.sock, suppress(OSError):
                await scan.send(junk)
                if junk:
                    assert (await scan.read())[:10] in (b"HTTP/1.1 4", b"")
        async with gateway.station("CS1") as station:
            await station.send_message("hello")
            assert await station.get_message() == "/a/CS1:hello"


async def test_a_request_that_drips_is_cut_at_the_deadline() -> None:
    async with front(within=0.1) as gateway:
        slow = await gateway.raw()
        with slow.sock:
            await slow.send(b"GET /ocpp/CS1 HTTP/1.1\r\nHost:")
            assert await slow.read() == b""
        assert gateway.outcome("timeout") == 1


async def test_running_out_of_descriptors_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = listener_module._accepted, iter([True, True])

    class Exhausted:
        def accept(self) -> Any:
            raise OSError(errno.EMFILE, "Too many open files")

    async def accepted(listening: Any) -> Any:
        return await real(Exhausted() if next(failures, False) else listening)  # type: ignore[arg-type]

    monkeypatch.setattr(listener_module, "_accepted", accepted)
    async with front() as gateway, gateway.station("CS1") as station:
        await station.send_message("hello")
        assert await station.get_message() == "/a/CS1:hello"


async def test_draining_sends_stations_away_with_1012_and_waits_for_their_sockets() -> None:
    async with front() as gateway, gateway.station("CS1") as one, gateway.station("CS2") as two:
        await gateway.fleet.drain(0.001, PATIENCE)
        for station in (one, two):
            with pytest.raises(ConnectionClosed) as caught:
                await station.get_message()
            assert caught.value.reason.code == 1012
        assert gateway.fleet._links == {}
        assert gateway.tally.legs_connected["legacy", "primary"] == 0


async def test_a_bug_in_the_handshake_turns_one_station_away() -> None:
    def broken(route: Route, records: Any, target: str) -> Any:
        if route.identity == "BAD":
            raise ZeroDivisionError
        return Forwarding()

    async with front(session=broken) as gateway:
        assert await gateway.refusal("BAD") == (0, {})
        assert gateway.outcome("crashed") == 1
        async with gateway.station("CS1") as station:
            await station.send_message("hello")
            assert await station.get_message() == "/a/CS1:hello"
