"""Date-times that some stations cannot read, or that are not true."""

from vendor_quirks.quirk import Match, Payload, Quirk, both
from vendor_quirks.repairs.moments import Moment, Respelled
from vendor_quirks.situation import Situation

WITH_TIME = ("BootNotificationResponse", "HeartbeatResponse")


def without_zone_name(payload: Payload, known: Situation) -> int:
    """`13:00:00+01:00[Europe/Berlin]`: the offset says it already."""
    value = payload.get("currentTime")
    if not isinstance(value, str) or not value.endswith("]") or "[" not in value:
        return 0
    payload["currentTime"] = value[: value.index("[")]
    return 1


QUIRKS = (
    Quirk(
        name="shared.current-time-with-zone-name",
        match=Match(),
        side="csms",
        why="Puts the name of a time zone behind the time, which is no date-time of ISO 8601.",
        seen="known misbehaviours: Java-OCA-OCPP",
        catalogue=("java-oca-currenttime-zoneid",),
        from_csms=both(WITH_TIME, without_zone_name),
    ),
    Quirk(
        name="shared.current-time-spelling",
        match=Match(),
        side="csms",
        why="Tells the time with an offset or in microseconds, which some stations misread.",
        seen="known misbehaviours: SteVe, mobilityhouse/ocpp",
        catalogue=("steve-currenttime-local-offset", "python-isoformat-currenttime"),
        untranslated=True,  # the translation reads these, and spells them itself
        from_csms=both(WITH_TIME, Respelled()),
    ),
    Quirk(
        name="csms.local-time-labelled-z",
        match=Match(opt_in=True),
        side="csms",
        why="Tells its local time as if it were UTC, and stations set their clocks by it.",
        seen="mobilityhouse/ocpp#697: six hours ahead",
        catalogue=("backend-local-time-labelled-z",),
        confidence="medium",
        lossy=True,
        from_csms=both(WITH_TIME, Moment("currentTime", within=60.0)),
    ),
)
