"""EVerest's libocpp, which runs in stations of many names and never tells its own."""

from vendor_quirks.answers import Dedupe, RateLimit, Replay
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import DropField, When

# Whoever stops a transaction in these ways shows no token.
WITHOUT_TOKEN = {
    "eventType": "Ended",
    "triggerReason": ("RemoteStop", "EVDeparted", "EVCommunicationLost"),
}

QUIRKS = (
    Quirk(
        name="everest.event-said-again",
        match=Match(opt_in=True),
        version="2.0.1",
        why="Repeats an event that was not answered in time, though it did arrive.",
        seen="EVerest/libocpp PR#298: before 0.9",
        catalogue=("everest-retry-same-id",),
        confidence="medium",
        answer_here=(
            Dedupe(
                action="TransactionEvent",
                window=600.0,
                key=("transactionInfo.transactionId", "seqNo", "eventType", "timestamp"),
            ),
        ),
    ),
    Quirk(
        name="everest.diagnostics-flood",
        match=(Match(opt_in=True), Match(behaviour="floods-diagnostics-status")),
        version="1.6",
        why="Says every other second that it uploads its diagnostics.",
        seen="EVerest/libocpp#459, EVerest/EVerest#536: chargebyte Tarragon with 2024.01",
        catalogue=("everest-diagnostics-flood",),
        answer_here=(
            RateLimit(
                action="DiagnosticsStatusNotification", period=60.0, when={"status": "Uploading"}
            ),
        ),
    ),
    Quirk(
        name="everest.token-at-every-end",
        match=Match(opt_in=True),
        version="2.0.1",
        why="Ends a transaction with the token that began it, also where nobody showed it again.",
        seen="EVerest/libocpp#577, #580: 2024-04",
        catalogue=("everest-idtoken-in-ended",),
        confidence="medium",
        lossy=True,
        from_station={"TransactionEvent": (When(WITHOUT_TOKEN, DropField("idToken")),)},
    ),
    Quirk(
        name="everest.meter-trigger-without-effect",
        match=Match(opt_in=True),
        version="2.0.1",
        why="Accepts a trigger of MeterValues and sends none; the last ones are said again for it.",
        seen="EVerest/libocpp#563: 2024-04",
        catalogue=("everest-trigger-meter-accepted",),
        confidence="medium",
        answer_here=(Replay(message="MeterValues", fresh=60.0),),
    ),
)
