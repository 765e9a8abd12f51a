"""EN+."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Truncate
from vendor_quirks.repairs.samples import DropSamples, of_meters
from vendor_quirks.situation import number
from vendor_quirks.where import Is

EN_PLUS = (Match(vendor="EN+"), Match(vendor_id="EN+"), Match(identity="SN100*"))
NO_VOLTAGE = {"measurand": "Voltage", "value": Is("zero", lambda value: number(value) == 0)}

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
    Quirk(
        name="enplus.leaves-over-availability",
        match=Match(vendor="EN+"),
        version="1.6",
        why="Told to be operative, says nothing more, leaves after 30 s and boots: in a loop.",
        seen="evcc-io/evcc#30113, PR#30217, ocpp-enplus.yaml: 37 with 1.1.805",
        catalogue=("enplus-disconnect-on-changeavailability",),
        lossy=True,
        answer_here=(
            AnswerHere(
                action="ChangeAvailability",
                of="csms",
                when={"connectorId": 0, "type": "Operative", "@unavailable": None},
                response={"status": "Accepted"},
                needs=frozenset({"status"}),
            ),
        ),
    ),
    Quirk(
        name="enplus.info-too-long",
        match=Match(vendor_id="EN+"),
        version="1.6",
        why="Puts JSON into the info of a status, which may grow beyond its 50 characters.",
        seen="lbbrhzn/ocpp#211: AC7000-AE-25",
        catalogue=("enplus-info-json-text",),
        lossy=True,
        from_station={"StatusNotification": (Truncate("info", 50),)},
    ),
    Quirk(
        name="enplus.no-voltage-without-session",
        match=Match(opt_in=True),
        version="1.6",
        why="Samples a voltage of 0 while nothing charges.",
        seen="lbbrhzn/ocpp's supported devices: Caro with 1.0.25.130",
        catalogue=("enplus-voltage-constant",),
        lossy=True,
        from_station=of_meters("1.6", DropSamples(NO_VOLTAGE)),
    ),
)
