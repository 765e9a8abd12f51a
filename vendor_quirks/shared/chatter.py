"""DataTransfer by which stations talk to their maker's own CSMS."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.where import Is

ACCEPTED = {"status": "Accepted"}


def _is_mid(found: object) -> bool:
    return isinstance(found, str) and found.lstrip().startswith('[{"MID"')


QUIRKS = (
    Quirk(
        name="evbox.status-by-datatransfer",
        match=(Match(vendor_id="EV-BOX"), Match(vendor="EV-BOX"), Match(identity="EVB-P*")),
        version="1.6",
        why="Says each state twice, the second time by DataTransfer, which a CSMS refuses.",
        seen="evcc-io/evcc PR#10109, PR#14733, #12821: Elvi",
        catalogue=("evbox-datatransfer-status",),
        lossy=True,
        answer_here=(
            AnswerHere(
                action="DataTransfer",
                when={"vendorId": "EV-BOX", "messageId": "evbStatusNotification"},
                response=ACCEPTED,
            ),
        ),
    ),
    Quirk(
        name="voltlync.signal-quality",
        match=Match(vendor_id="VoltLync"),
        version="1.6",
        why="Reports its modem's signal every few seconds; a CSMS logs each as an error.",
        seen="jeethjoseph/ocpp-server: stations with Quectel modems",
        catalogue=("signalquality-datatransfer",),
        lossy=True,
        answer_here=(
            AnswerHere(
                action="DataTransfer",
                when={"vendorId": "VoltLync", "messageId": "SignalQuality"},
                response=ACCEPTED,
            ),
        ),
    ),
    Quirk(
        name="eprowallbox.meter-by-datatransfer",
        match=Match(vendor="AB070"),
        version="1.6",
        why="Sends its external meter's samples by DataTransfer, in a form of its own.",
        seen="evcc-io/evcc#15022: eProWallbox Move with 2.9.3",
        catalogue=("eprowallbox-mid-datatransfer",),
        confidence="medium",
        lossy=True,
        answer_here=(
            AnswerHere(
                action="DataTransfer",
                when={"data": Is("a list of MID samples", _is_mid)},
                response=ACCEPTED,
            ),
        ),
    ),
    Quirk(
        name="enplus.datatransfer-before-boot",
        match=(Match(vendor="EN+"), Match(vendor_id="EN+"), Match(identity="SN100*")),
        version="1.6",
        why="Talks to its maker before it boots, which no CSMS lets a station do.",
        seen="evcc-io/evcc#15552: AC7000-AE-45 with 1.1.805",
        catalogue=("enplus-datatransfer-before-boot",),
        confidence="medium",
        lossy=True,
        answer_here=(
            AnswerHere(action="DataTransfer", when={"vendorId": "EN+"}, response=ACCEPTED),
        ),
    ),
)
