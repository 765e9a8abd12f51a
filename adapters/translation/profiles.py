"""Charging profiles, both ways; never a limit above the one that was asked for (section 14.1)."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

from adapters import v16, v201
from adapters.translation.memory import Memory
from adapters.translation.scalars import utc

TENTH = Decimal("0.1")  # 1.6 limits have one decimal
PURPOSES: dict[v16.ChargingProfilePurpose, v201.ChargingProfilePurpose] = {
    "ChargePointMaxProfile": "ChargingStationMaxProfile",
    "TxDefaultProfile": "TxDefaultProfile",
    "TxProfile": "TxProfile",
}
PURPOSES_16 = {theirs: ours for ours, theirs in PURPOSES.items()}


def unfit_for_start(profile: v201.ChargingProfile) -> str | None:
    """Why a profile cannot go with a remote start to a 1.6 station, as a reason code."""
    if profile.charging_profile_purpose != "TxProfile" or profile.transaction_id is not None:
        return "InvalidProfile"
    return inexpressible(profile)


def inexpressible(profile: v201.ChargingProfile) -> str | None:
    """Why 1.6 cannot say this profile, as a reason code; None if it can."""
    if profile.charging_profile_purpose not in PURPOSES_16:
        return "InvalidProfile"
    if len(profile.charging_schedule) != 1:
        return "TooManyElements"
    periods = profile.charging_schedule[0].charging_schedule_period
    return "UnsupportedParam" if any(p.phase_to_use is not None for p in periods) else None


def is_supported(memory: Memory) -> bool:
    """Whether the station may have smart charging, as far as is known."""
    features = memory.station.configuration.get("SupportedFeatureProfiles")
    return features is None or "SmartCharging" in features


def to_16(profile: v201.ChargingProfile, tx16: int | None, memory: Memory) -> v16.ChargingProfile:
    """A profile that is not `inexpressible`, for 1.6."""
    schedule = profile.charging_schedule[0]
    if schedule.sales_tariff is not None:
        memory.lose("salesTariff", "salesTariff")
    periods = []
    for period in schedule.charging_schedule_period:
        limit = period.limit.quantize(TENTH, ROUND_DOWN)
        if limit != period.limit:
            memory.lose("limit_rounded", "limit")
        periods.append(
            v16.ChargingSchedulePeriod(
                start_period=period.start_period, limit=limit, number_phases=period.number_phases
            )
        )
    rate = schedule.min_charging_rate
    return v16.ChargingProfile(
        charging_profile_id=profile.id,
        transaction_id=tx16,
        stack_level=profile.stack_level,
        charging_profile_purpose=PURPOSES_16[profile.charging_profile_purpose],
        charging_profile_kind=profile.charging_profile_kind,
        recurrency_kind=profile.recurrency_kind,
        valid_from=utc(profile.valid_from) if profile.valid_from else None,
        valid_to=utc(profile.valid_to) if profile.valid_to else None,
        charging_schedule=v16.ChargingSchedule(
            duration=schedule.duration,
            start_schedule=utc(schedule.start_schedule) if schedule.start_schedule else None,
            charging_rate_unit=schedule.charging_rate_unit,
            charging_schedule_period=periods,
            min_charging_rate=None if rate is None else rate.quantize(TENTH, ROUND_UP),
        ),
    )


def to_201(profile: v16.ChargingProfile, tx20: str | None) -> v201.ChargingProfile:
    """A 1.6 profile for 2.0.1, exactly."""
    schedule = profile.charging_schedule
    return v201.ChargingProfile(
        id=profile.charging_profile_id,
        stack_level=profile.stack_level,
        charging_profile_purpose=PURPOSES[profile.charging_profile_purpose],
        charging_profile_kind=profile.charging_profile_kind,
        recurrency_kind=profile.recurrency_kind,
        valid_from=utc(profile.valid_from) if profile.valid_from else None,
        valid_to=utc(profile.valid_to) if profile.valid_to else None,
        transaction_id=tx20,
        charging_schedule=[
            v201.ChargingSchedule(
                id=profile.charging_profile_id,
                start_schedule=utc(schedule.start_schedule) if schedule.start_schedule else None,
                duration=schedule.duration,
                charging_rate_unit=schedule.charging_rate_unit,
                min_charging_rate=schedule.min_charging_rate,
                charging_schedule_period=[
                    v201.ChargingSchedulePeriod(
                        start_period=p.start_period, limit=p.limit, number_phases=p.number_phases
                    )
                    for p in schedule.charging_schedule_period
                ],
            )
        ],
    )
