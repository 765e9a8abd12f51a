"""ZJ Beny."""

from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.text import Respell
from vendor_quirks.situation import Situation


def reject_emptiness(payload: Payload, known: Situation) -> int:
    """A schedule without a period says nothing, and its schema does not allow it."""
    schedule = payload.get("chargingSchedule")
    if not isinstance(schedule, dict) or schedule.get("chargingSchedulePeriod") != []:
        return 0
    payload.clear()
    payload["status"] = "Rejected"
    return 1


QUIRKS = (
    Quirk(
        name="zjbeny.leading-comma-json",
        match=Match(vendor="ZJBENY"),
        version="1.6",
        why="Begins the array of samples with a comma once the current limit was changed.",
        seen="lbbrhzn/ocpp#1078: BCP-A2N-L with 1.0.31, offline every 25 s because of it",
        catalogue=("zjbeny-leading-comma-json",),
        raw_text=(Respell(rb"\[(?:\s*,)+", b"["),),
    ),
    Quirk(
        name="zjbeny.schedule-without-periods",
        match=Match(vendor="ZJBENY"),
        version="1.6",
        why="Accepts to tell its schedule while nothing charges, and tells one without a period.",
        seen="evcc-io/evcc PR#15028, PR#14888, PR#16002: BCP-B2N-L with 1.0.23",
        catalogue=("zjbeny-composite-empty-periods",),
        from_station={"GetCompositeScheduleResponse": (reject_emptiness,)},
    ),
)
