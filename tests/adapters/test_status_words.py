"""What a station answers to settings, profiles, lists and reservations: every word, both ways."""

from typing import Any

import pytest

from gateway.testing import Bench
from tests.adapters.key_rows import only
from tests.schema_oracle import enum

AT = "2025-03-01T11:00:00Z"
PERIODS = [{"startPeriod": 0, "limit": 16}]
SCHEDULE = {"chargingRateUnit": "A", "chargingSchedulePeriod": PERIODS}
PROFILE = {
    "stackLevel": 1,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
}
PROFILE_16 = PROFILE | {"chargingProfileId": 5, "chargingSchedule": SCHEDULE}
PROFILE_201 = PROFILE | {"id": 5, "chargingSchedule": [{"id": 5} | SCHEDULE]}
# Request by 1.6, and by 2.0.1.
REQUESTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ReserveNow": (
        {"connectorId": 1, "expiryDate": AT, "idTag": "CARD", "reservationId": 3},
        {
            "id": 3,
            "expiryDateTime": AT,
            "idToken": {"idToken": "CARD", "type": "Central"},
            "evseId": 1,
        },
    ),
    "CancelReservation": ({"reservationId": 3}, {"reservationId": 3}),
    "ClearChargingProfile": ({"id": 5}, {"chargingProfileId": 5}),
    "SetChargingProfile": (
        {"connectorId": 1, "csChargingProfiles": PROFILE_16},
        {"evseId": 1, "chargingProfile": PROFILE_201},
    ),
    "GetCompositeSchedule": (
        {"connectorId": 1, "duration": 60},
        {"evseId": 1, "duration": 60},
    ),
    "SendLocalList": (
        {"listVersion": 2, "updateType": "Full"},
        {"versionNumber": 2, "updateType": "Full"},
    ),
}
# Where the other version has no such word.
OTHERWISE = {
    ("SetChargingProfile", "NotSupported"): "Rejected",
    ("SendLocalList", "NotSupported"): "Failed",
}
UNSUPPORTED = {"statusInfo": {"reasonCode": "UnsupportedRequest"}}
WORDS = {
    version: [
        (action, word)
        for action in REQUESTS
        for word in sorted(enum(version, f"{action}Response", "status"))
    ]
    for version in ("1.6", "2.0.1")
}


@pytest.mark.parametrize(("action", "word"), WORDS["1.6"])
def test_a_word_of_a_16_station(action: str, word: str) -> None:
    asked, said = REQUESTS[action]
    bench = Bench("A", {})
    ask = only(bench.hear("backend", [2, "c", action, said]), "charger")
    assert ask[2:] == [action, asked]
    answer = only(bench.hear("charger", [3, ask[1], {"status": word}]), "backend")
    other = OTHERWISE.get((action, word))
    assert answer == [3, "c", {"status": other} | UNSUPPORTED if other else {"status": word}]


@pytest.mark.parametrize(("action", "word"), WORDS["2.0.1"])
def test_a_word_of_a_201_station(action: str, word: str) -> None:
    said, asked = REQUESTS[action]
    bench = Bench("B", {})
    ask = only(bench.hear("backend", [2, "c", action, said]), "charger")
    assert ask[2:] == [action, asked]
    answer = only(bench.hear("charger", [3, ask[1], {"status": word}]), "backend")
    assert answer == [3, "c", {"status": word}]


HEARTBEAT = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Accepted", "Accepted"),
        ("Rejected", "Rejected"),
        ("RebootRequired", "RebootRequired"),
        ("NotSupported", "UnknownVariable"),
    ],
)
def test_how_a_change_of_a_16_station_went(word: str, said: str) -> None:
    bench = Bench("A", {})
    data = {"setVariableData": [HEARTBEAT | {"attributeValue": "60"}]}
    ask = only(bench.hear("backend", [2, "c", "SetVariables", data]), "charger")
    answer = only(bench.hear("charger", [3, ask[1], {"status": word}]), "backend")
    result = HEARTBEAT | {"attributeType": "Actual", "attributeStatus": said}
    assert answer == [3, "c", {"setVariableResult": [result]}]


SET_STATUS = enum("2.0.1", "SetVariablesResponse", "setVariableResult", "attributeStatus")
GET_STATUS = enum("2.0.1", "GetVariablesResponse", "getVariableResult", "attributeStatus")
SAME = {"Accepted", "Rejected", "RebootRequired"}


@pytest.mark.parametrize("word", sorted(SET_STATUS))
def test_how_a_change_of_a_201_station_went(word: str) -> None:
    bench = Bench("B", {})
    request = {"key": "HeartbeatInterval", "value": "60"}
    ask = only(bench.hear("backend", [2, "c", "ChangeConfiguration", request]), "charger")
    result = HEARTBEAT | {"attributeStatus": word}
    answer = only(bench.hear("charger", [3, ask[1], {"setVariableResult": [result]}]), "backend")
    assert answer == [3, "c", {"status": word if word in SAME else "NotSupported"}]


@pytest.mark.parametrize("word", sorted(GET_STATUS))
def test_what_a_201_station_says_of_a_variable(word: str) -> None:
    bench = Bench("B", {})
    request = {"key": ["HeartbeatInterval"]}
    ask = only(bench.hear("backend", [2, "c", "GetConfiguration", request]), "charger")
    result = HEARTBEAT | {"attributeStatus": word}
    if word == "Accepted":
        result |= {"attributeValue": "60"}
    answer = only(bench.hear("charger", [3, ask[1], {"getVariableResult": [result]}]), "backend")
    listed = {"key": "HeartbeatInterval", "readonly": False}
    match word:
        case "Accepted":
            told: dict[str, Any] = {"configurationKey": [listed | {"value": "60"}]}
        case "Rejected":
            told = {"configurationKey": [listed]}
        case _:
            told = {"unknownKey": ["HeartbeatInterval"]}
    assert answer == [3, "c", told]


@pytest.mark.parametrize("kind", ["Target", "MinSet", "MaxSet"])
@pytest.mark.parametrize(
    ("action", "field"), [("GetVariables", "getVariable"), ("SetVariables", "setVariable")]
)
def test_16_has_no_attribute_but_the_actual_value(action: str, field: str, kind: str) -> None:
    data = HEARTBEAT | {"attributeType": kind}
    if action == "SetVariables":
        data |= {"attributeValue": "60"}
    out = Bench("A", {}).hear("backend", [2, "c", action, {f"{field}Data": [data]}])
    result = HEARTBEAT | {"attributeType": kind, "attributeStatus": "NotSupportedAttributeType"}
    assert only(out, "backend") == [3, "c", {f"{field}Result": [result]}]


PURPOSES = {
    "ChargePointMaxProfile": "ChargingStationMaxProfile",
    "TxDefaultProfile": "TxDefaultProfile",
    "TxProfile": "TxProfile",
}
KINDS = [("Absolute", {}), ("Recurring", {"recurrencyKind": "Daily"})]
KINDS += [("Recurring", {"recurrencyKind": "Weekly"}), ("Relative", {})]
OPEN = {
    "transactions": [
        {
            "tx16": 7,
            "tx20": "TX-7",
            "connector": 1,
            "evse": {"id": 1, "connectorId": 1},
            "idTag": "CARD",
            "idToken": {"idToken": "CARD", "type": "Central"},
            "state": "OPEN",
            "next_seq": 1,
            "chargingState": "Charging",
            "start": "2025-03-01T09:00:00Z",
            "meterStart": 0,
        }
    ]
}


@pytest.mark.parametrize("unit", ["A", "W"])
@pytest.mark.parametrize(("kind", "recurrency"), KINDS)
@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_a_profile_is_the_same_in_both_versions(
    purpose: str, kind: str, recurrency: dict[str, str], unit: str
) -> None:
    common = {
        "stackLevel": 2,
        "chargingProfileKind": kind,
        "validFrom": "2025-03-01T08:00:00Z",
        "validTo": "2025-03-02T08:00:00.500Z",
    } | recurrency
    schedule = {
        "duration": 600,
        "startSchedule": "2025-03-01T08:30:00Z",
        "chargingRateUnit": unit,
        "minChargingRate": 6.1,
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16.3, "numberPhases": 1},
            {"startPeriod": 60, "limit": 0},
        ],
    }
    in_16 = common | {"chargingProfileId": 9, "chargingSchedule": schedule}
    in_201 = common | {"id": 9, "chargingSchedule": [{"id": 9} | schedule]}
    in_16 |= {"chargingProfilePurpose": purpose}
    in_201 |= {"chargingProfilePurpose": PURPOSES[purpose]}
    place = 0 if purpose == "ChargePointMaxProfile" else 1
    if purpose == "TxProfile":
        in_16, in_201 = in_16 | {"transactionId": 7}, in_201 | {"transactionId": "TX-7"}
    said = {
        "A": {"evseId": place, "chargingProfile": in_201},
        "B": {"connectorId": place, "csChargingProfiles": in_16},
    }
    for pairing, other in (("A", "B"), ("B", "A")):
        out = Bench(pairing, {}, OPEN).hear(
            "backend", [2, "c", "SetChargingProfile", said[pairing]]
        )
        assert only(out, "charger")[2:] == ["SetChargingProfile", said[other]]
