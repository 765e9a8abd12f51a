"""Legrand and BTicino."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.text import Retarget

QUIRKS = (
    Quirk(
        name="legrand.url-null-suffix",
        match=Match(),
        why='Renders its empty query as the text "?null", which would end up in the identity.',
        seen="sap-labs-france/ev-server f07de8bec; NHP-ESCo/ocpp-middleware (BTicino)",
        catalogue=("legrand-url-null-suffix",),
        handshake=Retarget(r"\?null", ""),
    ),
)
