"""Huawei."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Replace
from vendor_quirks.repairs.transactions import ClampMeterStop

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
    Quirk(
        name="huawei.stop-below-start",
        match=Match(model="ACChargePoint"),
        version="1.6",
        why="Ends a session without energy one Wh below its start: less than nothing.",
        seen="lbbrhzn/ocpp#1810: SCharger-22KT-S0",
        catalogue=("huawei-meterstop-one-less",),
        confidence="medium",
        from_station={"StopTransaction": (ClampMeterStop(),)},
    ),
)
