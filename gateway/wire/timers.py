"""Many deadlines, one heap: at most one live entry for each thing that has deadlines."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from math import inf
from typing import Any, Protocol, TypeAlias

SWEEP = 1000  # dead entries, or as many as live ones, before they are swept out

Entry: TypeAlias = list[Any]  # when, a number that breaks ties, and what wants to be asked or None


class Timed(Protocol):
    """Something that wants to be asked again later. These two belong to the heap."""

    scheduled: float
    entry: Entry | None

    def tick(self, now: float) -> float:
        """Do what is due; returns when to ask again, inf for never."""
        ...


class Timers:
    """Lazy: a deadline that moves away costs nothing, one that comes nearer costs a push."""

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._pushed = self._dead = 0

    @property
    def next(self) -> float:
        """When something may be due; inf if nothing is."""
        return float(self._heap[0][0]) if self._heap else inf

    def at(self, when: float, timed: Timed) -> None:
        """Have `timed` asked at `when`, or earlier."""
        if when < timed.scheduled:
            self.forget(timed)
            self._pushed += 1
            timed.scheduled, timed.entry = when, [when, self._pushed, timed]
            heappush(self._heap, timed.entry)

    def forget(self, timed: Timed) -> None:
        """Ask `timed` no more, and keep nothing of it: its time may be long in coming."""
        if timed.entry is None:
            return
        timed.entry[2] = None
        timed.scheduled, timed.entry = inf, None
        self._dead += 1
        if self._dead > max(SWEEP, len(self._heap) // 2):
            self._heap = [entry for entry in self._heap if entry[2] is not None]
            heapify(self._heap)
            self._dead = 0

    def due(self, now: float) -> Iterator[Timed]:
        """Those whose time has come, each once; the caller ticks them and puts them back."""
        while self._heap and self._heap[0][0] <= now:
            timed: Timed | None = heappop(self._heap)[2]
            if timed is None:
                self._dead -= 1
            else:
                timed.scheduled, timed.entry = inf, None
                yield timed
