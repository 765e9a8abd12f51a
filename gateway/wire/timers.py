"""Many deadlines, by the moment they fall into: each thing has at most one."""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import ceil, inf
from typing import Protocol

# A heap of all deadlines cost a third of what thousands of idle stations do: fifteen comparisons a
# deadline, each of objects that no cache has. A moment's deadlines need none.
MOMENTS = 64  # in a second: so much late is soon enough for every deadline there is


class Timed(Protocol):
    """Something that wants to be asked again later. `scheduled` belongs to the timers."""

    scheduled: float

    def tick(self, now: float) -> float:
        """Do what is due; returns when to ask again, inf for never."""
        ...


class Timers:
    """Lazy: a deadline that moves away costs nothing, one that comes nearer moves."""

    def __init__(self) -> None:
        self._moments: dict[int, dict[Timed, None]] = {}
        self._order: list[int] = []  # a heap of the moments that there are

    @property
    def next(self) -> float:
        """When something may be due; inf if nothing is."""
        return self._order[0] / MOMENTS if self._order else inf

    def at(self, when: float, timed: Timed) -> None:
        """Have `timed` asked at `when`, or earlier."""
        if when >= timed.scheduled:
            return
        if timed.scheduled < inf:
            self.forget(timed)
        timed.scheduled = when
        moment = ceil(when * MOMENTS)
        if (others := self._moments.get(moment)) is None:
            others = self._moments[moment] = {}
            heappush(self._order, moment)
        others[timed] = None

    def forget(self, timed: Timed) -> None:
        """Ask `timed` no more, and keep nothing of it: its time may be long in coming."""
        if timed.scheduled < inf:
            self._moments.get(ceil(timed.scheduled * MOMENTS), {}).pop(timed, None)
            timed.scheduled = inf

    def due(self, now: float) -> Iterator[Timed]:
        """Those whose time has come, each once; the caller ticks them and puts them back."""
        while self._order and self._order[0] <= now * MOMENTS:
            moment = heappop(self._order)
            for timed in self._moments.pop(moment):
                # Else it was forgotten, or put off, while others of its moment were asked.
                if timed.scheduled * MOMENTS <= moment:
                    timed.scheduled = inf
                    yield timed
