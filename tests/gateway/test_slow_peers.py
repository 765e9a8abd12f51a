"""Slow peers: who is read no faster, who is dropped, and who never notices."""

import pytest
import trio
import trio.testing

from gateway.core.effects import STATION, Effect, Send
from gateway.wire.framing import PING, PONG, TEXT, encoded
from tests.gateway.wire_bench import KEY, Forwarding, Scripted, harbour, round_trip, round_trip_of

pytestmark = pytest.mark.trio


async def test_a_congested_session_is_not_read_until_it_is_well_again() -> None:
    class Congested(Forwarding):
        def hear(self, leg: str, text: bytes, now: float) -> list[Effect]:
            self.congested = leg == STATION
            return super().hear(leg, text, now)

    async with harbour() as port:
        session = Congested()
        _, station, primary = port.adopt(session)
        await station.send(encoded(TEXT, b"1", KEY) + encoded(TEXT, b"2", KEY))
        assert await primary.hear() == (TEXT, b"1")
        await round_trip_of(primary)
        assert ("hear", STATION, b"2") not in session.calls
        await primary.say(b"answer")
        assert await primary.hear() == (TEXT, b"2")


async def test_a_slow_csms_slows_its_station_and_nothing_is_lost() -> None:
    async with harbour() as port:
        _, station, primary = port.adopt(Forwarding())
        texts = [b"%05d" % number + b"x" * 2000 for number in range(300)]

        async def talk() -> None:
            for text in texts:
                await station.say(text)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(talk)
            await trio.testing.wait_all_tasks_blocked(0.05)
            leg = next(one for one in port.lane._by_fd.values() if one.leg == "legacy")
            assert len(leg.outbox) < 200_000
            for text in texts:
                assert await primary.hear() == (TEXT, text)


async def test_a_peer_that_takes_nothing_is_dropped_at_the_write_deadline() -> None:
    async with harbour(write_within=0.05) as port:
        session = Scripted(go=[Send("legacy", b"x" * 100_000)])
        _, station, primary = port.adopt(session)
        await station.say(b"go")
        assert await station.closing() == 1001
        assert session.calls[-1] == ("closed", "legacy")
        primary.sock.close()


async def test_a_torn_frame_is_never_followed_by_another() -> None:
    async with harbour(outbox=50_000, low_water=1_000_000) as port:
        wanted = [b"%d" % number + b"y" * 9000 for number in range(20)]
        session = Scripted(go=[Send(STATION, text) for text in wanted])
        _, station, _ = port.adopt(session)
        await station.say(b"go")
        heard = []
        while (frame := await station.hear()) is not None:
            heard.append(frame[1])
        assert heard == wanted[: len(heard)]
        assert len(heard) < len(wanted)


async def test_a_shadow_that_takes_nothing_loses_messages_and_its_primary_none() -> None:
    async with harbour(outbox=20_000, low_water=5_000) as port:
        link, station, primary = port.adopt(Forwarding(("new",)), "new")
        port.attach(link, "new")
        for number in range(60):
            await station.say(b"%03d" % number + b"z" * 2000)
            assert (await primary.hear() or (0, b""))[1][:3] == b"%03d" % number
        assert port.tally.shadow_dropped["new",] > 10


async def test_a_shadow_that_dies_is_dialled_again_and_the_station_never_knows() -> None:
    async with harbour() as port:
        session = Forwarding(("new",))
        link, station, primary = port.adopt(session, "new")
        shadow = port.attach(link, "new")
        assert port.tally.legs_connected["new", "shadow"] == 1
        await shadow.say(b"not for the station")
        shadow.sock.close()
        await station.say(b"hello")
        assert await primary.hear() == (TEXT, b"hello")
        await round_trip(station, primary)
        assert port.shore.dialled == ["new"]
        assert port.tally.legs_connected["new", "shadow"] == 0


async def test_one_who_sends_tiny_frames_by_the_thousand_holds_up_nobody() -> None:
    async with harbour() as port:
        _, busy, far_busy = port.adopt(Forwarding())
        _, station, primary = port.adopt(Forwarding())
        await busy.send(encoded(PING, b"", KEY) * 300)
        await station.say(b"hello")
        assert await primary.hear() == (TEXT, b"hello")
        for _ in range(300):
            assert await busy.hear() == (PONG, b"")
        await busy.send(encoded(TEXT, b"x", KEY) * 300)
        for _ in range(300):
            assert await far_busy.hear() == (TEXT, b"x")
