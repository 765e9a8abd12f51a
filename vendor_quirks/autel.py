"""Autel."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs import Retarget

QUIRKS = (
    Quirk(
        name="autel.url-query-identity",
        match=Match(),
        why="Names itself in the query, so every station would have the identity webSocket.",
        seen="lbbrhzn/ocpp#1019: MaxiCharger set up with /ws/webSocket?=sn",
        handshake=Retarget(r"(/ws/webSocket)\?(?:sn)?=([^/?#&=]+)", r"\1/\2"),
    ),
)
