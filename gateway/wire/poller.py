"""Which sockets are ready: epoll, or whatever the platform has that can itself be waited for."""

import select
import selectors
import sys
from typing import Protocol

READ, WRITE, ERROR, HANGUP = 1, 4, 8, 16  # as epoll and poll number them


class Poller(Protocol):
    """What the lane asks of select.epoll."""

    def fileno(self) -> int: ...
    def register(self, fd: int, eventmask: int) -> None: ...
    def modify(self, fd: int, eventmask: int) -> None: ...
    def unregister(self, fd: int) -> None: ...
    def poll(self, timeout: float, maxevents: int) -> list[tuple[int, int]]: ...
    def close(self) -> None: ...


class SelectorPoller:
    """The same on `selectors`: kqueue, mostly. An interest of nothing is kept aside."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def fileno(self) -> int:
        """A descriptor that is readable when something is ready."""
        return int(self._selector.fileno())

    def register(self, fd: int, eventmask: int) -> None:
        """Watch `fd`."""
        self.modify(fd, eventmask)

    def modify(self, fd: int, eventmask: int) -> None:
        """Watch `fd` for something else."""
        self.unregister(fd)
        events = selectors.EVENT_READ if eventmask & READ else 0
        events |= selectors.EVENT_WRITE if eventmask & WRITE else 0
        if events:
            self._selector.register(fd, events)

    def unregister(self, fd: int) -> None:
        """Watch `fd` no longer."""
        if fd in self._selector.get_map():
            self._selector.unregister(fd)

    def poll(self, timeout: float, maxevents: int) -> list[tuple[int, int]]:
        """What is ready, as (fd, mask)."""
        ready = self._selector.select(timeout)
        return [
            (
                key.fd,
                (READ if events & selectors.EVENT_READ else 0)
                | (WRITE if events & selectors.EVENT_WRITE else 0),
            )
            for key, events in ready
        ]

    def close(self) -> None:
        """Give the descriptor back."""
        self._selector.close()


def new_poller() -> Poller:
    """The best this platform has."""
    if sys.platform == "linux":
        return select.epoll()
    return SelectorPoller()
