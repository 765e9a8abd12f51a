"""The Remote Trigger profile of OCPP 1.6."""

from typing import Literal, TypeAlias

from adapters.v16.types import Payload16, TriggerMessageStatus

MessageTrigger: TypeAlias = Literal[
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
]


class TriggerMessageRequest(Payload16, frozen=True):
    """The CSMS asks for a message that the station would send by itself (section 5.17)."""

    requested_message: MessageTrigger
    connector_id: int | None = None


class TriggerMessageResponse(Payload16, frozen=True):
    """Whether the message will come."""

    status: TriggerMessageStatus
