"""Timestamps from before a clock was set."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.moments import Moment

YEAR_2000 = 946_684_800.0

QUIRKS = (
    Quirk(
        name="shared.status-from-1970",
        match=Match(),
        version="1.6",
        why="Tells its first states with a clock that was not set yet.",
        seen="known misbehaviours, status-timestamp-1970-or-missing",
        catalogue=("status-timestamp-1970-or-missing",),
        signs=(b'"1970-',),
        from_station={"StatusNotification": (Moment(not_before=YEAR_2000),)},
    ),
)
