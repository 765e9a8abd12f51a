"""Frames with an element too few, too many, or of the wrong type."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.envelope import CallOfAnotherType, EmptyId, NullPayload, PadError

QUIRKS = (
    Quirk(
        name="shared.null-payload",
        match=Match(),
        why="Sends null where an empty payload is meant, as in Heartbeat.",
        seen="known misbehaviours, null-payload-instead-of-object",
        catalogue=("null-payload-instead-of-object",),
        envelope=(NullPayload(),),
    ),
    Quirk(
        name="shared.callerror-elements",
        match=Match(),
        why="Sends CALLERROR without details, or with a text in their place.",
        seen="known misbehaviours, callerror-four-elements: Grizzl-E, Simpson & Partners",
        catalogue=("callerror-four-elements", "callerror-details-empty-string"),
        envelope=(PadError(),),
    ),
    Quirk(
        name="shared.empty-message-id",
        match=Match(),
        why="Answers without the message id, so that nobody knows which CALL is answered.",
        seen="lorenzodonini/ocpp-go#267: GetDiagnostics",
        catalogue=("empty-message-id",),
        envelope=(EmptyId(),),
    ),
    Quirk(
        name="shared.call-of-another-type",
        match=Match(),
        version="1.6",
        why="Sends a CALL that is right in all but its message type, and nobody answers it.",
        seen="mobilityhouse/ocpp#358; victormunoz/OCPP-1.6-Chargebox-Simulator PR#4",
        catalogue=("simulator-message-type-1",),
        confidence="medium",
        envelope=(CallOfAnotherType(),),
    ),
)
