"""What stations of several vendors ask of a charging profile."""

from vendor_quirks.quirk import ByAction
from vendor_quirks.repairs import Each, SetTo

LEVEL_ZERO = SetTo("stackLevel", 0)

# Clearing goes along: a profile sent as level 3 lies at level 0 now, and must be found there.
STACK_LEVEL_ZERO: ByAction = {
    "SetChargingProfile": (Each("csChargingProfiles", LEVEL_ZERO),),
    "RemoteStartTransaction": (Each("chargingProfile", LEVEL_ZERO),),
    "ClearChargingProfile": (LEVEL_ZERO,),
}
