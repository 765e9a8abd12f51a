"""When to ping a silent peer, and when to hold it for dead. Pings are never relayed."""

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


class Step(NamedTuple):
    """What to do now, and when to look again."""

    ping: bool
    dead: bool
    again: float


def check(now: float, last_heard: float, pinged: float, patience: Patience) -> Step:
    """Judge a peer by its silence: any byte proves it alive, so a busy leg is never pinged.

    `pinged` is when the last ping went out, inf before the first.
    """
    if patience.ping_interval <= 0:
        return Step(False, False, inf)
    dead_at = pinged + patience.pong_within
    if last_heard < pinged and dead_at < inf:
        return Step(False, now >= dead_at, dead_at)
    ping_at = max(last_heard, pinged if pinged < inf else 0.0) + patience.ping_interval
    if now < ping_at:
        return Step(False, False, ping_at)
    return Step(True, False, now + min(patience.ping_interval, patience.pong_within))
