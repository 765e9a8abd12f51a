"""A connection in its handshake, and those that have not asked for anything yet."""

import socket
from collections import OrderedDict
from contextlib import suppress

import trio

from gateway.wire import stream

FAREWELL_SECONDS = 2.0  # to take a rejection, so that no reset overtakes it


class Visitor:
    """A connection until it is upgraded. Its deadline is one for all that leads up to that."""

    def __init__(self, sock: socket.socket, source: str, lobby: "Lobby", within: float) -> None:
        self.sock, self.source, self._lobby = sock, source, lobby
        self.scope = trio.CancelScope(deadline=trio.current_time() + within)
        self.last_words = b""
        self.is_crowded_out = False

    def has_asked(self) -> None:
        """Its whole request is here: it does not sit around any more."""
        self._lobby.silent.pop(self, None)

    async def farewell(self) -> None:
        """Send the last words, if any, and wait a moment for the peer to take them."""
        if not self.last_words or self.is_crowded_out:
            return
        self._lobby.silent[self] = None  # if somebody needs the place, it is cut short
        self.scope = trio.CancelScope(deadline=trio.current_time() + FAREWELL_SECONDS)
        with self.scope, suppress(OSError):
            await stream.send_all(self.sock, self.last_words)
            self.sock.shutdown(socket.SHUT_WR)
            while await stream.receive(self.sock):
                pass


class Lobby:
    """Where visitors wait. When it is full, whoever has been silent for longest has to go.

    So a flood of silent connections shortens their own time, and keeps nobody out.
    """

    def __init__(self) -> None:
        self.inside = 0
        self.silent: OrderedDict[Visitor, None] = OrderedDict()
        self._left = trio.Event()

    async def make_room(self, most: int) -> None:
        """Wait until there is a place. If somebody is silent that is now."""
        while self.inside >= most:
            if self.silent:
                visitor, _ = self.silent.popitem(last=False)
                visitor.scope.cancel()
                self.inside -= 1
                visitor.is_crowded_out = True
            else:
                if self._left.is_set():  # several may wait, one for each address listened on
                    self._left = trio.Event()
                await self._left.wait()

    def enter(self, visitor: Visitor) -> None:
        """Take a place."""
        self.inside += 1
        self.silent[visitor] = None

    def leave(self, visitor: Visitor) -> None:
        """Give the place back."""
        self.silent.pop(visitor, None)
        if not visitor.is_crowded_out:
            self.inside -= 1
        self._left.set()
