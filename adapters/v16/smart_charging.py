"""The Smart Charging profile of OCPP 1.6; the charging profile itself is in types."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime
from adapters.v16.types import (
    ChargingProfile,
    ChargingProfilePurpose,
    ChargingRateUnit,
    ChargingSchedule,
    GenericStatus,
    Payload16,
)

ChargingProfileStatus: TypeAlias = Literal["Accepted", "Rejected", "NotSupported"]
ClearChargingProfileStatus: TypeAlias = Literal["Accepted", "Unknown"]


class ClearChargingProfileRequest(Payload16, frozen=True):
    """The CSMS removes the profiles that match all it names (section 5.5)."""

    id: int | None = None
    connector_id: int | None = None
    charging_profile_purpose: ChargingProfilePurpose | None = None
    stack_level: int | None = None


class ClearChargingProfileResponse(Payload16, frozen=True):
    """Unknown: no profile matched."""

    status: ClearChargingProfileStatus


class GetCompositeScheduleRequest(Payload16, frozen=True):
    """The CSMS asks what limits will hold for so many seconds (section 5.7)."""

    connector_id: int
    duration: int
    charging_rate_unit: ChargingRateUnit | None = None


class GetCompositeScheduleResponse(Payload16, frozen=True):
    """The limits that follow from all profiles together."""

    status: GenericStatus
    connector_id: int | None = None
    schedule_start: DateTime | None = None
    charging_schedule: ChargingSchedule | None = None


class SetChargingProfileRequest(Payload16, frozen=True):
    """The CSMS limits a connector, or with 0 the station, over time (section 5.16)."""

    connector_id: int
    cs_charging_profiles: ChargingProfile


class SetChargingProfileResponse(Payload16, frozen=True):
    """Whether the station will keep to the profile."""

    status: ChargingProfileStatus
