"""Threat: peers that stop reading, or are gone without having said so."""

import time
from contextlib import suppress

import pytest
import trio
import trio.testing

from gateway.core.effects import STATION, Effect, Send
from gateway.limits import Limits
from gateway.wire.framing import PONG, TEXT
from tests.abuse.siege import Camp, siege
from tests.endtoend.gateway_process import PATIENCE
from tests.gateway.wire_bench import Forwarding, Scripted, harbour

pytestmark = pytest.mark.trio

BIG = b"x" * 30_000


class Echoing(Forwarding):
    """Sends much to all legs for each message of the station."""

    def hear(self, leg: str, text: bytes, now: float) -> list[Effect]:
        super().hear(leg, text, now)
        return [Send(name, BIG) for name in (STATION, "legacy", *self.shadows)]


@pytest.mark.parametrize("stalled", ["station", "primary", "shadow"])
async def test_who_stops_reading_is_cut_and_costs_no_more_than_its_buffer(stalled: str) -> None:
    async with harbour(write_within=0.3) as port:
        link, station, primary = port.adopt(Echoing(("new",)), "new")
        shadow = port.attach(link, "new")
        ends = {"station": station, "primary": primary, "shadow": shadow}
        _, other, far_other = port.adopt(Forwarding())

        async def read(name: str) -> None:
            while await ends[name].hear() is not None:
                pass

        async def talk() -> None:
            with suppress(OSError):  # it is cut
                for _ in range(40):
                    await station.say(b"go")
                    await trio.sleep(0.005)

        async with trio.open_nursery() as nursery:
            for name in ends:
                if name != stalled:
                    nursery.start_soon(read, name)
            nursery.start_soon(talk)
            began, most = time.monotonic(), 0
            while time.monotonic() - began < 0.6:
                most = max([most, *(len(leg.outbox) for leg in port.lane._by_fd.values())])
                await other.say(b"hello")
                assert await far_other.hear() == (TEXT, b"hello")
            nursery.cancel_scope.cancel()
        assert most <= Limits().outbox + len(BIG) + 14
        if stalled == "shadow":
            assert STATION in link.legs
        else:
            assert {"station": STATION, "primary": "legacy"}[stalled] not in link.legs


async def test_a_peer_that_is_gone_without_a_word_is_noticed_in_time() -> None:
    limits = Limits()
    assert limits.ping_interval + limits.pong_within <= 42.0
    async with harbour(ping_interval=0.2, pong_within=0.1) as port:
        links = [port.adopt(Forwarding()) for _ in range(50)]
        began = time.monotonic()
        with trio.fail_after(PATIENCE):
            while port.tally.stations_connected["default", "1.6"]:  # noqa: ASYNC110 (no event)
                await trio.sleep(0.01)
        assert time.monotonic() - began < 0.3 + 0.5
        assert all(link.over for link, _, _ in links)


async def test_a_peer_that_answers_pings_stays() -> None:
    async with harbour(ping_interval=0.05, pong_within=0.1) as port:
        link, station, primary = port.adopt(Scripted())

        async def answer(end: object) -> None:
            while (heard := await end.hear()) is not None:  # type: ignore[attr-defined]
                await end.say(heard[1], PONG)  # type: ignore[attr-defined]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer, station)
            nursery.start_soon(answer, primary)
            await trio.sleep(0.6)
            assert not link.over
            nursery.cancel_scope.cancel()


async def test_the_canary_is_served_beside_stations_that_never_read(stage: Camp) -> None:
    async with siege(stage) as around:
        deaf = [await around.admitted(f"DEAF-{number}") for number in range(10)]
        for end in deaf:
            calls = (f'[2,"{n}","DataTransfer",{{"vendorId":"{"v" * 200}"}}]' for n in range(200))
            with trio.move_on_after(0.2):
                for call in calls:
                    await end.say(call)
        for end in deaf:
            await end.drop()
