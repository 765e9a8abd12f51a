"""Ocular IQ Home Solar."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.talks import FollowUp

FAST = "0"  # "1": with the sun's help, "2": by the sun alone

QUIRKS = (
    Quirk(
        name="ocular-iq.limits-ignored-in-solar-mode",
        match=Match(opt_in=True),
        version="1.6",
        why="Charges by the sun and ignores limits until its own key has another mode.",
        seen="ConnectorIO/connectorio-addons PR#127, PR#129: IQ Home Solar 22 kW",
        catalogue=("ocular-ecomode-key",),
        confidence="medium",
        command=(
            FollowUp(
                action="SetChargingProfile",
                sends="ChangeConfiguration",
                put={"key": "EcoMode", "value": FAST},
            ),
        ),
    ),
)
