"""Where stations knock: connections are accepted, counted, and each is given a task."""

import errno
import socket
import ssl
import time

import structlog
import trio

from gateway.core.tally import Tally
from gateway.wire import stream
from gateway.wire.admission import Admission, Rules, source_of
from gateway.wire.handshake import HandshakeError
from gateway.wire.pressure import Level, Pressure
from gateway.wire.reception import Entrance, Host, Reception, last_words
from gateway.wire.visitor import Lobby, Visitor

TRICKLE = 0.004  # seconds between two connections while the loop is late
# Out of descriptors or memory: those who wait in the backlog may have better luck soon.
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

log = structlog.get_logger()


class Listener:
    """Each connection has its own task and deadline until it is upgraded, and none afterwards."""

    def __init__(
        self,
        entrance: Entrance,
        host: Host,
        tally: Tally,
        admission: Admission | None = None,
        pressure: Pressure | None = None,
    ) -> None:
        admission, pressure = admission or Admission(Rules()), pressure or Pressure()
        self.reception = Reception(entrance, host, admission, pressure)
        self._tally, self._lobby = tally, Lobby()

    async def serve(self, listening: socket.socket) -> None:
        """Accept until cancelled, then close; what is in its handshake then is cut."""
        listening.setblocking(False)
        with listening:
            async with trio.open_nursery() as nursery:
                await self._accept(listening, nursery)

    async def _accept(self, listening: socket.socket, nursery: trio.Nursery) -> None:
        while True:
            await trio.lowlevel.wait_readable(listening)
            while (accepted := await _accepted(listening)) is not None:
                await self._meet(*accepted, nursery)
                # Whoever is inside goes a step before the next one comes: a crowd waits in the
                # kernel, where that costs nothing, and nobody is refused for lack of time.
                await trio.lowlevel.checkpoint()

    async def _meet(self, sock: socket.socket, address: object, nursery: trio.Nursery) -> None:
        """Give a connection a place and a task; or close it, if its source has enough of them."""
        reception, source = self.reception, source_of(address)
        if not reception.admission.enter(source, time.monotonic()):
            sock.close()
            self._tally.handshakes["too_many",] += 1
            return
        visitor = Visitor(sock, source, self._lobby, reception.entrance.within)
        try:
            await self._lobby.make_room(reception.admission.rules.handshakes)
            if reception.pressure.level >= Level.ACCEPTING:
                await trio.sleep(TRICKLE)
        except BaseException:
            reception.admission.leave(source)
            sock.close()
            raise
        self._lobby.enter(visitor)
        nursery.start_soon(self._welcome, visitor, reception.admission)

    async def _welcome(self, visitor: Visitor, admission: Admission) -> None:
        """Own a new connection until it is served or closed."""
        outcome = "lost"
        try:
            outcome = await self._outcome(visitor)
        finally:
            self._tally.handshakes[outcome,] += 1
            try:
                if outcome != "accepted":
                    await visitor.farewell()
            finally:
                self._lobby.leave(visitor)
                admission.leave(visitor.source)
                if outcome != "accepted":
                    visitor.sock.close()

    async def _outcome(self, visitor: Visitor) -> str:
        """What becomes of a connection. Nothing that a peer sends raises out of here."""
        reception = self.reception
        try:
            if stream.has_left(visitor.sock):  # it waited too long in the kernel's queue
                return "lost"
            stream.prepare(visitor.sock)
            guest = None
            with visitor.scope:
                guest = await reception.introduced(visitor)
            if guest is None:
                return "crowded_out" if visitor.is_crowded_out else "timeout"
            return await reception.served(visitor, guest)
        except HandshakeError as error:
            visitor.last_words = last_words(error)
            return error.outcome
        except trio.TooSlowError:
            return "timeout"
        except ssl.SSLError as error:
            reception.tell("tls refused", source=visitor.source, reason=error.reason)
            return "tls_failed"
        except OSError:
            return "lost"
        except Exception:  # the other boundary: a bug of ours turns one station away
            log.exception("handshake crashed")
            return "crashed"


async def _accepted(listening: socket.socket) -> tuple[socket.socket, object] | None:
    """The next connection and where it comes from; None if there is none just now."""
    try:
        return listening.accept()
    except BlockingIOError:
        return None
    except OSError as error:
        if error.errno in EXHAUSTED:
            log.error("cannot accept", error=str(error))
            await trio.sleep(0.1)
        return None
