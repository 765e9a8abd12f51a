"""ABB."""

from vendor_quirks.charging_profiles import STACK_LEVEL_ZERO
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="abb.tac-stacklevel-zero",
        match=Match(vendor="ABB", version="1.6"),
        why="Terra AC takes a charging profile only with stackLevel 0.",
        seen="evcc-io/evcc ocpp-abb-tac.yaml, PR#15801",
        to_station=STACK_LEVEL_ZERO,
    ),
)
