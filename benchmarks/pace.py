"""Open loop: exchanges begin at moments that were set before, whatever became of those before."""

import asyncio
import os
import random
import time
from array import array
from collections import deque

from benchmarks import machine
from benchmarks.far_ends import Ledger, Station
from benchmarks.figures import Order, Pace

LEAD_SECONDS = 0.05  # from the making of the moments to the first
DRAIN_SECONDS = 10.0
DISTURBED = 0.05  # of a window in which other programs had one of the cores


class PacedStation(Station):
    """A station that meters when its moment has come, and as soon as it can if it is late.

    It has one CALL open at a time, as OCPP wants. What waits for that is timed from its moment.
    """

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.due: deque[float] = deque()
        self.is_open = False

    def meter_at(self, moment: float) -> None:
        """Meter now, or when what is open is answered."""
        if self.is_open:
            self.due.append(moment)
            return
        self.is_open = True
        self.meter()
        self.begun = moment

    def metered(self) -> None:
        super().metered()
        if self.ledger.running:
            return  # in closed loop
        self.is_open = False
        if self.due:
            self.meter_at(self.due.popleft())


def moments(rate: float, seconds: float) -> "array[float]":
    """Moments of many independent stations: a Poisson process, the same in every run."""
    chance, found, at = random.Random(7), array("d"), 0.0
    while (at := at + chance.expovariate(rate)) < seconds:
        found.append(at)
    return found


async def paced(
    ledger: Ledger, stations: list[PacedStation], order: Order, rate: float, seconds: float
) -> Pace:
    """Have the stations in turn begin an exchange at each moment; count within, drain after."""
    pids = machine.family(order.pid)
    due = moments(rate, seconds)
    del ledger.round_trips[:]
    ledger.recording = True
    start = time.perf_counter() + LEAD_SECONDS
    await begun(stations, array("d"), start)
    before = clocks(ledger, pids, order)
    await begun(stations, array("d", (start + at for at in due)), start + seconds)
    after = clocks(ledger, pids, order)
    answered, clock, cpu, core, load = (b - a for a, b in zip(before, after, strict=True))
    await drained(ledger, stations)
    ledger.recording = False
    trips = sorted(ledger.round_trips) or [0.0]
    p50, p99, p999 = (1000 * trips[int(len(trips) * share)] for share in (0.5, 0.99, 0.999))
    most = 1000 * trips[-1]
    return Pace(
        answered, clock / 1e9, cpu, core, load, p50, p99, p999, most, rate=rate, samples=len(trips)
    )


async def begun(stations: list[PacedStation], due: "array[float]", until: float) -> None:
    """Give out each moment when it has come, never sleeping: timers are a thousandth too coarse."""
    given = 0
    while (now := time.perf_counter()) < until or given < len(due):
        while given < len(due) and due[given] <= now:
            stations[given % len(stations)].meter_at(due[given])
            given += 1
        await asyncio.sleep(0)


async def drained(ledger: Ledger, stations: list[PacedStation]) -> None:
    """Wait until whatever was late is answered too. Raises TimeoutError."""
    deadline = time.perf_counter() + DRAIN_SECONDS
    while ledger.sent != ledger.answered or any(station.due for station in stations):
        if time.perf_counter() > deadline:
            raise TimeoutError(f"what was late is not done after {DRAIN_SECONDS:.0f} s")
        await asyncio.sleep(0.001)


def clocks(ledger: Ledger, pids: list[int], order: Order) -> tuple[int, ...]:
    """What a window is made of: exchanges, time, and CPU of the proxy, of its core and our own."""
    return (
        ledger.answered,
        time.perf_counter_ns(),
        machine.cpu_ns(pids),
        machine.core_ns(order.core),
        machine.cpu_ns([os.getpid()]),
    )
