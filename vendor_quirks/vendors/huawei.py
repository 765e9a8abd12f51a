"""Huawei."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Replace

QUIRKS = (
    Quirk(
        name="huawei.empty-vendor",
        # By model alone, as the vendor is what is missing; the repair asks for the empty one.
        match=Match(model="ACChargePoint"),
        version="1.6",
        why="Boots with an empty vendor; a strict CSMS refuses, and it boots again every 30 s.",
        seen="evcc-io/evcc#32170, PR#32184: SCharger-22KT-S0",
        catalogue=("huawei-empty-vendor",),
        from_station={"BootNotification": (Replace("chargePointVendor", {"": "Huawei"}),)},
    ),
)
