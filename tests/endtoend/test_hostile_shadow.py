"""A shadow may do what it wants: the station gets nothing of it, and it is all counted."""

import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

import msgspec
import pytest
import trio
from wsproto.events import BytesMessage, Event, TextMessage

from adapters import v16, v201
from gateway.testing.fakes import CallFailed, FakeCsms
from tests import schema_oracle
from tests.endtoend import sessions
from tests.endtoend.gateway_process import Gateway
from tests.endtoend.sessions import CARD, CSMS_ANSWERS, STATION_ANSWERS, charge_16
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import WireEnd

pytestmark = pytest.mark.trio

FLOOD = 3000
MOST_MEMORY = 24 * 1024 * 1024  # bytes that a hostile shadow may cost
PROMPT = 2.0  # seconds that a Heartbeat may take beside a hostile shadow, on a busy machine
COMMANDS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "1.6": [
        ("Reset", {"type": "Hard"}),
        ("UnlockConnector", {"connectorId": 1}),
        ("RemoteStartTransaction", {"idTag": CARD, "connectorId": 1}),
        ("RemoteStopTransaction", {"transactionId": 1}),
        ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "1"}),
        ("GetConfiguration", {}),
        ("ClearCache", {}),
        ("UpdateFirmware", {"location": "ftp://x", "retrieveDate": "2026-01-01T00:00:00Z"}),
        ("TriggerMessage", {"requestedMessage": "BootNotification"}),
    ],
    "2.0.1": [
        ("Reset", {"type": "Immediate"}),
        ("UnlockConnector", {"evseId": 1, "connectorId": 1}),
        ("RequestStartTransaction", {"idToken": sessions.token(), "remoteStartId": 1, "evseId": 1}),
        ("RequestStopTransaction", {"transactionId": "1"}),
        ("ChangeAvailability", {"operationalStatus": "Inoperative"}),
        ("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"}),
        ("ClearCache", {}),
        ("TriggerMessage", {"requestedMessage": "BootNotification"}),
        ("SendLocalList", {"versionNumber": 1, "updateType": "Full"}),
    ],
}

Scene = tuple[Gateway, FakeCsms, WireCsms, Talker]


async def beside(stage: Stage, shadow_speaks: str, **keys: Any) -> Scene:
    """A 1.6 station at a 2.0.1 primary, and a shadow that the test plays."""
    primary = await stage.csms("primary", "2.0.1")
    shadow = await stage.wire_csms("shadow", shadow_speaks)
    gateway = await stage.gateway(primary, shadows=[shadow], **keys)
    station = await stage.station(gateway, "CS-1", "1.6", STATION_ANSWERS["1.6"])
    return gateway, primary, shadow, station


async def charges_undisturbed(scene: Scene) -> None:
    """The whole session works, and promptly; the station hears of nobody but its primary."""
    gateway, primary, _, station = scene
    await charge_16(station)
    assert sessions.transaction_201(primary.stations["CS-1"].heard)
    began = time.monotonic()
    await station.call("Heartbeat", {})
    assert time.monotonic() - began < PROMPT
    assert station.heard == []
    assert not station.closed.is_set()
    assert gateway.is_alive
    assert (await gateway.counts()).of("station_crashes_total") == 0


@pytest.mark.parametrize("version", COMMANDS)
async def test_a_shadows_commands_are_answered_by_a_station_that_is_not_there(
    stage: Stage, version: str
) -> None:
    scene = gateway, _, shadow, _ = await beside(stage, version)
    desk = await shadow.talker("CS-1", CSMS_ANSWERS[version])
    accepted = []
    for action, payload in COMMANDS[version]:
        try:
            answer = await desk.call(action, payload)
        except CallFailed:
            continue
        if answer.get("status") == "Accepted":
            accepted.append(action)
    await charges_undisturbed(scene)
    assert accepted in ([], ["GetBaseReport"]), "a report of what was seen is only read"
    counts = await gateway.counts()
    for action, _ in COMMANDS[version]:
        assert counts.of("shadow_commands_total", csms="shadow", action=action) == 1


@pytest.mark.parametrize("version", COMMANDS)
async def test_a_shadows_silence_is_counted(stage: Stage, version: str) -> None:
    scene = gateway, _, shadow, _ = await beside(stage, version, timeouts="call = 0.3")
    await shadow.talker("CS-1")
    await charges_undisturbed(scene)
    # Of the five CALLs that it is allowed to miss, one may be the boot that it is told in arrears.
    await gateway.until(
        "shadow_comparisons_total", 4, csms="shadow", verdict="unanswered", severity="S2"
    )


async def test_what_a_shadow_is_too_slow_for_is_dropped_and_counted(stage: Stage) -> None:
    scene = gateway, _, shadow, station = await beside(stage, "1.6")
    await shadow.talker("CS-1")
    await charges_undisturbed(scene)
    for _ in range(260):
        await station.call("Heartbeat", {})
    counts = await gateway.until("shadow_dropped_total", 1, csms="shadow")
    assert counts.of("shadow_comparisons_total", csms="shadow", verdict="not_comparable") >= 1


async def floods_with_commands(shadow: WireCsms) -> None:
    """Sends without reading."""
    end = await shadow.connection("CS-1")
    for number in range(FLOOD):
        await end.say(f'[2,"flood-{number}","Reset",{{"type":"Hard"}}]')
    await trio.sleep_forever()


async def talks_rubbish(shadow: WireCsms) -> None:
    """Each time with another rubbish."""
    rubbish: list[Event] = [
        TextMessage(data="["),
        TextMessage(data='[2,"1"]'),
        TextMessage(data='[3,"unasked",{}]'),
        TextMessage(data='[2,"1","Reset",' + "[" * 5000),
        BytesMessage(data=b"\x00\xff"),
        TextMessage(data="x" * 70_000),
    ]
    while True:
        end = await shadow.connection("CS-1")
        try:
            for event in rubbish:
                await end.send(event)
        except trio.BrokenResourceError:
            continue


async def hangs_up(shadow: WireCsms) -> None:
    """Closes every connection at once, one way or the other."""
    while True:
        await (await shadow.connection("CS-1")).close()
        await (await shadow.connection("CS-1")).drop()


async def answers_wrongly(shadow: WireCsms) -> None:
    """Answers every CALL with what is no answer to it, and twice."""
    end = await shadow.connection("CS-1")
    while True:
        frame = msgspec.json.decode(await end.hear())
        for answer in ([3, frame[1], {"status": 7}], [4, frame[1], "X", "", {}], [3, "other", {}]):
            await end.say(msgspec.json.encode(answer).decode())


async def answers_late(shadow: WireCsms) -> None:
    """Answers everything, long after anybody waited for it."""
    end = await shadow.connection("CS-1")
    async with trio.open_nursery() as nursery:
        while True:
            frame = msgspec.json.decode(await end.hear())
            nursery.start_soon(_late, end, frame[1])


async def _late(end: WireEnd, message_id: str) -> None:
    await trio.sleep(0.7)
    await end.say(f'[3,"{message_id}",{{"status":"Accepted","transactionId":5}}]')


async def sends_huge_frames(shadow: WireCsms) -> None:
    """One message of 64 MB after the other, each on a connection of its own."""
    while True:
        end = await shadow.connection("CS-1")
        with suppress(trio.BrokenResourceError):
            for _ in range(64):
                await end.send(TextMessage(data="x" * 1_000_000, message_finished=False))


async def commands_everything(shadow: WireCsms) -> None:
    """Every CALL that a CSMS may send, and some that it may not."""
    end = await shadow.connection("CS-1")
    rng, actions = Random(7), v16.ACTIONS if shadow.version == "1.6" else v201.ACTIONS
    for number, action in enumerate(actions):
        payload = schema_oracle.chance(shadow.version, f"{action}Request", rng, {})
        await end.say(schema_oracle.encode([2, f"all-{number}", action, payload]).decode())
    await trio.sleep_forever()


Behaviour = Callable[[WireCsms], Awaitable[None]]
BEHAVIOURS: dict[str, tuple[Behaviour, str, dict[str, str]]] = {
    "floods": (floods_with_commands, "shadow_commands_total", {"action": "Reset"}),
    "rubbish": (talks_rubbish, "frames_refused_total", {"leg": "shadow"}),
    "hangs-up": (hangs_up, "shadow_comparisons_total", {"verdict": "not_comparable"}),
    "late": (answers_late, "shadow_comparisons_total", {"verdict": "unanswered"}),
    "huge-frames": (sends_huge_frames, "frames_refused_total", {"leg": "shadow"}),
    "all-commands": (commands_everything, "shadow_commands_total", {"action": "Reset"}),
    "wrong-answers": (answers_wrongly, "frames_refused_total", {"leg": "shadow"}),
}


@pytest.mark.parametrize("version", COMMANDS)
@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_a_shadow_may_be_hostile(
    stage: Stage, nursery: trio.Nursery, name: str, version: str
) -> None:
    behave, metric, labels = BEHAVIOURS[name]
    patience = "call = 0.4" if name == "late" else ""
    scene = gateway, _, shadow, _ = await beside(stage, version, timeouts=patience)
    before = await memory(gateway)
    nursery.start_soon(behave, shadow)
    await charges_undisturbed(scene)
    await gateway.until(metric, FLOOD if name == "floods" else 1, **labels)
    assert await memory(gateway) - before < MOST_MEMORY


async def memory(gateway: Gateway) -> float:
    """Bytes of the gateway's process."""
    _, text = await gateway.get("/metrics")
    found = re.search(r"^process_resident_memory_bytes (\S+)$", text, re.M)
    assert found is not None
    return float(found[1])


async def test_a_shadow_may_be_away(stage: Stage) -> None:
    scene = gateway, _, shadow, station = await beside(stage, "2.0.1")
    end = await shadow.connection("CS-1")
    shadow.status = 503
    await end.drop()
    await charges_undisturbed(scene)
    counts = await gateway.counts()
    assert counts.of("legs_connected", csms="shadow", role="shadow") == 0
    assert counts.of("shadow_comparisons_total", verdict="not_comparable") > 0
    shadow.status = 0  # it comes back: a boot and the last status are told to it
    desk = await shadow.talker("CS-1", CSMS_ANSWERS["2.0.1"])
    await station.call("Heartbeat", {})
    await gateway.until("shadow_comparisons_total", 1, action="Heartbeat", csms="shadow")
    assert desk.heard[0] == ("BootNotification", told_boot(desk))
    assert sessions.said(desk.heard, "StatusNotification")


def told_boot(desk: Talker) -> dict[str, Any]:
    """The BootNotification that a late joiner was told."""
    (boot,) = sessions.said(desk.heard, "BootNotification")
    assert boot["chargingStation"] == {"vendorName": "Plain", "model": "One"}
    return boot
