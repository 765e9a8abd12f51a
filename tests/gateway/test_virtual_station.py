"""What a shadow is answered in the station's place, and its commands beside the primary's."""

from random import Random
from typing import Any

import pytest

from adapters import v16, v201
from gateway.core.effects import STATION
from tests import schema_oracle
from tests.gateway.shadow_stage import BOOT, NOON, Stage, event_201
from tests.schema_oracle import encode

ACTIONS = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
REMOTE = {"idTag": "CARD-1", "connectorId": 1}
LIST = {"listVersion": 1, "updateType": "Full"}
CARDS = [{"idTag": "B"}, {"idTagInfo": {"status": "Blocked"}, "idTag": "A"}]
AVAILABLE = {"connectorId": 1, "type": "Inoperative"}


def variable(name: str, **more: Any) -> dict[str, Any]:
    return {"component": {"name": "Ctrlr"}, "variable": {"name": name}, **more}


@pytest.mark.parametrize("policy", ["reject", "accept-noop"])
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_no_command_reaches_the_station_and_each_is_answered_by_its_schema(
    version: str, policy: str
) -> None:
    stage = Stage(version, version, {"shadow": version}, commands=policy)
    for action, row in ACTIONS[version].items():
        if row.sender not in ("csms", "both"):
            continue
        payload = schema_oracle.chance(version, f"{action}Request", Random(1), {})
        answer = stage.command("shadow", action, payload)
        assert answer is not None, action
        if answer[0] == 3:
            assert not schema_oracle.faults(version, f"{action}Response", encode(answer[2])), action
            if policy == "reject":
                assert answer[2].get("status") != "Accepted", action
    assert stage.legs[STATION].heard == []
    assert sum(stage.tally.shadow_commands.values()) > 15


def test_reads_show_what_was_really_seen_of_a_16_station() -> None:
    stage = Stage()
    station = stage.legs[STATION]
    rows = [{"key": "HeartbeatInterval", "readonly": False, "value": "60"},
            {"key": "AuthorizationKey", "readonly": False, "value": "secret"}]  # fmt: skip
    station.answers |= {
        "GetConfiguration": {"configurationKey": rows},
        "ChangeConfiguration": {"status": "Accepted"},
        "GetLocalListVersion": {"listVersion": 7},
        "GetCompositeSchedule": {"status": "Accepted", "connectorId": 1},
    }
    asked = {"connectorId": 1, "duration": 60}
    assert stage.command("shadow", "GetLocalListVersion")[2] == {"listVersion": -1}
    assert stage.command("shadow", "GetCompositeSchedule", asked)[2] == {"status": "Rejected"}
    stage.command("primary", "GetConfiguration")
    stage.command("primary", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "90"})
    stage.command("primary", "GetLocalListVersion")
    stage.command("primary", "GetCompositeSchedule", asked)
    (read, secret) = stage.command("shadow", "GetConfiguration")[2]["configurationKey"]
    assert read == {"key": "HeartbeatInterval", "readonly": False, "value": "90"}
    assert secret == {"key": "AuthorizationKey", "readonly": False}
    unknown = stage.command("shadow", "GetConfiguration", {"key": ["Never"]})[2]
    assert unknown == {"configurationKey": [], "unknownKey": ["Never"]}
    assert stage.command("shadow", "GetLocalListVersion")[2] == {"listVersion": 7}
    schedule = stage.command("shadow", "GetCompositeSchedule", asked)[2]
    assert schedule == {"status": "Accepted", "connectorId": 1}


def test_reads_show_what_was_really_seen_of_a_201_station() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"})
    station = stage.legs[STATION]
    got = variable("Interval", attributeStatus="Accepted", attributeValue="60")
    password = variable("BasicAuthPassword", attributeStatus="Accepted", attributeValue="secret")
    station.answers |= {
        "GetVariables": {"getVariableResult": [got, password]},
        "SetVariables": {"setVariableResult": [variable("Tried", attributeStatus="Rejected")]},
    }
    stage.command("primary", "GetVariables", {"getVariableData": [variable("Interval")]})
    tried = {"setVariableData": [variable("Tried", attributeValue="1")]}
    stage.command("primary", "SetVariables", tried)
    names = ("interval", "BasicAuthPassword", "Tried")
    wanted = {"getVariableData": [variable(name) for name in names]}
    read = stage.command("shadow", "GetVariables", wanted)[2]["getVariableResult"]
    assert [row.get("attributeValue") for row in read] == ["60", None, None]
    assert not schema_oracle.faults(
        "2.0.1", "GetVariablesResponse", encode({"getVariableResult": read})
    )
    stage.call("TransactionEvent", event_201("Started"))
    status = stage.command("shadow", "GetTransactionStatus", {"transactionId": "t-1"})[2]
    assert status == {"ongoingIndicator": True, "messagesInQueue": False}
    changed = stage.command("shadow", "SetVariables", tried)[2]["setVariableResult"]
    assert [row["attributeStatus"] for row in changed] == ["Rejected"]


@pytest.mark.parametrize("shadow", ["1.6", "2.0.1"])
def test_a_command_may_be_answered_as_the_station_answers_the_primary(shadow: str) -> None:
    replay = {"by_action": {"RemoteStartTransaction": "replay-primary"}}
    stage = Stage("1.6", "1.6", {"shadow": shadow}, **replay)
    stage.legs[STATION].answers["RemoteStartTransaction"] = {"status": "Accepted"}
    stage.call("BootNotification", BOOT["1.6"])
    if shadow == "1.6":
        asked: tuple[str, dict[str, Any]] = ("RemoteStartTransaction", REMOTE)
    else:
        token = {"idToken": "CARD-1", "type": "Central"}
        asked = ("RequestStartTransaction", {"idToken": token, "remoteStartId": 4, "evseId": 1})
    assert stage.command("shadow", *asked) is None, "it waits for the primary"
    waits_for = f"c{stage.number}"
    stage.wait(5)
    stage.command("primary", "RemoteStartTransaction", REMOTE)
    answer = stage.answer_to("shadow", waits_for)
    assert answer is not None
    assert answer[2]["status"] == "Accepted"
    assert stage.legs[STATION].heard == [("RemoteStartTransaction", REMOTE)], "once, the primary's"
    assert stage.command("shadow", *asked)[2]["status"] == "Accepted", "shortly after, too"
    assert stage.verdicts("RemoteStartTransaction")[0] == ("matched", ())


def test_a_command_that_the_primary_does_not_give_is_declined_in_the_end() -> None:
    stage = Stage(commands="replay-primary", replay_within=10.0)
    assert stage.command("shadow", "Reset", {"type": "Hard"}) is None
    stage.wait(11)
    assert stage.answer_to("shadow", "c1") == [3, "c1", {"status": "Rejected"}]
    for _ in range(100):
        stage.command("shadow", "Reset", {"type": "Hard"})
    answered = len(stage.legs["shadow"].answered)
    assert answered > 80, "only few wait"


@pytest.mark.parametrize(
    ("primary", "shadow", "expected"),
    [
        ([("Reset", {"type": "Soft"})], [("Reset", {"type": "Soft"})], [("matched", ())]),
        ([("Reset", {"type": "Soft"})], [("Reset", {"type": "Hard"})], [("mismatched", ("type",))]),
        ([("Reset", {"type": "Soft"})], [], [("mismatched", ("missing",))]),
        ([], [("ClearCache", {})], [("mismatched", ("extra",))]),
        ([("ClearCache", {})] * 2, [("ClearCache", {})],
         [("matched", ()), ("mismatched", ("missing",))]),
        ([("ReserveNow", REMOTE | {"reservationId": 1, "expiryDate": NOON})],
         [("ReserveNow", REMOTE | {"reservationId": 9, "expiryDate": NOON})], [("matched", ())]),
        ([("SendLocalList", LIST | {"localAuthorizationList": CARDS})],
         [("SendLocalList", LIST | {"localAuthorizationList": CARDS[::-1]})], [("matched", ())]),
        ([("ChangeAvailability", AVAILABLE)],
         [("ChangeAvailability", AVAILABLE | {"type": "Operative"})], [("mismatched", ("type",))]),
        ([("ChangeAvailability", AVAILABLE)],
         [("ChangeAvailability", AVAILABLE | {"connectorId": 2})],
         [("mismatched", ("connectorId",))]),
    ],
)  # fmt: skip
def test_commands_are_compared_as_multisets_within_a_window(
    primary: list[Any], shadow: list[Any], expected: list[Any]
) -> None:
    stage = Stage()
    for action, payload in shadow:
        stage.command("shadow", action, payload)
    stage.wait(20)
    for action, payload in primary:
        stage.command("primary", action, payload)
    stage.wait(90)
    assert stage.verdicts() == expected
    assert {one.kind for one in stage.compared} == {"command"}
    severities = {one.severity for one in stage.compared if one.verdict == "mismatched"}
    assert severities <= {"S1"}


def test_stopping_the_same_transaction_is_the_same_whatever_it_is_called() -> None:
    stage = Stage()
    stage.legs["shadow"].answers["StartTransaction"] = {"transactionId": 7}
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 0, "timestamp": NOON}
    stage.call("StartTransaction", start)
    stage.compared.clear()
    stage.command("shadow", "RemoteStopTransaction", {"transactionId": 7})
    stage.command("primary", "RemoteStopTransaction", {"transactionId": 42})
    stage.command("shadow", "RemoteStopTransaction", {"transactionId": 8})
    stage.command("primary", "RemoteStopTransaction", {"transactionId": 42})
    stage.wait(90)
    assert stage.verdicts() == [("matched", ()), ("mismatched", ("transactionId",))]


def test_variables_set_at_once_are_those_set_one_by_one() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"})
    rows = [variable("A", attributeValue="1"), variable("B", attributeValue="2")]
    stage.command("primary", "SetVariables", {"setVariableData": rows})
    for row in (rows[1], variable("A", attributeValue="7")):
        stage.command("shadow", "SetVariables", {"setVariableData": [row]})
    stage.wait(90)
    assert stage.verdicts() == [("matched", ()), ("mismatched", ("attributeValue",))]


def test_commands_to_two_connectors_may_come_in_any_order() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"})
    places = [{"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": n}}
              for n in (1, 2)]  # fmt: skip
    for leg, order in (("primary", places), ("shadow", places[::-1])):
        for place in order:
            stage.command(leg, "ChangeAvailability", place)
    assert stage.verdicts() == [("matched", ()), ("matched", ())]


def test_commands_that_wait_when_the_shadow_goes_are_not_lost() -> None:
    stage = Stage()
    stage.command("shadow", "Reset", {"type": "Hard"})
    stage.command("primary", "ClearCache")
    stage.drop("shadow")
    assert set(stage.verdicts()) == {
        ("mismatched", ("extra",)), ("not_comparable", ("disconnected",)),
    }  # fmt: skip


def test_what_the_translation_asks_for_itself_is_no_command() -> None:
    stage = Stage("2.0.1", "2.0.1", {"shadow": "1.6"})
    stage.call("BootNotification", {"reason": "PowerUp", "chargingStation": {
        "vendorName": "V", "model": "M"}})  # fmt: skip
    stage.wait(120)
    assert [one for one in stage.compared if one.kind == "command"] == []


def test_a_flood_of_commands_is_counted_and_not_remembered() -> None:
    stage = Stage()
    for number in range(2000):
        stage.command("shadow", "ChangeConfiguration", {"key": f"K{number}", "value": "1"})
    assert stage.tally.shadow_commands["shadow", "ChangeConfiguration"] == 2000
    stage.wait(120)
    assert stage.tally.command_pairs["shadow", "ChangeConfiguration", "mismatched"] == 2000
    assert stage.legs[STATION].heard == []
