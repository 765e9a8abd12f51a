"""Functional block H of OCPP 2.0.1, Reservation."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime
from adapters.v201.types import IdToken, Payload201, StatusInfo

CancelReservationStatus: TypeAlias = Literal["Accepted", "Rejected"]
Connector: TypeAlias = Literal[
    "cCCS1",
    "cCCS2",
    "cG105",
    "cTesla",
    "cType1",
    "cType2",
    "s309-1P-16A",
    "s309-1P-32A",
    "s309-3P-16A",
    "s309-3P-32A",
    "sBS1361",
    "sCEE-7-7",
    "sType2",
    "sType3",
    "Other1PhMax16A",
    "Other1PhOver16A",
    "Other3Ph",
    "Pan",
    "wInductive",
    "wResonant",
    "Undetermined",
    "Unknown",
]
ReservationUpdateStatus: TypeAlias = Literal["Expired", "Removed"]
ReserveNowStatus: TypeAlias = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]


class ReserveNowRequest(Payload201, frozen=True):
    """The CSMS keeps an EVSE, or any, for an id token (H01)."""

    id: int
    expiry_date_time: DateTime
    id_token: IdToken
    connector_type: Connector | None = None
    evse_id: int | None = None
    group_id_token: IdToken | None = None


class ReserveNowResponse(Payload201, frozen=True):
    """Whether the EVSE is kept, or why not."""

    status: ReserveNowStatus
    status_info: StatusInfo | None = None


class CancelReservationRequest(Payload201, frozen=True):
    """The CSMS withdraws a reservation (H02)."""

    reservation_id: int


class CancelReservationResponse(Payload201, frozen=True):
    """Rejected: the station knows no such reservation."""

    status: CancelReservationStatus
    status_info: StatusInfo | None = None


class ReservationStatusUpdateRequest(Payload201, frozen=True):
    """The station says that a reservation expired or was removed (H04)."""

    reservation_id: int
    reservation_update_status: ReservationUpdateStatus


class ReservationStatusUpdateResponse(Payload201, frozen=True):
    """The update arrived."""
