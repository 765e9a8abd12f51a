"""Threat: a frame that is sent in part; another behind it is read as the rest of it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.tally import Tally
from gateway.limits import Limits
from gateway.wire.connection import Connection, State, Watch
from gateway.wire.decoder import Decoder
from gateway.wire.framing import CLOSE

TAKES = st.lists(
    st.one_of(st.integers(0, 400), st.just(-1)), min_size=1, max_size=40
)  # bytes a socket takes at each call; -1: it fails for good


class Wire:
    """A socket that takes as many bytes as it likes each time, and keeps them."""

    def __init__(self, takes: list[int]) -> None:
        self.takes, self.sent, self.is_closed = takes, b"", False

    def send(self, data: Any) -> int:
        size = self.takes.pop(0) if self.takes else 0
        if size < 0:
            self.is_closed = True
        if self.is_closed:
            raise ConnectionResetError
        if size == 0:
            raise BlockingIOError
        self.sent += bytes(data[:size])
        return min(size, len(data))

    def fileno(self) -> int:
        return 0

    def shutdown(self, how: int) -> None:
        """Nothing more is sent."""


class Nobody:
    """An owner and a poller who look away."""

    strained = False

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: None


def read(data: bytes) -> list[tuple[int, bytes]]:
    """The whole frames at the front."""
    decoder, found = Decoder(from_client=False, limit=1_000_000), []
    decoder.receive(data)
    while (one := decoder.next()) is not None:
        found.append(one)
    return found


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # the machine may be busy
)
@given(TAKES, st.lists(st.integers(0, 700), min_size=1, max_size=10), st.data())
def test_what_a_peer_reads_is_always_a_front_part_of_what_was_said(
    takes: list[int], sizes: list[int], data: st.DataObject
) -> None:
    wire, now = Wire(takes), [0.0]
    watch = Watch(Limits(outbox=1500), Tally(), lambda: now[0], Nobody())
    leg = Connection(wire, "station", "station", Nobody(), watch)  # type: ignore[arg-type]
    said = []
    for number, size in enumerate(sizes):
        text = b"%d:" % number + b"x" * size
        said.append((1, text))
        leg.say(text)
        step = data.draw(st.sampled_from(["flush", "wait", "close", "break", "go on"]))
        if step == "flush" and leg.outbox and not leg.gone:
            leg.flush()
        elif step == "wait":
            now[0] += 11.0
            leg.tick(now[0])
        elif step == "close":
            leg.close(1001)
        elif step == "break":
            leg.break_off()
    heard = [one for one in read(wire.sent) if one[0] != CLOSE]
    assert heard == said[: len(heard)]
    assert len(leg.outbox) <= 1500 + 750


def test_after_a_torn_frame_nothing_more_is_sent() -> None:
    wire = Wire([5, -1])
    watch = Watch(Limits(), Tally(), lambda: 0.0, Nobody())
    leg = Connection(wire, "station", "station", Nobody(), watch)  # type: ignore[arg-type]
    leg.say(b"A" * 100)
    leg.flush()
    assert leg.state is State.GONE
    leg.say(b"B" * 100)
    leg.close(1001)
    assert len(wire.sent) == 5
    with pytest.raises(IndexError):
        wire.takes.pop()
