"""NEcharge."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.profiles import Profile, of_profiles

QUIRKS = (
    Quirk(
        name="necharge.current-in-steps",
        match=Match(opt_in=True),
        version="1.6",
        why="Applies 6, 8, 10, 13 and 16 A only, and accepts whatever lies between.",
        seen="evcc-io/evcc, ocpp-necharge.yaml; PR#31631: Pro",
        catalogue=("necharge-current-steps",),
        lossy=True,
        # In amperes first: a step is none of watts.
        to_station=of_profiles("1.6", Profile(unit="A", steps=(6, 8, 10, 13, 16))),
    ),
)
