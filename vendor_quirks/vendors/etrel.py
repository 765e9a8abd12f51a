"""Etrel."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.transactions import FillTransactionId

OURS = (FillTransactionId(wrong=True),)

QUIRKS = (
    Quirk(
        name="etrel.transaction-id-of-its-own",
        match=Match(opt_in=True),
        version="1.6",
        why="Having authorized locally, goes on under an id that its CSMS never gave out.",
        seen="lbbrhzn/ocpp's supported devices: Inch Pro",
        catalogue=("etrel-needs-central-auth",),
        confidence="medium",
        lossy=True,
        from_station={"MeterValues": OURS, "StopTransaction": OURS},
    ),
)
