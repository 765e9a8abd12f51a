"""Wall Box Chargers."""

from vendor_quirks.charging_profiles import STACK_LEVEL_ZERO
from vendor_quirks.quirk import Match, Quirk

VENDOR = "Wall Box Chargers"

QUIRKS = (
    Quirk(
        name="wallbox.stacklevel-zero-only",
        match=Match(vendor=VENDOR, version="1.6"),
        why="Refuses or ignores a charging profile with a stackLevel above 0.",
        seen="evcc-io/evcc#15581, ocpp-wallbox-fw5.yaml; ev-server's Wallbox integration",
        to_station=STACK_LEVEL_ZERO,
    ),
    Quirk(
        name="wallbox.fw6-no-boot-on-connect",
        match=Match(vendor=VENDOR, version="1.6", firmware_from="6", firmware_before="7"),
        why="Connects without BootNotification; sends it within a second when it is triggered.",
        seen="evcc-io/evcc#28539, PR#28540: Pulsar Pro (PPR1-0-2-4) with 6.11.16",
        prompt_boot_after=3.0,
    ),
)
