"""Functional block G of OCPP 2.0.1, Availability: connector states, heartbeats."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime
from adapters.v201.types import EVSE, Payload201, StatusInfo

ChangeAvailabilityStatus: TypeAlias = Literal["Accepted", "Rejected", "Scheduled"]
ConnectorStatus: TypeAlias = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
OperationalStatus: TypeAlias = Literal["Inoperative", "Operative"]


class StatusNotificationRequest(Payload201, frozen=True):
    """The station says how a connector is (G01)."""

    timestamp: DateTime
    connector_status: ConnectorStatus
    evse_id: int
    connector_id: int


class StatusNotificationResponse(Payload201, frozen=True):
    """The status arrived."""


class ChangeAvailabilityRequest(Payload201, frozen=True):
    """The CSMS takes station, EVSE or connector in or out of service (G03, G04)."""

    operational_status: OperationalStatus
    evse: EVSE | None = None


class ChangeAvailabilityResponse(Payload201, frozen=True):
    """Scheduled: it will happen when the running transaction ends."""

    status: ChangeAvailabilityStatus
    status_info: StatusInfo | None = None


class HeartbeatRequest(Payload201, frozen=True):
    """The station says that it is alive and asks for the time (G02)."""


class HeartbeatResponse(Payload201, frozen=True):
    """The time of the CSMS, to set the station's clock by."""

    current_time: DateTime
