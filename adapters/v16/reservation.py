"""The Reservation profile of OCPP 1.6."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime, String20
from adapters.v16.types import GenericStatus, Payload16

ReservationStatus: TypeAlias = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]


class CancelReservationRequest(Payload16, frozen=True):
    """The CSMS withdraws a reservation (section 5.1)."""

    reservation_id: int


class CancelReservationResponse(Payload16, frozen=True):
    """Rejected: the station knows no such reservation."""

    status: GenericStatus


class ReserveNowRequest(Payload16, frozen=True):
    """The CSMS keeps a connector, or with 0 any connector, for an id tag (section 5.13)."""

    connector_id: int
    expiry_date: DateTime
    id_tag: String20
    reservation_id: int
    parent_id_tag: String20 | None = None


class ReserveNowResponse(Payload16, frozen=True):
    """Whether the connector is kept, or why not."""

    status: ReservationStatus
