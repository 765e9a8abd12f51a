"""Words of another version of OCPP, or of none, and what a CALL must not be without."""

from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.fields import MapEnum, Replace
from vendor_quirks.repairs.moments import Moment
from vendor_quirks.repairs.words import REASONS
from vendor_quirks.situation import Situation


def occupied_by(payload: Payload, known: Situation) -> int:
    """Charging while a transaction runs there, else Preparing."""
    if payload.get("status") != "Occupied":
        return 0
    running = known.connector(payload.get("connectorId")).transaction
    payload["status"] = "Preparing" if running is None else "Charging"
    return 1


QUIRKS = (
    Quirk(
        name="shared.occupied-in-16",
        match=Match(),
        version="1.6",
        why="Says Occupied, which 1.5 and 2.0.1 know and 1.6 does not.",
        seen="known misbehaviours, status-occupied-in-16",
        catalogue=("status-occupied-in-16",),
        confidence="medium",
        signs=(b'"status":"Occupied"',),
        from_station={"StatusNotification": (occupied_by,)},
        needs=frozenset({"transactions"}),
    ),
    Quirk(
        name="shared.stop-reason-in-free-text",
        match=Match(opt_in=True),
        version="1.6",
        why="Says in its own words why a transaction stopped; a strict CSMS refuses the stop.",
        seen="known misbehaviours, status-occupied-in-16",
        catalogue=("status-occupied-in-16",),
        confidence="medium",
        lossy=True,
        from_station={"StopTransaction": (MapEnum("reason", REASONS, fallback="Other"),)},
    ),
    Quirk(
        name="shared.security-event-of-201",
        match=Match(),
        version="1.6",
        why="Tells a wrong certificate of its CSMS under the name that 2.0.1 has for that.",
        seen="EVerest/libocpp e479e62f (#680): before 2024-06",
        catalogue=("everest-16-security-event-name",),
        from_station={
            "SecurityEventNotification": (
                Replace("type", {"InvalidCsmsCertificate": "InvalidCentralSystemCertificate"}),
            )
        },
    ),
    Quirk(
        name="shared.start-without-timestamp",
        match=Match(),
        version="1.6",
        why="Starts a transaction without saying when, which a CSMS refuses.",
        seen="citrineos/citrineos#166",
        catalogue=("start-missing-timestamp",),
        from_station={"StartTransaction": (Moment(absent=True),)},
    ),
)
