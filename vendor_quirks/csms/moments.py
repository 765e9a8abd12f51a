"""Date-times that some stations cannot read."""

from vendor_quirks.quirk import Match, Quirk, both
from vendor_quirks.repairs.moments import Respelled

QUIRKS = (
    Quirk(
        name="shared.current-time-spelling",
        match=Match(),
        side="csms",
        why="Tells the time with an offset, a zone's name or microseconds; stations misread it.",
        seen="known misbehaviours: SteVe, Java-OCA-OCPP, mobilityhouse/ocpp",
        catalogue=(
            "steve-currenttime-local-offset",
            "java-oca-currenttime-zoneid",
            "python-isoformat-currenttime",
        ),
        from_csms=both(("BootNotificationResponse", "HeartbeatResponse"), Respelled()),
    ),
)
