"""A shadow's own world: ids, boot state, what it is told when it comes late, and what it misses."""

import pytest

from gateway.core.effects import STATION, Close
from gateway.core.route import Upstream
from gateway.core.shadows import arrival, breaker
from tests.gateway.shadow_stage import BOOT, NOON, Stage, event_201, start_16

PAIRS = [("1.6", "1.6"), ("1.6", "2.0.1"), ("2.0.1", "1.6"), ("2.0.1", "2.0.1")]
STOP = {"transactionId": 42, "meterStop": 6000, "timestamp": NOON}
SAMPLES = [{"timestamp": NOON, "sampledValue": [{"value": "1500"}]}]


def test_a_transaction_goes_on_and_ends_under_the_shadows_own_number() -> None:
    stage = Stage()
    stage.legs["shadow"].answers["StartTransaction"] = {
        "transactionId": 7, "idTagInfo": {"status": "Accepted"},
    }  # fmt: skip
    stage.call("StartTransaction", start_16())
    stage.call("MeterValues", {"connectorId": 1, "transactionId": 42, "meterValue": SAMPLES})
    stage.call("StopTransaction", STOP)
    shadow, primary = stage.legs["shadow"], stage.legs["primary"]
    assert [each["transactionId"] for each in shadow.said("MeterValues")] == [7]
    assert [each["transactionId"] for each in shadow.said("StopTransaction")] == [7]
    assert [each["transactionId"] for each in primary.said("StopTransaction")] == [42]
    assert stage.verdicts() == [("ignored", ()), ("matched", ()), ("matched", ())]


@pytest.mark.parametrize(("station", "primary"), PAIRS)
@pytest.mark.parametrize("shadow", ["1.6", "2.0.1"])
def test_in_every_pair_it_ends_under_the_name_that_the_shadow_knows(
    station: str, primary: str, shadow: str
) -> None:
    stage = Stage(station, primary, {"shadow": shadow})
    if shadow == "1.6":
        started = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}
        stage.legs["shadow"].answers["StartTransaction"] = started
    stage.call("BootNotification", BOOT[station])
    if station == "1.6":
        number = stage.call("StartTransaction", start_16())[2]["transactionId"]
        stage.call("StopTransaction", STOP | {"transactionId": number})
    else:
        token = {"idToken": "CARD-1", "type": "Central"}
        stage.call("TransactionEvent", event_201("Started", idToken=token))
        stage.call("TransactionEvent", event_201("Ended", 1))
    leg = stage.legs["shadow"]
    if shadow == "1.6":
        assert [each["transactionId"] for each in leg.said("StopTransaction")] == [7]
        return
    begun, ended = leg.said("TransactionEvent")[0], leg.said("TransactionEvent")[-1]
    assert (begun["eventType"], ended["eventType"]) == ("Started", "Ended")
    name = begun["transactionInfo"]["transactionId"]
    assert ended["transactionInfo"]["transactionId"] == name
    assert station == "1.6" or name == "t-1"


def test_the_numbers_survive_a_restart() -> None:
    stage = Stage()
    stage.legs["shadow"].answers["StartTransaction"] = {"transactionId": 7}
    stage.call("StartTransaction", start_16())
    again = Stage(records=stage.shelf.records)
    again.call("StopTransaction", STOP)
    assert again.legs["shadow"].said("StopTransaction")[0]["transactionId"] == 7


def test_numbers_of_long_ago_are_forgotten() -> None:
    stage = Stage()
    for number in range(1, 80):
        started = {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
        stage.legs["primary"].answers["StartTransaction"] = started
        stage.call("StartTransaction", start_16())
    kept = [key for key in stage.shelf.records["shadow"] if key.startswith("number:")]
    assert len(kept) == 64
    assert "number:79" in kept


@pytest.mark.parametrize(("station", "shadow"), PAIRS)
def test_a_shadow_that_comes_late_is_told_boot_statuses_and_open_transactions(
    station: str, shadow: str
) -> None:
    stage = Stage(station, station, {"shadow": shadow}, opens=False)
    stage.call("BootNotification", BOOT[station])
    if station == "1.6":
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
        stage.call("StatusNotification", status)
        stage.call("StartTransaction", start_16())
    else:
        place = {"evseId": 1, "connectorId": 1, "connectorStatus": "Occupied", "timestamp": NOON}
        stage.call("StatusNotification", place)
        token = {"idToken": "CARD-1", "type": "Central"}
        stage.call("TransactionEvent", event_201("Started", idToken=token))
    stage.wait(arrival.PATIENCE)
    before = len(stage.compared)
    assert before == 3, "what it misses is said not to be comparable"
    stage.open("shadow")
    heard = [action for action, _ in stage.legs["shadow"].heard]
    assert heard[0] == "BootNotification"
    assert "StatusNotification" in heard
    begins = "StartTransaction" if shadow == "1.6" else "TransactionEvent"
    assert begins in heard
    assert len(stage.compared) == before, "what we tell in the station's place is not compared"
    assert sum(stage.tally.shadow_replays.values()) == 3
    if station == "1.6":
        stage.call("StopTransaction", STOP)
    else:
        stage.call("TransactionEvent", event_201("Ended", 1))
    ended = "StopTransaction" if shadow == "1.6" else "TransactionEvent"
    assert stage.legs["shadow"].said(ended)


@pytest.mark.parametrize("shadow", ["1.6", "2.0.1"])
def test_what_a_station_says_while_its_shadow_is_dialled_waits_for_it(shadow: str) -> None:
    stage = Stage(shadows={"shadow": shadow}, opens=False)
    stage.call("BootNotification", BOOT["1.6"])
    stage.call("StartTransaction", start_16())
    stage.wait(arrival.PATIENCE / 2)
    stage.open("shadow")
    stage.call("StopTransaction", STOP)
    assert sum(stage.tally.shadow_replays.values()) == 0
    heard = [action for action, _ in stage.legs["shadow"].heard]
    assert heard.count("BootNotification") == 1
    verdicts = [verdict for verdict, _ in stage.verdicts()]
    assert len(verdicts) == 3
    assert set(verdicts) <= {"matched", "ignored"}


def test_a_shadow_that_does_not_come_in_time_has_missed_all_that_waited() -> None:
    stage = Stage(opens=False)
    for _ in range(3):
        stage.call("Heartbeat")
    stage.wait(arrival.PATIENCE)
    stage.call("Heartbeat")
    assert stage.verdicts() == [("not_comparable", ("not connected",))] * 4


def test_a_shadow_can_be_switched_on_and_off_while_the_station_stays() -> None:
    stage = Stage(shadows={})
    stage.call("BootNotification", BOOT["1.6"])
    stage.call("StartTransaction", start_16())
    late = Stage(shadows={"shadow": "1.6"}).legs["shadow"]
    stage.legs["shadow"] = late
    stage.perform(stage.session.invite((Upstream("shadow", "1.6"),), {}, stage.now))
    stage.open("shadow")
    assert [action for action, _ in late.heard] == ["BootNotification", "StartTransaction"]
    stage.call("Heartbeat")
    assert stage.verdicts("Heartbeat") == [("matched", ())]
    stage.perform(stage.session.invite((), {}, stage.now))
    assert Close("shadow", 1000, "no shadow any more") in stage.effects
    stage.drop("shadow")
    assert stage.call("Heartbeat") is not None
    assert stage.legs[STATION].heard == []


def test_a_shadow_that_does_not_accept_the_station_hears_nothing_until_it_does() -> None:
    stage = Stage()
    stage.legs["shadow"].answers["BootNotification"] = {
        "status": "Pending", "currentTime": NOON, "interval": 60,
    }  # fmt: skip
    stage.call("BootNotification", BOOT["1.6"])
    stage.call("Heartbeat")
    assert stage.verdicts("BootNotification") == [("mismatched", ("status",))]
    assert stage.verdicts("Heartbeat") == [("not_comparable", ("not accepted",))]
    stage.legs["shadow"].answers["BootNotification"] = {"status": "Accepted"}
    stage.wait(61)
    stage.call("Heartbeat")
    assert stage.verdicts("Heartbeat")[-1] == ("matched", ())


def test_who_does_not_answer_is_left_alone_for_a_while() -> None:
    stage = Stage()
    shadow = stage.legs["shadow"]
    shadow.is_silent = True
    for _ in range(breaker.MISSES + 1):
        stage.call("Heartbeat")
        stage.wait(31)
    verdicts = [verdict for verdict, _ in stage.verdicts("Heartbeat")]
    assert verdicts == ["unanswered"] * breaker.MISSES + ["not_comparable"]
    heard = len(shadow.heard)
    stage.call("Heartbeat")
    assert len(shadow.heard) == heard, "the breaker is open"
    shadow.is_silent = False
    stage.wait(breaker.FIRST_REST)
    stage.call("Heartbeat")
    stage.call("Heartbeat")
    assert [verdict for verdict, _ in stage.verdicts("Heartbeat")][-2:] == ["matched", "matched"]


def test_after_a_gap_nothing_that_depends_on_it_is_compared_until_the_transaction_ends() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"})
    blocked = {"idTokenInfo": {"status": "Blocked"}}
    stage.call("TransactionEvent", event_201("Started"))
    stage.drop("shadow")
    stage.call("TransactionEvent", event_201("Updated", 1))
    stage.open("shadow")
    stage.legs["shadow"].answers["TransactionEvent"] = blocked
    stage.call("TransactionEvent", event_201("Updated", 2))
    stage.call("TransactionEvent", event_201("Ended", 3))
    stage.call("TransactionEvent", event_201("Started", 0, "t-2"))
    assert stage.verdicts("TransactionEvent") == [
        ("matched", ()),
        ("not_comparable", ("not connected",)),
        ("not_comparable", ("gap",)),
        ("not_comparable", ("gap",)),
        ("mismatched", ("idTokenInfo",)),
    ]


def test_a_number_that_comes_too_late_is_learnt_all_the_same() -> None:
    stage = Stage()
    shadow = stage.legs["shadow"]
    shadow.is_silent = True
    stage.call("StartTransaction", start_16())
    stage.wait(60)
    shadow.is_silent = False
    stage.hear("shadow", [3, shadow.open[0][0], {"transactionId": 7}])
    stage.call("StopTransaction", STOP)
    assert shadow.said("StopTransaction")[0]["transactionId"] == 7
    assert [verdict for verdict, _ in stage.verdicts()] == ["unanswered", "matched"]


def test_what_was_asked_for_by_the_primary_alone_is_not_told_to_the_shadow() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"})
    report = {"requestId": 5, "generatedAt": NOON, "seqNo": 0, "reportData": []}
    stage.call("NotifyReport", report)
    assert stage.verdicts("NotifyReport") == [("not_comparable", ("request of the primary",))]
    assert stage.legs["shadow"].said("NotifyReport") == []


def test_what_both_asked_for_is_told_under_the_shadows_own_id() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"})
    stage.command("shadow", "GetBaseReport", {"requestId": 9, "reportBase": "FullInventory"})
    stage.command("primary", "GetBaseReport", {"requestId": 5, "reportBase": "FullInventory"})
    report = {"requestId": 5, "generatedAt": NOON, "seqNo": 0, "reportData": []}
    stage.call("NotifyReport", report)
    assert stage.legs["shadow"].said("NotifyReport") == [report | {"requestId": 9}]
    assert stage.legs["primary"].said("NotifyReport") == [report]


def test_credentials_in_urls_are_not_told() -> None:
    stage = Stage()
    data = {"vendorId": "X", "data": "ftp://me:secret@files.example/log"}
    stage.call("DataTransfer", data)
    assert stage.legs["primary"].said("DataTransfer") == [data]
    told = stage.legs["shadow"].said("DataTransfer")
    assert told == [data | {"data": "ftp://files.example/log"}]


def test_the_value_of_a_password_is_not_told() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"})
    row = {"eventId": 1, "timestamp": NOON, "trigger": "Delta", "actualValue": "secret",
           "eventNotificationType": "CustomMonitor", "component": {"name": "SecurityCtrlr"},
           "variable": {"name": "BasicAuthPassword"}}  # fmt: skip
    stage.call("NotifyEvent", {"generatedAt": NOON, "seqNo": 0, "eventData": [row]})
    (told,) = stage.legs["shadow"].said("NotifyEvent")
    assert told["eventData"] == [row | {"actualValue": "(redacted)"}]
    stage.command("shadow", "GetBaseReport", {"requestId": 5, "reportBase": "FullInventory"})
    stage.command("primary", "GetBaseReport", {"requestId": 5, "reportBase": "FullInventory"})
    held = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"},
            "variableAttribute": [{"value": "secret"}]}  # fmt: skip
    report = {"requestId": 5, "generatedAt": NOON, "seqNo": 0, "reportData": [held]}
    stage.call("NotifyReport", report)
    (told,) = stage.legs["shadow"].said("NotifyReport")
    assert told["reportData"] == [held | {"variableAttribute": [{"value": "(redacted)"}]}]
    assert stage.legs["primary"].said("NotifyReport") == [report]


def test_a_station_may_use_its_message_ids_again() -> None:
    stage = Stage()
    shadow = stage.legs["shadow"]
    shadow.is_silent = True
    stage.hear(STATION, [2, "same", "Heartbeat", {}])
    stage.wait(20)
    stage.hear(STATION, [2, "same", "Heartbeat", {}])
    stage.wait(11)
    shadow.is_silent = False
    stage.hear("shadow", [3, shadow.open[-1][0], {"currentTime": NOON}])
    assert [verdict for verdict, _ in stage.verdicts()] == ["unanswered", "matched"]


def test_several_shadows_do_not_know_of_each_other() -> None:
    stage = Stage(shadows={"shadow": "1.6", "other": "2.0.1"})
    stage.legs["other"].answers["Authorize"] = {"idTokenInfo": {"status": "Blocked"}}
    stage.call("Authorize", {"idTag": "CARD-1"})
    assert stage.verdicts("Authorize") == [("matched", ())]
    assert stage.verdicts("Authorize", "other") == [("mismatched", ("idTagInfo.status",))]


@pytest.mark.parametrize(("station", "shadow"), PAIRS)
@pytest.mark.parametrize("primary", ["1.6", "2.0.1"])
def test_each_leg_tells_of_its_sessions(station: str, primary: str, shadow: str) -> None:
    stage = Stage(station, primary, {"shadow": shadow})
    stage.call("BootNotification", BOOT[station])
    if station == "1.6":
        answer = stage.call("StartTransaction", start_16())
        number = answer[2]["transactionId"]
        values = {"connectorId": 1, "transactionId": number, "meterValue": SAMPLES}
        stage.call("MeterValues", values)
        stage.call("StopTransaction", STOP | {"transactionId": number})
    else:
        energy = [{"value": 1000, "context": "Transaction.Begin"}]
        end = [{"value": 6.0, "unitOfMeasure": {"unit": "kWh"}, "context": "Transaction.End"}]
        token = {"idToken": "CARD-1", "type": "Central"}
        begun = [{"timestamp": NOON, "sampledValue": energy}]
        stage.call("TransactionEvent", event_201("Started", idToken=token, meterValue=begun))
        ended = [{"timestamp": NOON, "sampledValue": end}]
        stage.call("TransactionEvent", event_201("Ended", 1, meterValue=ended))
    for leg in (STATION, "primary", "shadow"):
        parts = stage.recorded[leg]
        assert [part.token for part in parts if part.began] == ["CARD-1"], leg
        assert [part.meter_start for part in parts if part.began] == [1000], leg
        assert [part.meter_stop for part in parts if part.ended] == [6000], leg
        if station == "1.6":
            assert [part.samples for part in parts if part.ended] == [1], leg
