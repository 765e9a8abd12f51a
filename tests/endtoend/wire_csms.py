"""A CSMS on wsproto that hands each connection to the test."""

import ssl
from urllib.parse import unquote

import trio
from wsproto import ConnectionType

from gateway.testing.fakes import Answer
from tests.endtoend.gateway_process import ACCESS, PATIENCE
from tests.endtoend.talker import Talker
from tests.endtoend.wire_end import SUBPROTOCOLS, WireEnd


class WireCsms:
    """Lets stations in, unless it was told to keep them waiting or to turn them away."""

    def __init__(
        self, name: str, version: str, nursery: trio.Nursery, tls: ssl.SSLContext | None = None
    ) -> None:
        self.name, self.version, self._nursery, self._tls = name, version, nursery, tls
        self.port = 0
        self.status = 0  # of the refusal that it answers with; 0: it accepts
        self.gate = trio.Event()  # nobody is let in before it is set
        self.gate.set()
        self.knocked = 0
        self._into, self._connections = trio.open_memory_channel[WireEnd](1000)

    @property
    def url(self) -> str:
        """Where a gateway finds it."""
        return f"{'wss' if self._tls else 'ws'}://{ACCESS}:{self.port}/{self.name}"

    async def listen(self) -> None:
        """Begin to take connections, on a free port."""
        listeners: list[trio.abc.Listener[trio.abc.Stream]] = list(
            await trio.open_tcp_listeners(0, host=ACCESS)
        )
        self.port = listeners[0].socket.getsockname()[1]  # type: ignore[attr-defined]
        if self._tls is not None:
            tls = self._tls
            listeners = [trio.SSLListener(one, tls, https_compatible=True) for one in listeners]
        self._nursery.start_soon(trio.serve_listeners, self._meet, listeners)

    async def _meet(self, stream: trio.abc.Stream) -> None:
        end = WireEnd(stream, ConnectionType.SERVER)
        try:
            await end.request()
            self.knocked += 1
            await self.gate.wait()
            if self.status:
                await end.reject(self.status)
                return
            await end.accept(SUBPROTOCOLS[self.version])
        except (trio.BrokenResourceError, AssertionError):
            return  # it was no handshake, or nobody is there any more
        self._into.send_nowait(end)
        await trio.sleep_forever()  # trio closes the stream once this returns

    async def connection(self, identity: str = "") -> WireEnd:
        """The next connection that was let in; it must be this station's."""
        with trio.fail_after(PATIENCE):
            end = await self._connections.receive()
        found = unquote(end.target.rpartition("/")[2])
        assert identity in ("", found), f"{found} instead of {identity}"
        return end

    async def talker(self, identity: str = "", answers: dict[str, Answer] | None = None) -> Talker:
        """The next connection, listened to."""
        talker = Talker(await self.connection(identity), answers)
        self._nursery.start_soon(talker.listen)
        return talker
