"""Functional block E of OCPP 2.0.1, Transactions."""

from decimal import Decimal
from typing import Literal, TypeAlias

from adapters.payload import DateTime, OneOrMore, String36, bounded
from adapters.v201.types import EVSE, IdToken, IdTokenInfo, MessageContent, MeterValue, Payload201

ChargingState: TypeAlias = Literal[
    "Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"
]
Reason: TypeAlias = Literal[
    "DeAuthorized",
    "EmergencyStop",
    "EnergyLimitReached",
    "EVDisconnected",
    "GroundFault",
    "ImmediateReset",
    "Local",
    "LocalOutOfCredit",
    "MasterPass",
    "Other",
    "OvercurrentFault",
    "PowerLoss",
    "PowerQuality",
    "Reboot",
    "Remote",
    "SOCLimitReached",
    "StoppedByEV",
    "TimeLimitReached",
    "Timeout",
]
TransactionEvent: TypeAlias = Literal["Ended", "Started", "Updated"]
TriggerReason: TypeAlias = Literal[
    "Authorized",
    "CablePluggedIn",
    "ChargingRateChanged",
    "ChargingStateChanged",
    "Deauthorized",
    "EnergyLimitReached",
    "EVCommunicationLost",
    "EVConnectTimeout",
    "MeterValueClock",
    "MeterValuePeriodic",
    "TimeLimitReached",
    "Trigger",
    "UnlockCommand",
    "StopAuthorized",
    "EVDeparted",
    "EVDetected",
    "RemoteStop",
    "RemoteStart",
    "AbnormalCondition",
    "SignedDataReceived",
    "ResetCommand",
]


class Transaction(Payload201, frozen=True):
    """A transaction as it stands: id, charging state, why it stopped."""

    transaction_id: String36
    charging_state: ChargingState | None = None
    time_spent_charging: int | None = None
    stopped_reason: Reason | None = None
    remote_start_id: int | None = None


class TransactionEventRequest(Payload201, frozen=True):
    """The station says that a transaction began, went on or ended."""

    event_type: TransactionEvent
    timestamp: DateTime
    trigger_reason: TriggerReason
    seq_no: int
    transaction_info: Transaction
    meter_value: OneOrMore[MeterValue] | None = None
    offline: bool | None = None
    number_of_phases_used: int | None = None
    cable_max_current: int | None = None
    reservation_id: int | None = None
    evse: EVSE | None = None
    id_token: IdToken | None = None


class TransactionEventResponse(Payload201, frozen=True):
    """What the CSMS thinks of the id token, and what the transaction cost so far."""

    total_cost: Decimal | None = None
    charging_priority: int | None = None
    id_token_info: IdTokenInfo | None = None
    updated_personal_message: MessageContent | None = None

    def __post_init__(self) -> None:
        bounded(self.total_cost)


class GetTransactionStatusRequest(Payload201, frozen=True):
    """The CSMS asks whether a transaction goes on and messages wait (E14)."""

    transaction_id: String36 | None = None


class GetTransactionStatusResponse(Payload201, frozen=True):
    """Whether it goes on; whether its messages are still queued."""

    messages_in_queue: bool
    ongoing_indicator: bool | None = None
