"""DaheimLaden."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.keys import Listed

QUIRKS = (
    Quirk(
        name="daheimladen.rate-unit-not-listed",
        match=Match(opt_in=True),
        version="1.6",
        why="Does not know the key that says in which unit it takes limits; it takes amperes.",
        seen="evcc-io/evcc#3891: AC_DG3_1.RSDA",
        catalogue=("featureprofiles-spaced-names",),
        from_station={
            "GetConfigurationResponse": (
                Listed("ChargingScheduleAllowedChargingRateUnit", "Current"),
            )
        },
    ),
)
