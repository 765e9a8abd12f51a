"""One upgraded WebSocket: its socket, what waits to be sent, and how it ends."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from math import inf
from typing import Protocol, TypeAlias

from gateway.core.effects import Compared, Recorded
from gateway.core.route import Route
from gateway.core.tally import Tally
from gateway.limits import Limits
from gateway.wire import framing, keepalive, lines
from gateway.wire.buckets import Buckets
from gateway.wire.decoder import Decoder
from gateway.wire.keepalive import DEAD, SILENT
from gateway.wire.losses import Losses
from gateway.wire.poller import READ, WRITE, Poller
from gateway.wire.timers import Timers

WOULD_BLOCK = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

INSPECT_EVERY = 0.1  # seconds: each message would cost more than all of its framing


class State(IntEnum):
    """Of the closing handshake (RFC 6455 section 7)."""

    OPEN = 0
    CLOSING = 1  # our close frame is on its way, theirs is awaited
    CLOSED = 2  # nothing more is listened to; the socket goes when the peer's end does, or in time
    GONE = 3  # the socket is closed


# An enum's member is looked up each time it is named: ten times as slow as a global name.
OPEN, CLOSING, CLOSED, GONE = State


NOTHING_WAITS = bytearray()  # one for all: nothing is ever added to this one
# Who sees what shadows decide: the station's route, what there was, and the Unix time.
Witness: TypeAlias = Callable[[Route, Compared | Recorded, float], None]


def unseen(route: Route, effect: Compared | Recorded, now: float) -> None:
    """Nobody keeps it."""


class Watch:
    """What the connections of one lane share."""

    def __init__(
        self,
        limits: Limits,
        tally: Tally,
        clock: Callable[[], float],
        poller: Poller,
        witness: Witness = unseen,
    ) -> None:
        self.limits, self.tally, self.clock, self.poller = limits, tally, clock, poller
        self.witness = witness
        self.timers = Timers()
        self.keys = framing.MaskKeys()
        self.bad_frames = Buckets(limits.bad_frames)
        self.alarms = Buckets(lines.A_MINUTE)
        self.losses = Losses()
        self.inspect_at = 0.0  # when the next message is looked at for names that stand twice
        self.broken: list[Connection] = []  # to be dropped once the present step is over
        self.backlog: list[Connection] = []  # bytes of theirs are here already, unread


class Owner(Protocol):
    """The session's side of a connection."""

    strained: bool

    def hear(self, origin: "Connection", text: bytes, raw: bytes, now: float) -> None:
        """A whole text message came, in the frame `raw` if that is at hand."""
        ...

    def lost(self, connection: "Connection", now: float) -> None:
        """The peer is gone, or may as well be."""
        ...

    def balance(self) -> None:
        """Some of what waited was sent."""
        ...


class Connection:
    """A leg's socket. Never raises for what the peer does; it ends in `Watch.broken` instead."""

    __slots__ = (
        "_abrupt",
        "_close_by",
        "_patience",
        "_peer_closed",
        "_pinged",
        "_shared",
        "_write_by",
        "behind",
        "decoder",
        "from_client",
        "interest",
        "last_heard",
        "leg",
        "outbox",
        "owner",
        "paused",
        "role",
        "scheduled",
        "sock",
        "state",
        "tls",
    )  # fmt: skip

    def __init__(self, sock: socket.socket, leg: str, role: str, owner: Owner, shared: Watch):
        self.sock, self.leg, self.role, self.owner, self._shared = sock, leg, role, owner, shared
        self.tls = isinstance(sock, ssl.SSLSocket)
        # A station is the client of its leg; on every other leg we are.
        self.from_client = role == "station"
        self.decoder: Decoder | None = None  # while bytes are here that are no whole message
        self.outbox = NOTHING_WAITS
        self.state = OPEN
        self.paused = self._peer_closed = False
        self.behind = False  # more frames are here than one turn was enough for
        self.interest = READ
        self.scheduled = inf
        self.last_heard = shared.clock()
        self._pinged = self._write_by = self._close_by = inf
        self._patience: keepalive.Patience = shared.limits
        self._abrupt = False

    @property
    def gone(self) -> bool:
        """Whether the socket may not be touched any more."""
        return self.state is GONE

    @property
    def is_left(self) -> bool:
        """Whether it was the peer who ended it, with a close frame or without."""
        return self._peer_closed or self.gone

    def say(self, text: bytes) -> None:
        """Send one text message."""
        self._send_frame(framing.TEXT, text)

    def send(self, frame: bytes) -> None:
        """Send one whole frame, or have it wait behind what waits already."""
        if self.state is not OPEN:
            return
        if self.outbox:
            self._wait(frame)
            return
        try:
            sent = self.sock.send(frame)
        except WOULD_BLOCK:
            sent = 0
        except OSError:
            self.break_off()
            return
        if sent < len(frame):
            self._keep(frame[sent:])

    def probe(self) -> None:
        """Ask for a sign of life, as `Owner` has a reason to doubt it."""
        if self.state is OPEN:
            self._ping()

    def pong(self, payload: bytes) -> None:
        """Answer a ping; unless answers wait already, so that pings cannot fill the buffer."""
        if len(self.outbox) <= self._shared.limits.low_water:
            self._send_frame(framing.PONG, payload)

    def bear(self, patience: keepalive.Own, abrupt: bool) -> None:
        """Treat this peer in its own way: when it is pinged, and whether it is told of the end."""
        self._patience, self._abrupt = patience, abrupt
        if patience.ping_interval > 0:
            at = self._shared.clock() + min(patience.ping_interval, patience.pong_within)
            self._shared.timers.at(at, self)

    def receive(self, data: bytes) -> None:
        """Take in bytes that are not just one message, to be cut."""
        if self.decoder is None:
            self.decoder = Decoder(self.from_client, self._shared.limits.message)
        self.decoder.receive(data)

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake; does nothing once it has begun."""
        if self._abrupt:
            self.break_off()
            return
        self._end(CLOSING, framing.close_payload(code, reason))

    def refuse(self, error: framing.FramingError) -> None:
        """The peer broke the rules: say so if that can be said, and do not listen any more."""
        if self.state is OPEN:
            self._end(CLOSED, framing.close_payload(error.code, error.reason))
            self._linger()
        else:
            self.break_off()

    def answer_close(self, payload: bytes) -> None:
        """The peer's close frame came: echo it if it began, then let the socket go."""
        code = framing.close_code(payload)
        self._end(CLOSED, framing.close_payload(code))
        if self.state is not GONE:
            self.state, self._peer_closed = CLOSED, True
            self._linger()

    def break_off(self) -> None:
        """Give the connection up; the lane drops it when the present step is over."""
        if self.state is not GONE:
            self.state = GONE
            self._shared.broken.append(self)

    def flush(self) -> None:
        """Send what waits, as far as the peer takes it."""
        try:
            sent = self.sock.send(self.outbox)
        except WOULD_BLOCK:
            return
        except OSError:
            self.break_off()
            return
        del self.outbox[:sent]
        if self.outbox:
            self._write_by = self._shared.clock() + self._shared.limits.write_within
            return
        self.outbox = NOTHING_WAITS
        self._write_by = inf
        self.watch_for()
        if self.state is CLOSED:
            self._linger()

    def pause(self, paused: bool) -> None:
        """Stop reading, or go on with it, beginning with what is here already."""
        if paused is self.paused or (paused and self.state is not OPEN):
            return
        self.paused = paused
        self.watch_for()
        if not paused:
            self._shared.backlog.append(self)

    def watch_for(self) -> None:
        """Tell the poller what this connection waits for."""
        interest = (0 if self.paused else READ) | (WRITE if self.outbox else 0)
        if interest != self.interest and self.state is not GONE:
            self.interest = interest
            self._shared.poller.modify(self.sock.fileno(), interest)

    def tick(self, now: float) -> float:
        """Keep the deadlines: writing, closing, silence."""
        if now >= self._write_by or now >= self._close_by:
            self.break_off()
        if self.state is GONE:
            return inf
        if self.paused:
            self.last_heard = now  # it may well speak: we do not listen
        if self.state is OPEN:
            return min(self._write_by, self._keep_alive(now))
        return min(self._write_by, self._close_by)

    def _keep_alive(self, now: float) -> float:
        verdict, again = keepalive.check(now, self.last_heard, self._pinged, self._patience)
        if verdict is DEAD:
            self.break_off()
        elif verdict is SILENT:
            self._pinged = now
            self._ping()
        return again

    def _ping(self) -> None:
        self.send(framing.bare_ping(b"" if self.from_client else self._shared.keys.next()))

    def _send_frame(self, opcode: int, payload: bytes) -> None:
        mask = b"" if self.from_client else self._shared.keys.next()
        self.send(framing.encoded(opcode, payload, mask))

    def _end(self, state: State, payload: bytes) -> None:
        if self.state is not OPEN:
            return
        self._send_frame(framing.CLOSE, payload)
        if self.state is OPEN:  # unless sending failed
            self.state = state
            self.pause(False)
            self._close_by = self._shared.clock() + self._shared.limits.close_within
            self._shared.timers.at(self._close_by, self)

    def _linger(self) -> None:
        """All is said, once nothing waits: the server closes first (RFC 6455 section 7.1.1).

        After a violation only our half is closed, or what the peer still sends would make the
        kernel reset the connection, and our close frame be lost with it.
        """
        if self.outbox:
            return
        if self._peer_closed and self.from_client:
            self.break_off()
        elif not self._peer_closed and not self.tls:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_WR)

    def _wait(self, frame: bytes) -> None:
        """Queue a whole frame, if there is room; a shadow loses it, others their connection."""
        if len(self.outbox) + len(frame) <= self._shared.limits.outbox:
            self.outbox += frame
        elif self.role == "shadow":
            self._shared.tally.shadow_dropped[self.leg,] += 1
        else:
            self.break_off()

    def _keep(self, rest: bytes) -> None:
        """Keep what the socket did not take: nothing else may be sent before it."""
        self.outbox = bytearray(rest)
        self.owner.strained = True
        self._write_by = self._shared.clock() + self._shared.limits.write_within
        self._shared.timers.at(self._write_by, self)
        self.watch_for()
