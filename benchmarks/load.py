"""The load: stations in front of a proxy, CSMSs behind it, one process on a core of its own.

It is spoken to in lines of JSON: it hears FarEnds, says the ports of its CSMSs by role, hears
Order, and says Outcome.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

import msgspec
import uvloop

from benchmarks import certificate, machine, pace
from benchmarks.far_ends import Ledger, Station, connect, serve_csms
from benchmarks.figures import Busy, FarEnds, Idle, Order, Outcome, Pace, Paced

AT_ONCE = 32  # stations that connect at the same moment
JOIN_SECONDS, DRAIN_SECONDS = 10.0, 5.0
STARTS_PER_SECOND = 25  # the slowest that a proxy may be while stations connect
WARM = 20  # stations that come before memory is counted: what is loaded on first use is no one's
LOOKS = 8  # at memory while all stations are busy
SETTLED = 0.1  # seconds of silence between two open loops

Kind = TypeVar("Kind", bound=Station)
Measure: TypeAlias = Callable[[Ledger, FarEnds, Order], Coroutine[Any, Any, Outcome]]


async def fleet(
    ledger: Ledger, ends: FarEnds, order: Order, numbers: range, kind: type[Kind]
) -> list[Kind]:
    """Connect stations, a few at a time, until all are charging.

    They begin to charge when every CSMS has them: a shadow that joins later knows no transaction.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    tls = certificate.of_stations(ends.certificate) if ends.tls else None

    async def one(number: int) -> Kind:
        async with gate:
            station = kind(ledger, ends.station, number, order.port, flawed=ends.flawed)
            await connect(station, tls)
            return station

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
    stations = await fleet(ledger, ends, order, numbers, Station)
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

    def probe() -> None:
        if order.probed:
            os.kill(order.pid, signal.SIGUSR2)

    ledger.recording = True
    probe()
    before = pace.clocks(ledger, pids, order)
    await asyncio.sleep(order.seconds)
    after = pace.clocks(ledger, pids, order)
    probe()
    ledger.recording = False
    exchanges, elapsed, cpu, core, load = (b - a for a, b in zip(before, after, strict=True))
    trips = sorted(ledger.round_trips) or [0.0]
    p50, p99 = (1000 * trips[int(len(trips) * share)] for share in (0.50, 0.99))
    return Busy(exchanges, elapsed / 1e9, cpu, core, load, p50, p99)


async def measure_idle(ledger: Ledger, ends: FarEnds, order: Order) -> Outcome:
    """Count the proxy's memory before and after many stations start, meter once, fall silent.

    Then all of them meter in closed loop, and the most that is seen meanwhile counts.
    """
    pids = machine.family(order.pid)
    await spoken(ledger, ends, order, range(WARM))
    before = machine.rss_kib(pids)
    stations = await spoken(ledger, ends, order, range(WARM, WARM + order.idle))
    after = most = machine.rss_kib(pids)
    ledger.running = True
    for station in stations:
        station.meter()
    for _ in range(LOOKS):
        await asyncio.sleep(order.seconds / LOOKS)
        most = max(most, machine.rss_kib(pids))
    ledger.running = False
    await drained(ledger)
    idle = Idle(order.idle, before, after, most)
    return Outcome(idle=idle, verified=ledger.account(), examples=ledger.examples)


async def spoken(ledger: Ledger, ends: FarEnds, order: Order, numbers: range) -> list[Station]:
    """Connect stations that meter once each, and let the proxy come to rest."""
    stations = await fleet(ledger, ends, order, numbers, Station)
    for station in stations:
        station.meter()
    await drained(ledger)
    await asyncio.sleep(order.settle)
    return stations


async def measure_paced(ledger: Ledger, ends: FarEnds, order: Order) -> Outcome:
    """Have the stations exchange at each pace that is wanted; count memory as they come."""
    pids, first, many = machine.family(order.pid), order.first, order.stations
    few = min(WARM, many // 2)
    stations = await fleet(ledger, ends, order, range(first, first + few), pace.PacedStation)
    await pace.paced(ledger, stations, order, order.rates[0], order.warm_up / 2)
    before = machine.rss_kib(pids)
    rest = range(first + few, first + many)
    stations += await fleet(ledger, ends, order, rest, pace.PacedStation)
    await pace.paced(ledger, stations, order, order.rates[0], order.warm_up / 2)
    idle = Idle(len(rest), before, machine.rss_kib(pids))
    direct, alone = await without_proxy(ledger, ends, order) if order.direct else (ledger, [])
    found = []
    for rate in order.rates:
        seconds = window_of(rate, order)
        through = await undisturbed(ledger, stations, order, rate, seconds)
        other = None
        if alone:
            other = await undisturbed(direct, alone, order, rate, order.seconds)
        found.append(Paced(through, other))
    await drained(ledger)
    direct.over = True
    return Outcome(idle=idle, paced=found, verified=ledger.account(), examples=ledger.examples)


async def undisturbed(
    ledger: Ledger, stations: list[pace.PacedStation], order: Order, rate: float, seconds: float
) -> Pace:
    """The window in which other programs had least, of as many as it takes until that is little."""
    found: list[Pace] = []
    while len(found) < order.attempts and (not found or found[-1].foreign > pace.DISTURBED):
        await asyncio.sleep(SETTLED)
        found.append(await pace.paced(ledger, stations, order, rate, seconds))
    return min(found, key=lambda each: each.foreign)


def window_of(rate: float, order: Order) -> float:
    """Seconds for enough samples: up to three times what is ordered, never less."""
    return max(order.seconds, min(order.samples / rate, 3 * order.seconds))


async def without_proxy(
    ledger: Ledger, ends: FarEnds, order: Order
) -> tuple[Ledger, list[pace.PacedStation]]:
    """As many stations at a CSMS of their own version, without TLS, in an account of their own."""
    direct = Ledger()
    direct.broken = ledger.broken
    ends = msgspec.structs.replace(ends, tls=False)
    port = await serve_csms(direct, "primary", ends.station)
    there = msgspec.structs.replace(order, port=port)
    numbers = range(order.first, order.first + order.stations)
    return direct, await fleet(direct, ends, there, numbers, pace.PacedStation)


async def bounded(measure: Measure, ledger: Ledger, ends: FarEnds, order: Order) -> Outcome:
    """Measure, unless a far end finds a fault first, or it takes too long."""
    run = asyncio.ensure_future(measure(ledger, ends, order))
    starting = (order.stations + order.idle) / STARTS_PER_SECOND
    waiting = 2 * (JOIN_SECONDS + DRAIN_SECONDS + order.settle)
    windows = sum(window_of(rate, order) + order.seconds + 20 for rate in order.rates)
    limit = 2 * starting + order.warm_up + order.seconds + order.attempts * windows + waiting
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
    if order.rates:
        measure = measure_paced
    outcome = await bounded(measure, ledger, ends, order)
    ledger.over = True
    say(outcome)


if __name__ == "__main__":
    gc.disable()  # seconds of life, frozen data: a collector would only disturb
    uvloop.run(converse())
