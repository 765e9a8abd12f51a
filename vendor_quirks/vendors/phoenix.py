"""Phoenix Contact."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.connectors import ConnectorToStart

QUIRKS = (
    Quirk(
        name="phoenix.start-names-no-connector",
        match=Match(opt_in=True),
        version="1.6",
        why="Rejects a remote start that names no connector, and a CSMS need not name one.",
        seen="ConnectorIO/connectorio-addons PR#332, steve-community/steve#1211: CHARX with 1.9.0",
        catalogue=("remotestart-needs-connectorid",),
        to_station={"RemoteStartTransaction": (ConnectorToStart(),)},
    ),
    Quirk(
        name="phoenix.flooded-by-profiles",
        match=Match(opt_in=True),
        version="1.6",
        why="Is overloaded by charging profiles that follow each other quickly.",
        seen="ConnectorIO/connectorio-addons PR#150: CHARX with 1.9.0",
        catalogue=("charx-flooded-by-profiles",),
        confidence="medium",
        lossy=True,
        timing=Pace(coalesce={"SetChargingProfile": 5.0}),
    ),
)
