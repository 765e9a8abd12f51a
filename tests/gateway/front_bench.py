"""Listener, fleet and lane without a core, between a station and CSMSs of trio-websocket."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
import trio
from trio_websocket import (
    ConnectionClosed,
    WebSocketConnection,
    WebSocketRequest,
    serve_websocket,
    wrap_client_stream,
)
from wsproto import ConnectionType, WSConnection
from wsproto.events import RejectConnection, Request

from gateway.core.route import Route, Upstream
from gateway.core.tally import Tally
from gateway.limits import Limits
from gateway.store.memory import MemoryStore
from gateway.wire import stream
from gateway.wire.dialer import Csms, Dialer
from gateway.wire.fleet import Fleet, Place
from gateway.wire.lane import Lane
from gateway.wire.listener import Listener
from gateway.wire.newcomer import Newcomer
from gateway.wire.reception import Entrance
from tests.gateway.wire_bench import PATIENCE, End, Forwarding

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

    @asynccontextmanager
    async def station(
        self, identity: str, *offered: str, headers: Any = None
    ) -> AsyncIterator[WebSocketConnection]:
        """A station that is connected for as long as the block lasts."""
        tcp = await trio.open_tcp_stream("127.0.0.1", self.port)
        async with tcp, trio.open_nursery() as nursery:
            websocket = await wrap_client_stream(
                nursery,
                tcp,
                "127.0.0.1",
                f"/ocpp/{identity}",
                subprotocols=[name for name in offered or ("ocpp1.6",) if name],
                extra_headers=headers,
            )
            yield websocket
            await websocket.aclose()

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

    def is_known(self, identity: str, user: bytes, password: bytes) -> bool:
        return False

    def proof(self, identity: str) -> str:
        return ""

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
        self, route: Route, newcomer: Newcomer, log: structlog.typing.FilteringBoundLogger
    ) -> Place:
        return await self.fleet.berth(route, newcomer, log)


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
