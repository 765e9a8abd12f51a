"""ABB."""

from vendor_quirks.answers import AnswerHere, Replay
from vendor_quirks.command import ErrorAsStatus
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Replace, When
from vendor_quirks.repairs.keys import AllowedMeasurands
from vendor_quirks.repairs.profiles import Profile, of_profiles

# What Terra AC can list again after it was written.
MEASURANDS = frozenset(
    {
        "Current.Import",
        "Current.Offered",
        "Energy.Active.Import.Register",
        "Power.Active.Import",
        "Voltage",
    }
)

QUIRKS = (
    Quirk(
        name="abb.tac-stacklevel-zero",
        match=Match(vendor="ABB"),
        version="1.6",
        why="Terra AC takes a charging profile only with stackLevel 0.",
        seen="evcc-io/evcc ocpp-abb-tac.yaml, PR#15801",
        catalogue=("abb-tac-stacklevel-zero",),
        to_station=of_profiles("1.6", Profile(stack_level=0)),
    ),
    Quirk(
        name="abb.finishing-with-error-code",
        match=Match(vendor="ABB"),
        version="1.6",
        why="Ends an ordinary session with the error OtherError, which a CSMS takes for a fault.",
        seen="sap-labs-france/ev-server 7bbf0a025, d28ad9ccf; its notifyStatusNotification",
        catalogue=("abb-finishing-with-errorcode",),
        lossy=True,
        from_station={
            "StatusNotification": (
                When({"status": "Finishing"}, Replace("errorCode", {"OtherError": "NoError"})),
            )
        },
    ),
    Quirk(
        name="abb.tac-measurands-reboot",
        match=Match(vendor="ABB", model="CDT_TACW*", firmware_before="1.8.22"),
        version="1.6",
        why="Takes any list of measurands, and boots in a loop as soon as a long one is read back.",
        seen="lbbrhzn/ocpp#1275, #880: Terra AC up to 1.8.21",
        catalogue=("abb-tac-measurand-reboot-loop",),
        lossy=True,
        to_station={
            "ChangeConfiguration": (
                AllowedMeasurands(MEASURANDS, keys=frozenset({"MeterValuesSampledData"})),
            )
        },
    ),
    Quirk(
        name="abb.profile-refused-by-error",
        match=Match(vendor="ABB"),
        version="1.6",
        why="Terra DC refuses a profile by the error NotSupported, where its answer has a status.",
        seen="evcc-io/evcc#30114",
        catalogue=("abb-dc-profile-notsupported",),
        command=(ErrorAsStatus("SetChargingProfile", "NotSupported", codes=("NotSupported",)),),
    ),
    Quirk(
        name="abb.no-triggers",
        match=Match(vendor="ABB"),
        version="1.6",
        why="Has no triggers, as one operator found; what it last said is said again for them.",
        seen="NHP-ESCo/ocpp-middleware, which triggers no ABB",
        catalogue=("abb-no-trigger",),
        confidence="low",
        lossy=True,
        answer_here=(
            Replay(message="StatusNotification"),
            Replay(message="MeterValues"),
            AnswerHere(action="TriggerMessage", of="csms", response={"status": "NotImplemented"}),
        ),
    ),
)
