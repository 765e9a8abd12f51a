"""Two answers are held against each other by what they decide, in the station's own version."""

from typing import Any

import msgspec
import pytest

from adapters.frame import CallError, CallResult
from gateway.core.comparison.answers import Answer, compared
from gateway.core.comparison.rules import RULES, SEVERITIES, Setting

YES, NO = {"idTagInfo": {"status": "Accepted"}}, {"idTagInfo": {"status": "Blocked"}}
NOON, LATER, EVENING = (f"2025-03-01T{time}Z" for time in ("12:00:00", "12:00:40", "18:00:00"))
STARTED = YES | {"transactionId": 42}
BOOTED = {"status": "Accepted", "interval": 120, "currentTime": NOON}
SAME_16, SAME_201 = Setting("1.6", "1.6", "1.6"), Setting("2.0.1", "2.0.1", "2.0.1")
TO_NEW, TO_OLD = Setting("1.6", "1.6", "2.0.1"), Setting("2.0.1", "2.0.1", "1.6")


def answer(payload: Any, at: float = 0.0) -> Answer:
    return Answer(CallResult("1", msgspec.Raw(msgspec.json.encode(payload))), at)


def token(status: str, **more: Any) -> dict[str, Any]:
    return {"idTokenInfo": {"status": status, **more}}


@pytest.mark.parametrize(
    ("action", "primary", "shadow", "setting", "verdict", "severity", "paths"),
    [
        ("Authorize", YES, YES, SAME_16, "matched", "S3", ()),
        ("Authorize", YES, NO, SAME_16, "mismatched", "S0", ("idTagInfo.status",)),
        ("Authorize", YES, {}, SAME_16, "mismatched", "S0", ("idTagInfo",)),
        ("Authorize", YES, YES | {"x": None}, SAME_16, "matched", "S3", ()),
        ("Authorize", token("NoCredit"), token("Blocked"), SAME_201, "mismatched", "S0", None),
        ("Authorize", token("NoCredit"), token("Blocked"), TO_OLD, "ignored", "S3", ()),
        ("Authorize", token("Accepted"), token("Blocked"), TO_OLD, "mismatched", "S0", None),
        ("Authorize", token("Invalid"), token("Unknown"), TO_OLD, "ignored", "S3", ()),
        ("Authorize", token("Invalid"), token("Blocked"), TO_OLD, "mismatched", "S0", None),
        ("Authorize", token("Accepted", language1="de"), token("Accepted"), TO_OLD, "ignored",
         "S3", ()),
        ("Authorize", token("Accepted", language1="de"), token("Accepted"), SAME_201,
         "mismatched", "S3", ("idTokenInfo.language1",)),
        ("Authorize", token("Accepted", evseId=[1, 2]), token("Accepted", evseId=[2, 1]),
         SAME_201, "matched", "S3", ()),
        ("Authorize", token("Accepted", evseId=[1, 2]), token("Accepted", evseId=[2]),
         SAME_201, "mismatched", "S0", ("idTokenInfo.evseId",)),
        ("Heartbeat", {"currentTime": NOON}, {"currentTime": LATER}, SAME_16, "ignored", "S3", ()),
        ("Heartbeat", {"currentTime": NOON}, {"currentTime": EVENING}, SAME_16, "mismatched", "S2",
         ("currentTime",)),
        ("Heartbeat", {"currentTime": NOON}, {"currentTime": "noon"}, SAME_16, "mismatched", "S2",
         ("currentTime",)),
        ("StartTransaction", STARTED, STARTED | {"transactionId": 7}, SAME_16, "ignored", "S3", ()),
        ("StartTransaction", STARTED, STARTED | {"transactionId": "7"}, SAME_16, "mismatched",
         "S0", ("transactionId",)),
        ("StartTransaction", STARTED, STARTED | {"transactionId": 0}, SAME_16, "mismatched", "S0",
         None),
        ("StopTransaction", {}, YES, SAME_16, "ignored", "S3", ()),
        ("StopTransaction", {}, NO, SAME_16, "mismatched", "S0", ("idTagInfo",)),
        ("TransactionEvent", {}, {"totalCost": 1.2}, SAME_201, "mismatched", "S0", ("totalCost",)),
        ("TransactionEvent", {"totalCost": 1.2}, {"totalCost": 1.20}, SAME_201, "matched", "S3",
         ()),
        ("TransactionEvent", {"totalCost": 1.2}, {}, TO_OLD, "ignored", "S3", ()),
        ("BootNotification", BOOTED, BOOTED | {"interval": 600}, SAME_16, "ignored", "S3", ()),
        ("BootNotification", BOOTED, BOOTED | {"interval": 5}, SAME_16, "mismatched", "S2", None),
        ("BootNotification", BOOTED, BOOTED | {"status": "Pending"}, SAME_16, "mismatched", "S1",
         ("status",)),
        ("StatusNotification", {}, {"odd": 1}, SAME_16, "mismatched", "S2", ("odd",)),
        ("StatusNotification", {}, {"customData": {"vendorId": "X"}}, SAME_201, "ignored", "S3",
         ()),
        ("DataTransfer", {"status": "Accepted"}, {"status": "Rejected"}, SAME_16, "mismatched",
         "S1", ("status",)),
        ("StatusNotification", {}, [], SAME_16, "not_comparable", "S2", None),
    ],
)  # fmt: skip
def test_two_answers_are_held_against_each_other_by_what_they_decide(
    action: str,
    primary: Any,
    shadow: Any,
    setting: Setting,
    verdict: str,
    severity: str,
    paths: Any,
) -> None:
    outcome = compared(action, answer(primary), answer(shadow), setting)
    assert (outcome.verdict, outcome.severity) == (verdict, severity)
    assert paths is None or outcome.paths == paths
    turned = Setting(setting.version, setting.shadow, setting.primary)
    assert compared(action, answer(shadow), answer(primary), turned).verdict == verdict


def test_clocks_are_compared_by_the_moment_at_which_they_were_told() -> None:
    early, late = answer({"currentTime": NOON}, 0.0), answer({"currentTime": EVENING}, 6 * 3600.0)
    assert compared("Heartbeat", early, late, SAME_16).verdict == "ignored"


def test_a_worse_difference_beside_an_explained_one_counts() -> None:
    one = {"idTagInfo": {"status": "Accepted", "expiryDate": NOON}, "transactionId": 1}
    other = {"idTagInfo": {"status": "Invalid", "expiryDate": EVENING}, "transactionId": 9}
    outcome = compared("StartTransaction", answer(one), answer(other), SAME_16)
    assert outcome == ("mismatched", "S0", ("idTagInfo.status",), ("expiry", "transaction_id"))


def error(code: str, description: str = "") -> Answer:
    return Answer(CallError("1", code, description), 0.0)


def test_an_error_is_another_decision_unless_both_made_the_same() -> None:
    broken, other = error("InternalError"), error("NotSupported")
    assert compared("Heartbeat", broken, broken, SAME_16).verdict == "matched"
    assert compared("Heartbeat", broken, other, SAME_16)[:3] == ("mismatched", "S2", ("code",))
    spelled = error("FormationViolation"), error("FormatViolation")
    assert compared("Heartbeat", *spelled, SAME_16).verdict == "matched"
    assert compared("Authorize", answer({}), broken, SAME_16)[:2] == ("shadow_error", "S0")
    assert compared("Heartbeat", answer({}), broken, SAME_16)[:2] == ("shadow_error", "S2")
    assert compared("Authorize", broken, answer({}), SAME_16)[:2] == ("mismatched", "S0")
    silent = error("InternalError", "no answer to Heartbeat")
    assert compared("Heartbeat", silent, answer({}), SAME_16).verdict == "not_comparable"


def test_every_rule_has_its_reason_and_one_name() -> None:
    rules = {rule for each in RULES.values() for rule in each}
    assert all(rule.reason for rule in rules)
    assert len({rule.name for rule in rules}) == len({(rule.name, rule.reason) for rule in rules})
    assert set(SEVERITIES.values()) == {"S0", "S1", "S2", "S3"}
