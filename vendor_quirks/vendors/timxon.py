"""Timxon."""

from vendor_quirks.command import FanOut
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Each, Replace
from vendor_quirks.repairs.profiles import Profile

TO_DEFAULT = {"ChargePointMaxProfile": "TxDefaultProfile", "TxProfile": "TxDefaultProfile"}

QUIRKS = (
    Quirk(
        name="timxon.default-profiles-only",
        match=Match(opt_in=True),
        version="1.6",
        why="Supports TxDefaultProfile alone, and leaves some of the others unanswered.",
        seen="lbbrhzn/ocpp#2158: A0",
        catalogue=("timxon-profiles",),
        lossy=True,
        command=(FanOut("SetChargingProfile", when={"connectorId": 0}),),
        to_station={
            "SetChargingProfile": (
                Each(
                    "csChargingProfiles",
                    Profile(
                        purposes=TO_DEFAULT,
                        kinds={"Absolute": "Relative"},
                        start="drop",
                        no_transaction=True,
                    ),
                ),
            ),
            "ClearChargingProfile": (Replace("chargingProfilePurpose", TO_DEFAULT),),
        },
    ),
)
