"""Stations that are built on MicroOcpp."""

from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.fields import SetTo, When
from vendor_quirks.repairs.words import REASONS
from vendor_quirks.situation import Situation


def reason_from_id_tag(payload: Payload, known: Situation) -> int:
    """A reason in the place of the id tag; the one that is there is kept if it says more."""
    said = payload.get("idTag")
    if not isinstance(said, str) or said not in REASONS:
        return 0
    if payload.get("reason") not in (None, "Other", "Local", said):
        return 0
    payload["reason"] = said
    del payload["idTag"]
    return 1


QUIRKS = (
    Quirk(
        name="microocpp.reason-as-id-tag",
        match=Match(opt_in=True),
        version="1.6",
        why="Stops for a reset with the reason as id tag, which is nobody's card.",
        seen="matth-x/MicroOcpp#202, of October 2023",
        catalogue=("stop-idtag-reset-keyword",),
        confidence="medium",
        from_station={"StopTransaction": (reason_from_id_tag,)},
    ),
    Quirk(
        name="microocpp.no-retries-no-upload",
        match=Match(opt_in=True),
        version="1.6",
        why="Takes no retries for no try, and then says nothing of the upload.",
        seen="matth-x/MicroOcpp#397, PR#436",
        catalogue=("microocpp-diagnostics-second-failure",),
        confidence="medium",
        to_station={"GetDiagnostics": (When({"retries": 0}, SetTo("retries", 1)),)},
    ),
)
