"""No action and no value of either version is without its row, and each row speaks the other."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from adapters import v16, v201
from adapters.frame import Version
from adapters.translation import (
    endings,
    entries,
    faults,
    metering,
    profiles,
    status,
    stops,
    tokens,
    triggers,
)
from adapters.translation.conversation import Untranslatable
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.records import Connector
from gateway.testing import Bench
from tests import schema_oracle
from tests.schema_oracle import chance, encode, enum, schemas

ACTIONS = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
PAIRING = {("station", "1.6"): "A", ("csms", "2.0.1"): "A"}
WHO = {"station": "charger", "csms": "backend"}
SENDERS: list[tuple[str, Version]] = [
    (side, version) for side in ("station", "csms") for version in ("1.6", "2.0.1")
]  # type: ignore[misc]
LOCAL = [
    pytest.param(side, version, action, id=f"{side}-{version}-{action}")
    for side, version in SENDERS
    for action, entry in entries(side, version).items()
    if isinstance(entry, Untranslatable)
]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_the_message_table_is_that_of_the_published_schemas(version: str) -> None:
    requests = {name for name in schemas(version) if name.endswith("Request")}
    published = {name.removesuffix("Request") for name in requests}
    assert set(ACTIONS[version]) == published


@pytest.mark.parametrize(("side", "version"), SENDERS)
def test_whatever_a_side_may_say_is_translated_or_declared_untranslatable(
    side: str, version: Version
) -> None:
    allowed = {name for name, action in ACTIONS[version].items() if action.sender in (side, "both")}
    assert set(entries(side, version)) == allowed


@pytest.mark.parametrize(("side", "version", "action"), LOCAL)
def test_what_is_answered_here_is_answered_as_its_schema_wants(
    side: str, version: str, action: str
) -> None:
    who, rng = WHO[side], Random(action)
    for _ in range(5):
        bench = Bench(PAIRING.get((side, version), "B"), {})
        request = chance(version, f"{action}Request", rng, {})
        said = bench.hear(who, [2, "1", action, request])
        assert [out["to"] for out in said] == [who], "it is answered at once, and nobody is asked"
        (answer,) = (out["frame"] for out in said)
        if answer[0] == 4:
            assert answer[:3] == [4, "1", "NotSupported"]
        else:
            assert answer[:2] == [3, "1"]
            assert not schema_oracle.faults(version, f"{action}Response", encode(answer[2]))


def of(version: str, message: str, *path: str) -> frozenset[str | None]:
    return frozenset(enum(version, message, *path))


STATUS_16 = of("1.6", "StatusNotificationRequest", "status")
STATUS_201 = of("2.0.1", "StatusNotificationRequest", "connectorStatus")
ERRORS = of("1.6", "StatusNotificationRequest", "errorCode") - {"NoError"}
AUTHORIZATION_16 = of("1.6", "AuthorizeResponse", "idTagInfo", "status")
AUTHORIZATION_201 = of("2.0.1", "AuthorizeResponse", "idTokenInfo", "status")
REASON_16 = of("1.6", "StopTransactionRequest", "reason")
EVENT = "TransactionEventRequest"
REASON_201 = of("2.0.1", EVENT, "transactionInfo", "stoppedReason")
TRIGGER_REASON = of("2.0.1", EVENT, "triggerReason")
STATE = of("2.0.1", EVENT, "transactionInfo", "chargingState")
PURPOSE_16 = of("1.6", "SetChargingProfileRequest", "csChargingProfiles", "chargingProfilePurpose")
PURPOSE_201 = of("2.0.1", "SetChargingProfileRequest", "chargingProfile", "chargingProfilePurpose")
SAMPLE = ("meterValue", "sampledValue", "measurand")
MEASURANDS_16 = of("1.6", "MeterValuesRequest", *SAMPLE)
MEASURANDS_201 = of("2.0.1", "MeterValuesRequest", *SAMPLE)
TRIGGERS_201 = of("2.0.1", "TriggerMessageRequest", "requestedMessage")
TRIGGERS_16 = of("1.6", "TriggerMessageRequest", "requestedMessage")
EXTENDED_16 = of("1.6", "ExtendedTriggerMessageRequest", "requestedMessage")


@pytest.mark.parametrize(
    ("table", "keys", "values"),
    [
        pytest.param(status.TO_201, STATUS_16, STATUS_201, id="connector status"),
        pytest.param(tokens.STATUS_TO_201, AUTHORIZATION_16, AUTHORIZATION_201, id="idTag status"),
        pytest.param(tokens.STATUS_TO_16, AUTHORIZATION_201, AUTHORIZATION_16, id="token status"),
        pytest.param(endings.REASONS, REASON_201 | {None}, REASON_16, id="stop reason"),
        pytest.param(profiles.PURPOSES, PURPOSE_16, PURPOSE_201, id="profile purpose"),
    ],
)
def test_every_value_has_a_row_and_every_row_says_a_value_of_the_other_version(
    table: dict[Any, Any], keys: frozenset[str | None], values: frozenset[str]
) -> None:
    assert set(table) == keys
    assert set(table.values()) <= values


def test_every_reason_of_16_has_its_cause_in_201() -> None:
    assert set(stops.CAUSES) == REASON_16 | {None}
    for cause in stops.CAUSES.values():
        assert cause.trigger_reason in TRIGGER_REASON
        assert cause.stopped_reason in REASON_201
        assert cause.charging_state in STATE


def test_a_stop_that_both_versions_can_name_keeps_its_name() -> None:
    common = (REASON_16 & REASON_201) - {"Other"}
    assert {stops.CAUSES[reason].stopped_reason for reason in common} == common  # type: ignore[index]
    assert {endings.REASONS[reason] for reason in common} == common  # type: ignore[index]


def test_every_error_code_has_a_component_and_comes_back_exact() -> None:
    assert set(faults.COMPONENTS) == ERRORS
    assert set(faults.BY_COMPONENT.values()) <= ERRORS
    for code, (component, variable) in faults.COMPONENTS.items():
        event = v201.EventData(
            event_id=1,
            timestamp="2025-03-01T10:00:00Z",
            trigger="Alerting",
            actual_value="true",
            component=v201.Component(name=component),
            event_notification_type="HardWiredNotification",
            variable=v201.Variable(name=variable),
            tech_code=code,
        )
        connector, memory = Connector(1), Memory("CS-1", Options(), {})
        assert faults.is_fault(event), "what one side says, the other must hear"
        assert faults.heard_event(event, connector, memory)
        assert faults.error_code(connector, is_faulted=False) == code


def test_every_measurand_has_a_unit_or_is_declared_untranslatable() -> None:
    assert set(metering.NATURAL_UNITS) | metering.ONLY_16 == MEASURANDS_16
    assert set(metering.NATURAL_UNITS) | metering.ONLY_201 == MEASURANDS_201


def test_no_charging_state_is_taken_from_a_status_that_tells_none() -> None:
    assert set(status.CHARGING_STATE) == {
        *("Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted")
    }
    assert set(status.CHARGING_STATE.values()) <= STATE


@pytest.mark.parametrize("requested", sorted(map(str, TRIGGERS_201)))
def test_every_trigger_of_201_is_asked_in_16_or_declined(requested: str) -> None:
    (out,) = Bench("A", {}).hear(
        "backend", [2, "1", "TriggerMessage", {"requestedMessage": requested}]
    )
    known = {*triggers.PLAIN, *triggers.EXTENDED, "SignV2GCertificate"}
    if out["to"] == "charger":
        assert requested in known
        return
    declined = "Rejected" if requested == "TransactionEvent" else "NotImplemented"
    assert requested not in known
    assert out["frame"][2]["status"] == declined


@pytest.mark.parametrize(
    ("action", "requested"),
    [("TriggerMessage", each) for each in sorted(map(str, TRIGGERS_16))]
    + [("ExtendedTriggerMessage", each) for each in sorted(map(str, EXTENDED_16))],
)
def test_every_trigger_of_16_is_asked_in_201_or_done_here(action: str, requested: str) -> None:
    said = Bench("B", {}).hear("backend", [2, "1", action, {"requestedMessage": requested}])
    if requested == "BootNotification":  # an accepted station refuses it, so it is told from here
        assert [out["frame"][2] for out in said] == [{"status": "Rejected"}], (
            "no boot was heard yet"
        )
        return
    (out,) = said
    assert out["to"] == "charger"
    assert out["frame"][3]["requestedMessage"] in TRIGGERS_201


def test_a_profile_that_16_cannot_say_is_refused_for_a_reason_of_the_standards_list() -> None:
    period = v201.ChargingSchedulePeriod(start_period=0, limit=Decimal(16))
    schedule = v201.ChargingSchedule(
        id=1, charging_rate_unit="A", charging_schedule_period=[period]
    )
    profile = v201.ChargingProfile(
        id=1, stack_level=0, charging_profile_purpose="ChargingStationExternalConstraints",
        charging_profile_kind="Absolute", charging_schedule=[schedule],
    )  # fmt: skip
    assert profiles.inexpressible(profile) == "InvalidProfile"
