"""/metrics after a session: the names that dashboards rely on, with the right numbers."""

import re

import pytest

from tests.endtoend import sessions
from tests.endtoend.gateway_process import Counts
from tests.endtoend.sessions import CARD, STATION_ANSWERS, charge_16, charge_201
from tests.endtoend.stage import Stage

pytestmark = pytest.mark.trio

FAMILIES = {
    "stations_connected": "gauge",
    "legs_connected": "gauge",
    "handshakes_total": "counter",
    "frames_total": "counter",
    "frames_refused_total": "counter",
    "call_seconds": "histogram",
    "added_seconds": "histogram",
    "translations_total": "counter",
    "translation_loss_total": "counter",
    "quirk_repairs_total": "counter",
    "shadow_comparisons_total": "counter",
    "shadow_commands_total": "counter",
    "shadow_dropped_total": "counter",
    "shadow_replays_total": "counter",
    "shadow_command_pairs_total": "counter",
    "store_commit_seconds": "histogram",
    "loop_lag_seconds": "histogram",
    "station_crashes_total": "counter",
}
SAID_16 = {  # by charge_16
    "BootNotification": 1,
    "StatusNotification": 5,
    "Authorize": 1,
    "StartTransaction": 1,
    "MeterValues": 2,
    "StopTransaction": 1,
}


async def test_all_families_are_there_before_anything_has_happened(stage: Stage) -> None:
    gateway = await stage.gateway(await stage.csms("far", "1.6"))
    status, text = await gateway.get("/metrics")
    assert status == 200
    found = dict(re.findall(r"^# TYPE ocpp_gateway_(\w+) (\w+)$", text, re.M))
    assert FAMILIES.items() <= found.items()


async def test_a_session_with_a_quirk_a_translation_and_a_shadow_is_counted(stage: Stage) -> None:
    primary = await stage.csms("new", "2.0.1")
    blocked = {"idTagInfo": {"status": "Blocked"}}
    shadow = await stage.csms("old", "1.6", {"Authorize": blocked})
    gateway = await stage.gateway(primary, shadows=[shadow])
    station = await stage.station(gateway, "CS-1")
    await gateway.until("legs_connected", 1, csms="old", role="shadow")
    huawei = {"chargePointVendor": "", "chargePointModel": "ACChargePoint"}
    await station.call("BootNotification", huawei)
    await charge_16(station)
    counts = await gateway.until("shadow_comparisons_total", 12, csms="old")
    connections(counts)
    frames(counts, said=SAID_16 | {"BootNotification": 2})
    comparisons(counts)
    assert counts.of("quirk_repairs_total", quirk="huawei.empty-vendor") == 1
    assert counts.of("quirk_repairs_total") == 1
    await station.end.close()
    await station.is_closed()
    await gateway.settles("legs_connected", 0)
    assert (await gateway.counts()).of("stations_connected") == 0


def connections(counts: Counts) -> None:
    """One station, and two legs for it."""
    assert counts.of("stations_connected", segment="default", version="1.6") == 1
    assert counts.of("legs_connected", csms="new", role="primary") == 1
    assert counts.of("legs_connected", csms="old", role="shadow") == 1
    assert counts.of("handshakes_total", outcome="accepted") == 1
    assert counts.of("station_crashes_total") == 0
    assert counts.of("frames_refused_total") == 0


def frames(counts: Counts, said: dict[str, int]) -> None:
    """Each CALL of the station once, answered once, translated once, and heard by the shadow."""
    for action, times in said.items():
        heard = {"leg": "station", "direction": "in", "type": "call", "action": action}
        assert counts.of("frames_total", **heard) == times
        answered = {"leg": "station", "direction": "out", "type": "result", "action": action}
        assert counts.of("frames_total", **answered) == times
        told = {"leg": "shadow", "direction": "out", "type": "call", "action": action}
        assert counts.of("frames_total", **told) == times
        assert counts.of("translations_total", pairing="16_to_201", action=action) == times
        assert counts.of("translations_total", action=action, outcome="refused") == 0
        assert counts.observed("call_seconds", leg="shadow", action=action) == times
    events = {"leg": "primary", "direction": "out", "type": "call", "action": "TransactionEvent"}
    sent = counts.of("frames_total", **events)
    assert sent == 5  # Started, charging state, two readings, Ended
    assert counts.observed("call_seconds", leg="primary", action="TransactionEvent") == sent
    assert counts.of("frames_total", type="error") == 0
    heard_frames = counts.of("frames_total", direction="in")
    assert counts.observed("added_seconds") == heard_frames
    assert counts.observed("store_commit_seconds") > 0


def comparisons(counts: Counts) -> None:
    """Both CSMSs decided the same of everything but the card."""
    of_card = {"csms": "old", "action": "Authorize"}
    assert counts.of("shadow_comparisons_total", **of_card, verdict="mismatched") == 1
    assert counts.of("shadow_comparisons_total", **of_card, severity="S0") == 1
    assert counts.of("shadow_comparisons_total", verdict="mismatched") == 1
    assert counts.of("shadow_comparisons_total", verdict="unanswered") == 0
    assert counts.of("shadow_comparisons_total", verdict="not_comparable") == 0


async def test_the_other_pairing_has_its_own_name(stage: Stage) -> None:
    csms = await stage.csms("old", "1.6")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "CS-2", "2.0.1", STATION_ANSWERS["2.0.1"])
    await charge_201(station)
    counts = await gateway.counts()
    told = {"pairing": "201_to_16", "action": "TransactionEvent"}
    assert counts.of("translations_total", **told) == 4
    assert counts.of("translations_total", pairing="16_to_201") == 0
    assert counts.of("translation_loss_total", rule="boot_field") > 0
    assert counts.of("stations_connected", version="2.0.1") == 1


async def test_nothing_that_names_a_station_a_card_or_a_message_is_a_label(stage: Stage) -> None:
    csms = await stage.csms("far", "2.0.1")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "SECRET-IDENTITY")
    number = await charge_16(station)
    await station.say([2, "secret-message-id", "SecretAction", {}])
    await station.say([3, "secret-message-id", {}])
    await station.call("MeterValues", sessions.meter_16(number, "6000"))
    _, text = await gateway.get("/metrics")
    assert 'action="other"' in text
    for secret in ("SECRET", "secret", "Secret", CARD):
        assert secret not in text
