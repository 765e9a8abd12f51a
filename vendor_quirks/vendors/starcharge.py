"""StarCharge."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="starcharge.slow-to-answer",
        match=Match(vendor="StarCharge"),
        version="1.6",
        why="Needs a second for each answer, and connects again and again if asked faster.",
        seen="lbbrhzn/ocpp#1096: Aurora with 1.0.0.0.7b107_MG",
        catalogue=("starcharge-vendor-loop",),
        timing=Pace(min_gap=1.0),
    ),
)
