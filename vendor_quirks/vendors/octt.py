"""The test tool of the Open Charge Alliance, and stations that read dates as strictly."""

from vendor_quirks.quirk import ByAction, Match, Quirk, both, merged
from vendor_quirks.repairs.fields import Each
from vendor_quirks.repairs.moments import Respelled


def whole(field: str = "currentTime") -> Respelled:
    """A date in whole seconds."""
    return Respelled(field, milliseconds=False)


EXPIRY = whole("expiryDate")
OF_TAG = Each("idTagInfo", EXPIRY)
OF_SCHEDULE = whole("startSchedule")


def of_profile(field: str) -> tuple[Each, ...]:
    """The dates of the profile in a field."""
    dates = (Each(field, whole(name)) for name in ("validFrom", "validTo"))
    return (*dates, Each(f"{field}.chargingSchedule", OF_SCHEDULE))


DATES: ByAction = merged(
    both(("BootNotificationResponse", "HeartbeatResponse"), whole()),
    both(("AuthorizeResponse", "StartTransactionResponse", "StopTransactionResponse"), OF_TAG),
    {
        "GetDiagnostics": (whole("startTime"), whole("stopTime")),
        "UpdateFirmware": (whole("retrieveDate"),),
        "ReserveNow": (EXPIRY,),
        "SendLocalList": (Each("localAuthorizationList.idTagInfo", EXPIRY),),
        "SetChargingProfile": of_profile("csChargingProfiles"),
        "RemoteStartTransaction": of_profile("chargingProfile"),
    },
)

QUIRKS = (
    Quirk(
        name="octt.fractions-of-seconds-unread",
        match=Match(opt_in=True),
        version="1.6",
        why="Cannot read a date with fractions of a second.",
        seen="mikuso/ocpp-rpc#42",
        catalogue=("charger-date-fraction-intolerant",),
        confidence="medium",
        to_station=DATES,
    ),
)
