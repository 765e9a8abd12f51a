"""Functional block O of OCPP 2.0.1, Display Message."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime, OneOrMore, String36
from adapters.v201.types import Component, MessageContent, Payload201, StatusInfo

ClearMessageStatus: TypeAlias = Literal["Accepted", "Unknown"]
DisplayMessageStatus: TypeAlias = Literal[
    "Accepted",
    "NotSupportedMessageFormat",
    "Rejected",
    "NotSupportedPriority",
    "NotSupportedState",
    "UnknownTransaction",
]
GetDisplayMessagesStatus: TypeAlias = Literal["Accepted", "Unknown"]
MessagePriority: TypeAlias = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageState: TypeAlias = Literal["Charging", "Faulted", "Idle", "Unavailable"]


class MessageInfo(Payload201, frozen=True):
    """A message for the station's display: when, how urgently, for which transaction."""

    id: int
    priority: MessagePriority
    message: MessageContent
    display: Component | None = None
    state: MessageState | None = None
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    transaction_id: String36 | None = None


class SetDisplayMessageRequest(Payload201, frozen=True):
    """The CSMS puts a message on the station's display (O01, O02, O06)."""

    message: MessageInfo


class SetDisplayMessageResponse(Payload201, frozen=True):
    """Whether the station will show it."""

    status: DisplayMessageStatus
    status_info: StatusInfo | None = None


class GetDisplayMessagesRequest(Payload201, frozen=True):
    """The CSMS asks which messages the station holds (O03, O04)."""

    request_id: int
    id: OneOrMore[int] | None = None
    priority: MessagePriority | None = None
    state: MessageState | None = None


class GetDisplayMessagesResponse(Payload201, frozen=True):
    """Whether NotifyDisplayMessages will bring them."""

    status: GetDisplayMessagesStatus
    status_info: StatusInfo | None = None


class NotifyDisplayMessagesRequest(Payload201, frozen=True):
    """The station sends messages it holds; tbc says that more follow (O03, O04)."""

    request_id: int
    message_info: OneOrMore[MessageInfo] | None = None
    tbc: bool | None = None


class NotifyDisplayMessagesResponse(Payload201, frozen=True):
    """The messages arrived."""


class ClearDisplayMessageRequest(Payload201, frozen=True):
    """The CSMS removes a message by its id (O05)."""

    id: int


class ClearDisplayMessageResponse(Payload201, frozen=True):
    """Unknown: the station holds no such message."""

    status: ClearMessageStatus
    status_info: StatusInfo | None = None
