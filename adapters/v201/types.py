"""Datatypes and enumerations that several functional blocks of OCPP 2.0.1 share."""

from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeAlias

import msgspec

from adapters.payload import (
    POWERS,
    DateTime,
    NonNegative,
    OneOrMore,
    OneTo1024,
    OneToThree,
    Payload,
    String8,
    String20,
    String32,
    String36,
    String40,
    String50,
    String128,
    String512,
    String2500,
    bounded,
)

# {"vendorId": ..., and what the vendor likes}: a dict, so that nothing of it is lost.
CustomData: TypeAlias = dict[str, Any]


class Payload201(Payload, frozen=True, kw_only=True):
    """A JSON object of OCPP 2.0.1: every one of them may carry customData."""

    version: ClassVar[Literal["2.0.1"]] = "2.0.1"

    custom_data: CustomData | None = None


AuthorizationStatus: TypeAlias = Literal[
    "Accepted",
    "Blocked",
    "ConcurrentTx",
    "Expired",
    "Invalid",
    "NoCredit",
    "NotAllowedTypeEVSE",
    "NotAtThisLocation",
    "NotAtThisTime",
    "Unknown",
]
ChargingProfileKind: TypeAlias = Literal["Absolute", "Recurring", "Relative"]
ChargingProfilePurpose: TypeAlias = Literal[
    "ChargingStationExternalConstraints",
    "ChargingStationMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
]
ChargingRateUnit: TypeAlias = Literal["W", "A"]
CostKind: TypeAlias = Literal[
    "CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"
]
GenericDeviceModelStatus: TypeAlias = Literal[
    "Accepted", "Rejected", "NotSupported", "EmptyResultSet"
]
GenericStatus: TypeAlias = Literal["Accepted", "Rejected"]
HashAlgorithm: TypeAlias = Literal["SHA256", "SHA384", "SHA512"]
# The standard's IdTokenEnumType; IdToken is the struct.
IdTokenKind: TypeAlias = Literal[
    "Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress", "NoAuthorization"
]
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
    "Energy.Active.Net",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Net",
    "Energy.Apparent.Net",
    "Energy.Apparent.Import",
    "Energy.Apparent.Export",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "SoC",
    "Voltage",
]
MessageFormat: TypeAlias = Literal["ASCII", "HTML", "URI", "UTF8"]
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


class AdditionalInfo(Payload201, frozen=True):
    """A further token next to the main one, of a kind that both sides agreed upon."""

    additional_id_token: String36
    type: String50


class CertificateHashData(Payload201, frozen=True):
    """What identifies a certificate without sending it."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: String128
    issuer_key_hash: String128
    serial_number: String40


class ChargingSchedulePeriod(Payload201, frozen=True):
    """A limit in amperes or watts, from so many seconds into the schedule on."""

    start_period: int
    limit: Decimal
    number_phases: int | None = None
    phase_to_use: int | None = None

    def __post_init__(self) -> None:
        bounded(self.limit)


class Cost(Payload201, frozen=True):
    """A cost by kind; the multiplier is a power of ten."""

    cost_kind: CostKind
    amount: int
    amount_multiplier: int | None = None


class ConsumptionCost(Payload201, frozen=True):
    """What consumption from a start value on costs."""

    start_value: Decimal
    cost: OneToThree[Cost]

    def __post_init__(self) -> None:
        bounded(self.start_value)


class RelativeTimeInterval(Payload201, frozen=True):
    """Seconds from the start of the tariff, and how long."""

    start: int
    duration: int | None = None


class SalesTariffEntry(Payload201, frozen=True):
    """The price level of one interval."""

    relative_time_interval: RelativeTimeInterval
    e_price_level: NonNegative | None = None
    consumption_cost: OneToThree[ConsumptionCost] | None = None


class SalesTariff(Payload201, frozen=True):
    """Prices over time, for an ISO 15118 vehicle."""

    id: int
    sales_tariff_entry: OneTo1024[SalesTariffEntry]
    sales_tariff_description: String32 | None = None
    num_e_price_levels: int | None = None


class ChargingSchedule(Payload201, frozen=True):
    """Limits over time."""

    id: int
    charging_rate_unit: ChargingRateUnit
    charging_schedule_period: OneTo1024[ChargingSchedulePeriod]
    start_schedule: DateTime | None = None
    duration: int | None = None
    min_charging_rate: Decimal | None = None
    sales_tariff: SalesTariff | None = None

    def __post_init__(self) -> None:
        bounded(self.min_charging_rate)


class ChargingProfile(Payload201, frozen=True):
    """One to three schedules, when they hold and what they outrank."""

    id: int
    stack_level: int
    charging_profile_purpose: ChargingProfilePurpose
    charging_profile_kind: ChargingProfileKind
    charging_schedule: OneToThree[ChargingSchedule]
    recurrency_kind: RecurrencyKind | None = None
    valid_from: DateTime | None = None
    valid_to: DateTime | None = None
    transaction_id: String36 | None = None


class EVSE(Payload201, frozen=True):
    """An EVSE of the station, or one connector of it; 0 is the station itself."""

    id: int
    connector_id: int | None = None


class Component(Payload201, frozen=True):
    """A part of the station in the device model, of the station or of an EVSE."""

    name: String50
    evse: EVSE | None = None
    instance: String50 | None = None


class Variable(Payload201, frozen=True):
    """A property of a component, by name."""

    name: String50
    instance: String50 | None = None


class ComponentVariable(Payload201, frozen=True):
    """A variable of a component; without variable, all of them."""

    component: Component
    variable: Variable | None = None


class IdToken(Payload201, frozen=True):
    """What a driver identifies with, and which kind of token it is."""

    id_token: String36
    type: IdTokenKind
    additional_info: OneOrMore[AdditionalInfo] | None = None


class MessageContent(Payload201, frozen=True):
    """Text for a driver."""

    format: MessageFormat
    content: String512
    language: String8 | None = None


class IdTokenInfo(Payload201, frozen=True):
    """What the CSMS thinks of an id token."""

    status: AuthorizationStatus
    cache_expiry_date_time: DateTime | None = None
    charging_priority: int | None = None
    language1: String8 | None = None
    evse_id: OneOrMore[int] | None = None
    group_id_token: IdToken | None = None
    language2: String8 | None = None
    personal_message: MessageContent | None = None


class SignedMeterValue(Payload201, frozen=True):
    """A reading signed by the meter; never altered, or the signature breaks."""

    signed_meter_data: String2500
    signing_method: String50
    encoding_method: String50
    public_key: String2500


class UnitOfMeasure(Payload201, frozen=True):
    """The unit of a reading, Wh if absent, and the power of ten it is scaled by."""

    unit: String20 | None = None
    multiplier: int | None = None


class SampledValue(Payload201, frozen=True):
    """One reading."""

    value: Decimal
    context: ReadingContext | None = None
    measurand: Measurand | None = None
    phase: Phase | None = None
    location: Location | None = None
    signed_meter_value: SignedMeterValue | None = None
    unit_of_measure: UnitOfMeasure | None = None


class MeterValue(Payload201, frozen=True):
    """Readings of one moment."""

    sampled_value: OneOrMore[SampledValue]
    timestamp: DateTime

    def __post_init__(self) -> None:
        for sample in self.sampled_value:  # here and not in each: this is the busiest message
            value = sample.value
            if not (value.is_finite() and -POWERS <= value.adjusted() <= POWERS):
                bounded(value)


class OCSPRequestData(Payload201, frozen=True):
    """What identifies a certificate, and who can tell whether it was revoked."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: String128
    issuer_key_hash: String128
    serial_number: String40
    responder_url: String512 = msgspec.field(name="responderURL")


class StatusInfo(Payload201, frozen=True):
    """Why an answer is what it is: a short code, and words for a person."""

    reason_code: String20
    additional_info: String512 | None = None
