"""Functional block K of OCPP 2.0.1, Smart Charging; the profile itself is in types."""

from typing import Literal, TypeAlias

import msgspec

from adapters.payload import DateTime, OneOrMore, OneToFour, Percentage
from adapters.v201.types import (
    ChargingProfile,
    ChargingProfilePurpose,
    ChargingRateUnit,
    ChargingSchedule,
    ChargingSchedulePeriod,
    GenericStatus,
    Payload201,
    StatusInfo,
)

ChargingLimitSource: TypeAlias = Literal["EMS", "Other", "SO", "CSO"]
ChargingProfileStatus: TypeAlias = Literal["Accepted", "Rejected"]
ClearChargingProfileStatus: TypeAlias = Literal["Accepted", "Unknown"]
EnergyTransferMode: TypeAlias = Literal["DC", "AC_single_phase", "AC_two_phase", "AC_three_phase"]
GetChargingProfileStatus: TypeAlias = Literal["Accepted", "NoProfiles"]
NotifyEVChargingNeedsStatus: TypeAlias = Literal["Accepted", "Rejected", "Processing"]


class SetChargingProfileRequest(Payload201, frozen=True):
    """The CSMS limits an EVSE, or with 0 the station, over time (K01)."""

    evse_id: int
    charging_profile: ChargingProfile


class SetChargingProfileResponse(Payload201, frozen=True):
    """Whether the station will keep to the profile."""

    status: ChargingProfileStatus
    status_info: StatusInfo | None = None


class ClearChargingProfile(Payload201, frozen=True):
    """Which charging profiles to clear."""

    evse_id: int | None = None
    charging_profile_purpose: ChargingProfilePurpose | None = None
    stack_level: int | None = None


class ClearChargingProfileRequest(Payload201, frozen=True):
    """The CSMS removes a profile by id, or those that match (K10)."""

    charging_profile_id: int | None = None
    charging_profile_criteria: ClearChargingProfile | None = None


class ClearChargingProfileResponse(Payload201, frozen=True):
    """Unknown: no profile matched."""

    status: ClearChargingProfileStatus
    status_info: StatusInfo | None = None


class ChargingProfileCriterion(Payload201, frozen=True):
    """Which charging profiles to report."""

    charging_profile_purpose: ChargingProfilePurpose | None = None
    stack_level: int | None = None
    charging_profile_id: OneOrMore[int] | None = None
    charging_limit_source: OneToFour[ChargingLimitSource] | None = None


class GetChargingProfilesRequest(Payload201, frozen=True):
    """The CSMS asks for the profiles that the station holds (K09)."""

    request_id: int
    charging_profile: ChargingProfileCriterion
    evse_id: int | None = None


class GetChargingProfilesResponse(Payload201, frozen=True):
    """Whether ReportChargingProfiles will bring them."""

    status: GetChargingProfileStatus
    status_info: StatusInfo | None = None


class ReportChargingProfilesRequest(Payload201, frozen=True):
    """The station sends profiles it holds; tbc says that more follow (K09)."""

    request_id: int
    charging_limit_source: ChargingLimitSource
    charging_profile: OneOrMore[ChargingProfile]
    evse_id: int
    tbc: bool | None = None


class ReportChargingProfilesResponse(Payload201, frozen=True):
    """The profiles arrived."""


class GetCompositeScheduleRequest(Payload201, frozen=True):
    """The CSMS asks what limits will hold for so many seconds (K08)."""

    duration: int
    evse_id: int
    charging_rate_unit: ChargingRateUnit | None = None


class CompositeSchedule(Payload201, frozen=True):
    """The limits that follow from all profiles together."""

    charging_schedule_period: OneOrMore[ChargingSchedulePeriod]
    evse_id: int
    duration: int
    schedule_start: DateTime
    charging_rate_unit: ChargingRateUnit


class GetCompositeScheduleResponse(Payload201, frozen=True):
    """The limits that follow from all profiles together."""

    status: GenericStatus
    status_info: StatusInfo | None = None
    schedule: CompositeSchedule | None = None


class ChargingLimit(Payload201, frozen=True):
    """A limit from outside: who set it, and whether the grid depends on it."""

    charging_limit_source: ChargingLimitSource
    is_grid_critical: bool | None = None


class NotifyChargingLimitRequest(Payload201, frozen=True):
    """The station says that someone else limits it (K12, K13)."""

    charging_limit: ChargingLimit
    charging_schedule: OneOrMore[ChargingSchedule] | None = None
    evse_id: int | None = None


class NotifyChargingLimitResponse(Payload201, frozen=True):
    """The limit arrived."""


class ClearedChargingLimitRequest(Payload201, frozen=True):
    """The station says that a limit from outside is gone (K13)."""

    charging_limit_source: ChargingLimitSource
    evse_id: int | None = None


class ClearedChargingLimitResponse(Payload201, frozen=True):
    """The news arrived."""


class ACChargingParameters(Payload201, frozen=True):
    """What a vehicle needs on alternating current: Wh, A and V."""

    energy_amount: int
    ev_min_current: int
    ev_max_current: int
    ev_max_voltage: int


class DCChargingParameters(Payload201, frozen=True):
    """What a vehicle needs on direct current: A, V, Wh, W and per cent."""

    ev_max_current: int
    ev_max_voltage: int
    energy_amount: int | None = None
    ev_max_power: int | None = None
    state_of_charge: Percentage | None = None
    ev_energy_capacity: int | None = None
    full_soc: Percentage | None = msgspec.field(default=None, name="fullSoC")
    bulk_soc: Percentage | None = msgspec.field(default=None, name="bulkSoC")


class ChargingNeeds(Payload201, frozen=True):
    """What a vehicle asks for by ISO 15118."""

    requested_energy_transfer: EnergyTransferMode
    ac_charging_parameters: ACChargingParameters | None = None
    dc_charging_parameters: DCChargingParameters | None = None
    departure_time: DateTime | None = None


class NotifyEVChargingNeedsRequest(Payload201, frozen=True):
    """The station passes on what a vehicle asks for (K15)."""

    charging_needs: ChargingNeeds
    evse_id: int
    max_schedule_tuples: int | None = None


class NotifyEVChargingNeedsResponse(Payload201, frozen=True):
    """Whether the CSMS will make a profile for the vehicle."""

    status: NotifyEVChargingNeedsStatus
    status_info: StatusInfo | None = None


class NotifyEVChargingScheduleRequest(Payload201, frozen=True):
    """The station passes on how the vehicle means to charge (K15)."""

    time_base: DateTime
    charging_schedule: ChargingSchedule
    evse_id: int


class NotifyEVChargingScheduleResponse(Payload201, frozen=True):
    """Whether the CSMS could read it; no approval is meant."""

    status: GenericStatus
    status_info: StatusInfo | None = None
