"""TriggerMessage that a station refuses, or leaves unanswered; and what it never says unasked."""

from vendor_quirks.answers import AnswerHere, Replay
from vendor_quirks.command import FanOut
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.talks import FollowUp
from vendor_quirks.where import Is

ONE = Is("one connector", lambda found: isinstance(found, int) and found > 0)

QUIRKS = (
    Quirk(
        name="goe.meter-trigger-rejected",
        match=Match(opt_in=True),
        version="1.6",
        why="Rejects each trigger of MeterValues; its last sample is had again in its place.",
        seen="goecharger/go-eCharger-API-v2#134: before 055.6",
        catalogue=("goe-trigger-metervalues-rejected",),
        answer_here=(Replay(message="MeterValues"),),
    ),
    Quirk(
        name="mennekes.meter-trigger-exhausts",
        match=Match(opt_in=True),
        version="1.6",
        why="Triggers of MeterValues every few seconds end, after days, in a lost connection.",
        seen="evcc-io/evcc#32236: AMTRON 4You",
        catalogue=("mennekes-trigger-meter-exhaustion",),
        confidence="medium",
        answer_here=(Replay(message="MeterValues", fresh=60.0),),
    ),
    Quirk(
        name="abl.meter-trigger-wants-connector",
        match=Match(opt_in=True),
        version="1.6",
        why="Rejects a trigger of MeterValues that names no connector.",
        seen="evcc-io/evcc#7423",
        catalogue=("abl-trigger-meter-needs-connector",),
        command=(
            FanOut(
                "TriggerMessage",
                when={"requestedMessage": "MeterValues", "connectorId": (0, None)},
                as_is_first=True,
            ),
        ),
    ),
    Quirk(
        name="enplus.status-trigger-of-station-rejected",
        match=Match(model="48"),
        version="1.6",
        why="Rejects a trigger of its own state, connector 0, and takes one of each connector.",
        seen="lbbrhzn/ocpp#1573",
        catalogue=("status-connector0-trigger-rejected",),
        confidence="medium",
        command=(
            FanOut(
                "TriggerMessage",
                when={"requestedMessage": "StatusNotification", "connectorId": 0},
            ),
        ),
    ),
    Quirk(
        name="generic.boot-trigger-unanswered",
        match=Match(behaviour="leaves-boot-trigger-unanswered"),
        version="1.6",
        why="Never answers a trigger of BootNotification; whoever asks learns so at once.",
        seen="evcc-io/evcc#6735",
        catalogue=("boot-trigger-unanswered",),
        confidence="medium",
        answer_here=(
            AnswerHere(
                action="TriggerMessage",
                of="csms",
                when={"requestedMessage": "BootNotification"},
                response={"status": "NotImplemented"},
            ),
        ),
    ),
    Quirk(
        name="generic.availability-without-status",
        match=Match(opt_in=True),
        version="1.6",
        why="Accepts ChangeAvailability and tells no state after it, until it is asked.",
        seen="jeethjoseph/ocpp-server availability-toggle-fix",
        catalogue=("changeavailability-accepted-no-status",),
        command=(
            FollowUp(
                action="ChangeAvailability",
                sends="TriggerMessage",
                put={"requestedMessage": "StatusNotification", "connectorId": "$connectorId"},
                when={"connectorId": ONE},
            ),
            FollowUp(
                action="ChangeAvailability",
                sends="TriggerMessage",
                put={"requestedMessage": "StatusNotification"},
            ),
        ),
    ),
)
