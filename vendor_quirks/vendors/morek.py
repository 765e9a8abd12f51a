"""Morek."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.asking import HoldsAlready

QUIRKS = (
    Quirk(
        name="morek.no-aligned-samples",
        match=Match(opt_in=True),
        version="1.6",
        why="Knows no ClockAlignedDataInterval, not even 0, which is what it does.",
        seen="lbbrhzn/ocpp, docs/supported-devices.md: Smart AC with A0-MEV-V2.0.9",
        catalogue=("morek-clockaligned-readonly",),
        command=(
            HoldsAlready(
                keys=("ClockAlignedDataInterval",), absent={"ClockAlignedDataInterval": "0"}
            ),
        ),
    ),
)
