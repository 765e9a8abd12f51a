"""Frames of a CSMS that are not as OCPP-J has them."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.envelope import NumberAsId, PadError, ResultWithAction

QUIRKS = (
    Quirk(
        name="csms.number-as-message-id",
        match=Match(opt_in=True),
        side="csms",
        why="Numbers its CALLs by integers; a station answers a CALLERROR with an empty id.",
        seen="known misbehaviours, integer-message-id-from-backend",
        catalogue=("integer-message-id-from-backend",),
        envelope=(NumberAsId(),),
    ),
    Quirk(
        name="csms.result-with-action",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Names the action in a CALLRESULT too, so that the station finds no transactionId.",
        seen="known misbehaviours, backend-callresult-with-action",
        catalogue=("backend-callresult-with-action",),
        confidence="medium",
        envelope=(ResultWithAction(),),
    ),
    Quirk(
        name="shared.callerror-elements-of-csms",
        match=Match(),
        side="csms",
        why="Sends CALLERROR with a text, such as its SQL, where a station looks for an object.",
        seen="steve-community/steve#45",
        catalogue=("steve-callerror-details-string",),
        envelope=(PadError(),),
    ),
)
