"""Costs and prices: what a 1.6 station shows, and what happens where it shows nothing (17.5)."""

from typing import Any

import msgspec
import pytest

from gateway.core.effects import Lost
from gateway.testing import Bench

VENDOR = "org.openchargealliance.costmsg"
TX20 = "7d1f2b5e-3c2a-5d8e-9f10-2b6f0a9c1e11"
RUNNING = {
    "tx16": 1001,
    "tx20": TX20,
    "connector": 1,
    "evse": {"id": 1, "connectorId": 1},
    "idTag": "CARD",
    "idToken": {"idToken": "CARD", "type": "Central"},
    "state": "OPEN",
    "next_seq": 2,
    "chargingState": "Charging",
    "start": "2025-03-01T09:00:00Z",
    "meterStart": 1000,
}
STOP = {
    "transactionId": 1001,
    "meterStop": 2000,
    "timestamp": "2025-03-01T10:00:00Z",
    "reason": "Local",
}
SAMPLE = {
    "connectorId": 1,
    "transactionId": 1001,
    "meterValue": [{"timestamp": "2025-03-01T10:00:00Z", "sampledValue": [{"value": "1234"}]}],
}
START = {
    "connectorId": 1,
    "idTag": "CARD",
    "meterStart": 5,
    "timestamp": "2025-03-01T10:00:00Z",
}


def bench(shows: str = "true", *, running: bool = True, pairing: str = "A") -> Bench:
    """A 1.6 station that shows costs, in the middle of a transaction."""
    cache = {"CustomDisplayCostAndPrice": shows} if shows else {}
    transactions = [RUNNING] if running else []
    return Bench(pairing, {}, {"config_cache": cache, "transactions": transactions})


def answered(on: Bench, call: list[Any], answer: dict[str, Any]) -> list[Any]:
    """What the station gets when the CSMS answers what became of its CALL."""
    (out,) = on.hear("charger", call)
    assert out["to"] == "backend"
    said = on.hear("backend", [3, out["frame"][1], answer])
    assert {each["to"] for each in said} == {"charger"}
    return [each["frame"] for each in said]


def shown(frame: list[Any]) -> tuple[str, dict[str, Any]]:
    """The messageId and the data of a costs' DataTransfer."""
    assert frame[2] == "DataTransfer"
    assert frame[3]["vendorId"] == VENDOR
    return frame[3]["messageId"], msgspec.json.decode(frame[3]["data"])


def lost(on: Bench) -> set[str]:
    return {effect.rule for effect in on.effects if isinstance(effect, Lost)}


def test_a_personal_message_is_shown_after_the_answer() -> None:
    message = {"format": "UTF8", "content": "0.30 per kWh"}
    info = {"status": "Accepted", "personalMessage": message}
    on = bench(running=False)
    answer, price = answered(on, [2, "1", "Authorize", {"idTag": "CARD"}], {"idTokenInfo": info})
    assert answer == [3, "1", {"idTagInfo": {"status": "Accepted"}}]
    assert shown(price) == ("SetUserPrice", {"idToken": "CARD", "priceText": "0.30 per kWh"})
    assert not lost(on)


def test_a_personal_message_at_the_start_is_shown_too() -> None:
    info = {"status": "Accepted", "personalMessage": {"format": "ASCII", "content": "1 a minute"}}
    call = [2, "1", "StartTransaction", START]
    answer, price = answered(bench(running=False), call, {"idTokenInfo": info})
    assert answer[2]["idTagInfo"] == {"status": "Accepted"}
    assert shown(price) == ("SetUserPrice", {"idToken": "CARD", "priceText": "1 a minute"})


def test_a_cost_at_the_start_is_lost_for_201_has_none_there() -> None:
    on = bench(running=False)
    (answer,) = answered(on, [2, "1", "StartTransaction", START], {"totalCost": 0})
    assert answer[0] == 3
    assert "cost" in lost(on)


def test_the_cost_so_far_is_shown_with_the_register_that_it_belongs_to() -> None:
    answer, cost = answered(bench(), [2, "1", "MeterValues", SAMPLE], {"totalCost": 2.25})
    assert answer == [3, "1", {}]
    assert shown(cost) == (
        "RunningCost",
        {
            "transactionId": 1001,
            "timestamp": "2025-03-01T10:00:00Z",
            "meterValue": 1234,
            "cost": 2.25,
            "state": "Charging",
        },
    )


@pytest.mark.parametrize("text", ["Thank you", None])
def test_the_final_cost_comes_with_its_message(text: str | None) -> None:
    said: dict[str, Any] = {"totalCost": 4.5}
    if text is not None:
        said["updatedPersonalMessage"] = {"format": "UTF8", "content": text}
    on = bench()
    answer, cost = answered(on, [2, "1", "StopTransaction", STOP], said)
    assert answer == [3, "1", {}]
    assert shown(cost) == (
        "FinalCost",
        {"transactionId": 1001, "cost": 4.5, "priceText": text or ""},
    )
    assert not lost(on)


@pytest.mark.parametrize("shows", ["false", ""])
def test_a_station_that_shows_nothing_is_told_nothing(shows: str) -> None:
    on = bench(shows)
    said = {"totalCost": 4.5, "updatedPersonalMessage": {"format": "UTF8", "content": "Bye"}}
    assert answered(on, [2, "1", "MeterValues", SAMPLE], said) == [[3, "1", {}]]
    assert lost(on) == {"cost", "personal_message"}


@pytest.mark.parametrize("answer", [[3, {"status": "Rejected"}], [4, "InternalError", "", {}]])
def test_a_cost_that_the_station_declines_is_lost(answer: list[Any]) -> None:
    on = bench()
    _, cost = answered(on, [2, "1", "StopTransaction", STOP], {"totalCost": 4.5})
    assert on.hear("charger", [answer[0], cost[1], *answer[1:]]) == []
    assert lost(on) == {"cost"}


def test_a_cost_update_is_answered_when_the_station_took_it() -> None:
    on = bench("True")
    (out,) = on.hear("backend", [2, "c", "CostUpdated", {"totalCost": 1, "transactionId": TX20}])
    name, data = shown(out["frame"])
    assert (name, data["cost"], data["meterValue"]) == ("RunningCost", 1, 1000)
    said = on.hear("charger", [3, out["frame"][1], {"status": "Accepted"}])
    assert said == [{"to": "backend", "frame": [3, "c", {}]}]


@pytest.mark.parametrize(("shows", "tx20"), [("false", TX20), ("", TX20), ("true", "other")])
def test_a_cost_update_that_cannot_be_shown_is_not_confirmed(shows: str, tx20: str) -> None:
    call = [2, "c", "CostUpdated", {"totalCost": 1, "transactionId": tx20}]
    (out,) = bench(shows).hear("backend", call)
    assert out["frame"][:3] == [4, "c", "NotSupported"]


def test_a_cost_update_that_the_station_declines_is_not_confirmed() -> None:
    on = bench()
    (out,) = on.hear("backend", [2, "c", "CostUpdated", {"totalCost": 1, "transactionId": TX20}])
    (said,) = on.hear("charger", [3, out["frame"][1], {"status": "UnknownVendorId"}])
    assert said["frame"][:3] == [4, "c", "NotSupported"]


@pytest.mark.parametrize("cost", ["1e999999999", '"NaN"', '"Infinity"', '"much"', "null"])
def test_a_cost_that_is_no_number_is_rejected(cost: str) -> None:
    data = f'{{"transactionId":1001,"cost":{cost}}}'
    call = [2, "1", "DataTransfer", {"vendorId": VENDOR, "messageId": "FinalCost", "data": data}]
    (out,) = bench(pairing="B").hear("backend", call)
    assert out == {"to": "backend", "frame": [3, "1", {"status": "Rejected"}]}


def test_a_connector_that_was_unplugged_is_told_unchanged() -> None:
    data = '{"transactionId":1001}'
    told = {"vendorId": VENDOR, "messageId": "ConnectorUnplugged", "data": data}
    (out,) = bench().hear("charger", [2, "1", "DataTransfer", told])
    assert out["frame"][2:] == ["DataTransfer", told]
