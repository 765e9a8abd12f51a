"""The hot path: one task that serves every upgraded socket of a worker, round by round."""

import socket
import time
from collections.abc import Callable
from math import inf

import msgspec
import trio

from gateway.core.effects import STATION
from gateway.core.route import Upstream
from gateway.core.tally import Tally
from gateway.limits import Limits
from gateway.store import Records, Store
from gateway.wire.connection import (
    CLOSED,
    GONE,
    OPEN,
    WOULD_BLOCK,
    Connection,
    Watch,
    Witness,
    unseen,
)
from gateway.wire.framing import (
    CLOSE,
    PING,
    TEXT,
    TRY_LATER,
    FramingError,
    is_bare_pong,
    whole_text,
)
from gateway.wire.journal import Journal
from gateway.wire.link import Link
from gateway.wire.poller import ERROR, HANGUP, READ, WRITE, Poller, new_poller

CHUNK = 65_536  # bytes taken from a socket at a time
TURN = 64  # frames of one connection at a time: who sends tiny ones by the thousand waits
A_SHADOWS_TURN = 4  # its flood must not be felt by those whom nothing of it may reach
BATCH = 64  # sockets served before the poller is asked again: no busy one starves another
GRAIN = 0.1  # seconds between two looks at the deadlines: many pings, and their pongs, share one
ROUND_SECONDS = 0.010  # then everything else in the process has its turn


class Upgraded(msgspec.Struct, frozen=True):
    """A non-blocking socket that speaks WebSocket now, and what came behind the handshake."""

    sock: socket.socket
    early: bytes = b""


class Lane:
    """Owns its sockets. Everything here but `run` returns at once."""

    def __init__(
        self,
        store: Store,
        tally: Tally,
        limits: Limits,
        *,
        epoch: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        poller: Poller | None = None,
        witness: Witness = unseen,
    ) -> None:
        self.journal = Journal(store)
        self._tally, self._epoch, self._clock = tally, epoch, clock
        self._poller = poller or new_poller()
        self._shared = Watch(limits, tally, clock, self._poller, witness)
        self._longest = limits.message
        self._by_fd: dict[int, Connection] = {}
        self._wake_fd = self.journal.receiver.fileno()
        self._poller.register(self._wake_fd, READ)
        self._emptied = trio.Event()
        self._alarm = trio.CancelScope()
        self._alarm_at = inf
        self._not_before = 0.0

    async def run(self) -> None:
        """Serve until cancelled, then let go of every socket."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._keep_time)
                await self._serve()
        finally:
            for connection in tuple(self._by_fd.values()):
                self._drop(connection, self._clock())
            self.journal.commit()
            self._poller.close()
            self.journal.close()

    async def emptied(self) -> None:
        """Wait until every socket is closed."""
        while self._by_fd:
            self._emptied = trio.Event()
            await self._emptied.wait()

    def adopt(self, link: Link, station: Upgraded, primary: Upgraded | None) -> None:
        """Begin to serve a station; what both ends said early is heard. None: its CSMS is away."""
        now = self._clock()
        link.join(self.journal, self._shared, self._epoch)
        legs = [(self._add(link, STATION, "station", station), station.early)]
        if primary is None:
            link.alone(now)
        else:
            leg = self._add(link, link.route.primary.name, "primary", primary)
            link.opened(leg, now)
            legs.insert(0, (leg, primary.early))
        for connection, early in legs:
            if early:
                self._take(connection, early, now)
        self._finish(now)

    def attach(self, link: Link, leg: str, upgraded: Upgraded) -> None:
        """Add a CSMS leg to a session that lives: a shadow, or one that was dialled again."""
        now = self._clock()
        if link.over or leg in link.legs:
            upgraded.sock.close()
            return
        role = "primary" if leg == link.route.primary.name else "shadow"
        connection = self._add(link, leg, role, upgraded)
        link.opened(connection, now)
        if upgraded.early:
            self._take(connection, upgraded.early, now)
        self._finish(now)

    def retire(self, link: Link, code: int, reason: str) -> None:
        """End a session now: its station is replaced, or the gateway stops."""
        now = self._clock()
        link.retire(code, reason, now)
        self._finish(now)

    def invite(self, link: Link, shadows: tuple[Upstream, ...], records: Records) -> None:
        """Have a session that lives change its shadows."""
        now = self._clock()
        link.invite(shadows, records, now)
        self._finish(now)

    def hashed(self, link: Link, digest: str, over: str) -> None:
        """Have a session go on with a command that changes its station's password."""
        now = self._clock()
        link.hashed(digest, over, now)
        self._finish(now)

    def shed(self, link: Link, leg: str) -> None:
        """End a shadow's leg, because there is more to do than can be done."""
        now = self._clock()
        if (connection := link.legs.get(leg)) is not None:
            self._tally.shadow_dropped[leg,] += 1
            connection.close(TRY_LATER, "overloaded")
            link.lost(connection, now)
            self._finish(now)

    async def _serve(self) -> None:
        poll, clock = self._poller.poll, self._clock
        while True:
            await trio.lowlevel.wait_readable(self._poller.fileno())
            began = now = clock()
            while (ready := poll(0, BATCH)) or self._shared.backlog:
                self._round(ready, now)
                now = clock()
                if now - began > ROUND_SECONDS:
                    self._tally.loop_lag_seconds.observe(now - began)
                    await trio.lowlevel.checkpoint()
                    began = now = clock()
            self._tally.loop_lag_seconds.observe(now - began)

    def _round(self, ready: list[tuple[int, int]], now: float) -> None:
        """Serve each ready socket once, then whatever that made possible."""
        shared, by_fd = self._shared, self._by_fd
        for fd, mask in ready:
            connection = by_fd.get(fd)
            if connection is None:
                if fd == self._wake_fd:
                    self._go_on(now)
            elif mask == READ:
                self._read(connection, now)
            else:
                self._attend(connection, mask, now)
            if shared.broken:
                self._drop_broken(now)
        if shared.backlog:
            backlog, shared.backlog = shared.backlog, []
            for connection in backlog:
                self._catch_up(connection, now)
        self._finish(now)

    def _read(self, connection: Connection, now: float) -> None:
        if connection.behind:
            return
        try:
            data = connection.sock.recv(CHUNK)
        except WOULD_BLOCK:
            return
        except OSError:
            data = b""
        if not data:
            connection.break_off()
            return
        connection.last_heard = now
        self._take(connection, data, now)
        if connection.tls and connection.sock.pending():  # type: ignore[attr-defined]
            self._shared.backlog.append(connection)  # the poller does not know of these bytes

    def _take(self, connection: Connection, data: bytes, now: float) -> None:
        """Cut messages out of bytes: nearly always `data` is just one."""
        if connection.decoder is None and connection.state is OPEN and not connection.paused:
            from_client = connection.from_client
            text = whole_text(data, from_client, self._longest)
            if text is not None:
                connection.owner.hear(connection, text, data, now)
                return
            if is_bare_pong(data, from_client):  # a sign of life, and that was noted
                return
        if connection.state < CLOSED:
            connection.receive(data)
            self._cut(connection, now)

    def _cut(self, connection: Connection, now: float) -> None:
        """The careful way: fragments, several frames at once, control frames, mistakes."""
        decoder = connection.decoder
        if decoder is None:
            return
        try:
            for _ in range(A_SHADOWS_TURN if connection.role == "shadow" else TURN):
                if connection.state >= CLOSED or connection.paused:
                    return
                if (frame := decoder.next()) is None:
                    if decoder.idle:
                        connection.decoder = None
                    return
                self._frame(connection, *frame, now)
            connection.behind = True
            self._shared.backlog.append(connection)
        except FramingError as error:
            self._tally.frames_refused[connection.role, error.reason] += 1
            connection.refuse(error)
            connection.owner.lost(connection, now)

    def _frame(self, connection: Connection, opcode: int, payload: bytes, now: float) -> None:
        if opcode == TEXT:
            if connection.state is OPEN:
                connection.owner.hear(connection, payload, b"", now)
        elif opcode == PING:
            connection.pong(payload)
        elif opcode == CLOSE:
            connection.answer_close(payload)
            connection.owner.lost(connection, now)

    def _attend(self, connection: Connection, mask: int, now: float) -> None:
        """Serve a socket that is ready for more than reading."""
        if mask & WRITE:
            connection.flush()
            connection.owner.balance()
        if mask & READ and not connection.gone:
            self._read(connection, now)
        elif mask & (ERROR | HANGUP):
            connection.break_off()

    def _catch_up(self, connection: Connection, now: float) -> None:
        """Go on with bytes that the poller does not announce, because they are here already."""
        connection.behind = False
        if connection.gone or connection.paused:
            return
        self._cut(connection, now)
        if connection.tls and not connection.gone and not connection.paused:
            self._read(connection, now)

    def _go_on(self, now: float) -> None:
        for waiting, error in self.journal.arrived():
            for link in waiting:
                link.committed(error, now)

    def _add(self, link: Link, leg: str, role: str, upgraded: Upgraded) -> Connection:
        connection = Connection(upgraded.sock, leg, role, link, self._shared)
        link.add(connection)
        fd = upgraded.sock.fileno()
        self._by_fd[fd] = connection
        self._poller.register(fd, READ)
        self._shared.timers.at(connection.tick(self._clock()), connection)
        if connection.tls:
            self._shared.backlog.append(connection)
        return connection

    def _drop_broken(self, now: float) -> None:
        shared = self._shared
        while shared.broken:
            self._drop(shared.broken.pop(), now)

    def _drop(self, connection: Connection, now: float) -> None:
        """Close a socket, and have its session know if it does not yet."""
        fd = connection.sock.fileno()
        if self._by_fd.pop(fd, None) is None:
            return
        self._poller.unregister(fd)
        connection.state = GONE
        connection.sock.close()
        self._shared.timers.forget(connection)
        connection.owner.lost(connection, now)
        if not self._by_fd:
            self._emptied.set()

    def _finish(self, now: float) -> None:
        """After a round, or anything else that stepped sessions."""
        self._drop_broken(now)
        self.journal.commit()
        if self._shared.backlog:
            self.journal.wake()
        if self._shared.timers.next < self._alarm_at:
            self._set_alarm()

    def _set_alarm(self) -> None:
        self._alarm_at = max(self._shared.timers.next, self._not_before)
        self._alarm.deadline = trio.current_time() + self._alarm_at - self._clock()

    async def _keep_time(self) -> None:
        """The one alarm: woken when the nearest deadline of all has come."""
        while True:
            with trio.CancelScope() as self._alarm:
                self._set_alarm()
                await trio.sleep_forever()
            self._alarm_at = inf
            self._not_before = self._clock() + GRAIN
            self._tick(self._clock())

    def _tick(self, now: float) -> None:
        for timed in self._shared.timers.due(now):
            again = timed.tick(now)
            if again < inf:  # a deadline that does not move is no reason to spin
                self._shared.timers.at(max(again, now + 0.001), timed)
        self._finish(now)
