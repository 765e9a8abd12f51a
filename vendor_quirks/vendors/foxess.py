"""FoxESS."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.where import Is

TOO_SOON = Is("less than five minutes", lambda since: since is not None and since < 300)

QUIRKS = (
    Quirk(
        name="foxess.hangs-when-started-again",
        match=Match(opt_in=True),
        version="2.0.1",
        why="Started minutes after it was stopped, opens a transaction without power and goes off.",
        seen="lbbrhzn/ocpp's supported devices: A022KP1 with 1.10/1.06",
        catalogue=("foxess-restart-after-stop-hangs",),
        answer_here=(
            AnswerHere(
                action="RequestStartTransaction",
                of="csms",
                when={"@since_end": TOO_SOON},
                response={"status": "Rejected", "statusInfo": {"reasonCode": "Unspecified"}},
                needs=frozenset({"transactions"}),
            ),
        ),
    ),
)
