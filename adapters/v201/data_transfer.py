"""Functional block P of OCPP 2.0.1, Data Transfer."""

from typing import Any, Literal, TypeAlias

from adapters.payload import String50, String255
from adapters.v201.types import Payload201, StatusInfo

DataTransferStatus: TypeAlias = Literal[
    "Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"
]


class DataTransferRequest(Payload201, frozen=True):
    """Either side sends what only the vendor defines (P01, P02)."""

    vendor_id: String255
    message_id: String50 | None = None
    data: Any = None


class DataTransferResponse(Payload201, frozen=True):
    """Whether the vendor's message was understood, and its answer."""

    status: DataTransferStatus
    status_info: StatusInfo | None = None
    data: Any = None
