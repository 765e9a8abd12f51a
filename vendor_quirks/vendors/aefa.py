"""AEFA."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.text import Respell
from vendor_quirks.repairs.transactions import FillTransactionId

KEY = rb'"transactionId"\s*:\s*'

QUIRKS = (
    Quirk(
        name="aefa.empty-transactionid-json",
        match=Match(vendor="AEFA"),
        version="1.6",
        why="Writes no value behind transactionId in the MeterValues of a charging session.",
        seen="lbbrhzn/ocpp#2032: Home OCPP with SW:A1B_2.8-HW:B07_0.5",
        catalogue=("aefa-empty-transactionid-json",),
        # The key goes with the one comma that it needed: the one behind, else the one before.
        raw_text=(Respell(KEY + rb",\s*|(?:,\s*)?" + KEY + rb"(?=\})", b""),),
        from_station={"MeterValues": (FillTransactionId(none=(None,), absent=True),)},
    ),
)
