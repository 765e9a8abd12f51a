"""Mennekes."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.derived import IdleZeros
from vendor_quirks.repairs.keys import Clamp

QUIRKS = (
    Quirk(
        name="mennekes.nothing-but-energy-when-idle",
        match=Match(opt_in=True),
        version="1.6",
        why="Leaves power and current out while nothing charges; a CSMS keeps the last ones.",
        seen="evcc-io/evcc PR#30655, ocpp-mennekes-acu.yaml: ACU",
        catalogue=("mennekes-acu-idle-energy-only",),
        confidence="medium",
        from_station={
            "MeterValues": (IdleZeros({"Power.Active.Import": "W", "Current.Import": "A"}),)
        },
        to_station={"ChangeConfiguration": (Clamp("MeterValueSampleInterval", least=60),)},
    ),
)
