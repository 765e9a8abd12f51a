"""EN+."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk

EN_PLUS = (Match(vendor="EN+"), Match(vendor_id="EN+"), Match(identity="SN100*"))

QUIRKS = (
    Quirk(
        name="enplus.datatransfer-flood",
        match=EN_PLUS,
        version="1.6",
        why="Reports its state by DataTransfer about every second; a CSMS logs each as an error.",
        seen="lbbrhzn/ocpp#1573: AC7000 with 1.1.805",
        catalogue=("enplus-datatransfer-flood",),
        lossy=True,
        answer_here=(
            AnswerHere(
                action="DataTransfer",
                when={"vendorId": "EN+", "messageId": ("gatewayInfo", "cpChargingParameterRpt")},
                response={"status": "Accepted"},
            ),
        ),
    ),
    Quirk(
        name="enplus.no-pong",
        match=EN_PLUS,
        version="1.6",
        why="Loses its connection over a WebSocket ping from the server.",
        seen="known misbehaviours, enplus-no-pong",
        catalogue=("enplus-no-pong",),
        timing=Pace(no_ping=True),
    ),
)
