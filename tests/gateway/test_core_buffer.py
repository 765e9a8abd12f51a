"""What waits for a CSMS that is away: how much of it, in which order, and what is counted."""

from typing import Any

import pytest

from gateway.core import nameplates
from gateway.testing import Bench

AWAY = {"link_policy": "buffer", "offline_unknown": "Accepted"}
Frame = list[Any]


def minute(number: int) -> str:
    return f"2025-03-01T{10 + number // 60}:{number % 60:02d}:00Z"


def away(pairing: str, **config: Any) -> Bench:
    """A station whose CSMS has just gone."""
    bench = Bench(pairing, AWAY | config)
    bench.event("backend", "disconnect", at=minute(0))
    return bench


def tell(bench: Bench, action: str, payload: dict[str, Any]) -> Frame:
    """The station says something, and is answered here."""
    (out,) = bench.hear("charger", [2, action, action, payload])
    assert out["to"] == "charger"
    frame: Frame = out["frame"]
    return frame


def event(kind: str, seq: int, **more: Any) -> dict[str, Any]:
    """An event of a 2.0.1 station's transaction."""
    trigger = "MeterValuePeriodic" if kind == "Updated" else "ChargingStateChanged"
    context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind)
    value = {"value": 100 + seq} | ({"context": context} if context else {})
    sample = {"timestamp": minute(seq), "sampledValue": [value]}
    return {
        "eventType": kind,
        "timestamp": minute(seq),
        "triggerReason": trigger,
        "seqNo": seq,
        "transactionInfo": {"transactionId": "t-1"},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [sample],
    } | more


def charge_201(bench: Bench, samples: int) -> None:
    token = {"idToken": "CARD-1", "type": "Central"}
    tell(bench, "TransactionEvent", event("Started", 0, idToken=token))
    for seq in range(1, samples + 1):
        tell(bench, "TransactionEvent", event("Updated", seq))
    tell(bench, "TransactionEvent", event("Ended", samples + 1))


def charge_16(bench: Bench, samples: int) -> None:
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 100, "timestamp": minute(0)}
    number = tell(bench, "StartTransaction", start)[2]["transactionId"]
    for n in range(1, samples + 1):
        element = {"timestamp": minute(n), "sampledValue": [{"value": str(100 + n)}]}
        told = {"connectorId": 1, "transactionId": number, "meterValue": [element]}
        assert tell(bench, "MeterValues", told) == [3, "MeterValues", {}]
    stop = {"transactionId": number, "meterStop": 900, "timestamp": minute(samples + 1)}
    assert tell(bench, "StopTransaction", stop) == [3, "StopTransaction", {}]


def heard(bench: Bench) -> list[Frame]:
    """What the CSMS gets when it is back and takes everything."""
    said: list[Frame] = []
    outs = bench.event("backend", "connect", at=minute(200))
    while outs:
        frame: Frame = outs[0]["frame"]
        said.append(frame)
        answer: dict[str, Any] = {}
        if frame[2] == "StartTransaction":
            answer = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}
        outs = outs[1:] + bench.hear("backend", [3, frame[1], answer])
    return said


def happened(bench: Bench) -> dict[str, int]:
    return {what: count for (_, what), count in bench.tally.journal.items()}


@pytest.mark.parametrize(("pairing", "charge"), [("A", charge_16), ("B", charge_201)])
def test_where_there_is_no_room_the_oldest_samples_go_and_both_ends_stay(
    pairing: str, charge: Any
) -> None:
    bench = away(pairing, journal_limit=3000)
    charge(bench, 60)
    said = [frame for frame in heard(bench) if frame[2] != "StatusNotification"]
    first, last = said[0][3], said[-1][3]
    if pairing == "A":
        assert (first["eventType"], last["eventType"]) == ("Started", "Ended")
        assert first["meterValue"][0]["sampledValue"][0]["value"] == 100
        assert last["meterValue"][-1]["sampledValue"][0]["value"] == 900
        times = [frame[3]["timestamp"] for frame in said[1:-1]]
    else:
        assert (said[0][2], said[-1][2]) == ("StartTransaction", "StopTransaction")
        assert (first["meterStart"], last["meterStop"]) == (100, 161)
        times = [frame[3]["meterValue"][0]["timestamp"] for frame in said[1:-1]]
    assert 0 < len(times) < 20
    assert times == [minute(n) for n in range(61 - len(times), 61)]
    counts = happened(bench)
    assert counts["journaled"] == 62
    assert counts["shed"] == 60 - len(times)
    assert counts["replayed"] == 62 - counts["shed"]


@pytest.mark.parametrize("pairing", ["A", "B"])
def test_a_beginning_that_has_no_room_stays_with_the_station(pairing: str) -> None:
    bench = away(pairing, journal_limit=100)
    if pairing == "A":
        start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 0, "timestamp": minute(0)}
        answer = tell(bench, "StartTransaction", start)
    else:
        answer = tell(bench, "TransactionEvent", event("Started", 0))
    assert answer[:3] == [4, answer[1], "InternalError"]
    assert happened(bench) == {"refused": 1}
    assert heard(bench) == []


def test_samples_that_have_no_room_are_confirmed_all_the_same() -> None:
    bench = away("B", journal_limit=100)
    assert tell(bench, "TransactionEvent", event("Updated", 3))[:1] == [3]
    assert happened(bench) == {"shed": 1}


def test_of_statuses_the_latest_of_each_connector_waits() -> None:
    bench = away("B", topology=[{"connector": n, "evse": n} for n in (1, 2)])
    for evse, state in ((1, "Occupied"), (2, "Unavailable"), (1, "Available"), (1, "Occupied")):
        status = {"timestamp": minute(1), "connectorStatus": state, "evseId": evse}
        tell(bench, "StatusNotification", status | {"connectorId": 1})
    assert [(f[3]["connectorId"], f[3]["status"]) for f in heard(bench)] == [
        (2, "Unavailable"),
        (1, "Preparing"),
    ]
    assert happened(bench) == {"journaled": 4, "superseded": 2, "replayed": 2}


def test_samples_of_an_evse_wait_if_a_transaction_runs_there() -> None:
    bench = away("B")
    element = {"timestamp": minute(2), "sampledValue": [{"value": 150}]}
    tell(bench, "MeterValues", {"evseId": 1, "meterValue": [element | {"timestamp": minute(1)}]})
    token = {"idToken": "CARD-1", "type": "Central"}
    tell(bench, "TransactionEvent", event("Started", 1, idToken=token))
    tell(bench, "MeterValues", {"evseId": 1, "meterValue": [element]})
    values = [frame[3] for frame in heard(bench) if frame[2] == "MeterValues"]
    assert [(each["transactionId"], each["meterValue"][0]["timestamp"]) for each in values] == [
        (7, minute(2))
    ]


def test_what_the_csms_refuses_for_good_is_given_up_and_the_rest_goes_on() -> None:
    bench = away("A")
    charge_16(bench, 1)
    (out,) = bench.event("backend", "connect", at=minute(200))
    (out,) = bench.hear("backend", [4, out["frame"][1], "PropertyConstraintViolation", "no", {}])
    assert out["frame"][3]["seqNo"] == 1
    assert happened(bench)["dead_letter"] == 1


def test_what_is_refused_for_now_is_told_again_and_longer_waited_for_each_time() -> None:
    bench = away("A")
    charge_16(bench, 0)
    (out,) = bench.event("backend", "connect", at=minute(100))
    for pause in (10, 20, 40, 80, 160, 320, 600, 600):
        assert bench.hear("backend", [4, out["frame"][1], "InternalError", "busy", {}]) == []
        assert bench.event("proxy", "advance", seconds=pause - 1) == []
        (out,) = bench.event("proxy", "advance", seconds=1)
        assert (out["frame"][3]["seqNo"], out["frame"][3]["offline"]) == (0, True)
    # Away and back: it is told at once.
    assert bench.event("backend", "disconnect") == []
    (out,) = bench.event("backend", "connect")
    assert out["frame"][3]["seqNo"] == 0
    assert "dead_letter" not in happened(bench)


def test_a_csms_that_goes_while_it_is_told_is_told_the_same_again() -> None:
    bench = away("B")
    charge_201(bench, 2)
    (out,) = bench.event("backend", "connect", at=minute(100))
    bench.event("backend", "disconnect")
    said = heard(bench)
    assert said[0][2:] == out["frame"][2:]
    names = [frame[2] for frame in said if frame[2] != "StatusNotification"]
    assert names == ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]


def test_a_long_journal_of_nothing_to_tell_is_told_without_deep_recursion() -> None:
    bench = away("B")
    for seq in range(800):
        payload = event("Updated", seq, triggerReason="CablePluggedIn")
        del payload["evse"], payload["meterValue"]
        tell(bench, "TransactionEvent", payload | {"transactionInfo": {"transactionId": "t"}})
    heard(bench)
    assert happened(bench)["replayed"] == 800


def test_what_quirks_did_is_kept_when_a_station_leaves_whose_csms_stays() -> None:
    bench = Bench("A", AWAY)
    flawed = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "info": ""}
    for number in range(3):
        bench.hear("charger", [2, f"{number}", "StatusNotification", flawed])
    bench.event("charger", "disconnect")
    kept = nameplates.read(bench.shelf.records[nameplates.OURS][nameplates.KEY])
    assert kept.fired == {"shared.empty-optional-text": 3}
