"""Why a transaction ended: every reason of either version, and what was asked for (3.3, 3.4)."""

from typing import get_args

import pytest

from adapters import v16, v201
from adapters.translation import endings, events, stops
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.records import Transaction
from adapters.translation.scalars import seconds

NOW = seconds("2025-03-01T10:00:00Z")
REASONS_16: list[v16.StopReason | None] = [None, *get_args(v16.StopReason)]
REASONS_201: list[v201.Reason | None] = [None, *get_args(v201.Reason)]
OPEN_TO_A_CAUSE = {None, "Remote", "Other"}


def memory() -> Memory:
    return Memory("CS-1", Options(), {}, NOW)


def running() -> Transaction:
    return Transaction("t-1", "OPEN", 1)


def ended(stopped: v201.Reason | None, trigger: v201.TriggerReason) -> v201.TransactionEventRequest:
    return v201.TransactionEventRequest(
        event_type="Ended",
        timestamp="2025-03-01T10:00:00Z",
        trigger_reason=trigger,
        seq_no=3,
        transaction_info=v201.Transaction("t-1", stopped_reason=stopped),
    )


@pytest.mark.parametrize("reason", REASONS_16)
def test_what_was_asked_for_explains_only_the_reasons_that_say_little(
    reason: v16.StopReason | None,
) -> None:
    known, tx = memory(), running()
    events.expect_stop(tx, "Deauthorized", "DeAuthorized", known)
    plain = stops.CAUSES[reason]
    expected = plain
    if reason in OPEN_TO_A_CAUSE:
        expected = stops.Cause("Deauthorized", "DeAuthorized", plain.charging_state)
    known.now += 120
    assert stops.cause_of(reason, tx, known) == expected
    known.now += 1
    assert stops.cause_of(reason, tx, known) == plain, "two minutes are over"
    assert stops.cause_of(reason, None, known) == plain


@pytest.mark.parametrize("stopped", REASONS_201)
def test_a_connector_that_is_unlocked_is_why_whatever_else_is_said(
    stopped: v201.Reason | None,
) -> None:
    known, tx = memory(), running()
    assert endings.reason16(ended(stopped, "UnlockCommand"), tx, known) == "UnlockCommand"
    events.expect_stop(tx, "UnlockCommand", "UnlockCommand", known)
    assert endings.reason16(ended(stopped, "RemoteStop"), tx, known) == "UnlockCommand"


@pytest.mark.parametrize("stopped", REASONS_201)
def test_the_end_of_the_authorization_explains_that_the_cable_was_pulled(
    stopped: v201.Reason | None,
) -> None:
    known, tx = memory(), running()
    tx.stop_cause = "Remote"
    expected = "Remote" if stopped in (None, "EVDisconnected") else endings.REASONS[stopped]
    assert endings.reason16(ended(stopped, "EVCommunicationLost"), tx, known) == expected


@pytest.mark.parametrize(
    ("asked", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset"), ("", "HardReset")]
)
def test_a_reset_is_called_as_the_csms_called_it(asked: str, reason: str) -> None:
    known = memory()
    known.station.pending_reset = asked
    assert endings.reason16(ended("ImmediateReset", "ResetCommand"), running(), known) == reason


@pytest.mark.parametrize("stopped", REASONS_201)
def test_a_reason_that_16_calls_other_is_named_in_the_status_that_follows(
    stopped: v201.Reason | None,
) -> None:
    lost = endings.REASONS[stopped] == "Other" and stopped != "Other"
    remark = endings.remark(ended(stopped, "AbnormalCondition"))
    assert remark == (f"stoppedReason={stopped}" if lost else None)
