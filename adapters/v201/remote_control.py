"""Functional block F of OCPP 2.0.1, Remote Control: start, stop, unlock, trigger."""

from typing import Literal, TypeAlias

from adapters.payload import String36
from adapters.v201.types import EVSE, ChargingProfile, IdToken, Payload201, StatusInfo

MessageTrigger: TypeAlias = Literal[
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargingStationCertificate",
    "SignV2GCertificate",
    "StatusNotification",
    "TransactionEvent",
    "SignCombinedCertificate",
    "PublishFirmwareStatusNotification",
]
RequestStartStopStatus: TypeAlias = Literal["Accepted", "Rejected"]
TriggerMessageStatus: TypeAlias = Literal["Accepted", "Rejected", "NotImplemented"]
UnlockStatus: TypeAlias = Literal[
    "Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"
]


class RequestStartTransactionRequest(Payload201, frozen=True):
    """The CSMS has the station start a transaction for an id token (F01, F02)."""

    id_token: IdToken
    remote_start_id: int
    evse_id: int | None = None
    group_id_token: IdToken | None = None
    charging_profile: ChargingProfile | None = None


class RequestStartTransactionResponse(Payload201, frozen=True):
    """Whether the station will; with an id if the transaction had begun already."""

    status: RequestStartStopStatus
    status_info: StatusInfo | None = None
    transaction_id: String36 | None = None


class RequestStopTransactionRequest(Payload201, frozen=True):
    """The CSMS has the station stop a transaction (F03)."""

    transaction_id: String36


class RequestStopTransactionResponse(Payload201, frozen=True):
    """Whether the station will try; the stop itself is a TransactionEvent."""

    status: RequestStartStopStatus
    status_info: StatusInfo | None = None


class UnlockConnectorRequest(Payload201, frozen=True):
    """The CSMS has the station release a cable (F05)."""

    evse_id: int
    connector_id: int


class UnlockConnectorResponse(Payload201, frozen=True):
    """Whether the connector is unlocked."""

    status: UnlockStatus
    status_info: StatusInfo | None = None


class TriggerMessageRequest(Payload201, frozen=True):
    """The CSMS asks for a message that the station would send by itself (F06)."""

    requested_message: MessageTrigger
    evse: EVSE | None = None


class TriggerMessageResponse(Payload201, frozen=True):
    """Whether the message will come."""

    status: TriggerMessageStatus
    status_info: StatusInfo | None = None
