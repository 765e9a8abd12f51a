"""Transactions that a station ends without saying so."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.answering import StopForgotten

QUIRKS = (
    Quirk(
        name="shared.stop-never-told",
        # Nothing tells such a station from one whose stop is only late: configuration does.
        match=Match(opt_in=True),
        version="1.6",
        why="Frees its connector and never sends StopTransaction; the session stays open for ever.",
        seen="OCPP.Core#55: Hager witty park; evcc-io/evcc PR#30247: Zaptec Go 2",
        catalogue=("hager-stop-missing-in-backend", "zaptec-go2-no-stop"),
        confidence="medium",
        answer_here=(StopForgotten(),),
    ),
)
