"""ABB."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.profiles import Profile, of_profiles

QUIRKS = (
    Quirk(
        name="abb.tac-stacklevel-zero",
        match=Match(vendor="ABB"),
        version="1.6",
        why="Terra AC takes a charging profile only with stackLevel 0.",
        seen="evcc-io/evcc ocpp-abb-tac.yaml, PR#15801",
        catalogue=("abb-tac-stacklevel-zero",),
        to_station=of_profiles("1.6", Profile(stack_level=0)),
    ),
)
