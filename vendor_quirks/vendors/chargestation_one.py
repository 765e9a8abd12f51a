"""The simulator chargestation.one by road labs."""

from vendor_quirks.quirk import Match, Quirk, merged
from vendor_quirks.repairs.fields import DropField, RenameKey
from vendor_quirks.repairs.samples import RoundValue, of_samples

QUIRKS = (
    Quirk(
        name="chargestation-one.stop-of-its-own",
        match=Match(opt_in=True),
        version="1.6",
        why="Stops with fields of its own, and tells what it measured with 16 decimals.",
        seen="road-labs/chargestation-one#61",
        catalogue=("stop-with-connectorid",),
        confidence="medium",
        from_station=merged(
            {
                "StopTransaction": (
                    RenameKey("disconnectReason", "reason"),
                    DropField("connectorId"),
                )
            },
            of_samples("1.6", RoundValue("*", 3)),
        ),
    ),
)
