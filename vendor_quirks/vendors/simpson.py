"""Simpson & Partners."""

from vendor_quirks.command import ErrorAsStatus
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.answering import AlreadySo

VENDOR = "Simpson-Partners"

QUIRKS = (
    Quirk(
        name="simpson.availability-refused",
        match=Match(vendor=VENDOR),
        version="1.6",
        why="Refuses to become operative although it is; a CSMS then takes it for out of order.",
        seen="lbbrhzn/ocpp#1787, #1160: SP Home7 with 3.3.4",
        catalogue=("simpson-availability-rejected",),
        answer_here=(AlreadySo(),),
    ),
    Quirk(
        name="simpson.start-refused-by-error",
        match=Match(vendor=VENDOR, firmware_before="3.4.14"),
        version="1.6",
        why="Answers a right remote start with an error, which few CSMSs expect there.",
        seen="lbbrhzn/ocpp#1911: SP Home7",
        catalogue=("simpson-remotestart-callerror",),
        confidence="medium",
        command=(ErrorAsStatus("RemoteStartTransaction"),),
    ),
)
