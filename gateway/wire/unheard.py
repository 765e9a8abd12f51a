"""A primary's leg until it has said a word: one that never does may have been none."""

from typing import Protocol

from gateway.wire.connection import Connection, Owner


class Link(Owner, Protocol):
    """What is needed of a link."""

    legs: dict[str, Connection]
    lasted: float | None
    over: bool


class Unheard:
    """Owner in the link's place, which it gives back at the first word."""

    __slots__ = ("_link", "_since")

    def __init__(self, link: Link, now: float) -> None:
        self._link, self._since = link, now

    @property
    def strained(self) -> bool:
        """Whether some side is slow."""
        return self._link.strained

    @strained.setter
    def strained(self, strained: bool) -> None:
        self._link.strained = strained

    def hear(self, origin: Connection, text: bytes, raw: bytes, now: float) -> None:
        """The first word."""
        origin.owner = self._link
        self._link.hear(origin, text, raw, now)

    def lost(self, connection: Connection, now: float) -> None:
        """It is gone without one; if the CSMS went first, note how long it was there."""
        link = self._link
        is_first = link.legs.get(connection.leg) is connection and not link.over
        if is_first and connection.is_left:
            link.lasted = now - self._since
        link.lost(connection, now)

    def balance(self) -> None:
        """Some of what waited was sent."""
        self._link.balance()
