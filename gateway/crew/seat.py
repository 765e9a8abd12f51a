"""What a worker among several has in place of a store, an admin page and the last word."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

import trio

from gateway.crew.channel import Channel
from gateway.crew.messages import (
    Body,
    Claim,
    Load,
    Loaded,
    Look,
    Place,
    Release,
    Report,
    Serving,
    Write,
    Written,
)
from gateway.store import Done, Records, Row, StoreError
from gateway.store.sqlite import BUSY, GATHER_SECONDS
from gateway.wire.newcomer import Newcomer

GONE = "the supervisor is gone"
LOST = "another worker serves this station now"
Batch: TypeAlias = tuple[list[Row], Done]

# identity, the newcomer elsewhere, whether ours may stay if it lives; where ours is, if it stays.
GiveWay: TypeAlias = Callable[[str, Newcomer, bool], Awaitable[str]]


class Seat:
    """A `Store` and an `Ownership`, both of them kept by the supervisor."""

    problem = ""  # the supervisor knows

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._batches: list[Batch] = []  # not handed over yet
        self._open = 0  # handed over, not durable yet
        self._rests = False
        self._tired = trio.Event()

    def submit(self, rows: list[Row], done: Done) -> None:
        """Have rows written. While some are on their way, others wait for company."""
        self._batches.append((rows, done))
        if not self._open and not self._rests:
            self._hand_over()

    async def load(self, identity: str) -> Records:
        """One station's records, everything submitted before included. Raises StoreError."""
        self._hand_over()
        answer = await self._channel.ask(Load(identity))
        if not isinstance(answer, Loaded) or answer.problem:
            raise StoreError(answer.problem if isinstance(answer, Loaded) else GONE)
        return answer.records

    async def claim(
        self, identity: str, newcomer: Newcomer, is_probed: bool, granted: Callable[[], None]
    ) -> str:
        """Own a station from now on; or where it lives, if that is elsewhere. Raises StoreError."""

        def heard(answer: Body | None) -> None:
            if answer == Place():
                granted()

        self._hand_over()
        asked = Claim(identity, newcomer.source, newcomer.certificate, is_probed)
        answer = await self._channel.ask(asked, heard)
        if not isinstance(answer, Place):
            raise StoreError(GONE)
        return answer.rival

    def release(self, identity: str) -> None:
        """Let go of a station that is gone."""
        self._hand_over()
        self._channel.tell(Release(identity))

    def serving(self) -> None:
        """Stations can connect."""
        self._channel.tell(Serving())

    async def run(self, give_way: GiveWay, report: Callable[[], Report]) -> None:
        """Do what the supervisor asks, until it is gone."""
        async with trio.open_nursery() as nursery:

            def hear(number: int, body: Body) -> None:
                if isinstance(body, Claim):
                    nursery.start_soon(self._give_way, number, body, give_way)
                elif isinstance(body, Look):
                    self._channel.answer(number, report())

            nursery.start_soon(self._pace)
            await self._channel.run(hear)
            nursery.cancel_scope.cancel()

    def close(self, seconds: float = 5.0) -> None:
        """Hand over what was submitted."""
        self._hand_over()
        self._channel.close()

    async def _give_way(self, number: int, claim: Claim, give_way: GiveWay) -> None:
        newcomer = Newcomer(source=claim.source, certificate=claim.certificate)
        rival = await give_way(claim.identity, newcomer, claim.is_probed)
        self._hand_over()
        self._channel.answer(number, Place(rival))

    def _hand_over(self) -> None:
        """Before anything else is said: what was submitted is older than that."""
        batches, self._batches = self._batches, []
        if not batches:
            return
        if len(batches) >= BUSY:
            self._rests = True
            self._tired.set()
        try:
            self._write(batches)
        except ValueError:  # only one of them need suffer
            for batch in batches:
                try:
                    self._write([batch])
                except ValueError as error:
                    batch[1](StoreError(str(error)))

    def _write(self, batches: list[Batch]) -> None:
        rows = [batch for batch, _ in batches]
        dones = [done for _, done in batches]
        self._open += 1
        try:
            self._channel.call(Write(rows), partial(self._written, dones))
        except ValueError:
            self._open -= 1
            raise

    def _written(self, dones: list[Done], answer: Body | None) -> None:
        self._open -= 1
        written = answer if isinstance(answer, Written) else Written(GONE)
        for place, done in enumerate(dones):
            problem = LOST if place in written.refused else written.problem
            done(StoreError(problem) if problem else None)
        if not self._open and not self._rests:
            self._hand_over()

    async def _pace(self) -> None:
        """Where rounds keep coming, a message is sent for many of them, and one comes back."""
        while True:
            await self._tired.wait()
            self._tired = trio.Event()
            await trio.sleep(GATHER_SECONDS)
            self._rests = False
            if not self._open:
                self._hand_over()
