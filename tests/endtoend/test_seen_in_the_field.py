"""What real programs do on these wires, and what must come of it on the other side."""

from typing import Any

import msgspec
import pytest
import trio
from wsproto.events import Ping, TextMessage
from wsproto.frame_protocol import CloseReason

from gateway.testing.fakes import CallFailed
from tests.endtoend import sessions
from tests.endtoend.gateway_process import Gateway, until
from tests.endtoend.sessions import BOOTED, CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import dialled

pytestmark = pytest.mark.trio

PAIRS = [("1.6", "1.6"), ("2.0.1", "2.0.1"), ("1.6", "2.0.1"), ("2.0.1", "1.6")]
SAME = PAIRS[:2]
# A command that needs nothing of the station's state, and its answer, in each version.
COMMANDS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "1.6": ("ClearCache", {}, {"status": "Accepted"}),
    "2.0.1": ("ClearCache", {}, {"status": "Accepted"}),
}


async def pair(
    stage: Stage, station_speaks: str, csms_speaks: str, **keys: Any
) -> tuple[Gateway, WireCsms, Talker, Talker]:
    """A gateway, a CSMS, and both ends of a station's connection."""
    csms = await stage.wire_csms("far", csms_speaks)
    gateway = await stage.gateway(csms, **keys)
    return gateway, csms, *await connected(stage, gateway, csms, station_speaks)


async def connected(
    stage: Stage, gateway: Gateway, csms: WireCsms, station_speaks: str
) -> tuple[Talker, Talker]:
    """Both ends of a connection; what the gateway asks of its own accord is answered."""
    station = await stage.station(gateway, "CS-1", station_speaks)
    return station, await csms.talker("CS-1", {"StatusNotification": {}})


async def booted(station: Talker, desk: Talker, version: str) -> None:
    """The station boots and is accepted."""
    message_id = await station.ask("BootNotification", sessions.boot(version))
    await desk.answer(await desk.hears("BootNotification"), BOOTED)
    assert (await station.answer_to(message_id))["status"] == "Accepted"


@pytest.mark.parametrize(("station_speaks", "csms_speaks"), PAIRS)
async def test_frames_that_arrive_before_the_csms_is_there_are_not_lost(
    stage: Stage, nursery: trio.Nursery, station_speaks: str, csms_speaks: str
) -> None:
    csms = await stage.wire_csms("far", csms_speaks)
    gateway = await stage.gateway(csms)
    csms.gate = trio.Event()
    calls = [("BootNotification", sessions.boot(station_speaks)), ("Heartbeat", {})]
    early = [encoded([2, str(number), *call]) for number, call in enumerate(calls, 1)]
    stations: list[Talker] = []

    async def connect() -> None:
        stations.append(await stage.station(gateway, "CS-1", station_speaks, early=early))

    async with trio.open_nursery() as connecting:
        connecting.start_soon(connect)
        await until(lambda: csms.knocked == 1)
        csms.gate.set()
        desk = await csms.talker("CS-1", CSMS_ANSWERS[csms_speaks])
    await until(lambda: len(results(stations[0])) >= 2)
    assert results(stations[0]) == ["1", "2"]
    heard = [action for action, _ in desk.heard if action != "StatusNotification"]
    assert heard == ["BootNotification", "Heartbeat"]


def results(talker: Talker) -> list[str]:
    """The ids of the CALLRESULTs that came, in order."""
    frames = [msgspec.json.decode(text) for text in talker.texts]
    return [frame[1] for frame in frames if frame[0] == 3]


@pytest.mark.parametrize(("station_speaks", "csms_speaks"), PAIRS)
async def test_a_station_that_pipelines_never_has_two_calls_open_at_its_csms(
    stage: Stage, station_speaks: str, csms_speaks: str
) -> None:
    _, _, station, desk = await pair(stage, station_speaks, csms_speaks)
    await booted(station, desk, station_speaks)
    numbers = [str(number) for number in range(11, 16)]
    for number in numbers:
        station.expect(number)
    texts = [TextMessage(data=encoded([2, number, "Heartbeat", {}])) for number in numbers]
    await station.end.send(*texts)  # in one segment
    for number in numbers:
        call = await desk.hears("Heartbeat")
        assert await desk.hears_nothing(0.03)
        at = f"2026-01-01T00:00:{number}Z"
        await desk.answer(call, {"currentTime": at})
        assert (await station.answer_to(number))["currentTime"].startswith(at[:-1])


@pytest.mark.parametrize(("station_speaks", "csms_speaks"), PAIRS)
async def test_five_calls_of_a_csms_at_once_reach_the_station_one_by_one(
    stage: Stage, station_speaks: str, csms_speaks: str
) -> None:
    _, _, station, desk = await pair(stage, station_speaks, csms_speaks)
    await booted(station, desk, station_speaks)
    (ask, payload, _), (heard, _, answer) = COMMANDS[csms_speaks], COMMANDS[station_speaks]
    numbers = [await desk.ask(ask, payload, f"command-{n}") for n in range(5)]
    for number in numbers:
        call = await station.hears(heard)
        assert await station.hears_nothing(0.03)
        await station.answer(call, answer)
        assert (await desk.answer_to(number))["status"] == "Accepted"


@pytest.mark.parametrize(("station_speaks", "csms_speaks"), PAIRS)
async def test_message_ids_begin_at_1_on_every_connection_and_in_both_directions(
    stage: Stage, station_speaks: str, csms_speaks: str
) -> None:
    gateway, csms, station, desk = await pair(stage, station_speaks, csms_speaks)
    for _ in range(3):
        await booted(station, desk, station_speaks)  # its id is "1"
        await same_id_both_ways(station, desk, station_speaks, csms_speaks)
        await station.end.close()
        await desk.is_closed()
        station, desk = await connected(stage, gateway, csms, station_speaks)


async def same_id_both_ways(
    station: Talker, desk: Talker, station_speaks: str, csms_speaks: str
) -> None:
    """CALLs with one id, open in both directions, are answered each by its own answer."""
    (ask, payload, _), (heard, _, answer) = COMMANDS[csms_speaks], COMMANDS[station_speaks]
    await station.ask("Heartbeat", {}, "77")
    await desk.ask(ask, payload, "77")
    beat, command = await desk.hears("Heartbeat"), await station.hears(heard)
    await station.answer(command, answer)
    assert await desk.answer_to("77") == COMMANDS[csms_speaks][2]
    await desk.answer(beat, {"currentTime": "2026-01-01T00:00:00Z"})
    assert (await station.answer_to("77"))["currentTime"].startswith("2026-01-01T00:00:00")


@pytest.mark.parametrize(("station_speaks", "csms_speaks"), [("1.6", "1.6"), ("1.6", "2.0.1")])
async def test_a_large_answer_in_three_fragments_arrives_as_one_frame(
    stage: Stage, station_speaks: str, csms_speaks: str
) -> None:
    _, _, station, desk = await pair(stage, station_speaks, csms_speaks)
    await booted(station, desk, station_speaks)
    station.answers = {}
    if csms_speaks == "1.6":
        asked = await desk.ask("GetConfiguration", {})
        keys = [{"key": f"Key{n}", "readonly": False, "value": "x" * 400} for n in range(90)]
        answer: dict[str, Any] = {"configurationKey": keys}
        call = await station.hears("GetConfiguration")
    else:
        asked = await desk.ask("DataTransfer", {"vendorId": "org.example", "data": "?"})
        answer = {"status": "Accepted", "data": "x" * 40_000}
        call = await station.hears("DataTransfer")
    text = encoded([3, call.message_id, answer])
    third = len(text) // 3
    parts = text[:third], text[third : 2 * third], text[2 * third :]
    for part in parts:
        await station.end.send(TextMessage(data=part, message_finished=part is parts[2]))
        await station.end.send(Ping(payload=b"between"))
    assert await desk.answer_to(asked) == answer
    assert desk.end.frames == 1


async def test_both_ends_ping_and_each_is_answered_and_asked_on_its_own_leg(stage: Stage) -> None:
    listen = "ping_interval = 0.2"
    _, _, station, desk = await pair(stage, "1.6", "2.0.1", listen=listen)
    await station.end.ping(b"before the first message")
    await desk.end.ping(b"")
    await until(lambda: station.end.pongs == [b"before the first message"])
    await until(lambda: desk.end.pongs == [b""])
    await until(lambda: len(station.end.pings) > 0 and len(desk.end.pings) > 0)
    assert b"before the first message" not in desk.end.pings
    await booted(station, desk, "1.6")


async def test_pings_keep_the_interval_that_was_configured(stage: Stage) -> None:
    begun = trio.current_time()
    _, _, station, desk = await pair(stage, "1.6", "2.0.1", listen="ping_interval = 0.2")
    await until(lambda: len(station.end.pings) >= 3 and len(desk.end.pings) >= 3, within=3.0)
    most = (trio.current_time() - begun) / 0.2
    assert max(len(station.end.pings), len(desk.end.pings)) <= most


@pytest.mark.parametrize("who", ["station", "csms"])
@pytest.mark.parametrize("how", ["dropped", "no code", "1000"])
async def test_however_one_end_leaves_the_other_is_told_and_both_may_come_again(
    stage: Stage, who: str, how: str
) -> None:
    gateway, csms, station, desk = await pair(stage, "1.6", "2.0.1")
    await booted(station, desk, "1.6")
    leaving, staying = (station, desk) if who == "station" else (desk, station)
    if how == "dropped":
        await leaving.end.drop()
    else:
        code = CloseReason.NO_STATUS_RCVD if how == "no code" else CloseReason.NORMAL_CLOSURE
        await leaving.end.close(code)
        assert await leaving.is_closed() == code
    assert await staying.is_closed() == 1001
    await booted(*await connected(stage, gateway, csms, "1.6"), "1.6")
    counts = await gateway.until("handshakes_total", 2, outcome="accepted")
    assert counts.of("stations_connected") == 1


BLANKS = (
    '[ 2 , "1" ,"BootNotification", {"chargePointVendor": "Plain", "chargePointModel":  "One"} ]'
)


@pytest.mark.parametrize("csms_speaks", ["1.6", "2.0.1"])
async def test_json_with_blanks_is_json(stage: Stage, csms_speaks: str) -> None:
    _, _, station, desk = await pair(stage, "1.6", csms_speaks)
    await station.ask_text(BLANKS, "1")
    call = await desk.hears("BootNotification")
    if csms_speaks == "1.6":
        assert desk.texts == [BLANKS]  # to the byte
    blanks = msgspec.json.format(encoded([3, call.message_id, BOOTED]), indent=2)
    await desk.end.say(blanks)
    assert (await station.answer_to("1"))["status"] == "Accepted"


TIMES = (
    "2026-01-01T10:20:30Z",
    "2026-01-01T10:20:30.123Z",
    "2026-01-01T10:20:30.123456Z",
    "2026-01-01T10:20:30+00:00",
    "2026-01-01T11:20:30.5+01:00",
)
UTC = ("2026-01-01T10:20:30", "Z")
KNOWN_CONNECTOR = 'provision = "off"\ntopology = [{ connector = 1, evse = 1, evse_connector = 1 }]'


@pytest.mark.parametrize(("station_speaks", "csms_speaks"), PAIRS)
async def test_times_are_understood_in_every_spelling(
    stage: Stage, station_speaks: str, csms_speaks: str
) -> None:
    _, _, station, desk = await pair(stage, station_speaks, csms_speaks, options=KNOWN_CONNECTOR)
    await booted(station, desk, station_speaks)
    values = ["Available", "Unavailable"]
    for number, at in enumerate(TIMES):
        status = sessions.status(station_speaks, values[number % 2], at)
        await station.call("StatusNotification", status)
        await until(lambda: len(of_connector_1(desk)) > number)  # noqa: B023 (awaited at once)
        heard = of_connector_1(desk)[number]
        if station_speaks == csms_speaks:
            assert heard == status
        else:
            assert is_the_moment(heard["timestamp"])
        await csms_tells_the_time(station, desk, at)


def of_connector_1(desk: Talker) -> list[dict[str, Any]]:
    """The StatusNotifications of the connector; 1.6 also hears of the station as a whole."""
    return [p for p in sessions.said(desk.heard, "StatusNotification") if p["connectorId"] == 1]


async def csms_tells_the_time(station: Talker, desk: Talker, at: str) -> None:
    """The same the other way."""
    asked = await station.ask("Heartbeat", {})
    await desk.answer(await desk.hears("Heartbeat"), {"currentTime": at})
    told = (await station.answer_to(asked))["currentTime"]
    assert told == at or is_the_moment(told)


def is_the_moment(text: str) -> bool:
    """Whether this is the second of TIMES, in UTC as every station understands it."""
    return text.startswith(UTC[0]) and text.endswith(UTC[1])


async def test_a_call_without_an_answer_is_answered_in_time(stage: Stage) -> None:
    timeouts = "call = 0.5"
    _, _, station, desk = await pair(stage, "1.6", "2.0.1", timeouts=timeouts)
    with pytest.raises(CallFailed, match="InternalError"):
        await station.call("BootNotification", sessions.boot("1.6"))
    await desk.answer(await desk.hears("BootNotification"), BOOTED)  # too late: it goes nowhere
    asked = await station.ask("Heartbeat", {})
    await desk.answer(await desk.hears("Heartbeat"), {"currentTime": TIMES[0]})
    assert "currentTime" in await station.answer_to(asked)
    assert results(station) == [asked]


async def test_a_station_that_offers_no_subprotocol_is_taken_as_a_16_one(
    stage: Stage, nursery: trio.Nursery
) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms)
    end = await dialled(gateway.port, "/ocpp/CS-1", "")
    assert end.subprotocol is None
    station, desk = Talker(end), await csms.talker("CS-1")
    nursery.start_soon(station.listen)
    await booted(station, desk, "1.6")


def encoded(frame: list[Any]) -> str:
    """A frame as text."""
    return msgspec.json.encode(frame).decode()
