"""What Bench makes of a case: its options, and the time that its steps are played at."""

from typing import Any

from gateway.testing import Bench

TX20 = "7d1f2b5e-3c2a-5d8e-9f10-2b6f0a9c1e11"
TOKEN = {"idToken": "04A1B2C3D4E5F6", "type": "ISO14443"}
BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
STATE: dict[str, Any] = {
    "boot": BOOT,
    "connectors": {"1": {"status16": "Charging", "sent20": "Occupied"}},
    "transactions": [
        {
            "tx16": 7,
            "tx20": TX20,
            "connector": 1,
            "evse": {"id": 1, "connectorId": 1},
            "idTag": "04A1B2C3D4E5F6",
            "idToken": TOKEN,
            "state": "OPEN",
            "next_seq": 2,
            "chargingState": "Charging",
            "start": "2025-03-01T10:00:00Z",
            "meterStart": 0,
        }
    ],
}
STOP = {
    "transactionId": 7,
    "meterStop": 5,
    "timestamp": "2025-03-01T10:30:00Z",
    "reason": "Other",
}


def told(bench: Bench, who: str, frame: list[Any], to: str) -> Any:
    """The last frame that goes to a leg because of this one."""
    return [out["frame"] for out in bench.hear(who, frame) if out["to"] == to][-1]


def bench_that_was_asked_to_reset() -> Bench:
    bench = Bench("A", {}, STATE)
    ask = told(bench, "backend", [2, "r", "Reset", {"type": "Immediate"}], "charger")
    bench.hear("charger", [3, ask[1], {"status": "Accepted"}])
    return bench


def test_what_a_csms_asks_for_is_close_to_what_the_station_says_next() -> None:
    bench = bench_that_was_asked_to_reset()
    event = told(bench, "charger", [2, "s", "StopTransaction", STOP], "backend")
    assert event[3]["triggerReason"] == "ResetCommand"
    bench.hear("backend", [3, event[1], {}])
    bench.event("charger", "disconnect", at="2025-03-01T10:30:10Z")
    bench.event("charger", "connect", at="2025-03-01T10:32:00Z")
    boot = told(bench, "charger", [2, "b", "BootNotification", BOOT], "backend")
    assert boot[3]["reason"] == "RemoteReset"


def test_a_step_that_tells_the_time_lets_it_pass() -> None:
    bench = bench_that_was_asked_to_reset()
    bench.event("proxy", "clock", at="2025-03-01T10:29:00Z")
    event = told(bench, "charger", [2, "s", "StopTransaction", STOP], "backend")
    assert event[3]["triggerReason"] == "ChargingStateChanged"


def test_a_switch_may_be_said_as_true_or_false() -> None:
    bench = Bench("A", {"lenient_inbound": False})
    start = {"connectorId": "1", "idTag": "A", "meterStart": 0, "timestamp": STOP["timestamp"]}
    error = told(bench, "charger", [2, "s", "StartTransaction", start], "charger")
    assert error[2] == "TypeConstraintViolation"


def test_a_station_whose_clock_was_never_set_tells_no_time() -> None:
    bench = Bench("A", {})
    status = {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "Preparing",
        "timestamp": "1970-01-01T00:00:10Z",
    }
    told_on = told(bench, "charger", [2, "s", "StatusNotification", status], "backend")
    assert told_on[3]["timestamp"] == "2025-03-01T10:00:00Z"
