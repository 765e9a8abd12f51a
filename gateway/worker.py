"""One worker process: puts the parts together, serves, and drains when it is told to stop."""

import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
import structlog
import trio

from gateway import config as configuration
from gateway import expiry, parts, quirk_choice
from gateway.addresses import endpoint, host_port
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally
from gateway.core.trust import learnt_in
from gateway.crew.messages import Report
from gateway.crew.seat import Seat
from gateway.evidence.keeper import Keeper
from gateway.ops import admin, garbage, metrics
from gateway.ops.merged import snapshot
from gateway.passwords import Passwords, hashed
from gateway.settings import Config, ConfigError
from gateway.store import Records, Store, StoreError
from gateway.store.opening import open_store
from gateway.wire import stream, vouching
from gateway.wire.dialer import Dialer
from gateway.wire.fleet import Fleet, Place
from gateway.wire.handshake import HandshakeError
from gateway.wire.lane import Lane
from gateway.wire.listener import Listener
from gateway.wire.newcomer import Newcomer
from gateway.wire.pressure import Pressure

HASHES_AT_ONCE = 2  # a storm of wrong passwords may not have every core
HASHES_IN_LINE = 200  # a second's worth of them

log = structlog.get_logger()


def main(config: Config, path: Path) -> int:
    """Serve until SIGTERM or SIGINT. Raises StoreError, OSError where that cannot begin."""
    tally, keeper = Tally(), Keeper()
    store = open_store(config.store.url, tally)
    try:
        keeper.open(config)
        garbage.settle()
        trio.run(serve, config, path, store, tally, keeper)
    finally:
        keeper.close()
        store.close()
    return 0


class Worker:
    """What the listener asks, answered from the configuration of this moment."""

    def __init__(
        self, config: Config, path: Path, store: Store, tally: Tally, keeper: Keeper
    ) -> None:
        self.keeper = keeper
        self.config, self.path, self.store, self.tally = config, path, store, tally
        self.first = config  # what a reload does not change is as it was then
        # Stations live in Unix time, which nobody may set while they are connected.
        self.epoch = time.time() - time.monotonic()  # noqa: TID251 (the one look at the clock)
        self.lane = Lane(
            store, tally, parts.limits_of(config), epoch=self.epoch, witness=keeper.witness
        )
        self.csmss = parts.csmss_of(config)
        tally.certificate_ends.update(expiry.ends(config))
        self.quirks = configuration.quirks_in(config)
        self.passwords = Passwords(config.listen.credentials)
        self.pressure = Pressure()
        self.listener = Listener(
            parts.entrance_of(config), self, tally, parts.admission_of(config), self.pressure
        )
        self.fleet: Fleet | None = None
        self._hashing = trio.CapacityLimiter(HASHES_AT_ONCE)

    def rewritten(self, target: str) -> str:
        """The request target as the station meant it."""
        scopes = (quirk_choice.common(self.config.quirks),)
        off, _, observed = quirk_choice.wanted(scopes, self.quirks.names)
        return self.quirks.rewritten_target(target, off | observed)[0]

    def is_known(self, identity: str, user: bytes, password: bytes) -> bool:
        """Whether this pair was right before: quick, and False says nothing yet."""
        return self.passwords.is_known(identity, user, password)

    async def authenticate(self, identity: str, user: bytes, password: bytes) -> bool:
        """Whether the station is who it says. Raises HandshakeError if too many are asking."""
        if self._hashing.statistics().tasks_waiting >= HASHES_IN_LINE:
            raise HandshakeError(503, "overloaded")
        try:
            learnt = learnt_in(await self.store.load(identity))
        except StoreError as error:
            raise HandshakeError(503, "store_unavailable", str(error)) from error
        right = partial(self.passwords.is_right, identity, user, password, learnt)
        return await trio.to_thread.run_sync(right, limiter=self._hashing)

    def proof(self, identity: str) -> str:
        """The hash that a station's password fits."""
        return self.passwords.proof(identity)

    def vouched(self, route: Route, newcomer: Newcomer, records: Records) -> vouching.Rows:
        """What is to be remembered of who was let in. Raises HandshakeError."""
        return vouching.vouched(route, newcomer, records, self.passwords)

    async def hashed(self, identity: str, password: bytes) -> tuple[str, str]:
        """The hash of a password, and that of the configured one."""
        return await trio.to_thread.run_sync(
            lambda: (hashed(password), self.passwords.configured(identity)), limiter=self._hashing
        )

    def route(self, identity: str, offered: list[str]) -> Route | None:
        """Where a station goes."""
        return configuration.route(self.config, identity, offered, self.quirks)

    async def berth(
        self, route: Route, newcomer: Newcomer, log: structlog.typing.FilteringBoundLogger
    ) -> Place:
        """Dial a station's primary CSMS. Raises HandshakeError."""
        assert self.fleet is not None
        return await self.fleet.berth(route, newcomer, log)

    def is_probed(self, segment: str) -> bool:
        """Whether an identity's old connection is asked before a new one takes its place."""
        found = (one for one in self.config.segment if one.name == segment)
        return next((one.duplicates == "probe" for one in found), True)

    def session(self, route: Route, records: Records, target: str) -> Session:
        """A new session of the core."""
        return Session(route, records, self.tally, time.monotonic() + self.epoch, target)

    def not_ready(self) -> list[str]:
        """Why no stations should be sent here."""
        reasons = []
        if self.fleet is None or self.fleet.draining:
            reasons.append("not listening" if self.fleet is None else "draining")
        return reasons + ([self.store.problem] if self.store.problem else [])

    def report(self) -> Report:
        """What the supervisor of several workers wants to know."""
        return Report(self.not_ready(), snapshot(self.tally))

    def reload(self) -> None:
        """Take the file as it is now for whoever connects from now on, or keep the old one."""
        try:
            loaded = configuration.load(self.path)
            config = msgspec.structs.replace(loaded, worker=self.first.worker)
            csmss, entrance = parts.csmss_of(config), parts.entrance_of(config)
            quirks = configuration.quirks_in(config)
        except (ConfigError, OSError) as error:
            log.error("configuration kept", problem=str(error))
            return
        changed = parts.needing_restart(self.first, loaded)
        reception = self.listener.reception
        if config.admission != self.config.admission:
            reception.admission = parts.admission_of(config)
        first = endpoint(self.first.listen.url)
        if endpoint(config.listen.url).tls == first.tls:
            reception.entrance = msgspec.structs.replace(entrance, base=first.path)
        else:  # nothing of it fits the socket
            config = msgspec.structs.replace(config, listen=self.config.listen)
        self.config, self.quirks = config, quirks
        self.passwords = self.passwords.renewed(config.listen.credentials)
        self.csmss.clear()
        self.csmss.update(csmss)
        self.keeper.open(config)
        self.tally.certificate_ends = defaultdict(int, expiry.ends(config))
        self.warn_of_expiry()
        if self.fleet is not None:
            self.fleet.invite(self.shadows_of)
        log.info("configuration loaded", needs_restart=changed)

    def warn_of_expiry(self) -> None:
        """Tell which certificates end soon."""
        expiry.warn(self.tally.certificate_ends, time.monotonic() + self.epoch, log)

    async def watch_expiry(self) -> None:
        """Tell it now, and once a day."""
        while True:
            self.warn_of_expiry()
            await trio.sleep(expiry.A_DAY)

    def shadows_of(self, route: Route) -> tuple[Upstream, ...] | None:
        """The shadows that a station should have now; None if its segment is another."""
        segment = configuration.segment_of(self.config, route.identity)
        if segment is None or segment.name != route.segment:
            return None
        if segment.primary != route.primary.name:
            return None
        return configuration.shadows_of(self.config, segment, route.identity)


async def serve(
    config: Config,
    path: Path,
    store: Store,
    tally: Tally,
    keeper: Keeper | None = None,
    *,
    seat: Seat | None = None,
    port: int | None = None,
    task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until a signal, then drain. Starts with the port that stations connect to.

    With a `seat` among several workers it is one of those that listen on `port`.
    """
    worker = Worker(config, path, store, tally, keeper or Keeper())
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        async with trio.open_nursery() as nursery:
            nursery.start_soon(worker.lane.run)
            if seat is None:
                office = admin.Admin(metrics.registry(tally), worker.not_ready)
                await nursery.start(partial(admin.serve, office, *host_port(config.admin.listen)))
            dialer = Dialer(worker.csmss, tally, within=config.timeouts.dial)
            worker.fleet = Fleet(
                worker.lane, store, dialer, worker.session, nursery,
                is_probed=worker.is_probed, pressure=worker.pressure, ownership=seat,
                vouching=worker,
            )  # fmt: skip
            if seat is not None:
                nursery.start_soon(_obey, seat, worker, worker.fleet, nursery)
            nursery.start_soon(worker.keeper.run)
            nursery.start_soon(worker.watch_expiry)
            nursery.start_soon(worker.pressure.watch, worker.fleet.shed_shadows)
            async with trio.open_nursery() as front:
                task_status.started(await _open(config, worker, front, port))
                if seat is not None:
                    seat.serving()
                await _told_to_stop(signals, worker)
                worker.fleet.draining = True
                front.cancel_scope.cancel()
            log.info("draining")
            await worker.fleet.drain(config.timeouts.drain_pace, config.timeouts.drain)
            nursery.cancel_scope.cancel()
    log.info("stopped")


async def _obey(seat: Seat, worker: Worker, fleet: Fleet, nursery: trio.Nursery) -> None:
    """Without its supervisor a worker has no store and no leases: it ends at once."""
    await seat.run(fleet.give_way, worker.report)
    log.error("the supervisor is gone")
    nursery.cancel_scope.cancel()


async def _open(config: Config, worker: Worker, front: trio.Nursery, port: int | None) -> int:
    """Let stations in, on a `port` that other workers have, too, if it is given."""
    place = endpoint(config.listen.url)
    if port is None:
        listening = await stream.listen(place.host, place.port)
    else:
        listening = stream.listen_beside(place.host, port)
    for sock in listening:
        front.start_soon(worker.listener.serve, sock)
    log.info("listening", url=config.listen.url)
    return int(listening[0].getsockname()[1])


async def _told_to_stop(signals: AsyncIterator[int], worker: Worker) -> None:
    async for number in signals:
        if number != signal.SIGHUP:
            return
        worker.reload()
