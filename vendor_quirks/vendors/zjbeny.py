"""ZJ Beny."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.text import Respell

QUIRKS = (
    Quirk(
        name="zjbeny.leading-comma-json",
        match=Match(vendor="ZJBENY"),
        version="1.6",
        why="Begins the array of samples with a comma once the current limit was changed.",
        seen="lbbrhzn/ocpp#1078: BCP-A2N-L with 1.0.31, offline every 25 s because of it",
        catalogue=("zjbeny-leading-comma-json",),
        raw_text=(Respell(rb"\[(?:\s*,)+", b"["),),
    ),
)
