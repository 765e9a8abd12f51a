"""Threat: a CSMS that is silent, floods, lies or talks rubbish. It is other people's software."""

import time

import pytest
from wsproto.events import TextMessage

from gateway.testing.fakes import CallFailed
from tests.endtoend.gateway_process import Gateway, until
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms

pytestmark = pytest.mark.trio

Scene = tuple[Gateway, WireCsms, Talker, Talker]


async def scene(stage: Stage, csms_speaks: str = "1.6", **keys: str) -> Scene:
    """A 1.6 station, and its CSMS in the test's hands."""
    csms = await stage.wire_csms("far", csms_speaks)
    gateway = await stage.gateway(csms, timeouts="call = 0.5\ndial = 1.0", **keys)
    station = await stage.station(gateway, "CS-1", answers={})
    return gateway, csms, station, await csms.talker("CS-1")


async def is_served(gateway: Gateway, station: Talker) -> None:
    """The station is still there, and nothing of ours raised."""
    await station.end.ping(b"?")
    await until(lambda: b"?" in station.end.pongs)
    assert not station.closed.is_set()
    assert (await gateway.counts()).of("station_crashes_total") == 0
    assert "Traceback" not in gateway.log


@pytest.mark.parametrize("csms_speaks", ["1.6", "2.0.1"])
async def test_a_csms_that_never_answers_is_answered_for_in_time(
    stage: Stage, csms_speaks: str
) -> None:
    gateway, _, station, desk = await scene(stage, csms_speaks)
    began = time.monotonic()
    with pytest.raises(CallFailed):
        await station.call("Authorize", {"idTag": "CARD"})
    assert 0.4 < time.monotonic() - began < 3.0
    late = await desk.hears("Authorize")
    answer = {"1.6": {"idTagInfo": {"status": "Accepted"}}}
    token = {"2.0.1": {"idTokenInfo": {"status": "Accepted"}}}
    for _ in range(2):  # late, and then again
        await desk.answer(late, (answer | token)[csms_speaks])
    await desk.say([3, "nobody-asked", {}])
    await gateway.until("frames_refused_total", 2, leg="primary", reason="unknown_answer_id")
    await is_served(gateway, station)
    assert [action for action, _ in station.heard] in ([], ["TriggerMessage"])  # asks for a boot


async def test_a_csms_that_answers_twice_is_believed_once(stage: Stage) -> None:
    gateway, _, station, desk = await scene(stage)
    asked = await station.ask("Heartbeat", {})
    call = await desk.hears("Heartbeat")
    for year in ("2026", "1999"):
        await desk.answer(call, {"currentTime": f"{year}-01-01T00:00:00Z"})
    assert (await station.answer_to(asked))["currentTime"].startswith("2026")
    await gateway.until("frames_refused_total", 1, leg="primary", reason="unknown_answer_id")
    await is_served(gateway, station)


async def test_of_a_flood_of_commands_one_is_open_and_those_too_many_are_refused(
    stage: Stage,
) -> None:
    gateway, _, station, desk = await scene(stage)
    await desk.end.send_bytes(
        b"".join(
            desk.end._ws.send(TextMessage(data=f'[2,"c-{n}","ClearCache",{{}}]'))
            for n in range(2000)
        )
    )
    await station.hears("ClearCache")
    counts = await gateway.until("frames_total", 1500, leg="primary", direction="out", type="error")
    assert counts.of("frames_total", leg="station", direction="out", type="call") <= 3
    await is_served(gateway, station)


async def test_rubbish_is_counted_and_too_much_of_it_ends_the_leg(stage: Stage) -> None:
    gateway, _, station, desk = await scene(stage)
    for _ in range(10):
        await desk.end.say("this is not for you")
    await gateway.until("frames_refused_total", 10, leg="primary", reason="bad_frame")
    await is_served(gateway, station)
    more = TextMessage(data="nor is this")
    await desk.end.send(*[more] * 15)
    assert await desk.is_closed() == 1008
    await station.is_closed()
    again = await stage.station(gateway, "CS-1", answers={})
    await is_served(gateway, again)


async def test_a_message_of_64_mb_is_not_even_received(stage: Stage) -> None:
    gateway, _, station, desk = await scene(stage)
    head = b"\x81\x7f" + (64 * 1024 * 1024).to_bytes(8, "big")
    await desk.end.send_bytes(head + b"x" * 1000)
    assert await desk.is_closed() == 1009
    await station.is_closed()
    assert (await gateway.counts()).of("station_crashes_total") == 0
