"""When to ping a silent peer, and when to hold it for dead. Pings are never relayed."""

from enum import IntEnum
from math import inf
from typing import NamedTuple, Protocol


class Patience(Protocol):
    """How long a peer may be silent, in seconds."""

    @property
    def ping_interval(self) -> float:
        """Before it is pinged; 0 for never."""
        ...

    @property
    def pong_within(self) -> float:
        """Before it is dead, once it was pinged."""
        ...


class Own(NamedTuple):
    """The patience with one peer that needs another than all."""

    ping_interval: float
    pong_within: float  # inf where a pong that does not come means nothing


class Verdict(IntEnum):
    """What a peer's silence means."""

    ALIVE = 0
    SILENT = 1  # ping it
    DEAD = 2


# An enum's member is looked up each time it is named: ten times as slow as a global name.
ALIVE, SILENT, DEAD = Verdict


def check(
    now: float, last_heard: float, pinged: float, patience: Patience
) -> tuple[Verdict, float]:
    """Judge a peer by its silence, and say when to look again.

    Any byte proves it alive, so a busy leg is never pinged. `pinged` is when the last ping went
    out, inf before the first.
    """
    interval = patience.ping_interval
    if interval <= 0:
        return ALIVE, inf
    if last_heard < pinged:
        dead_at = pinged + patience.pong_within
        if dead_at < inf:
            return (DEAD if now >= dead_at else ALIVE), dead_at
    ping_at = (last_heard if pinged == inf else max(last_heard, pinged)) + interval
    if now < ping_at:
        return ALIVE, ping_at
    return SILENT, now + min(interval, patience.pong_within)
