"""What must hold where a restart, a late word or an odd value comes at a bad moment."""

import time
from typing import Any

import msgspec
import pytest

from adapters.translation import conversions
from gateway.testing import Bench

LONG_NUMBER = "9" * 400
RUNNING = {
    "tx20": "TX-1", "state": "OPEN", "tx16": 7, "connector": 1, "evse": {"id": 1},
    "idTag": "CARD-1", "idToken": {"idToken": "CARD-1", "type": "Central"},
    "start": "2025-03-01T10:00:00Z", "meterStart": 0, "next_seq": 1, "chargingState": "Charging",
}  # fmt: skip
STOP = {"transactionId": 7, "meterStop": 5, "timestamp": "2025-03-01T10:05:00Z"}
REMOTE_START = {"remoteStartId": 1, "evseId": 1, "idToken": {"idToken": "C", "type": "Central"}}


def said(outputs: list[dict[str, Any]], to: str) -> list[Any]:
    return [output["frame"] for output in outputs if output["to"] == to]


def restart(bench: Bench) -> None:
    """The gateway dies; its store gives the records back in the order of their keys."""
    bench.event("proxy", "restart")
    kept = bench.shelf.records["csms"]
    bench.shelf.records["csms"] = dict(sorted(kept.items()))


def start(tag: str, minute: int) -> dict[str, Any]:
    at = f"2025-03-01T10:{minute:02d}:00Z"
    return {"connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": at}


def carried(bench: Bench, action: str, payload: dict[str, Any]) -> Any:
    """The station says this, and the CSMS takes all that comes of it; the station's answer."""
    outputs = bench.hear("charger", [2, action, action, payload])
    while not (answers := [f for f in said(outputs, "charger") if f[1] == action]):
        (call,) = said(outputs, "backend")
        outputs = bench.hear("backend", [3, call[1], {}])
    return answers[0][2]


# A restart


def test_after_a_restart_the_oldest_transactions_are_forgotten_first() -> None:
    bench = Bench("A", {"ensure_boot": "off"})
    stops = []
    for minute in range(20):
        if minute == 15:
            restart(bench)
        number = carried(bench, "StartTransaction", start("CARD-1", minute))["transactionId"]
        at = f"2025-03-01T10:{minute:02d}:30Z"
        stops.append({"transactionId": number, "meterStop": 1, "timestamp": at})
        carried(bench, "StopTransaction", stops[-1])
    for stop in stops[5:]:
        outputs = bench.hear("charger", [2, "again", "StopTransaction", stop])
        assert said(outputs, "charger"), "a repeat is answered from here"
        assert not said(outputs, "backend")


@pytest.mark.parametrize("tag", ["B0", "B1", "B2", "B3", "B4"])
def test_a_start_that_is_repeated_after_a_restart_ends_none_that_began_later(tag: str) -> None:
    bench = Bench("A", {"ensure_boot": "off"})
    for each in (start("A", 1), start(tag, 2)):
        bench.hear("charger", [2, each["idTag"], "StartTransaction", each])
        bench.event("proxy", "advance", seconds=31.0)  # the CSMS says nothing
    restart(bench)
    carried(bench, "StartTransaction", start("A", 1))
    outputs = bench.hear("charger", [2, "later", "StartTransaction", start(tag, 2)])
    tokens = []
    while calls := said(outputs, "backend"):
        tokens += [call[3].get("idToken", {}).get("idToken") for call in calls]
        outputs = bench.hear("backend", [3, calls[0][1], {}])
    assert tag in tokens, "its CSMS hears that it began"


def test_a_discovery_that_was_cut_off_begins_again_with_the_next_connection() -> None:
    bench = Bench("B", {"topology": "discover"}, {"accepted": False})
    boot = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
    ((_, number, *_),) = said(bench.hear("charger", [2, "b", "BootNotification", boot]), "backend")
    answer = {"status": "Accepted", "currentTime": "2025-03-01T10:00:00Z", "interval": 300}
    outputs = bench.hear("backend", [3, number, answer])
    assert "GetReport" in [call[2] for call in said(outputs, "charger") if call[0] == 2]
    restart(bench)
    status = {
        "timestamp": "2025-03-01T10:01:00Z", "connectorStatus": "Occupied",
        "evseId": 1, "connectorId": 1,
    }  # fmt: skip
    bench.hear("charger", [2, "s", "StatusNotification", status])
    outputs = bench.event("proxy", "advance", seconds=200.0)  # none of its reports comes
    told = [call[3] for call in said(outputs, "backend") if call[2] == "StatusNotification"]
    assert [one["connectorId"] for one in told] == [1]


def test_a_timeout_that_no_clock_reaches_leaves_the_record_readable() -> None:
    bench = Bench("A", {}, {"config_cache": {"ConnectionTimeOut": LONG_NUMBER}})
    assert said(bench.hear("backend", [2, "c", "RequestStartTransaction", REMOTE_START]), "charger")
    restart(bench)
    assert said(bench.hear("charger", [2, "h", "Heartbeat", {}]), "backend")


# Between a question and its answer


def test_a_profile_that_was_taken_after_its_transaction_ended_is_not_reported() -> None:
    bench = Bench("A", {}, {"transactions": [RUNNING]})
    period = {"startPeriod": 0, "limit": 6}
    profile = {
        "id": 4, "stackLevel": 0, "chargingProfilePurpose": "TxProfile", "transactionId": "TX-1",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [
            {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
        ],
    }  # fmt: skip
    call = [2, "p", "SetChargingProfile", {"evseId": 1, "chargingProfile": profile}]
    (asked,) = said(bench.hear("backend", call), "charger")
    carried(bench, "StopTransaction", STOP)
    (answer,) = said(bench.hear("charger", [3, asked[1], {"status": "Accepted"}]), "backend")
    assert answer[2] == {"status": "Accepted"}
    call = [2, "g", "GetChargingProfiles", {"requestId": 1, "chargingProfile": {}}]
    (answer,) = said(bench.hear("backend", call), "backend")
    assert answer[2] == {"status": "NoProfiles"}


@pytest.mark.parametrize("refusal", [[4, "InternalError", "", {}], [3, {"status": "Rejected"}]])
def test_a_stop_that_the_station_refused_explains_no_other(refusal: list[Any]) -> None:
    bench = Bench("A", {}, {"transactions": [RUNNING]})
    call = [2, "s", "RequestStopTransaction", {"transactionId": "TX-1"}]
    (asked,) = said(bench.hear("backend", call), "charger")
    bench.hear("charger", [refusal[0], asked[1], *refusal[1:]])
    (ended,) = said(bench.hear("charger", [2, "e", "StopTransaction", STOP]), "backend")
    assert ended[3]["triggerReason"] == "StopAuthorized"


def test_a_reservation_that_was_cancelled_meanwhile_stays_forgotten() -> None:
    bench = Bench("A", {})
    token = {"idToken": "CARD-1", "type": "Central"}
    until = "2025-03-01T10:30:00Z"
    call = {"id": 1, "expiryDateTime": until, "idToken": token, "evseId": 1}
    (asked,) = said(bench.hear("backend", [2, "r", "ReserveNow", call]), "charger")
    bench.hear("charger", [3, asked[1], {"status": "Accepted"}])
    for number, status in enumerate(("Reserved", "Faulted")):
        heard = {"connectorId": 1, "errorCode": "NoError", "status": status}
        (told,) = said(
            bench.hear("charger", [2, str(number), "StatusNotification", heard]), "backend"
        )
        outputs = bench.hear("backend", [3, told[1], {}])
    (update,) = said(outputs, "backend")
    assert update[2] == "ReservationStatusUpdate"
    cancel = [2, "x", "CancelReservation", {"reservationId": 1}]
    (asked,) = said(bench.hear("backend", cancel), "charger")
    bench.hear("charger", [3, asked[1], {"status": "Accepted"}])
    bench.hear("backend", [4, update[1], "InternalError", "", {}])
    assert not [key for key in bench.shelf.records["csms"] if key.startswith("reservation")]


# Odd values


@pytest.mark.parametrize("value", ["1" * 30_000 + "!", "1" + " " * 30_000 + "!", " " * 30_000])
def test_a_value_that_is_nearly_a_number_is_refused_in_no_time(value: str) -> None:
    bench = Bench("A", {"ensure_boot": "off"})
    sampled = {"timestamp": "2025-03-01T10:00:00Z", "sampledValue": [{"value": value}]}
    began = time.process_time()
    bench.hear("charger", [2, "m", "MeterValues", {"connectorId": 1, "meterValue": [sampled]}])
    assert time.process_time() - began < 0.5


def test_a_value_that_is_nearly_an_integer_is_read_once() -> None:
    began = time.process_time()
    assert conversions.plain("integer", "0" * 20_000 + "x").endswith("x")
    assert time.process_time() - began < 0.5
    assert [conversions.plain("integer", text) for text in ("000", "-0", " +007 ")] == [*"007"]


@pytest.mark.parametrize("interval", [10**400, -(10**400), -1])
def test_an_interval_that_no_clock_reaches_ends_no_session(interval: int) -> None:
    bench = Bench("A", {"link_policy": "buffer", "ensure_boot": "off"})
    bench.event("backend", "disconnect")
    boot = {"chargePointModel": "M", "chargePointVendor": "V"}
    assert said(bench.hear("charger", [2, "b", "BootNotification", boot]), "charger")
    (told,) = said(bench.event("backend", "connect"), "backend")
    answer = {
        "currentTime": "2025-03-01T10:00:00Z", "interval": interval, "status": "Pending"
    }  # fmt: skip
    text = msgspec.json.encode([3, told[1], answer])
    assert not said(bench.hear_text("backend", text), "backend")
    assert bench.session is not None
    assert bench.session.alarm.at > bench.now


@pytest.mark.parametrize("topology", [{}, {"topology": "discover"}])
def test_a_station_that_names_ever_new_connectors_fills_no_record(topology: Any) -> None:
    bench = Bench("B", topology)
    for evse in range(1, 1200):
        status = {
            "timestamp": "2025-03-01T10:00:00Z", "connectorStatus": "Occupied",
            "evseId": evse, "connectorId": 1,
        }  # fmt: skip
        for call in said(bench.hear("charger", [2, "s", "StatusNotification", status]), "backend"):
            bench.hear("backend", [3, call[1], {}])
    station = msgspec.json.decode(bench.shelf.records["csms"]["station"])
    assert len(station.get("topology", ())) <= 1000
    assert len(station.get("early_statuses", ())) <= 1000


def test_meter_values_that_no_csms_took_and_nobody_repeats_are_forgotten_in_time() -> None:
    bench = Bench("A", {"ensure_boot": "off"}, {"transactions": [RUNNING]})
    for number in range(200):
        at = f"2025-03-01T10:{number // 60:02d}:{number % 60:02d}Z"
        element = {"timestamp": at, "sampledValue": [{"value": str(number)}]}
        call = {"connectorId": 1, "transactionId": 7, "meterValue": [element]}
        (told,) = said(bench.hear("charger", [2, "m", "MeterValues", call]), "backend")
        bench.hear("backend", [4, told[1], "InternalError", "", {}])
    assert len(bench.shelf.records["csms"]["tx:TX-1"]) < 4000


def test_faults_of_ever_new_components_fill_no_record() -> None:
    bench = Bench("B", {})
    for number in range(200):
        event = {
            "eventId": number, "timestamp": "2025-03-01T10:00:00Z", "trigger": "Alerting",
            "actualValue": "true", "eventNotificationType": "HardWiredNotification",
            "component": {"name": f"Part{number}", "evse": {"id": 1, "connectorId": 1}},
            "variable": {"name": "Problem"},
        }  # fmt: skip
        told = {"generatedAt": "2025-03-01T10:00:00Z", "seqNo": 0, "eventData": [event]}
        for call in said(bench.hear("charger", [2, "n", "NotifyEvent", told]), "backend"):
            bench.hear("backend", [3, call[1], {}])
    assert len(bench.shelf.records["csms"]["connector:1"]) < 4000


def test_what_is_lost_often_is_looked_for_once() -> None:
    bench = Bench("A", {"ensure_boot": "off", "custom_data": "on"})
    lost = [{"value": "20", "measurand": "Temperature"}] * 1500
    element = {"timestamp": "2025-03-01T10:00:00Z", "sampledValue": [{"value": "1"}, *lost]}
    began = time.process_time()
    call = {"connectorId": 1, "meterValue": [element]}
    assert said(bench.hear("charger", [2, "m", "MeterValues", call]), "backend")
    assert time.process_time() - began < 0.5


def test_an_answer_that_was_refused_is_not_kept() -> None:
    bench = Bench("A", {"ensure_boot": "off"})
    (told,) = said(bench.hear("charger", [2, "h", "Heartbeat", {}]), "backend")
    assert bench.session is not None
    assert bench.session.memory is not None
    bench.hear("backend", [3, told[1], {"currentTime": 7, "tail": "x" * 1000}])
    assert bytes(bench.session.memory.answered) == b"{}"
