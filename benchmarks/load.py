"""The load: stations in front of a proxy, CSMSs behind it, one process on a core of its own.

It is spoken to in lines of JSON: it hears FarEnds, says the ports of its CSMSs by role, hears
Order, and says Outcome.
"""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import msgspec
import uvloop

from benchmarks import machine
from benchmarks.far_ends import Ledger, Station, connect_station, serve_csms
from benchmarks.figures import Busy, FarEnds, Idle, Order, Outcome

AT_ONCE = 32  # stations that connect at the same moment
JOIN_SECONDS, DRAIN_SECONDS = 10.0, 5.0
STARTS_PER_SECOND = 25  # the slowest that a proxy may be while stations connect
WARM = 20  # stations that come before memory is counted: what is loaded on first use is no one's

Measure: TypeAlias = Callable[[Ledger, FarEnds, Order], Coroutine[Any, Any, Outcome]]


async def fleet(ledger: Ledger, ends: FarEnds, order: Order, numbers: range) -> list[Station]:
    """Connect stations, a few at a time, until all are charging.

    They begin to charge when every CSMS has them: a shadow that joins later knows no transaction.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Station:
        async with gate:
            return await connect_station(ledger, ends.station, number, order.port)

    stations = await asyncio.gather(*map(one, numbers))
    await all_joined(ledger, numbers.stop - order.first)
    await asyncio.gather(*(station.begin() for station in stations))
    return stations


async def all_joined(ledger: Ledger, count: int) -> None:
    """Wait until every CSMS has so many stations. Raises TimeoutError."""
    for _ in range(int(JOIN_SECONDS / 0.02)):
        if min(ledger.joined.values()) >= count:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"of {count} stations, the CSMSs have {dict(ledger.joined)}")


async def drained(ledger: Ledger) -> None:
    """Wait until every CALL is answered, and heard by every CSMS; not for ever."""
    for _ in range(int(DRAIN_SECONDS / 0.05)):
        if ledger.sent == ledger.answered and set(ledger.heard.values()) == {ledger.sent}:
            return
        await asyncio.sleep(0.05)


async def measure_busy(ledger: Ledger, ends: FarEnds, order: Order) -> Outcome:
    """Have every station send its next CALL as soon as the last is answered; count in a window."""
    numbers = range(order.first, order.first + order.stations)
    stations = await fleet(ledger, ends, order, numbers)
    ledger.running = True
    for station in stations:
        station.meter()
    await asyncio.sleep(order.warm_up)
    busy = await window(ledger, order)
    ledger.running = False
    await drained(ledger)
    return Outcome(busy=busy, verified=ledger.account(), examples=ledger.examples)


async def window(ledger: Ledger, order: Order) -> Busy:
    """Read all clocks, wait, read them again."""
    pids = machine.family(order.pid)

    def clocks() -> tuple[int, ...]:
        return (
            ledger.answered,
            time.perf_counter_ns(),
            machine.cpu_ns(pids),
            machine.core_ns(order.core),
            machine.cpu_ns([os.getpid()]),
        )

    ledger.recording = True
    before = clocks()
    await asyncio.sleep(order.seconds)
    after = clocks()
    ledger.recording = False
    exchanges, elapsed, cpu, core, load = (b - a for a, b in zip(before, after, strict=True))
    trips = sorted(ledger.round_trips) or [0.0]
    p50, p99 = (1000 * trips[int(len(trips) * share)] for share in (0.50, 0.99))
    return Busy(exchanges, elapsed / 1e9, cpu, core, load, p50, p99)


async def measure_idle(ledger: Ledger, ends: FarEnds, order: Order) -> Outcome:
    """Count the proxy's memory before and after many stations start, meter once, fall silent."""
    pids = machine.family(order.pid)
    await spoken(ledger, ends, order, range(WARM))
    before = machine.rss_kib(pids)
    await spoken(ledger, ends, order, range(WARM, WARM + order.idle))
    idle = Idle(order.idle, before, machine.rss_kib(pids))
    return Outcome(idle=idle, verified=ledger.account(), examples=ledger.examples)


async def spoken(ledger: Ledger, ends: FarEnds, order: Order, numbers: range) -> None:
    """Connect stations that meter once each, and let the proxy come to rest."""
    for station in await fleet(ledger, ends, order, numbers):
        station.meter()
    await drained(ledger)
    await asyncio.sleep(order.settle)


async def bounded(measure: Measure, ledger: Ledger, ends: FarEnds, order: Order) -> Outcome:
    """Measure, unless a far end finds a fault first, or it takes too long."""
    run = asyncio.ensure_future(measure(ledger, ends, order))
    starting = (order.stations + order.idle) / STARTS_PER_SECOND
    waiting = 2 * (JOIN_SECONDS + DRAIN_SECONDS + order.settle)
    limit = starting + order.warm_up + order.seconds + waiting
    first_of: set[asyncio.Future[Any]] = {run, ledger.broken}
    await asyncio.wait(first_of, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    account = ledger.account()
    if ledger.broken.done():
        fault = ledger.broken.result()
    elif not run.done():
        fault = f"not finished after {limit:.0f} s: {account}"
    elif error := run.exception():
        fault = repr(error)
    elif not account.complete:
        fault = f"not every CALL was answered and heard: {account}"
    else:
        return run.result()
    run.cancel()
    return Outcome(fault=fault, verified=account)


async def hear() -> bytes:
    """The next line that this process is told."""
    loop = asyncio.get_running_loop()
    line: bytes = await loop.run_in_executor(None, sys.stdin.buffer.readline)
    if not line:
        sys.exit("told nothing more")
    return line


def say(told: object) -> None:
    """Tell one line."""
    print(msgspec.json.encode(told).decode(), flush=True)


async def converse() -> None:
    """Hear what to stand around, hear what to do, say what was found."""
    ledger = Ledger()
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: ledger.fail(repr(context.get("exception", context["message"])))
    )
    ends = msgspec.json.decode(await hear(), type=FarEnds)
    say({role: await serve_csms(ledger, role, version) for role, version in ends.csms.items()})
    order = msgspec.json.decode(await hear(), type=Order)
    measure: Measure = measure_idle if order.idle else measure_busy
    outcome = await bounded(measure, ledger, ends, order)
    ledger.over = True
    say(outcome)


if __name__ == "__main__":
    gc.disable()  # seconds of life, frozen data: a collector would only disturb
    uvloop.run(converse())
