"""What one round of the lane makes durable: handed over once, and who waits for it."""

import socket
from collections import deque
from contextlib import suppress
from functools import partial
from typing import Protocol

from gateway.store import Row, Store


class Waiting(Protocol):
    """A session that holds its effects back until its records are durable."""

    def committed(self, error: BaseException | None, now: float) -> None:
        """Go on, or end if that failed."""
        ...


class Journal:
    """Group commit: one submission a round. The writer's thread wakes the lane by a socket."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: list[Row] = []
        self._waiting: list[Waiting] = []
        self._arrived: deque[tuple[list[Waiting], BaseException | None]] = deque()
        self.receiver, self._sender = socket.socketpair()
        self.receiver.setblocking(False)
        self._sender.setblocking(False)

    def add(self, identity: str, csms: str, records: dict[str, bytes | None]) -> None:
        """Have records written with this round."""
        self._rows += [(identity, csms, key, value) for key, value in records.items()]

    def await_commit(self, waiting: Waiting) -> None:
        """Tell `waiting` when everything added so far is durable."""
        self._waiting.append(waiting)

    def commit(self) -> None:
        """Hand over what this round added."""
        if self._rows or self._waiting:
            rows, waiting = self._rows, self._waiting
            self._rows, self._waiting = [], []
            self._store.submit(rows, partial(self._done, waiting))

    def arrived(self) -> list[tuple[list[Waiting], BaseException | None]]:
        """Who can go on since the last time, and what went wrong if something did."""
        with suppress(BlockingIOError):
            self.receiver.recv(4096)
        return [self._arrived.popleft() for _ in range(len(self._arrived))]

    def wake(self) -> None:
        """Have the lane look, from any thread."""
        with suppress(OSError):  # a full socket wakes the lane just as well
            self._sender.send(b"\0")

    def close(self) -> None:
        """Give the descriptors back."""
        self.receiver.close()
        self._sender.close()

    def _done(self, waiting: list[Waiting], error: BaseException | None) -> None:
        """In the writer's thread; after the lane has gone there is nobody left to tell."""
        self._arrived.append((waiting, error))
        self.wake()
