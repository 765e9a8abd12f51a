"""Stations that serve no CALL until they have booted, settled, or told their states."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="enplus.deaf-until-boot",
        match=(Match(vendor="EN+"), Match(vendor_id="EN+"), Match(identity="SN100*")),
        version="1.6",
        why="Leaves CALLs unanswered that come before its boot is over.",
        seen="evcc-io/evcc PR#25069: sold as Atronix, too",
        catalogue=("enplus-only-after-boot",),
        confidence="medium",
        timing=Pace(hold_until="first_status"),
    ),
    Quirk(
        name="wallbox.boots-when-asked-early",
        match=Match(vendor="Wall Box Chargers", firmware_from="6", firmware_before="7"),
        version="1.6",
        why="Asked for something in its first seconds it boots again, and never answers.",
        seen="lbbrhzn/ocpp#1414, #1503 (20 s cure it), #1510: 6.6.12 to 6.6.20",
        catalogue=("wallbox-boot-during-setup",),
        confidence="medium",
        timing=Pace(hold_until="boot", settle=20.0),
    ),
    Quirk(
        name="evbox.livo-deaf-until-status",
        match=Match(opt_in=True),
        version="2.0.1",
        why="Leaves GetBaseReport unanswered that comes before it told its connectors' states.",
        seen="lbbrhzn/ocpp#1432: Livo",
        catalogue=("evbox-livo-getbasereport-early",),
        confidence="medium",
        timing=Pace(hold_until="first_status"),
    ),
)
