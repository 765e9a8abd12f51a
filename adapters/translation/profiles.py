"""Charging profiles, both ways; never a limit above the one that was asked for (section 14.1)."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from adapters import v16, v201
from adapters.translation.memory import Memory
from adapters.translation.scalars import utc

TENTH = Decimal("0.1")  # 1.6 limits have one decimal
WIDE = Context(prec=100)  # wider than any number that a payload may hold
PURPOSES: dict[v16.ChargingProfilePurpose, v201.ChargingProfilePurpose] = {
    "ChargePointMaxProfile": "ChargingStationMaxProfile",
    "TxDefaultProfile": "TxDefaultProfile",
    "TxProfile": "TxProfile",
}
PURPOSES_16 = {theirs: ours for ours, theirs in PURPOSES.items()}
# How stations list the units that they take; the second form is against the standard, and common.
RATE_UNITS: dict[str, v201.ChargingRateUnit] = {"current": "A", "power": "W", "a": "A", "w": "W"}


def unfit_for_start(profile: v201.ChargingProfile, memory: Memory) -> str | None:
    """Why a profile cannot go with a remote start to a 1.6 station, as a reason code."""
    if profile.charging_profile_purpose != "TxProfile" or profile.transaction_id is not None:
        return "InvalidProfile"
    return unfit(profile, memory)


def unfit(profile: v201.ChargingProfile, memory: Memory) -> str | None:
    """Why this 1.6 station cannot be told a profile, as a reason code; None if it can."""
    return inexpressible(profile) or _beyond(profile.charging_schedule[0], memory)


def inexpressible(profile: v201.ChargingProfile) -> str | None:
    """Why 1.6 cannot say this profile, as a reason code; None if it can."""
    if profile.charging_profile_purpose not in PURPOSES_16:
        return "InvalidProfile"
    if len(profile.charging_schedule) != 1:
        return "TooManyElements"
    periods = profile.charging_schedule[0].charging_schedule_period
    return "UnsupportedParam" if any(p.phase_to_use is not None for p in periods) else None


def _beyond(schedule: v201.ChargingSchedule, memory: Memory) -> str | None:
    """Which known limit of the station a schedule breaks, as a reason code."""
    known = memory.station.configuration
    words = known.get("ChargingScheduleAllowedChargingRateUnit", "").split(",")
    allowed = {RATE_UNITS.get(word.strip().casefold()) for word in words} - {None}
    if allowed and schedule.charging_rate_unit not in allowed:
        return "UnsupportedRateUnit"
    most, periods = known.get("ChargingScheduleMaxPeriods", ""), schedule.charging_schedule_period
    return "InvalidSchedule" if most.isdecimal() and len(periods) > int(most) else None


def tenth(value: Decimal, rounding: str, memory: Memory, field: str) -> Decimal:
    """A number as 1.6 can say it, rounded to the safe side."""
    rounded = value.quantize(TENTH, rounding, WIDE)
    if rounded != value:
        memory.lose("limit_rounded", field)
    return rounded


def is_supported(memory: Memory) -> bool:
    """Whether the station may have smart charging, as far as is known."""
    features = memory.station.configuration.get("SupportedFeatureProfiles")
    return features is None or "SmartCharging" in features


def to_16(profile: v201.ChargingProfile, tx16: int | None, memory: Memory) -> v16.ChargingProfile:
    """A profile that is not `inexpressible`, for 1.6."""
    schedule = profile.charging_schedule[0]
    if schedule.sales_tariff is not None:
        memory.lose("salesTariff", "salesTariff")
    if profile.transaction_id is not None and tx16 is None:
        memory.lose("profile_field", "transactionId")
    rate = schedule.min_charging_rate
    if rate is not None:
        rate = tenth(rate, ROUND_CEILING, memory, "minChargingRate")
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
            charging_schedule_period=periods_16(schedule.charging_schedule_period, memory),
            min_charging_rate=rate,
        ),
    )


def periods_16(
    periods: list[v201.ChargingSchedulePeriod], memory: Memory
) -> list[v16.ChargingSchedulePeriod]:
    """The periods of a schedule for 1.6, with limits that are never higher than they were."""
    return [
        v16.ChargingSchedulePeriod(
            start_period=period.start_period,
            limit=tenth(period.limit, ROUND_FLOOR, memory, "limit"),
            number_phases=period.number_phases,
        )
        for period in periods
    ]


def periods_201(periods: list[v16.ChargingSchedulePeriod]) -> list[v201.ChargingSchedulePeriod]:
    """The periods of a schedule for 2.0.1, exactly."""
    return [
        v201.ChargingSchedulePeriod(
            start_period=period.start_period,
            limit=period.limit,
            number_phases=period.number_phases,
        )
        for period in periods
    ]


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
                charging_schedule_period=periods_201(schedule.charging_schedule_period),
            )
        ],
    )
