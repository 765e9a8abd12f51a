"""Wall Box Chargers."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.profiles import Profile, of_profiles

VENDOR = "Wall Box Chargers"

QUIRKS = (
    Quirk(
        name="wallbox.stacklevel-zero-only",
        match=Match(vendor=VENDOR),
        version="1.6",
        why="Refuses or ignores a charging profile with a stackLevel above 0.",
        seen="evcc-io/evcc#15581, ocpp-wallbox-fw5.yaml; ev-server's Wallbox integration",
        catalogue=("wallbox-stacklevel-zero-only",),
        to_station=of_profiles("1.6", Profile(stack_level=0)),
    ),
    Quirk(
        name="wallbox.fw6-no-boot-on-connect",
        match=Match(vendor=VENDOR, firmware_from="6", firmware_before="7"),
        version="1.6",
        why="Connects without BootNotification; sends it within a second when it is triggered.",
        seen="evcc-io/evcc#28539, PR#28540: Pulsar Pro (PPR1-0-2-4) with 6.11.16",
        catalogue=("wallbox-fw6-no-boot-on-connect",),
        timing=Pace(prompt_boot_after=3.0),
    ),
    Quirk(
        name="wallbox.idle-drop-30s",
        match=Match(vendor=VENDOR, firmware_from="6", firmware_before="7"),
        version="1.6",
        why="Drops a connection that is silent for 30 s; a ping every 20 s keeps it.",
        seen="known misbehaviours, wallbox-idle-drop-30s: 6.7.x",
        catalogue=("wallbox-idle-drop-30s",),
        timing=Pace(ping_interval=20.0),
    ),
)
