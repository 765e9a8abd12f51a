"""A real listener, fleet and lane on port 0, with trio-websocket as station and as CSMS."""

import base64
import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import structlog
import trio
from trio_websocket import (
    ConnectionClosed,
    ConnectionRejected,
    WebSocketConnection,
    WebSocketRequest,
    open_websocket_url,
    serve_websocket,
)
from wsproto import ConnectionType, WSConnection
from wsproto.events import RejectConnection, Request

from gateway.core.effects import Persist
from gateway.core.route import Route, Upstream
from gateway.core.tally import Tally
from gateway.store.memory import MemoryStore
from gateway.wire import listener as listener_module
from gateway.wire import stream
from gateway.wire.connection import Limits
from gateway.wire.dialer import Csms, Dialer
from gateway.wire.fleet import Fleet, Place
from gateway.wire.framing import TEXT, encoded
from gateway.wire.lane import Lane
from gateway.wire.listener import Entrance, Listener
from tests.gateway.wire_bench import KEY, PATIENCE, End, Forwarding

pytestmark = pytest.mark.trio

Behaviour = Callable[[WebSocketConnection, str], Awaitable[None]]


async def echo(websocket: WebSocketConnection, path: str) -> None:
    """A CSMS that says back what it hears, after its own word."""
    while True:
        await websocket.send_message(f"{path}:{await websocket.get_message()}")


class Csmss:
    """Far CSMSs on port 0: `legacy` and `new`."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.headers: list[dict[bytes, bytes]] = []
        self.refuse = 0
        self.behaviour: Behaviour = echo

    async def serve(self, request: WebSocketRequest) -> None:
        """One leg."""
        self.paths.append(request.path)
        self.headers.append(dict(request.headers))
        if self.refuse:
            await request.reject(self.refuse)
            return
        websocket = await request.accept(subprotocol="ocpp1.6")
        with suppress(ConnectionClosed):
            await self.behaviour(websocket, request.path)


class Front:
    """A gateway without a core: the host of the listener, and what a test wants to know of it."""

    def __init__(self, port: int, csms: Csmss, fleet: Fleet, lane: Lane, tally: Tally) -> None:
        self.port, self.csms, self.fleet, self.lane, self.tally = port, csms, fleet, lane, tally

    def url(self, path: str) -> str:
        """Where a station connects."""
        return f"ws://127.0.0.1:{self.port}/ocpp/{path}"

    def station(self, identity: str, *offered: str, **more: Any) -> Any:
        """A station that is connected for as long as the block lasts."""
        return open_websocket_url(
            self.url(identity), subprotocols=list(offered or ("ocpp1.6",)), **more
        )

    async def refusal(self, path: str, headers: Any = ()) -> tuple[int, dict[bytes, bytes]]:
        """Status and headers with which a station is turned away, as wsproto reads them."""
        oracle = WSConnection(ConnectionType.CLIENT)
        asked = Request(host="x", target=f"/ocpp/{path}", subprotocols=["ocpp1.6"])
        asked.extra_headers.extend(headers)
        end = await self.raw()
        with end.sock:
            await end.send(oracle.send(asked))
            while data := await end.read():
                oracle.receive_data(data)
            events = list(oracle.events())
        if not events:
            return 0, {}
        assert isinstance(events[0], RejectConnection)
        return events[0].status_code, dict(events[0].headers)

    async def raw(self) -> End:
        """A connection that speaks bytes."""
        return End(await stream.connect("127.0.0.1", self.port), client=True)

    def outcome(self, name: str) -> int:
        """How many handshakes ended so."""
        return self.tally.handshakes[name,]


class Clerk:
    """Answers the listener."""

    def __init__(self, shadows: tuple[str, ...]) -> None:
        self.fleet: Fleet
        self.shadows = shadows

    def rewritten(self, target: str) -> str:
        return target.removesuffix("/null")

    async def authenticate(self, identity: str, user: bytes, password: bytes) -> bool:
        return user == identity.encode() and password == b"\xffsecret"

    def route(self, identity: str, offered: list[str]) -> Route | None:
        if identity == "STRANGER":
            return None
        return Route(
            identity=identity,
            version="1.6",
            segment="default",
            primary=Upstream("legacy", "1.6"),
            shadows=tuple(Upstream(name, "1.6") for name in self.shadows),
        )

    async def berth(
        self, route: Route, target: str, log: structlog.typing.FilteringBoundLogger
    ) -> Place:
        return await self.fleet.berth(route, target, log)


@asynccontextmanager
async def front(
    *shadows: str,
    store: Any = None,
    urls: dict[str, str] | None = None,
    dial_within: float = 5.0,
    session: Callable[..., Any] = lambda route, records, target: Forwarding(
        tuple(one.name for one in route.shadows)
    ),
    **entrance: Any,
) -> AsyncIterator[Front]:
    """Everything but the core, running."""
    tally, csms, clerk = Tally(), Csmss(), Clerk(shadows)
    store = store or MemoryStore()
    async with trio.open_nursery() as nursery:
        far = await nursery.start(serve_websocket, csms.serve, "127.0.0.1", 0, None)
        places = {"legacy": f"ws://127.0.0.1:{far.port}/a", "new": f"ws://127.0.0.1:{far.port}/b"}
        csmss = {n: Csms(u, "1.6", "gw", "pw") for n, u in (places | (urls or {})).items()}
        lane = Lane(store, tally, Limits(close_within=0.5))
        nursery.start_soon(lane.run)
        dialer = Dialer(csmss, within=dial_within)
        clerk.fleet = Fleet(lane, store, dialer, session, nursery)
        entry = Entrance(**{"base": "/ocpp", **entrance})
        (listening,) = await stream.listen("127.0.0.1", 0)
        nursery.start_soon(Listener(entry, clerk, tally).serve, listening)
        with listening, trio.fail_after(4 * PATIENCE):
            yield Front(listening.getsockname()[1], csms, clerk.fleet, lane, tally)
        nursery.cancel_scope.cancel()


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


async def test_messages_of_any_size_survive_both_ways() -> None:
    async with front() as gateway, gateway.station("CS1") as station:
        for size in (0, 1, 125, 126, 1000, 65_000):
            text = "ü" * (size // 2)
            await station.send_message(text)
            assert await station.get_message() == f"/a/CS1:{text}"


async def test_a_station_that_offers_nothing_is_served_without_the_header() -> None:
    async with front() as gateway, open_websocket_url(gateway.url("CS1")) as station:
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
            async with gateway.station("CS1", extra_headers=headers) as station:
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

    async with front(store=store, session=session) as gateway, gateway.station("CS1"):
        async with gateway.station("CS1"):
            assert loaded == [{}, {"legacy": {"last": b"word"}}]


async def test_many_connections_of_one_station_at_once_leave_one() -> None:
    async with front() as gateway:

        async def connect() -> None:
            with suppress(ConnectionClosed, ConnectionRejected, OSError, trio.TooSlowError):
                async with gateway.station("CS1") as station:
                    await station.get_message()

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(connect)
            while sum(gateway.tally.handshakes.values()) < 10:
                await trio.testing.wait_all_tasks_blocked(0.01)
            nursery.cancel_scope.cancel()
        assert gateway.tally.stations_connected["default", "1.6"] <= 1


async def test_what_both_sides_say_too_early_is_not_lost() -> None:
    async def hasty(websocket: WebSocketConnection, path: str) -> None:
        await websocket.send_message("first")
        await echo(websocket, path)

    async with front() as gateway:
        gateway.csms.behaviour = hasty
        station = await gateway.raw()
        with station.sock:
            await station.send(
                b"GET /ocpp/CS1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
                + encoded(TEXT, b"early", KEY)
            )
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
            assert len(gateway.fleet._dialling) == 1
        await gateway.lane.emptied()
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert gateway.fleet._dialling == {}


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
