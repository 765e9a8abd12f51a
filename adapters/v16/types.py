"""Datatypes and enumerations that several profiles of OCPP 1.6 share (section 7)."""

from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias

from adapters.payload import DateTime, Payload, String20, bounded


class Payload16(Payload, frozen=True):
    """A JSON object of OCPP 1.6, the security extension included."""

    version: ClassVar[Literal["1.6"]] = "1.6"


AuthorizationStatus: TypeAlias = Literal[
    "Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"
]
ChargingProfileKind: TypeAlias = Literal["Absolute", "Recurring", "Relative"]
ChargingProfilePurpose: TypeAlias = Literal[
    "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"
]
ChargingRateUnit: TypeAlias = Literal["A", "W"]
# The common pair of answers; the standard has a type of its own for each message.
GenericStatus: TypeAlias = Literal["Accepted", "Rejected"]
Location: TypeAlias = Literal["Body", "Cable", "EV", "Inlet", "Outlet"]
Measurand: TypeAlias = Literal[
    "Current.Export",
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval",
    "Energy.Active.Import.Interval",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "RPM",
    "SoC",
    "Temperature",
    "Voltage",
]
Phase: TypeAlias = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
ReadingContext: TypeAlias = Literal[
    "Interruption.Begin",
    "Interruption.End",
    "Other",
    "Sample.Clock",
    "Sample.Periodic",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
]
RecurrencyKind: TypeAlias = Literal["Daily", "Weekly"]
TriggerMessageStatus: TypeAlias = Literal["Accepted", "Rejected", "NotImplemented"]
# Both spellings of Celsius are in the schemas, and in the field.
# "Hertz" is in the schema of MeterValues, not in that of StopTransaction: we read it in both.
UnitOfMeasure: TypeAlias = Literal[
    "Wh",
    "kWh",
    "varh",
    "kvarh",
    "W",
    "kW",
    "VA",
    "kVA",
    "var",
    "kvar",
    "A",
    "V",
    "K",
    "Celcius",
    "Celsius",
    "Fahrenheit",
    "Percent",
    "Hertz",
]
ValueFormat: TypeAlias = Literal["Raw", "SignedData"]


class IdTagInfo(Payload16, frozen=True):
    """What the CSMS thinks of an id tag (section 7.27)."""

    status: AuthorizationStatus
    expiry_date: DateTime | None = None
    parent_id_tag: String20 | None = None


class SampledValue(Payload16, frozen=True):
    """One reading; the value is text, since it may be signed data (section 7.43)."""

    value: str
    context: ReadingContext | None = None
    format: ValueFormat | None = None
    measurand: Measurand | None = None
    phase: Phase | None = None
    location: Location | None = None
    unit: UnitOfMeasure | None = None


class MeterValue(Payload16, frozen=True):
    """Readings of one moment (section 7.33).

    The schema of StopTransaction lets the list be empty, that of MeterValues does not. A stop must
    not be lost over it, so the type allows it in both.
    """

    timestamp: DateTime
    sampled_value: list[SampledValue]


class ChargingSchedulePeriod(Payload16, frozen=True):
    """A limit in amperes or watts, from so many seconds into the schedule on (section 7.14)."""

    start_period: int
    limit: Decimal
    number_phases: int | None = None

    def __post_init__(self) -> None:
        bounded(self.limit)


class ChargingSchedule(Payload16, frozen=True):
    """Limits over time (section 7.13)."""

    charging_rate_unit: ChargingRateUnit
    charging_schedule_period: list[ChargingSchedulePeriod]
    duration: int | None = None
    start_schedule: DateTime | None = None
    min_charging_rate: Decimal | None = None

    def __post_init__(self) -> None:
        bounded(self.min_charging_rate)


class ChargingProfile(Payload16, frozen=True):
    """A schedule, when it holds and what it outranks (section 7.8)."""

    charging_profile_id: int
    stack_level: int
    charging_profile_purpose: ChargingProfilePurpose
    charging_profile_kind: ChargingProfileKind
    charging_schedule: ChargingSchedule
    transaction_id: int | None = None
    recurrency_kind: RecurrencyKind | None = None
    valid_from: DateTime | None = None
    valid_to: DateTime | None = None
