"""Delta."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import SetTo, When

PRESSED = {"errorCode": "OtherError", "info": "EMERGENCY STOP ACTIV"}

QUIRKS = (
    Quirk(
        name="delta.emergency-stop-status",
        match=Match(vendor="DELTA"),
        version="1.6",
        why="Tells that its emergency button is pressed by an info beside a status that is not so.",
        seen="NHP-ESCo/ocpp-middleware, ErrorService.deltaButtonError",
        catalogue=("delta-emergency-stop-status",),
        lossy=True,
        # On the connector that it names: there it says Available when the button is out again.
        from_station={"StatusNotification": (When(PRESSED, SetTo("status", "Faulted")),)},
    ),
)
