"""Threat: a second connection under a station's name, to hear its commands or to lock it out."""

import time

import pytest

from tests.abuse.siege import COUNT_ALL, STRANGERS, Camp, Siege, request, siege
from tests.endtoend.gateway_process import until
from tests.endtoend.talker import Talker
from tests.endtoend.wire_end import RefusedError

pytestmark = pytest.mark.trio

HERE, ELSEWHERE = STRANGERS[0], STRANGERS[1]
PATIENT = "handshake_timeout = 60.0\n"  # however busy the machine is, nobody is out of time


async def alive(stage: Camp, around: Siege, source: str, identity: str = "TWIN") -> Talker:
    """The station, served; it answers pings."""
    talker = Talker(await around.admitted(identity, source))
    stage.nursery.start_soon(talker.listen)
    assert "currentTime" in await talker.call("Heartbeat", {})
    return talker


async def test_from_the_same_address_the_newer_one_takes_the_place_at_once(stage: Camp) -> None:
    async with siege(stage) as around:
        old = await alive(stage, around, HERE, "TWIN-0")
        began = time.monotonic()
        new = await alive(stage, around, HERE, "TWIN-0")
        assert time.monotonic() - began < 2.5  # it was not probed
        assert await old.is_closed() == 1008
        assert "currentTime" in await new.call("Heartbeat", {})
        assert (await around.gateway.counts()).of("stations_connected") == 2


async def test_from_elsewhere_it_stays_outside_while_the_old_one_lives(stage: Camp) -> None:
    async with siege(stage) as around:
        old = await alive(stage, around, HERE, "TWIN-1")
        with pytest.raises(RefusedError) as refused:
            await around.admitted("TWIN-1", ELSEWHERE)
        assert refused.value.status == 409
        assert "currentTime" in await old.call("Heartbeat", {})
        assert not old.closed.is_set()
        await until(lambda: "duplicate identity" in around.gateway.log)
        await around.gateway.until("handshakes_total", 1, outcome="duplicate_identity")


async def test_from_elsewhere_it_is_let_in_once_the_old_one_is_found_dead(stage: Camp) -> None:
    async with siege(stage) as around:
        before = (await around.outcomes()).get("duplicate_identity", 0)
        dead = await around.admitted("TWIN-2", HERE)  # which nobody listens to
        began = time.monotonic()
        new = await alive(stage, around, ELSEWHERE, "TWIN-2")
        assert 2.0 < time.monotonic() - began < 5.0
        assert "currentTime" in await new.call("Heartbeat", {})
        counts = await around.gateway.settles("stations_connected", 2)
        assert counts.of("handshakes_total", outcome="duplicate_identity") == before
        await dead.drop()  # and its end does not clean the new one up
        assert "currentTime" in await new.call("Heartbeat", {})


async def test_a_segment_may_let_the_newest_win_always(stage: Camp) -> None:
    segments = '[[segment]]\nname = "roaming"\nprimary = "far"\nduplicates = "newest"\n'
    async with siege(stage, listen=COUNT_ALL, segments=segments) as around:
        old = await alive(stage, around, HERE)
        new = await alive(stage, around, ELSEWHERE)
        assert await old.is_closed() == 1008
        assert "currentTime" in await new.call("Heartbeat", {})


async def test_one_that_comes_again_and_again_is_banned_for_a_while(stage: Camp) -> None:
    listen = f"{COUNT_ALL}reconnects_per_minute = 10\nflap_ban = 1.0\n"
    async with siege(stage, listen=listen) as around:
        statuses = [await around.status(request("FLAPPER"), HERE) for _ in range(40)]
        assert statuses[:11] == [101] * 11
        assert set(statuses[11:]) == {429}
        said = await around.answer(request("FLAPPER"), ELSEWHERE)
        assert b"\r\nRetry-After: " in said
        assert await around.status(request("OTHER"), HERE) == 101


async def test_only_whoever_was_let_in_can_have_an_identity_banned(stage: Camp) -> None:
    keys = 'security_profile = 1\n[listen.credentials]\nCANARY = "x"\nVICTIM = "y"\n'
    gateway = await stage.gateway(
        await stage.csms("far", "1.6"),
        listen=f"{PATIENT}{keys}{COUNT_ALL}reconnects_per_minute = 3\nwrong_passwords = 0\n",
        timeouts="dial = 60.0",
    )
    right = [(b"Authorization", b"Basic Q0FOQVJZOng=")]
    around = Siege(gateway, await stage.station(gateway, "CANARY", headers=right))
    assert {await around.status(request("VICTIM"), HERE) for _ in range(8)} == {401}
    victim = [(b"Authorization", b"Basic VklDVElNOnk=")]
    await (await around.admitted("VICTIM", headers=victim)).drop()
