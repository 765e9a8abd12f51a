"""Vestel."""

from vendor_quirks.command import Split
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="vestel.getconfiguration-maxkeys-1",
        match=Match(vendor="VESTEL"),
        version="1.6",
        why="Answers for one configuration key at a time, whatever it was asked.",
        seen="lbbrhzn/ocpp#466: EVC04",
        catalogue=("vestel-getconfiguration-maxkeys-1",),
        command=(
            Split("GetConfiguration", "key", size=1, joined=("configurationKey", "unknownKey")),
        ),
    ),
)
