"""Threat: a station that stops another's transaction, uses a name twice, or lies about time."""

from typing import Any

import pytest

from gateway.testing.bench import Bench

NOON = "2025-03-01T12:00:00Z"
TIMES = (
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1000000",
    "-1", "", "NaN", "2025-13-45T99:99:99Z", "2025-02-30T00:00:00Z", "2025-03-01T12:00:60Z",
    "2025-03-01", "12:00", "٢٠٢٥-03-01T12:00:00Z", "2025-03-01T12:00:00.1234567890123456789Z",
)  # fmt: skip


def answers(said: list[dict[str, Any]], message_id: str) -> list[Any]:
    """What a station is answered."""
    frames = [each["frame"] for each in said if each["to"] == "charger"]
    return [frame for frame in frames if frame[0] in (3, 4) and frame[1] == message_id]


def calls(said: list[dict[str, Any]]) -> list[Any]:
    """What a CSMS is asked."""
    frames = [each["frame"] for each in said if each["to"] == "backend"]
    return [frame for frame in frames if frame[0] == 2]


def settled(bench: Bench, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything that is said until the CSMS has answered all that it was asked."""
    told, seen = list(said), 0
    while len(asked := calls(told)) > seen:
        _, number, action, _ = asked[seen]
        seen += 1
        answer: dict[str, Any] = {}
        if action == "StartTransaction":
            answer = {"transactionId": 4711, "idTagInfo": {"status": "Accepted"}}
        told += bench.hear("backend", [3, number, answer])
    return told


def start(number: str = "1", **changes: Any) -> list[Any]:
    """A 1.6 station begins."""
    told = {"connectorId": 1, "idTag": "A", "meterStart": 500, "timestamp": NOON}
    return [2, number, "StartTransaction", told | changes]


def stop(transaction: int, number: str = "2", **changes: Any) -> list[Any]:
    """A 1.6 station ends."""
    told = {"transactionId": transaction, "meterStop": 900, "timestamp": NOON}
    return [2, number, "StopTransaction", told | changes]


def event(kind: str, number: str, **changes: Any) -> list[Any]:
    """A 2.0.1 station tells of its transaction."""
    told = {
        "eventType": kind, "timestamp": NOON, "triggerReason": "Authorized", "seqNo": int(number),
        "transactionInfo": {"transactionId": "t-1"}, "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": "A", "type": "Central"},
    }  # fmt: skip
    return [2, number, "TransactionEvent", told | changes]


def begun() -> tuple[Bench, int, str]:
    """A station that charges; its transaction's number, and the name that the CSMS has for it."""
    bench = Bench("A", {})
    said = settled(bench, bench.hear("charger", start()))
    ((_, _, answer),) = answers(said, "1")
    names = [frame[3]["transactionInfo"]["transactionId"] for frame in calls(said)]
    return bench, answer["transactionId"], names[0]


def test_a_station_cannot_stop_the_transaction_of_another() -> None:
    mine, number, name = begun()
    other = Bench("A", {})
    said = settled(other, other.hear("charger", stop(number)))
    assert len(answers(said, "2")) == 1
    assert name not in str(said)
    assert [key for key in other.shelf.records["csms"] if key == f"tx:{name}"] == []
    ended = calls(settled(mine, mine.hear("charger", stop(number))))
    assert [frame[3]["transactionInfo"]["transactionId"] for frame in ended] == [name]


def test_a_stop_without_a_start_invents_no_transaction_that_could_be_stopped_again() -> None:
    bench = Bench("A", {})
    first = calls(settled(bench, bench.hear("charger", stop(99))))
    assert [frame[3]["eventType"] for frame in first] == ["Ended"]
    again = settled(bench, bench.hear("charger", stop(99, "3")))
    assert len(answers(again, "3")) == 1
    assert not [frame for frame in calls(again) if frame[3].get("eventType") == "Started"]


def test_a_name_that_is_used_twice_is_one_transaction() -> None:
    bench = Bench("B", {})
    said = settled(bench, bench.hear("charger", event("Started", "1")))
    said += settled(bench, bench.hear("charger", event("Started", "2")))
    assert [frame[2] for frame in calls(said)].count("StartTransaction") == 1
    said = settled(bench, bench.hear("charger", event("Ended", "3")))
    assert [frame[2] for frame in calls(said)].count("StopTransaction") == 1
    said = settled(bench, bench.hear("charger", event("Ended", "4")))
    assert len(answers(said, "4")) == 1
    assert "StopTransaction" not in [frame[2] for frame in calls(said)]


@pytest.mark.parametrize("meter_stop", [0, 499, -1, 2**31 - 1, 2**63])
def test_energy_may_be_false_and_is_told_as_it_is(meter_stop: int) -> None:
    bench, number, name = begun()
    said = settled(bench, bench.hear("charger", stop(number, meterStop=meter_stop)))
    assert len(answers(said, "2")) == 1
    for frame in calls(said):
        assert frame[3]["transactionInfo"]["transactionId"] == name
        told = frame[3]["meterValue"][-1]["sampledValue"][-1]["value"]
        assert told == meter_stop


@pytest.mark.parametrize("when", TIMES)
def test_no_time_raises_and_each_call_has_one_answer(when: str) -> None:
    bench, number, _ = begun()
    sampled = [{"timestamp": when, "sampledValue": [{"value": "1"}]}]
    heard = (
        [2, "7", "MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": sampled}],
        stop(number, "8", timestamp=when),
        start("9", timestamp=when),
        [2, "10", "StatusNotification",
         {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": when}],
    )  # fmt: skip
    for frame in heard:
        assert len(answers(settled(bench, bench.hear("charger", frame)), frame[1])) == 1
    other = Bench("B", {})
    other.event("charger", "clock", at=NOON)  # else it would be the station's
    for kind, name in (("Started", "1"), ("Updated", "2"), ("Ended", "3")):
        frame = event(kind, name, timestamp=when)
        assert len(answers(settled(other, other.hear("charger", frame)), name)) == 1
