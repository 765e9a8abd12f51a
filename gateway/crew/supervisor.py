"""Starts the workers, starts dead ones again, keeps the store and the leases, and ends last."""

import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog
import trio

from gateway import config as configuration
from gateway.addresses import endpoint, host_port
from gateway.core.tally import Tally
from gateway.crew import member
from gateway.crew.channel import Channel
from gateway.crew.messages import Look, Report
from gateway.crew.registrar import Registrar
from gateway.evidence import keeper
from gateway.ops import admin, merged
from gateway.settings import Config, ConfigError
from gateway.store import Store
from gateway.store.opening import open_store

LOOK_SECONDS = 1.0  # between two looks at a worker
STUCK_SECONDS = 20.0  # without an answer: its loop hangs, and so do its stations
LEAVE_SECONDS = 2.0  # to end after it has closed its channel
FIRST_WAIT, LONGEST_WAIT = 0.1, 30.0  # before a worker is started again
STEADY_SECONDS = 60.0  # of life, after which the next wait is the first again

log = structlog.get_logger()


def main(config: Config, path: Path) -> int:
    """Supervise until SIGTERM or SIGINT. Raises StoreError, OSError where that cannot begin."""
    tally = Tally()
    keeper.begin(config)
    store = open_store(config.store.url, tally)
    try:
        return trio.run(Supervisor(config, path, store, tally).run)
    finally:
        store.close()


class Post:
    """One worker's place, and who has it now."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: trio.Process | None = None
        self.channel: Channel | None = None
        self.was_ready = self.is_ready = False
        self.reasons: list[str] = []
        self.must_reload = False

    def signal(self, number: signal.Signals) -> None:
        """Pass a signal on. Who is just starting reads the configuration anyway, or again then."""
        if self.process is None:
            return
        if number == signal.SIGHUP and not self.is_ready:
            self.must_reload = True
        else:
            self.process.send_signal(number)

    def ready(self) -> None:
        """It listens."""
        self.was_ready = self.is_ready = True
        self.reasons = []
        if self.must_reload:
            self.must_reload = False
            self.signal(signal.SIGHUP)

    def problems(self) -> list[str]:
        """Why it should not get stations."""
        reasons = self.reasons if self.is_ready else ["starting"]
        return [f"worker {self.number}: {reason}" for reason in reasons]


class Supervisor:
    """It does what there may be only one of: the port, the store, the leases, the admin pages."""

    def __init__(self, config: Config, path: Path, store: Store, tally: Tally) -> None:
        self.config, self.path, self.store = config, path, store
        self.posts = [Post(number) for number in range(1, config.worker.count + 1)]
        self.registrar, self.ledger = Registrar(store), merged.Ledger(tally)
        self.is_stopping = self.has_failed = False
        self._told_to_end = trio.Event()

    async def run(self) -> int:
        """Until told to stop, or until a worker cannot even begin. The exit status."""
        with (
            trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals,
            reserved(self.config.listen.url) as place,
        ):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
            async with trio.open_nursery() as nursery:
                registry = merged.registry(self.ledger, self.pids)
                office = admin.Admin(registry, self.not_ready, self.look)
                where = host_port(self.config.admin.listen)
                await nursery.start(partial(admin.serve, office, *where))
                nursery.start_soon(self._listen_to_signals, signals)
                async with trio.open_nursery() as crew:
                    for post in self.posts:
                        crew.start_soon(self._keep, post, place.getsockname()[1])
                nursery.cancel_scope.cancel()
        log.info("stopped")
        return int(self.has_failed)

    def pids(self) -> list[int]:
        """Of all the gateway's processes."""
        processes = [post.process for post in self.posts]  # asked for in another thread
        return [os.getpid(), *(process.pid for process in processes if process)]

    def not_ready(self) -> list[str]:
        """Why no stations should be sent here."""
        reasons = ["draining"] if self.is_stopping else []
        reasons += [self.store.problem] if self.store.problem else []
        return reasons + [reason for post in self.posts for reason in post.problems()]

    async def look(self) -> None:
        """Ask every worker that serves; one that hangs is not waited for."""
        with trio.move_on_after(LOOK_SECONDS):
            async with trio.open_nursery() as nursery:
                for post in self.posts:
                    if post.channel is not None and post.is_ready:
                        nursery.start_soon(self._look_at, post, post.channel)

    def stop(self) -> None:
        """Have every worker drain."""
        self.is_stopping = True
        self._told_to_end.set()
        for post in self.posts:
            post.signal(signal.SIGTERM)

    async def _listen_to_signals(self, signals: AsyncIterator[int]) -> None:
        async for number in signals:
            if number == signal.SIGHUP:
                with suppress(ConfigError):  # of which the workers complain
                    keeper.begin(configuration.load(self.path))
                for post in self.posts:
                    post.signal(signal.SIGHUP)
            else:
                log.info("draining")
                self.stop()

    async def _keep(self, post: Post, port: int) -> None:
        """Have a worker live, and another one after it."""
        wait = FIRST_WAIT
        while not self.is_stopping:
            began = trio.current_time()
            try:
                status: int | str = await self._live(post, port)
            except OSError as error:  # of the system, just now: no memory, no process to be had
                status = str(error)
            if self.is_stopping:
                return
            if not post.was_ready:
                log.error("worker cannot start", worker=post.number, status=status)
                self.has_failed = True
                self.stop()
                return
            if trio.current_time() - began > STEADY_SECONDS:
                wait = FIRST_WAIT
            log.error("worker ended", worker=post.number, status=status, again_in=wait)
            self.ledger.restarts[post.number] = self.ledger.restarts.get(post.number, 0) + 1
            with trio.move_on_after(wait):
                await self._told_to_end.wait()
            wait = min(2 * wait, LONGEST_WAIT)

    async def _live(self, post: Post, port: int) -> int:
        """One worker's life, from its first moment. Raises OSError if it cannot even begin."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                descriptor = theirs.fileno()
                command = member.command(self.path, post.number, descriptor, port)
                post.process = process = await trio.lowlevel.open_process(
                    command,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[descriptor],
                    process_group=0,
                    env=member.surroundings(),
                )
            if self.is_stopping:  # since a moment ago: there was nobody yet to tell
                post.signal(signal.SIGTERM)
            return await self._accompany(post, process, Channel(ours))

    async def _accompany(self, post: Post, process: trio.Process, channel: Channel) -> int:
        """Until its end. Its leases are free when its process is gone, and not before."""
        post.channel = channel
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._watch, post, process, channel)
                await self.registrar.serve(channel, post.ready)
                post.is_ready = False
                with trio.move_on_after(LEAVE_SECONDS):
                    await process.wait()
                nursery.cancel_scope.cancel()
        finally:
            process.kill()
            with trio.CancelScope(shield=True):
                status = await process.wait()
            post.process = post.channel = None
            self.registrar.forget(channel)
            self.ledger.ended(post.number)
            channel.close()
        return status

    async def _watch(self, post: Post, process: trio.Process, channel: Channel) -> None:
        """Kill a worker that hangs: its stations could connect to another one."""
        while True:
            await trio.sleep(LOOK_SECONDS)
            with trio.move_on_after(STUCK_SECONDS) as patience:
                await self._look_at(post, channel)
            if patience.cancelled_caught:
                log.error("worker hangs", worker=post.number)
                process.kill()

    async def _look_at(self, post: Post, channel: Channel) -> None:
        report = await channel.ask(Look())
        if isinstance(report, Report) and post.channel is channel:
            post.reasons = report.reasons
            self.ledger.report(post.number, report.counts)


def reserved(url: str) -> socket.socket:
    """The workers' port, taken but not listened on. Raises OSError if a stranger has it."""
    place = endpoint(url)
    found = socket.getaddrinfo(
        place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    family, *_, address = found[0]
    try:
        with socket.create_server(address[:2], family=family) as alone:
            address = alone.getsockname()
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(address[:2])
    except OSError as error:
        raise OSError(error.errno, f"{place.host}:{place.port}: {error.strerror}") from error
    return sock
