"""A load of very many stations that come, stay, meter at a pace, and come back when they are cut.

It is spoken to in lines of JSON: it hears FarEnds, says the ports of its CSMSs, then hears Step
after Step and says a Found for each.
"""

import asyncio
import gc
import random
import sys
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any

import msgspec
import uvloop

from benchmarks import wire
from benchmarks.far_ends import HOST, Csms, Ledger, Station, serve_csms
from benchmarks.figures import FarEnds, Version
from benchmarks.load import hear, say

TICK = 0.01  # seconds between two looks at what is due
HEARTBEAT_SECONDS = 300.0
SPREAD_SECONDS = 1.0  # after a cut, in which stations dial again
RETRY_SECONDS = (0.5, 2.0)  # after a refusal
PATIENCE = 10.0  # seconds for an answer to a knock, then another one


class Step(msgspec.Struct, frozen=True):
    """What to do: `connect` more stations, stay `idle`, `meter`, or be `cut` and come back."""

    what: str
    port: int = 0
    first: int = 0
    stations: int = 0
    seconds: float = 0.0
    rate: float = 0.0  # sample sets a second, of all stations together
    at_once: int = 64


class Found(msgspec.Struct, frozen=True):
    """What came of it; times in milliseconds at the given shares of all."""

    fault: str = ""
    seconds: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    p999: float = 0.0
    most: float = 0.0
    refused: int = 0
    late: int = 0  # sample sets that were not sent, since the last one was not answered yet
    sent: int = 0
    answered: int = 0
    heard: int = 0


class Desk(Csms):
    """A station's connection at a CSMS. Its end is no fault: the account shows what was lost."""

    def connection_lost(self, exc: Exception | None) -> None:
        pass

    def told_to_close(self, payload: bytes) -> None:
        self.transport.write(wire.frame(payload, masked=False, opcode=wire.CLOSE))
        self.transport.close()


class Regular(Station):
    """A station that may be refused, and may lose its connection."""

    def __init__(self, crowd: "Crowd", number: int, before: "Regular | None") -> None:
        super().__init__(crowd.ledger, crowd.version, number, crowd.port)
        self.crowd = crowd
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.said: asyncio.Future[None] | None = None
        self.is_cut = False
        if before is not None:  # it goes on where it was
            self.opening.clear()
            self.transaction, self.calls, self.samples = (
                before.transaction, before.calls, before.samples,
            )  # fmt: skip

    def shake(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            self.upgraded = False
            self.transport.abort()
        elif self.opening:
            super().shake(head)
        else:
            self.ready.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)
        if not self.is_cut:
            super().connection_lost(exc)

    def told_to_close(self, payload: bytes) -> None:
        """In a storm a knock that was given up may be heard late, and take this one's place."""
        if not self.crowd.is_storm:
            super().told_to_close(payload)
        self.cut()

    def metered(self) -> None:
        super().metered()
        if self.said is not None and not self.said.done():
            self.said.set_result(None)

    @property
    def is_free(self) -> bool:
        """Whether nothing of it is waiting for an answer."""
        return self.right == b"\n"

    def heartbeat(self) -> None:
        """Say that it is there; the answer is not looked at."""
        self.calls += 1
        text = b'[2,"%08d-0000-4000-8000-%012d","Heartbeat",{}]' % (self.number, self.calls)
        self.say(text)

    def hear_other(self, text: bytes) -> None:
        if b"currentTime" not in text:
            super().hear_other(text)

    def cut(self) -> None:
        """Lose the connection without a word."""
        self.is_cut = True
        self.transport.abort()


def this(station: Regular) -> Regular:
    """What a connection is made for."""
    return station


class Crowd:
    """All stations of one load."""

    def __init__(self, ledger: Ledger, version: Version) -> None:
        self.ledger, self.version, self.port = ledger, version, 0
        self.stations: list[Regular] = []
        self.refused = 0
        self.is_storm = False

    async def perform(self, step: Step) -> Found:
        """Do one step; whatever goes wrong is told in its place."""
        began = time.perf_counter()
        self.refused, self.ledger.round_trips = 0, self.ledger.round_trips[:0]
        steps: dict[str, Coroutine[Any, Any, tuple[list[float], int]]] = {
            "connect": self.connect(step),
            "idle": self.idle(step),
            "meter": self.meter(step),
            "cut": self.cut_all(),
        }
        run = asyncio.ensure_future(steps.pop(step.what))
        for other in steps.values():
            other.close()
        either: set[asyncio.Future[Any]] = {run, self.ledger.broken}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self.ledger.broken.done():
            run.cancel()
            return Found(self.ledger.broken.result())
        if error := run.exception():
            return Found(repr(error))
        times, late = run.result()
        return self.found(time.perf_counter() - began, sorted(times), late)

    def found(self, seconds: float, times: list[float], late: int) -> Found:
        """The account of a step."""
        account = self.ledger.account()
        p50, p99, p999 = (
            1000 * times[int(len(times) * share)] if times else 0.0 for share in (0.5, 0.99, 0.999)
        )
        most = 1000 * times[-1] if times else 0.0
        heard = sum(account.heard.values())
        return Found(
            "", seconds, p50, p99, p999, most, self.refused, late,
            account.sent, account.answered, heard,
        )  # fmt: skip

    async def connect(self, step: Step) -> tuple[list[float], int]:
        """More stations, each up to a transaction that has begun."""
        self.port = step.port
        gate = asyncio.Semaphore(step.at_once)

        async def one(number: int) -> float:
            async with gate:
                began = time.perf_counter()
                station = await self.arrive(number, None)
                await station.begin()
                self.stations.append(station)
                return time.perf_counter() - began

        return await asyncio.gather(*map(one, range(step.first, step.first + step.stations))), 0

    async def arrive(self, number: int, before: Regular | None) -> Regular:
        """Knock until let in."""
        loop = asyncio.get_running_loop()
        while True:
            station = Regular(self, number, before)
            try:
                await loop.create_connection(partial(this, station), HOST, self.port)
                ready = asyncio.ensure_future(station.ready.wait())
                either: set[asyncio.Future[Any]] = {ready, station.gone}
                await asyncio.wait(either, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
                if station.ready.is_set():
                    return station
                ready.cancel()
                station.cut()
            except OSError:
                pass
            self.refused += 1
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))

    async def idle(self, step: Step) -> tuple[list[float], int]:
        """Nothing but heartbeats."""
        await self.paced(step.seconds, len(self.stations) / HEARTBEAT_SECONDS, Regular.heartbeat)
        return [], 0

    async def meter(self, step: Step) -> tuple[list[float], int]:
        """Sample sets at a pace, the stations in turn."""
        self.ledger.recording = True
        late = await self.paced(step.seconds, step.rate, Regular.meter)
        await self.drained()
        self.ledger.recording = False
        return list(self.ledger.round_trips), late

    async def paced(self, seconds: float, rate: float, act: Any) -> int:
        """Have one station after the other act; how many could not."""
        began, done, late = time.perf_counter(), 0, 0
        while (passed := time.perf_counter() - began) < seconds:
            while done < passed * rate:
                station = self.stations[done % len(self.stations)]
                done += 1
                if station.is_free and not station.is_cut:
                    act(station)
                else:
                    late += 1
            await asyncio.sleep(TICK)
        return late

    async def drained(self) -> None:
        """Wait until all is answered; not for ever."""
        for _ in range(1000):
            if self.ledger.sent == self.ledger.answered:
                return
            await asyncio.sleep(TICK)

    async def cut_all(self) -> tuple[list[float], int]:
        """Every connection is lost at once; how long each station is without service."""
        old, self.stations = self.stations, []
        began = time.perf_counter()
        for station in old:
            station.cut()

        async def back(before: Regular) -> float:
            await asyncio.sleep(random.uniform(0.0, SPREAD_SECONDS))
            while True:
                station = await self.arrive(before.number, before)
                said = station.said = asyncio.get_running_loop().create_future()
                station.meter()
                await asyncio.wait({said, station.gone}, return_when=asyncio.FIRST_COMPLETED)
                if said.done():
                    self.stations.append(station)
                    return time.perf_counter() - began
                self.ledger.sent -= 1  # it is said again
                self.refused += 1

        self.is_storm = True  # and never over: a knock of now may be heard much later
        times = await asyncio.gather(*map(back, old))
        while again := [station for station in self.stations if station.is_cut]:
            self.stations = [station for station in self.stations if not station.is_cut]
            times += await asyncio.gather(*map(back, again))
        return times, 0


async def converse() -> None:
    """Hear what to stand around, then step by step what to do."""
    ledger = Ledger()
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: ledger.fail(repr(context.get("exception", context["message"])))
    )
    ends = msgspec.json.decode(await hear(), type=FarEnds)
    say({role: await serve_csms(ledger, role, v, Desk) for role, v in ends.csms.items()})
    crowd = Crowd(ledger, ends.station)
    while True:
        step = msgspec.json.decode(await hear(), type=Step)
        say(await crowd.perform(step))


if __name__ == "__main__":
    gc.disable()  # seconds of life, frozen data: a collector would only disturb
    try:
        uvloop.run(converse())
    except BrokenPipeError:
        sys.exit(1)
