"""Schneider Electric."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.derived import PowerFromPhases, WrongTotal
from vendor_quirks.repairs.samples import of_meters

SCHNEIDER = Match(vendor="Schneider Electric")

QUIRKS = (
    Quirk(
        name="schneider.total-current-wrong",
        match=SCHNEIDER,
        version="1.6",
        why="Tells a total current that its three phases, told beside it, do not add up to.",
        seen="sap-labs-france/ev-server, OCPPUtils.ts: MONOBLOCK",
        catalogue=("schneider-total-current-wrong",),
        lossy=True,
        from_station=of_meters("1.6", WrongTotal("Current.Import")),
    ),
    Quirk(
        name="schneider.no-power",
        match=SCHNEIDER,
        version="1.6",
        why="Tells current and voltage of each phase, and older firmware no power at all.",
        seen="sap-labs-france/ev-server, OCPPUtils.ts and templates: 3.2.0.12",
        catalogue=("schneider-no-power-per-phase",),
        confidence="medium",
        from_station=of_meters("1.6", PowerFromPhases()),
    ),
)
