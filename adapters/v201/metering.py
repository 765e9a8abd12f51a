"""Functional block J of OCPP 2.0.1, Meter Values; the readings themselves are in types."""

from adapters.payload import OneOrMore
from adapters.v201.types import MeterValue, Payload201


class MeterValuesRequest(Payload201, frozen=True):
    """The station sends readings of an EVSE outside any transaction; 0 is the main meter (J01)."""

    evse_id: int
    meter_value: OneOrMore[MeterValue]


class MeterValuesResponse(Payload201, frozen=True):
    """The readings arrived."""
