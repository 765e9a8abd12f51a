"""Stations that are built on lorenzodonini/ocpp-go."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Drop

QUIRKS = (
    Quirk(
        name="ocpp-go.trigger-names-connector-0",
        match=Match(opt_in=True),
        version="1.6",
        why="Refuses a trigger that names connector 0, by which many CSMSs mean the whole station.",
        seen="lorenzodonini/ocpp-go before March 2024, commit e5ac6a5",
        catalogue=("trigger-connector0-refused-by-lib",),
        to_station={"TriggerMessage": (Drop(("connectorId",), (0,)),)},
    ),
)
