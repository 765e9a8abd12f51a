"""Charging profiles: the tables are whole, there and back is the same, and nothing is raised."""

from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest

from adapters import v16, v201
from adapters.translation import installed, profiles
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.records import Transaction
from gateway.testing import Bench

NOON = 1740830400.0


def memory(**configuration: str) -> Memory:
    known = Memory("CS-1", Options(identifiers="counted"), {}, NOON)
    known.station.configuration = configuration
    return known


def schedule(number: int = 1, limit: str = "16", **more: Any) -> v201.ChargingSchedule:
    period = v201.ChargingSchedulePeriod(start_period=0, limit=Decimal(limit))
    return v201.ChargingSchedule(number, "A", [period], **more)


def profile(number: int = 5, stack: int = 0, **more: Any) -> v201.ChargingProfile:
    facts: dict[str, Any] = {
        "charging_profile_purpose": "TxDefaultProfile",
        "charging_profile_kind": "Absolute",
        "charging_schedule": [schedule(number)],
    }
    return v201.ChargingProfile(number, stack, **(facts | more))


# Tables


def test_every_purpose_of_16_has_its_word_in_201_and_back() -> None:
    assert set(profiles.PURPOSES) == set(get_args(v16.ChargingProfilePurpose))
    only_outside = set(get_args(v201.ChargingProfilePurpose)) - set(profiles.PURPOSES_16)
    assert only_outside == {"ChargingStationExternalConstraints"}


def test_the_enumerations_that_pass_verbatim_are_the_same() -> None:
    assert set(get_args(v16.ChargingProfileKind)) == set(get_args(v201.ChargingProfileKind))
    assert set(get_args(v16.ChargingRateUnit)) == set(get_args(v201.ChargingRateUnit))
    assert set(profiles.RATE_UNITS.values()) == set(get_args(v16.ChargingRateUnit))


@pytest.mark.parametrize("purpose", list(profiles.PURPOSES))
@pytest.mark.parametrize("kind", get_args(v16.ChargingProfileKind))
def test_a_profile_of_16_comes_back_as_it_was(purpose: Any, kind: Any) -> None:
    tx = (7, "TX-A") if purpose == "TxProfile" else (None, None)
    given = v16.ChargingProfile(
        charging_profile_id=3,
        stack_level=2,
        charging_profile_purpose=purpose,
        charging_profile_kind=kind,
        charging_schedule=v16.ChargingSchedule(
            "W",
            [v16.ChargingSchedulePeriod(0, Decimal("7400.5"), 1)],
            duration=60,
            start_schedule="2025-03-01T10:00:00Z",
            min_charging_rate=Decimal("0.1"),
        ),
        transaction_id=tx[0],
        recurrency_kind="Weekly" if kind == "Recurring" else None,
        valid_from="2025-03-01T10:00:00Z",
        valid_to="2025-04-01T10:00:00Z",
    )
    known = memory()
    there = profiles.to_201(given, tx[1])
    assert there.charging_schedule[0].id == 3
    assert profiles.unfit(there, known) is None
    assert profiles.to_16(there, tx[0], known) == given
    assert not known.losses


# What cannot be said


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"charging_profile_purpose": "ChargingStationExternalConstraints"}, "InvalidProfile"),
        ({"charging_schedule": [schedule(1), schedule(2)]}, "TooManyElements"),
        (
            {
                "charging_schedule": [
                    v201.ChargingSchedule(
                        1, "A", [v201.ChargingSchedulePeriod(0, Decimal(6), phase_to_use=1)]
                    )
                ]
            },
            "UnsupportedParam",
        ),
    ],
)
def test_what_16_cannot_say_is_refused_with_the_reason(wanted: Any, reason: str) -> None:
    assert profiles.unfit(profile(**wanted), memory()) == reason


@pytest.mark.parametrize(
    ("units", "reason"),
    [
        ("Current", None),
        ("Current,Power", None),
        ("A, W", None),
        ("Power", "UnsupportedRateUnit"),
        ("W", "UnsupportedRateUnit"),
        ("", None),
        ("Horses", None),  # nothing is known of it, so the station decides
    ],
)
def test_a_rate_unit_that_the_station_does_not_list_is_refused(
    units: str, reason: str | None
) -> None:
    known = memory(ChargingScheduleAllowedChargingRateUnit=units)
    assert profiles.unfit(profile(), known) == reason


@pytest.mark.parametrize(("most", "reason"), [("1", None), ("0", "InvalidSchedule"), ("?", None)])
def test_more_periods_than_the_station_takes_are_refused(most: str, reason: str | None) -> None:
    known = memory(ChargingScheduleMaxPeriods=most)
    assert profiles.unfit(profile(), known) == reason


@pytest.mark.parametrize(
    ("limit", "said"),
    [("6.97", "6.9"), ("6.9", "6.9"), ("0.09", "0"), ("-0.01", "-0.1"), ("1e39", "1e39")],
)
def test_a_limit_is_never_higher_than_it_was(limit: str, said: str) -> None:
    known = memory()
    given = profile(charging_schedule=[schedule(1, limit)])
    periods = profiles.to_16(given, None, known).charging_schedule.charging_schedule_period
    assert periods[0].limit == Decimal(said)
    assert bool(known.losses) == (Decimal(limit) != Decimal(said))


def test_a_least_rate_is_never_lower_than_it_was_and_a_tariff_is_dropped() -> None:
    known = memory()
    tariff = v201.SalesTariff(1, [v201.SalesTariffEntry(v201.RelativeTimeInterval(0))])
    given = schedule(1, "16", min_charging_rate=Decimal("6.01"), sales_tariff=tariff)
    said = profiles.to_16(profile(charging_schedule=[given]), None, known)
    assert said.charging_schedule.min_charging_rate == Decimal("6.1")
    assert {rule for rule, _ in known.losses} == {"limit_rounded", "salesTariff"}


# What the station holds


def kept(known: Memory, given: v201.ChargingProfile, connector: int = 1) -> None:
    installed.displace(given, connector, given.id, known)
    installed.keep(given, connector, {connector: given.id}, given.transaction_id or "", known)


def test_the_same_rank_on_a_connector_is_replaced_and_no_other() -> None:
    known = memory()
    kept(known, profile(1, stack=0))
    kept(known, profile(2, stack=1))
    kept(known, profile(3, stack=0), connector=2)
    kept(known, profile(4, stack=0, charging_profile_purpose="TxProfile", transaction_id="TX-A"))
    kept(known, profile(5, stack=0))
    assert sorted(known.profiles) == [2, 3, 4, 5]


def test_the_same_id_is_the_same_profile_wherever_it_goes() -> None:
    known = memory()
    kept(known, profile(1), connector=1)
    kept(known, profile(1, stack=9), connector=2)
    assert known.profiles[1].copies == {2: 1}
    assert known.profiles[1].said["stackLevel"] == 9


def test_what_was_taken_over_survives_a_restart_digit_by_digit() -> None:
    known = memory()
    given = profile(1, charging_schedule=[schedule(1, "6.970")])
    kept(known, given)
    stored = {key: value for key, value in known.take_changes().items() if value is not None}
    again = Memory("CS-1", Options(), stored, NOON)
    said = msgspec.convert(again.profiles[1].said, v201.ChargingProfile)
    assert said == given
    assert str(said.charging_schedule[0].charging_schedule_period[0].limit) == "6.970"
    assert again.profiles[1].copies == {1: 1}


def test_a_transaction_takes_its_own_profiles_with_it() -> None:
    known = memory()
    kept(known, profile(1))
    kept(known, profile(2, charging_profile_purpose="TxProfile", transaction_id="TX-A"))
    kept(known, profile(3, charging_profile_purpose="TxProfile", transaction_id="TX-B"), 2)
    installed.ended(Transaction("TX-A", "ENDED"), known)
    assert sorted(known.profiles) == [1, 3]
    assert known.take_changes()["profile:2"] is None


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        (v16.ClearChargingProfileRequest(), []),
        (v16.ClearChargingProfileRequest(id=1), [2, 3]),
        (v16.ClearChargingProfileRequest(id=9), [1, 2, 3]),
        (v16.ClearChargingProfileRequest(connector_id=1), [3]),
        (v16.ClearChargingProfileRequest(connector_id=1, stack_level=1), [1, 3]),
        (v16.ClearChargingProfileRequest(charging_profile_purpose="TxDefaultProfile"), [3]),
        (v16.ClearChargingProfileRequest(charging_profile_purpose="TxProfile"), [1, 2, 3]),
    ],
)
def test_what_a_clearing_matches_is_gone(
    request_: v16.ClearChargingProfileRequest, left: list[int]
) -> None:
    known = memory()
    kept(known, profile(1, stack=0))
    kept(known, profile(2, stack=1))
    station_wide = profile(3, charging_profile_purpose="ChargingStationMaxProfile")
    kept(known, station_wide, connector=0)
    installed.cleared(request_, known)
    assert sorted(known.profiles) == left


def test_a_remote_start_to_a_station_with_limits_that_do_not_fit_is_refused() -> None:
    state = {"config_cache": {"ChargingScheduleAllowedChargingRateUnit": "Power"}}
    asked = {
        "remoteStartId": 1,
        "evseId": 1,
        "idToken": {"idToken": "CARD-1", "type": "Central"},
        "chargingProfile": msgspec.json.decode(
            msgspec.json.encode(profile(charging_profile_purpose="TxProfile"))
        ),
    }
    period = asked["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"][0]
    period["limit"] = 16
    (answer,) = Bench("A", {}, state).hear("backend", [2, "1", "RequestStartTransaction", asked])
    assert answer["frame"][2] == {
        "status": "Rejected",
        "statusInfo": {"reasonCode": "UnsupportedRateUnit"},
    }


def test_an_evse_with_a_number_below_zero_is_none() -> None:
    asked = {"evseId": -1, "duration": 60}
    (answer,) = Bench("A", {}).hear("backend", [2, "1", "GetCompositeSchedule", asked])
    assert answer["frame"][2] == {"status": "Rejected"}
