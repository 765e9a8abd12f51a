"""Faults whose vendor is not known: configuration switches them on by name."""

from vendor_quirks.answers import Dedupe
from vendor_quirks.command import FanOut, Retry
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="generic.trigger-status-per-connector-unanswered",
        match=Match(opt_in=True),
        version="1.6",
        why="Answers a trigger of StatusNotification only if it names no connector.",
        seen="evcc-io/evcc PR#16327",
        catalogue=("trigger-status-per-connector-unanswered",),
        command=(
            Retry(
                action="TriggerMessage",
                when={"requestedMessage": "StatusNotification"},
                without=("connectorId",),
            ),
        ),
    ),
    Quirk(
        name="generic.duplicate-start-within-minute",
        match=Match(opt_in=True),
        version="1.6",
        why="Starts the same transaction again within a minute, under another message id.",
        seen="known misbehaviours, duplicate-start-within-minute",
        catalogue=("duplicate-start-within-minute",),
        answer_here=(Dedupe(action="StartTransaction", window=60.0, key=("connectorId", "idTag")),),
    ),
    Quirk(
        name="generic.profile-connector-0-refused",
        match=Match(opt_in=True),
        version="1.6",
        why="Refuses a charging profile for the whole station, and takes one for each connector.",
        seen="known misbehaviours, profile-connector0-not-accepted",
        catalogue=("profile-connector0-not-accepted",),
        command=(FanOut("SetChargingProfile", as_is_first=True),),
    ),
)
