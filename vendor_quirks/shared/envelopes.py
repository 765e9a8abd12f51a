"""Frames with an element too few, too many, or of the wrong type."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.envelope import NullPayload, PadError

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
)
