"""Timestamps from before a clock was set, without a zone, or spelled in another way."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Each
from vendor_quirks.repairs.moments import Moment

YEAR_2000 = 946_684_800.0
# The setting `zone`: hours east of UTC, of clocks that do not name theirs.
SPELLED = Moment(zone="zone")
EVERYWHERE = {
    "StatusNotification": (SPELLED,),
    "StartTransaction": (SPELLED,),
    "StopTransaction": (SPELLED, Each("transactionData", SPELLED)),
    "MeterValues": (Each("meterValue", SPELLED),),
}

QUIRKS = (
    Quirk(
        name="shared.status-from-1970",
        match=Match(),
        version="1.6",
        why="Tells its first states with a clock that was not set yet.",
        seen="known misbehaviours, status-timestamp-1970-or-missing",
        catalogue=("status-timestamp-1970-or-missing",),
        untranslated=True,
        signs=(b'"1970-',),
        from_station={"StatusNotification": (Moment(not_before=YEAR_2000),)},
    ),
    Quirk(
        name="shared.moment-loosely-spelled",
        match=Match(),
        version="1.6",
        why="Tells times without zone, or with digits left out, which strict parsers refuse.",
        seen="evcc-io/evcc#10399: Growatt; lbbrhzn/ocpp#2032: AEFA; monta-app/ocpp-emulator#53",
        catalogue=(
            "growatt-local-time-no-zone",
            "aefa-timestamp-no-zone",
            "offset-hours-only",
            "timestamp-single-digit-hour",
        ),
        from_station=EVERYWHERE,
    ),
)
