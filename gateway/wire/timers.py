"""Many deadlines, one heap: at most one live entry for each thing that has deadlines."""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from typing import Protocol


class Timed(Protocol):
    """Something that wants to be asked again later. `scheduled` belongs to the heap."""

    scheduled: float

    def tick(self, now: float) -> float:
        """Do what is due; returns when to ask again, inf for never."""
        ...


class Timers:
    """Lazy: a deadline that moves away costs nothing, one that comes nearer costs a push."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timed]] = []
        self._pushed = 0  # breaks ties, because the things themselves cannot be compared

    @property
    def next(self) -> float:
        """When something may be due; inf if nothing is."""
        return self._heap[0][0] if self._heap else inf

    def at(self, when: float, timed: Timed) -> None:
        """Have `timed` asked at `when`, or earlier."""
        if when < timed.scheduled:
            timed.scheduled = when
            self._pushed += 1
            heappush(self._heap, (when, self._pushed, timed))

    def due(self, now: float) -> Iterator[Timed]:
        """Those whose time has come, each once; the caller ticks them and puts them back."""
        while self._heap and self._heap[0][0] <= now:
            when, _, timed = heappop(self._heap)
            if when == timed.scheduled:  # else it was asked for earlier since, or again
                timed.scheduled = inf
                yield timed
