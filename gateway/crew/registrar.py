"""Which worker serves which station, and the one store that all of them share.

A lease is worth a worker's life: it is asked for before a station's records are read, given up
when the station is gone, and free when the worker's process is. A worker's channel is its
generation; what comes out of one that does not hold the lease is refused.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import structlog
import trio

from gateway.crew.channel import Channel
from gateway.crew.messages import (
    Body,
    Claim,
    Load,
    Loaded,
    Place,
    Release,
    Serving,
    Write,
    Written,
)
from gateway.store import Row, Store, StoreError

log = structlog.get_logger()


class Registrar:
    """Does what workers ask for, each one's wishes in their order."""

    def __init__(self, store: Store) -> None:
        self.owners: dict[str, Channel] = {}
        self._store = store
        self._turns: defaultdict[str, trio.Lock] = defaultdict(trio.Lock)
        self._gone: dict[Channel, trio.Event] = {}
        self._token: trio.lowlevel.TrioToken | None = None

    async def serve(self, channel: Channel, serving: Callable[[], None]) -> None:
        """Hear a worker until its end of the channel is closed; its leases stay."""
        self._token = trio.lowlevel.current_trio_token()
        self._gone[channel] = trio.Event()
        async with trio.open_nursery() as nursery:

            def hear(number: int, body: Body) -> None:
                match body:
                    case Write(batches):
                        self._write(channel, number, batches)
                    case Load(identity):
                        nursery.start_soon(self._load, channel, number, identity)
                    case Claim():
                        nursery.start_soon(self._claim, channel, number, body)
                    case Release(identity):
                        if self.owners.get(identity) is channel:
                            del self.owners[identity]
                    case Serving():
                        serving()

            await channel.run(hear)
            nursery.cancel_scope.cancel()

    def forget(self, channel: Channel) -> None:
        """This worker's process is gone: whoever it served may be served by another."""
        for identity in [one for one, owner in self.owners.items() if owner is channel]:
            del self.owners[identity]
        if (gone := self._gone.pop(channel, None)) is not None:
            gone.set()

    def _write(self, channel: Channel, number: int, batches: list[list[Row]]) -> None:
        rows: list[Row] = []
        refused: list[int] = []
        for place, batch in enumerate(batches):
            if all(self.owners.get(row[0]) is channel for row in batch):
                rows += batch
            else:
                refused.append(place)
                log.error("a worker wrote for a station that is not its own", station=batch[0][0])
        self._store.submit(rows, partial(self._written, channel, number, refused))

    def _written(
        self, channel: Channel, number: int, refused: list[int], error: BaseException | None
    ) -> None:
        """In the store's thread."""
        assert self._token is not None, "nobody writes before there is somebody to hear it"
        answer = Written(str(error) if error else "", refused)
        try:
            self._token.run_sync_soon(channel.answer, number, answer)
        except trio.RunFinishedError:
            return  # nobody waits any more

    async def _load(self, channel: Channel, number: int, identity: str) -> None:
        try:
            answer = Loaded(await self._store.load(identity))
        except StoreError as error:
            answer = Loaded(problem=str(error))
        channel.answer(number, answer)

    async def _claim(self, channel: Channel, number: int, claim: Claim) -> None:
        """Whoever has the station is asked first. One claim at a time for each station."""
        async with self._turn(claim.identity):
            place = Place()
            owner = self.owners.get(claim.identity)
            if owner is not None and owner is not channel:
                place = await self._asked(owner, claim)
            if not place.rival:
                self.owners[claim.identity] = channel
        channel.answer(number, place)

    async def _asked(self, owner: Channel, claim: Claim) -> Place:
        """What the owner says. One that ends says nothing; then its process is waited for."""
        gone, answer = self._gone[owner], await owner.ask(claim)
        if isinstance(answer, Place):
            return answer
        await gone.wait()
        return Place()

    @asynccontextmanager
    async def _turn(self, identity: str) -> AsyncIterator[None]:
        lock = self._turns[identity]
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._turns.pop(identity, None)
