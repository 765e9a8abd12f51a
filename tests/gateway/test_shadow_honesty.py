"""What must not be held against a shadow, and what must not be kept from the evidence about it."""

from typing import Any

import msgspec
import pytest

from gateway.core.effects import Compared
from gateway.core.redaction import redacted, told
from gateway.core.route import Manners, Upstream
from gateway.core.shadows.ids import KEPT
from gateway.testing import Bench
from tests.gateway.shadow_stage import BOOT, NOON, Stage, event_201, start_16

STOP = {"transactionId": 42, "meterStop": 2000, "timestamp": NOON}
STARTED = {"transactionId": 42, "idTagInfo": {"status": "Accepted"}}
OK = {"idTagInfo": {"status": "Accepted"}}
INVALID = {"idTagInfo": {"status": "Invalid"}}
OURS = ("not_comparable", "S3", ("no answer of the primary",))
NO = {"idTagInfo": {"status": "Blocked"}}


def status_16(connector: int) -> dict[str, Any]:
    return {"connectorId": connector, "errorCode": "NoError", "status": "Available"}


def test_a_shadow_that_leaves_the_boot_unanswered_hears_of_it_again_and_of_all_the_rest() -> None:
    stage = Stage(opens=False)
    stage.wait(20)
    stage.call("BootNotification", BOOT["1.6"])
    stage.call("StatusNotification", status_16(1))
    shadow = stage.legs["shadow"]
    answer, shadow.answers["BootNotification"] = shadow.answers["BootNotification"], None
    stage.open("shadow")
    stage.wait(31)
    shadow.answers["BootNotification"] = answer
    stage.wait(10)
    assert [action for action, _ in shadow.heard] == [
        *("BootNotification",) * 2, "StatusNotification",
    ]  # fmt: skip


def test_an_end_that_was_missed_excuses_the_shadow_until_the_next_transaction() -> None:
    stage = Stage()
    stage.call("StartTransaction", start_16())
    stage.drop("shadow")
    stage.call("StopTransaction", STOP)
    stage.open("shadow")
    stage.legs["shadow"].answers["Authorize"] = NO
    stage.call("Authorize", {"idTag": "CARD-1"})
    assert stage.verdicts("Authorize")[-1] == ("not_comparable", ("gap",))
    for leg in ("primary", "shadow"):
        stage.legs[leg].answers["StartTransaction"] = STARTED | {"transactionId": 43}
    stage.call("StartTransaction", start_16())
    stage.call("Authorize", {"idTag": "CARD-1"})
    assert stage.verdicts("Authorize")[-1][0] == "mismatched"


def test_a_shadow_that_counts_anew_is_held_against_the_transaction_that_it_numbered_last() -> None:
    stage = Stage()  # the shadow says 42 each time
    for number in (7, 8):
        stage.legs["primary"].answers["StartTransaction"] = STARTED | {"transactionId": number}
        stage.call("StartTransaction", start_16())
        stage.call("StopTransaction", STOP | {"transactionId": number})
    assert [part.ours for part in stage.recorded["shadow"] if part.ended] == ["7", "8"]
    stage.command("shadow", "RemoteStopTransaction", {"transactionId": 42})
    stage.command("primary", "RemoteStopTransaction", {"transactionId": 8})
    assert stage.verdicts("RemoteStopTransaction") == [("matched", ())]


def test_what_the_gateway_asks_for_itself_is_no_command_that_a_shadow_should_have_given() -> None:
    shadows = (Upstream("shadow", "1.6"),)
    asking = frozenset({"syncev.samples-when-triggered"})
    bench = Bench("same16", {}, quirks_on=asking, shadows=shadows)
    bench.hear("charger", [2, "1", "StartTransaction", start_16()])
    bench.hear("backend", [3, "1", STARTED])
    said = bench.event("proxy", "advance", seconds=130)
    assert "TriggerMessage" in str(said)
    assert not [one for one in bench.effects if isinstance(one, Compared) and one.kind == "command"]


def decided(
    bench: Bench, said: list[Any], action: str, answer: dict[str, Any]
) -> tuple[str, str, tuple[str, ...]]:
    """The shadow says this to the station's last CALL; what comes of it."""
    asked = [out["frame"] for out in said if out["to"] == "shadow"]
    bench.hear("shadow", [3, asked[-1][1], answer])
    (found,) = [one for one in bench.effects if isinstance(one, Compared) and one.action == action]
    return found.verdict, found.severity, found.paths


def test_what_is_answered_for_a_primary_that_is_away_is_not_held_against_a_shadow() -> None:
    bench = Bench("A", {"link_policy": "buffer"}, shadows=(Upstream("shadow", "1.6"),))
    bench.event("backend", "disconnect")
    said = bench.hear("charger", [2, "1", "Authorize", {"idTag": "CARD-9"}])
    assert {"to": "charger", "frame": [3, "1", INVALID]} in said
    assert decided(bench, said, "Authorize", OK) == OURS


def test_what_is_answered_for_a_primary_whose_turn_it_is_not_is_not_held_against_a_shadow() -> None:
    strict = Upstream("csms", "1.6", manners=Manners(takes_turns=True))
    bench = Bench("same16", {}, primary=strict, shadows=(Upstream("shadow", "1.6"),))
    bench.hear("backend", [2, "b", "ClearCache", {}])
    asked = bench.hear("charger", [2, "1", "StopTransaction", STOP | {"transactionId": 0}])
    said = bench.event("proxy", "advance", seconds=2)
    assert {"to": "charger", "frame": [3, "1", {}]} in said
    assert decided(bench, asked, "StopTransaction", NO) == OURS


@pytest.mark.parametrize(
    "data",
    [
        {"wifiPassword": "hunter2"},
        '{"AuthorizationKey":"hunter2"}',
        "user=a;password=hunter2",
        "ftp:\\/\\/joe:hunter2@files.example\\/log",
    ],
)
def test_a_secret_in_a_vendors_own_message_reaches_no_shadow_and_no_evidence(data: Any) -> None:
    payload = msgspec.json.encode({"vendorId": "Acme", "data": data}).replace(b"\\\\", b"\\")
    assert b"hunter2" in payload
    assert b"hunter2" not in told("DataTransfer", payload)
    assert b"hunter2" not in redacted(payload, b"key")


def test_a_boot_of_another_version_is_no_boot_that_a_shadow_could_be_told() -> None:
    stage = Stage("1.6", "1.6", {"shadow": "1.6"})
    stage.call("BootNotification", BOOT["1.6"])
    later = Stage("2.0.1", "2.0.1", {"shadow": "2.0.1"}, records=stage.shelf.records)
    assert later.legs["shadow"].said("BootNotification") == []
    assert later.session.dialect.remembered.nameplate.vendor == "Plain"


MULTIPLIED = {"value": 5, "unitOfMeasure": {"unit": "Wh", "multiplier": "x"}}
METER = [{"timestamp": NOON, "sampledValue": [MULTIPLIED]}]


@pytest.mark.parametrize(
    ("version", "action", "payload"),
    [
        ("2.0.1", "TransactionEvent", event_201("Ended", meterValue=METER)),
        ("1.6", "StartTransaction", 7),
        ("1.6", "StopTransaction", "7"),
        ("1.6", "StartTransaction", []),
    ],
)
def test_a_transaction_that_no_schema_allows_is_no_crash_and_costs_no_shadow_its_place(
    version: str, action: str, payload: Any
) -> None:
    stage = Stage(version, version, {"shadow": version})
    stage.hear("station", [2, "odd", action, payload])
    stage.call("Heartbeat")
    assert stage.tally.station_crashes == 0
    assert len(stage.legs["shadow"].said("Heartbeat")) == 1


def test_after_a_restart_the_numbers_of_the_oldest_transactions_are_forgotten_first() -> None:
    numbers = {f"number:{ours}": b"%d" % (ours + 900) for ours in range(40, 40 + KEPT)}
    stage = Stage(records={"shadow": dict(sorted(numbers.items()))})  # as the store has them
    stage.legs["primary"].answers["StartTransaction"] = STARTED | {"transactionId": 104}
    stage.call("StartTransaction", start_16())
    stage.call("StopTransaction", STOP | {"transactionId": 100})
    assert stage.legs["shadow"].said("StopTransaction")[0]["transactionId"] == 1000


def test_a_shadow_that_has_not_accepted_the_station_is_not_expected_to_command_it() -> None:
    stage = Stage()
    pending = {"status": "Pending", "currentTime": NOON, "interval": 600}
    stage.legs["shadow"].answers["BootNotification"] = pending
    stage.call("BootNotification", BOOT["1.6"])
    stage.command("primary", "RemoteStartTransaction", {"idTag": "CARD-1"})
    stage.wait(61)
    assert stage.verdicts("RemoteStartTransaction") == []


def test_a_shadow_that_answers_again_with_a_boot_is_told_of_the_transactions_that_run() -> None:
    stage = Stage()
    shadow = stage.legs["shadow"]
    shadow.answers["Heartbeat"] = None
    for _ in range(5):
        stage.call("Heartbeat")
        stage.wait(31)
    stage.call("StartTransaction", start_16())
    assert not shadow.said("StartTransaction")
    stage.wait(61)
    stage.call("BootNotification", BOOT["1.6"])
    stage.call("StopTransaction", STOP)
    assert len(shadow.said("StartTransaction")) == len(shadow.said("StopTransaction")) == 1
