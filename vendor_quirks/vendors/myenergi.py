"""myenergi."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.keys import ValueOf


def without_smart_charging(profiles: str) -> str:
    """A list of feature profiles without the one that is not there."""
    return ",".join(one for one in profiles.split(",") if one.strip() != "SmartCharging")


QUIRKS = (
    Quirk(
        name="myenergi.no-smart-charging",
        match=Match(opt_in=True),
        version="1.6",
        why="Has no charging profiles at all; the maker's cloud stands between.",
        seen="evcc-io/evcc#20846: zappi",
        catalogue=("zappi-no-smartcharging",),
        confidence="medium",
        answer_here=(
            AnswerHere(action="SetChargingProfile", of="csms", response={"status": "NotSupported"}),
            AnswerHere(action="ClearChargingProfile", of="csms", response={"status": "Unknown"}),
            AnswerHere(action="GetCompositeSchedule", of="csms", response={"status": "Rejected"}),
        ),
        from_station={
            "GetConfigurationResponse": (
                ValueOf("SupportedFeatureProfiles", without_smart_charging),
            )
        },
    ),
)
