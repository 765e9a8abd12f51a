"""Functional block I of OCPP 2.0.1, Tariff and Cost."""

from decimal import Decimal

from adapters.payload import String36, bounded
from adapters.v201.types import Payload201


class CostUpdatedRequest(Payload201, frozen=True):
    """The CSMS says what a running transaction costs so far, for the driver to see (I02)."""

    total_cost: Decimal
    transaction_id: String36

    def __post_init__(self) -> None:
        bounded(self.total_cost)


class CostUpdatedResponse(Payload201, frozen=True):
    """The cost arrived."""
