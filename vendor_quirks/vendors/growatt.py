"""Growatt."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.talks import NameUnknownKeys

QUIRKS = (
    Quirk(
        name="growatt.unknown-keys-unnamed",
        match=Match(keys=("G_MaxCurrent",)),
        version="1.6",
        why="Answers for a key that it does not know with nothing, so a CSMS waits for its value.",
        seen="lbbrhzn/ocpp#1293: THOR 22AS",
        catalogue=("growatt-vendor-keys",),
        command=(NameUnknownKeys(),),
    ),
)
