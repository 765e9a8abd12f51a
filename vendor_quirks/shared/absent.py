"""What is not there, said as an empty text, as the word null, or as zero."""

import re

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Default, Drop, DropField, Truncate, When
from vendor_quirks.repairs.moments import Moment
from vendor_quirks.where import Is

OPTIONAL_AT_BOOT = (
    "chargeBoxSerialNumber",
    "chargePointSerialNumber",
    "firmwareVersion",
    "iccid",
    "imsi",
    "meterSerialNumber",
    "meterType",
)
OPTIONAL_IN_STATUS = ("info", "vendorErrorCode", "vendorId")
ZEROS = re.compile(r"\s*(?:0[xX])?0+\s*", re.ASCII)


def _is_zeros(found: object) -> bool:
    return isinstance(found, str) and len(found) <= 50 and ZEROS.fullmatch(found) is not None


QUIRKS = (
    Quirk(
        name="shared.empty-optional-text",
        match=Match(),
        version="1.6",
        why='Says "" for what it does not know, over which a CSMS trips that is strict.',
        seen="lbbrhzn/ocpp#649, #1617, docs/debugging.md; evcc-io/evcc#15022",
        catalogue=("empty-optional-strings", "eprowallbox-vendor-code"),
        from_station={
            "BootNotification": (Drop(OPTIONAL_AT_BOOT),),
            "StatusNotification": (Drop(OPTIONAL_IN_STATUS),),
            "StopTransaction": (Drop(("idTag", "reason")),),
        },
    ),
    Quirk(
        name="shared.null-as-text",
        match=Match(),
        version="1.6",
        why='Says the word "null" for what it does not know, and a CSMS shows it as a message.',
        seen="lbbrhzn/ocpp#169: ABB Terra AC",
        catalogue=("abb-info-null-string",),
        from_station={
            "BootNotification": (Drop(OPTIONAL_AT_BOOT, ("null",)),),
            "StatusNotification": (Drop(OPTIONAL_IN_STATUS, ("null",)),),
        },
    ),
    Quirk(
        name="shared.reservation-zero",
        match=Match(),
        version="1.6",
        why="Starts under reservation 0 where there is none; a CSMS looks for it and fails.",
        seen="steve-community/steve#1414, commit 10202ba7",
        catalogue=("reservationid-zero-means-none",),
        lossy=True,
        signs=(b'"reservationId":0',),
        from_station={"StartTransaction": (Drop(("reservationId",), (0,)),)},
    ),
    Quirk(
        name="eprowallbox.status-without-timestamp",
        match=Match(vendor="AB070"),
        version="1.6",
        why="Tells no state's time, and a CSMS that sorts by it loses the order.",
        seen="evcc-io/evcc#15022: eProWallbox Move with 2.9.3",
        catalogue=("eprowallbox-vendor-code",),
        from_station={"StatusNotification": (Moment(absent=True),)},
    ),
    Quirk(
        name="generic.boot-without-serial",
        match=Match(opt_in=True),
        version="1.6",
        why="Boots without serial number, and some CSMSs keep their stations by that alone.",
        seen="ConnectorIO/connectorio-addons#139; evcc-io/evcc PR#14888",
        catalogue=("boot-empty-serial",),
        from_station={
            "BootNotification": (
                Default("chargePointSerialNumber", "$@identity", absent=(None, "")),
                Truncate("chargePointSerialNumber", 25),
            )
        },
    ),
    Quirk(
        name="abb.vendor-error-code-zero",
        match=Match(vendor="ABB"),
        version="1.6",
        why="Fills in an error code of zeros when all is well; a CSMS raises an alarm for it.",
        seen="evcc-io/evcc#6817; NHP-ESCo/ocpp-middleware: Terra AC",
        catalogue=("vendor-error-code-zero",),
        from_station={
            "StatusNotification": (
                When(
                    {"errorCode": "NoError", "vendorErrorCode": Is("nothing but zeros", _is_zeros)},
                    DropField("vendorErrorCode"),
                ),
            )
        },
    ),
)
