"""Reservations of a 1.6 station: where they go, and that each ends once."""

from typing import Any

import pytest

from gateway.testing import Bench

TOKEN = {"idToken": "CARD-1", "type": "Central"}
ANYWHERE = {"id": 1, "expiryDateTime": "2025-03-01T10:30:00Z", "idToken": TOKEN}
TYPED = [
    {"connector": 1, "evse": 1, "evse_connector": 1, "type": "cType2"},
    {"connector": 2, "evse": 1, "evse_connector": 2, "type": "cCCS2"},
]


def said(outputs: list[dict[str, Any]], to: str) -> list[Any]:
    return [output["frame"] for output in outputs if output["to"] == to]


@pytest.mark.parametrize(("supported", "goes"), [("true", True), ("false", False), ("", False)])
def test_a_reservation_for_any_evse_needs_a_station_that_knows_such(
    supported: str, goes: bool
) -> None:
    bench = Bench("A", {}, {"config_cache": {"ReserveConnectorZeroSupported": supported}})
    outputs = bench.hear("backend", [2, "c", "ReserveNow", ANYWHERE])
    assert bool(said(outputs, "charger")) == goes
    if not goes:
        answer = said(outputs, "backend")[0][2]
        assert answer["statusInfo"]["reasonCode"] == "UnsupportedParam"


def test_a_reservation_for_any_evse_ends_by_the_clock_alone() -> None:
    bench = Bench("A", {}, {"config_cache": {"ReserveConnectorZeroSupported": "True"}})
    (asked,) = said(bench.hear("backend", [2, "c", "ReserveNow", ANYWHERE]), "charger")
    assert asked[3]["connectorId"] == 0
    bench.hear("charger", [3, asked[1], {"status": "Accepted"}])
    told = said(bench.event("proxy", "advance", seconds=1829.0), "backend")
    assert not told
    (told,) = said(bench.event("proxy", "advance", seconds=1.0), "backend")
    assert told[2:] == [
        "ReservationStatusUpdate",
        {"reservationId": 1, "reservationUpdateStatus": "Expired"},
    ]
    bench.hear("backend", [3, told[1], {}])
    assert not bench.event("proxy", "advance", seconds=100_000.0)
    assert not [key for key in bench.shelf.records["csms"] if key.startswith("reservation")]


@pytest.mark.parametrize(("kind", "connector"), [("cType2", 1), ("cCCS2", 2), ("cTesla", None)])
def test_a_connector_type_chooses_the_connector(kind: str, connector: int | None) -> None:
    bench = Bench("A", {"topology": TYPED})
    payload = ANYWHERE | {"evseId": 1, "connectorType": kind}
    outputs = bench.hear("backend", [2, "c", "ReserveNow", payload])
    if connector is None:
        answer = said(outputs, "backend")[0][2]
        assert answer["statusInfo"]["reasonCode"] == "UnknownConnectorType"
    else:
        assert said(outputs, "charger")[0][3]["connectorId"] == connector


def test_a_csms_that_does_not_answer_is_told_again_and_the_station_is_not_kept_waiting() -> None:
    bench = Bench("A", {})
    payload = ANYWHERE | {"evseId": 1}
    (asked,) = said(bench.hear("backend", [2, "c", "ReserveNow", payload]), "charger")
    bench.hear("charger", [3, asked[1], {"status": "Accepted"}])
    for number, status in enumerate(("Reserved", "Faulted")):
        call = {"connectorId": 1, "errorCode": "NoError", "status": status}
        outputs = bench.hear("charger", [2, str(number), "StatusNotification", call])
        (told,) = said(outputs, "backend")
        outputs = bench.hear("backend", [3, told[1], {}])
    assert said(outputs, "backend")[0][3]["reservationUpdateStatus"] == "Removed"
    outputs = bench.event("proxy", "advance", seconds=30.0)
    assert said(outputs, "charger") == [[3, "1", {}]]
    (again,) = said(bench.event("proxy", "advance", seconds=1800.0), "backend")
    assert again[3]["reservationUpdateStatus"] == "Expired"


@pytest.mark.parametrize(("kind", "reason"), [("cCCS2", None), ("cTesla", "UnknownConnectorType")])
def test_a_connector_type_without_evse_chooses_among_all(kind: str, reason: str | None) -> None:
    bench = Bench("A", {"topology": TYPED})
    outputs = bench.hear("backend", [2, "c", "ReserveNow", ANYWHERE | {"connectorType": kind}])
    if reason is None:
        assert said(outputs, "charger")[0][3]["connectorId"] == 2
    else:
        assert said(outputs, "backend")[0][2]["statusInfo"]["reasonCode"] == reason
