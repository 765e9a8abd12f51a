"""wallbe."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.asking import HoldsAlready
from vendor_quirks.repairs.keys import ValueOf

WALLBE = Match(vendor="wallbe")


def named_profiles(value: str) -> str:
    """What `true` stands for: the profiles by which it was controlled."""
    return "Core,SmartCharging" if value.strip().lower() == "true" else value


QUIRKS = (
    Quirk(
        name="wallbe.feature-profiles-true",
        match=WALLBE,
        version="1.6",
        why='Lists its feature profiles as "true"; a CSMS finds no smart charging, which it has.',
        seen="evcc-io/evcc#15474, #4008; lbbrhzn/ocpp#716: Smart Charge Control with BE-03.01.29",
        catalogue=("wallbe-featureprofiles-true",),
        from_station={
            "GetConfigurationResponse": (ValueOf("SupportedFeatureProfiles", named_profiles),)
        },
    ),
    Quirk(
        name="wallbe.metering-keys-refused",
        match=WALLBE,
        version="1.6",
        why="Refuses to set a key of its metering, even to the value that it has.",
        seen="evcc-io/evcc#4008; lbbrhzn/ocpp#716: Smart Charge Control with BE-03.01.29",
        catalogue=("wallbe-measurand-change-rejected",),
        confidence="medium",
        command=(
            HoldsAlready(
                keys=(
                    "MeterValue*",
                    "StopTxn*Data",
                    "ClockAlignedDataInterval",
                )
            ),
        ),
    ),
)
