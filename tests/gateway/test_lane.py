"""The lane with a session of thirty lines: what is passed on, held back, slowed down and ended."""

from collections.abc import Callable
from typing import Any

import pytest
import trio
import trio.testing

from gateway.core.effects import STATION, Close, Dial, Effect, Mended, Persist, Refused, Send
from gateway.store import Row
from gateway.store.memory import MemoryStore
from gateway.wire.framing import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, encoded
from gateway.wire.lane import Upgraded
from gateway.wire.poller import SelectorPoller
from tests.gateway.wire_bench import (
    KEY,
    PATIENCE,
    Forwarding,
    Scripted,
    harbour,
    round_trip,
    round_trip_of,
)

pytestmark = pytest.mark.trio


class HeldStore(MemoryStore):
    """Commits when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[tuple[list[Row], Callable[[BaseException | None], None]]] = []

    def submit(self, rows: list[Row], done: Callable[[BaseException | None], None]) -> None:
        self.submitted.append((rows, done))

    async def finish(self, error: BaseException | None = None) -> list[Row]:
        """Let the oldest submission be done, from another thread."""
        rows, done = self.submitted.pop(0)
        await trio.to_thread.run_sync(done, error)
        return rows


@pytest.mark.parametrize("poller", [None, SelectorPoller], ids=["epoll", "selectors"])
async def test_texts_are_passed_on_both_ways_in_the_frames_they_came_in(poller: Any) -> None:
    async with harbour(poller=poller and poller()) as port:
        _, station, primary = port.adopt(Forwarding())
        await station.say(b'[2,"1","Heartbeat",{}]')
        assert await primary.hear() == (TEXT, b'[2,"1","Heartbeat",{}]')
        assert primary.raw == encoded(TEXT, b'[2,"1","Heartbeat",{}]', KEY)
        await primary.say(b'[3,"1",{}]')
        assert await station.hear() == (TEXT, b'[3,"1",{}]')
        assert sum(port.tally.added_seconds.counts) == 2


async def test_what_the_core_wrote_itself_is_masked_with_a_key_of_ours() -> None:
    async with harbour() as port:
        session = Scripted(go=[Send("legacy", b"one"), Send(STATION, b"two")])
        _, station, primary = port.adopt(session)
        await station.say(b"go")
        assert await primary.hear() == (TEXT, b"one")
        assert await station.hear() == (TEXT, b"two")
        assert KEY not in primary.raw


async def test_several_frames_in_one_segment_and_one_in_several_are_heard() -> None:
    async with harbour() as port:
        _, station, primary = port.adopt(Forwarding())
        frames = [encoded(TEXT, b"message %d" % number, KEY) for number in range(5)]
        await station.send(b"".join(frames) + frames[0][:3])
        for number in range(5):
            assert await primary.hear() == (TEXT, b"message %d" % number)
        for byte in frames[0][3:]:
            await station.send(bytes((byte,)))
        assert await primary.hear() == (TEXT, b"message 0")


async def test_pings_are_answered_on_their_leg_and_never_relayed() -> None:
    async with harbour() as port:
        session = Forwarding()
        _, station, primary = port.adopt(session)
        await station.say(b"abc", PING)
        assert await station.hear() == (PONG, b"abc")
        await primary.say(b"def", PING)
        assert await primary.hear() == (PONG, b"def")
        assert session.calls == [("opened", "legacy")]


async def test_when_the_station_closes_it_is_echoed_and_its_csms_leg_closed() -> None:
    async with harbour() as port:
        session = Forwarding()
        link, station, primary = port.adopt(session)
        assert port.tally.stations_connected["default", "1.6"] == 1
        await station.say(b"\x03\xe8bye", CLOSE)
        assert await station.hear() == (CLOSE, b"\x03\xe8")
        assert await station.hear() is None
        assert await primary.closing() == 1001
        primary.sock.close()
        await port.lane.emptied()
        assert session.calls == [("opened", "legacy"), ("closed", STATION)]
        assert port.shore.over == [link]
        assert port.tally.stations_connected["default", "1.6"] == 0
        assert port.tally.legs_connected["legacy", "primary"] == 0


@pytest.mark.parametrize("first", ["station", "primary"])
async def test_a_socket_that_just_ends_is_noticed(first: str) -> None:
    async with harbour() as port:
        session = Forwarding()
        _, station, primary = port.adopt(session)
        gone, other = (station, primary) if first == "station" else (primary, station)
        gone.sock.close()
        assert await other.closing() == 1001
        other.sock.close()
        await port.lane.emptied()
        assert session.calls.count(("closed", STATION)) == 1


async def test_nothing_breaks_whatever_comes_while_a_connection_closes() -> None:
    async with harbour() as port:
        session = Scripted(end=[Close(STATION, 1000, "")])
        _, station, _ = port.adopt(session)
        await station.say(b"end")
        assert await station.closing() == 1000
        for opcode, payload in ((PING, b"?"), (PONG, b""), (TEXT, b"end"), (PING, b"")):
            await station.say(payload, opcode)
        await station.say(b"\x03\xe8", CLOSE)
        assert await station.hear() is None
        assert session.calls.count(("hear", STATION, b"end")) == 1
        assert port.tally.station_crashes == 0


async def test_a_mistake_while_closing_ends_the_socket() -> None:
    async with harbour() as port:
        _, station, _ = port.adopt(Scripted(end=[Close(STATION, 1000, "")]))
        await station.say(b"end")
        assert await station.closing() == 1000
        await station.send(b"\xff\xff\xff\xff")
        assert await station.hear() is None


async def test_a_peer_that_never_answers_our_close_is_dropped_in_time() -> None:
    async with harbour(close_within=0.05) as port:
        _, station, primary = port.adopt(Scripted(end=[Close(STATION, 1000, "")]))
        await station.say(b"end")
        assert await station.closing() == 1000
        assert await station.hear() is None
        assert await primary.closing() == 1001


MISTAKES = [
    (encoded(BINARY, b"x", KEY), 1003, "binary"),
    (encoded(TEXT, b"\xff\xfe", KEY), 1007, "not_utf8"),
    (encoded(TEXT, b"x"), 1002, "masking"),
    (encoded(TEXT, b"x" * 65_537, KEY), 1009, "too_big"),
    (b"\x81\xff" + (2**63 - 1).to_bytes(8, "big"), 1009, "too_big"),
    (b"\xc1\x80" + KEY, 1002, "reserved_bits"),
    (encoded(CONTINUATION, b"", KEY), 1002, "fragmentation"),
    (encoded(CLOSE, b"\x03", KEY), 1002, "close_code"),
    (encoded(CLOSE, b"\x03\xec", KEY), 1002, "close_code"),
]


@pytest.mark.parametrize(("data", "code", "reason"), MISTAKES, ids=[m[2] for m in MISTAKES])
async def test_a_framing_mistake_closes_with_its_code_and_is_counted(
    data: bytes, code: int, reason: str
) -> None:
    async with harbour() as port:
        _, station, primary = port.adopt(Forwarding())
        await station.send(encoded(TEXT, b"before", KEY) + data)
        assert await primary.hear() == (TEXT, b"before")
        assert await station.closing() == code
        assert await primary.closing() == 1001
        assert port.tally.frames_refused["station", reason] == 1


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (encoded(TEXT, b"x", KEY), 1002, "masking"),
        (encoded(BINARY, b"x"), 1003, "binary"),
        (encoded(TEXT, b"x" * 65_537), 1009, "too_big"),
    ],
)
async def test_a_csms_is_held_to_the_same_rules(data: bytes, code: int, reason: str) -> None:
    async with harbour() as port:
        _, station, primary = port.adopt(Forwarding())
        await primary.send(data)
        assert await primary.closing() == code
        assert await station.closing() == 1001
        assert port.tally.frames_refused["primary", reason] == 1


async def test_a_flood_of_empty_fragments_ends_at_the_limit() -> None:
    async with harbour() as port:
        _, station, _ = port.adopt(Forwarding())
        await station.send(b"\x01\x80" + KEY)
        await station.send((b"\x00\x80" + KEY) * 1024)
        assert await station.closing() == 1008


async def test_records_are_durable_before_what_follows_is_sent() -> None:
    store = HeldStore()
    async with harbour(store) as port:
        session = Scripted(
            a=[Send("legacy", b"1"), Persist("legacy", {"k": b"v"}), Send("legacy", b"2")],
            b=[Send("legacy", b"3"), Persist("legacy", {"l": None}), Send("legacy", b"4")],
        )
        _, station, primary = port.adopt(session)
        await station.say(b"a")
        assert await primary.hear() == (TEXT, b"1")
        await station.say(b"b")
        await round_trip(station, primary)
        assert len(store.submitted) == 1
        assert await store.finish() == [("CS1", "legacy", "k", b"v")]
        assert await primary.hear() == (TEXT, b"2")
        assert await primary.hear() == (TEXT, b"3")
        await round_trip(station, primary)
        assert await store.finish() == [("CS1", "legacy", "l", None)]
        assert await primary.hear() == (TEXT, b"4")


async def test_records_that_need_not_be_awaited_hold_nothing_back() -> None:
    store = HeldStore()
    async with harbour(store) as port:
        session = Scripted(a=[Persist("legacy", {"k": b"v"}, wait=False), Send("legacy", b"1")])
        _, station, primary = port.adopt(session)
        await station.say(b"a")
        assert await primary.hear() == (TEXT, b"1")
        assert len(store.submitted) == 1


async def test_a_failed_commit_closes_the_session_and_sends_nothing_of_what_waited() -> None:
    store = HeldStore()
    async with harbour(store) as port:
        session = Scripted(a=[Persist("legacy", {"k": b"v"}), Send("legacy", b"never")])
        _, station, primary = port.adopt(session)
        await station.say(b"a")
        await round_trip(station, primary)
        await store.finish(OSError("disk full"))
        assert await station.closing() == 1011
        assert await primary.closing() == 1011


async def test_what_a_session_wants_at_its_end_is_awaited_before_it_is_forgotten() -> None:
    store = HeldStore()

    class Remembering(Forwarding):
        def closed(self, leg: str, now: float) -> list[Effect]:
            return [Persist("legacy", {"end": b"1"}), *super().closed(leg, now)]

    async with harbour(store) as port:
        link, station, primary = port.adopt(Remembering())
        port.lane.retire(link, 1012, "service restart")
        assert await station.closing() == 1012
        await round_trip_of(primary)
        assert port.shore.over == []
        await store.finish()
        with trio.fail_after(PATIENCE):
            await link.settle()
        assert await primary.closing() == 1001
        assert port.shore.over == [link]


async def test_a_bug_of_ours_ends_one_session_and_no_other() -> None:
    async with harbour() as port:
        _, bad_station, bad_primary = port.adopt(Scripted())
        _, station, primary = port.adopt(Forwarding())
        await bad_station.say(b"this raises KeyError")
        assert await bad_station.closing() == 1011
        assert await bad_primary.closing() == 1011
        assert port.tally.station_crashes == 1
        await station.say(b"hello")
        assert await primary.hear() == (TEXT, b"hello")


async def test_a_deadline_of_the_session_is_kept() -> None:
    class Ticking(Forwarding):
        def tick(self, now: float) -> list[Effect]:
            super().tick(now)
            return [Send(STATION, b"tick")]

    async with harbour() as port:
        session = Ticking()
        session.alarm.at = port.lane._clock() + 0.02
        _, station, _ = port.adopt(session)
        assert await station.hear() == (TEXT, b"tick")
        assert session.calls.count(("tick",)) == 1


async def test_a_silent_peer_is_pinged_and_then_held_for_dead() -> None:
    async with harbour(ping_interval=0.03, pong_within=0.1) as port:
        session = Forwarding()
        _, station, primary = port.adopt(session)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer_pings, station)
            assert await primary.hear() == (PING, b"")
            assert await primary.hear() is None
        assert session.calls == [("opened", "legacy"), ("closed", "legacy"), ("closed", STATION)]


async def answer_pings(end: Any) -> None:
    """Be alive until the other side closes, then close too."""
    while (frame := await end.hear()) is not None:
        await end.say(frame[1], PONG if frame[0] == PING else CLOSE)


async def test_dialling_mending_and_refusing_are_passed_on_to_those_who_do_and_count_them() -> None:
    async with harbour() as port:
        effects = [Dial("legacy"), Mended("huawei-empty-vendor", "BootNotification", 2)]
        _, station, primary = port.adopt(
            Scripted(go=[*effects, Refused("legacy", "bad_frame", "why"), Send(STATION, b"done")])
        )
        await station.say(b"go")
        assert await station.hear() == (TEXT, b"done")
        assert port.shore.dialled == ["legacy"]
        assert port.tally.repairs["huawei-empty-vendor",] == 2
        assert port.tally.frames_refused["primary", "bad_frame"] == 1
        primary.sock.close()


async def test_effects_for_legs_that_are_not_there_do_nothing() -> None:
    async with harbour() as port:
        session = Scripted(
            go=[Send("nobody", b"x"), Close("nobody", 1000, ""), Send(STATION, b"y")]
        )
        _, station, _ = port.adopt(session)
        await station.say(b"go")
        assert await station.hear() == (TEXT, b"y")


async def test_what_came_behind_the_handshakes_is_heard_first() -> None:
    async with harbour() as port:
        session = Forwarding()
        link = port.link(session)
        (station, far_station), (primary, far_primary) = port.pair(True), port.pair(False)
        early_station = Upgraded(station.sock, encoded(TEXT, b"boot", KEY) + b"\x81")
        early_primary = Upgraded(primary.sock, encoded(TEXT, b"trigger"))
        port.lane.adopt(link, early_station, early_primary)
        assert await far_primary.hear() == (TEXT, b"boot")
        assert await far_station.hear() == (TEXT, b"trigger")
        await far_station.send(encoded(TEXT, b"more", KEY)[1:])
        assert await far_primary.hear() == (TEXT, b"more")
