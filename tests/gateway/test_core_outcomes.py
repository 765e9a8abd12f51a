"""Accepted is not proof: what has to show, and is counted where it does not."""

from typing import Any

import pytest

from gateway.testing import Bench

ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
BEAT = {"requestedMessage": "Heartbeat"}
TWO = {"requestedMessage": "StatusNotification", "evse": {"id": 2}}
AT = "2025-03-01T10:00:00Z"
STATUS = {"connectorId": 1, "errorCode": "NoError", "timestamp": AT}
STATUS_201 = {"evseId": 1, "connectorId": 1, "timestamp": AT}
OUT, OUT_201 = {"connectorId": 1, "type": "Inoperative"}, {"operationalStatus": "Inoperative"}
CURRENTS = {"key": "MeterValuesSampledData", "value": "Current.Import, Voltage"}
VARIABLE = {
    "component": {"name": "SampledDataCtrlr"},
    "variable": {"name": "TxUpdatedMeasurands"},
}
SET = {"setVariableData": [VARIABLE | {"attributeValue": "Current.Import"}]}
TAKEN = {"setVariableResult": [VARIABLE | {"attributeStatus": "Accepted"}]}
VOLTAGE = {"setVariableData": [VARIABLE | {"attributeValue": "Voltage"}]}
REFUSED = {"setVariableResult": [VARIABLE | {"attributeStatus": "Rejected"}]}


def profile(connector: int, limit: float, periods: int = 1) -> dict[str, Any]:
    each = [{"startPeriod": n, "limit": limit} for n in range(periods)]
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": each}
    return {"connectorId": connector, "csChargingProfiles": {"chargingSchedule": schedule}}


def profile_201(limit: float) -> dict[str, Any]:
    each = [{"startPeriod": 0, "limit": limit}]
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": each}
    return {"evseId": 1, "chargingProfile": {"chargingSchedule": [schedule]}}


def meters(connector: int = 1, context: str = "", **values: str) -> dict[str, Any]:
    of = {"context": context} if context else {}
    samples = [{"measurand": m.replace("_", "."), "value": v} | of for m, v in values.items()]
    return {"connectorId": connector, "meterValue": [{"timestamp": AT, "sampledValue": samples}]}


def event(current: float, **more: Any) -> dict[str, Any]:
    sample = {"measurand": "Current.Import", "value": current}
    return {
        "eventType": "Updated", "timestamp": AT, "triggerReason": "MeterValuePeriodic", "seqNo": 1,
        "transactionInfo": {"transactionId": "t"},
        "meterValue": [{"timestamp": AT, "sampledValue": [sample]}],
    } | more  # fmt: skip


def counted(
    pairing: str, asked: tuple[str, Any], given: Any, said: list[tuple[str, Any]], after: float
) -> dict[Any, int]:
    """What is counted when a station answers so, then says this, and this time has passed."""
    bench = Bench(pairing, {})
    (told,) = bench.hear("backend", [2, "1", *asked])
    assert told["frame"][3] == asked[1]
    bench.hear("charger", [3, "1", given])
    for number, (action, payload) in enumerate(said):
        bench.hear("charger", [2, f"s{number}", action, payload])
        bench.hear("backend", [3, f"s{number}", {}])
    bench.event("proxy", "advance", seconds=after)
    return dict(bench.tally.ineffective)


CASES: list[tuple[str, tuple[str, Any], Any, list[tuple[str, Any]], int]] = [
    ("same16", ("ChangeAvailability", OUT), ACCEPTED, [], 1),
    (
        "same16", ("ChangeAvailability", OUT), ACCEPTED,
        [("StatusNotification", STATUS | {"status": "Unavailable"})], 0,
    ),
    (
        "same16", ("ChangeAvailability", OUT), ACCEPTED,
        [("StatusNotification", STATUS | {"status": "Available"})], 1,
    ),
    (
        "same16", ("ChangeAvailability", OUT), ACCEPTED,
        [("StatusNotification", STATUS | {"connectorId": 2, "status": "Unavailable"})], 1,
    ),
    ("same16", ("ChangeAvailability", OUT), {"status": "Scheduled"}, [], 0),
    ("same16", ("ChangeAvailability", OUT | {"type": "Operative"}), ACCEPTED, [], 0),
    ("same201", ("ChangeAvailability", OUT_201 | {"evse": {"id": 1}}), ACCEPTED, [], 1),
    (
        "same201", ("ChangeAvailability", OUT_201 | {"evse": {"id": 1}}), ACCEPTED,
        [("StatusNotification", STATUS_201 | {"connectorStatus": "Unavailable"})], 0,
    ),
    ("same16", ("TriggerMessage", BEAT), ACCEPTED, [], 1),
    (
        "same16", ("TriggerMessage", BEAT), ACCEPTED,
        [("Heartbeat", {})], 0,
    ),
    ("same16", ("TriggerMessage", BEAT), REJECTED, [], 0),
    (
        "same201", ("TriggerMessage", TWO),
        ACCEPTED, [("StatusNotification", STATUS_201 | {"connectorStatus": "Available"})], 1,
    ),
    (
        "same201", ("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"}),
        ACCEPTED, [("SignCertificate", {"csr": "x"})], 0,
    ),
    ("same16", ("ExtendedTriggerMessage", BEAT), ACCEPTED, [], 1),
    ("same16", ("ChangeConfiguration", CURRENTS), ACCEPTED, [], 0),
    (
        "same16", ("ChangeConfiguration", CURRENTS), ACCEPTED,
        [("MeterValues", meters(Current_Import="5"))], 1,
    ),
    (
        "same16", ("ChangeConfiguration", CURRENTS), ACCEPTED,
        [("MeterValues", meters(Current_Import="5")),
         ("MeterValues", meters(Current_Import="5", Voltage="230"))], 0,
    ),
    (
        "same16", ("ChangeConfiguration", CURRENTS), ACCEPTED,
        [("MeterValues", meters(context="Transaction.Begin", Current_Import="5"))], 0,
    ),
    ("same16", ("ChangeConfiguration", {"key": "X", "value": "1"}), ACCEPTED, [], 0),
    ("same201", ("SetVariables", SET), TAKEN, [("TransactionEvent", event(5))], 0),
    (
        "same201", ("SetVariables", VOLTAGE),
        TAKEN, [("TransactionEvent", event(5))], 1,
    ),
    (
        "same201", ("SetVariables", VOLTAGE),
        REFUSED, [("TransactionEvent", event(5))], 0,
    ),
    ("same16", ("SetChargingProfile", profile(1, 6)), ACCEPTED, [], 0),
    (
        "same16", ("SetChargingProfile", profile(1, 6)), ACCEPTED,
        [("MeterValues", meters(Current_Import="16.0"))], 1,
    ),
    (
        "same16", ("SetChargingProfile", profile(1, 6)), ACCEPTED,
        [("MeterValues", meters(Current_Import="16.0")),
         ("MeterValues", meters(Current_Import="6.4"))], 0,
    ),
    (
        "same16", ("SetChargingProfile", profile(1, 6)), ACCEPTED,
        [("MeterValues", meters(2, Current_Import="16.0"))], 0,
    ),
    (
        "same16", ("SetChargingProfile", profile(1, 6, periods=2)), ACCEPTED,
        [("MeterValues", meters(Current_Import="16.0"))], 0,
    ),
    (
        "same201", ("SetChargingProfile", profile_201(6)), ACCEPTED,
        [("TransactionEvent", event(16))], 1,
    ),
    (
        "same201", ("SetChargingProfile", profile_201(6)), ACCEPTED,
        [("TransactionEvent", event(6))], 0,
    ),
    ("same16", ("SetChargingProfile", {"connectorId": 1}), ACCEPTED, [], 0),
    ("same201", ("SetVariables", SET), {"setVariableResult": []}, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("pairing", "asked", "given", "said", "times"), CASES)
def test_what_was_accepted_has_to_show(
    pairing: str, asked: tuple[str, Any], given: Any, said: list[tuple[str, Any]], times: int
) -> None:
    assert counted(pairing, asked, given, said, 601) == ({(asked[0],): 1} if times else {})


def test_what_does_not_show_is_counted_when_its_time_is_over_and_not_before() -> None:
    asked = ("TriggerMessage", BEAT)
    assert counted("same16", asked, ACCEPTED, [], 59) == {}
    assert counted("same16", asked, ACCEPTED, [], 61) == {("TriggerMessage",): 1}


def test_a_later_command_for_the_same_place_is_what_counts() -> None:
    bench = Bench("same16", {})
    for number, connector in enumerate((1, 1, 2)):
        bench.hear(
            "backend", [2, str(number), "ChangeAvailability", OUT | {"connectorId": connector}]
        )
        bench.hear("charger", [3, str(number), ACCEPTED])
    bench.event("proxy", "advance", seconds=61)
    assert bench.tally.ineffective == {("ChangeAvailability",): 2}
