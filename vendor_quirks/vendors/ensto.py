"""Ensto."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.moments import Moment

QUIRKS = (
    Quirk(
        name="ensto.clock-set-late",
        match=Match(vendor_id="Chago"),
        version="1.6",
        why="Tells its first states after a boot by the old clock, hours away from the time.",
        seen="steve-community/steve#136: Chago",
        catalogue=("clock-not-applied-immediately",),
        lossy=True,
        from_station={"StatusNotification": (Moment(within=900.0),)},
    ),
)
