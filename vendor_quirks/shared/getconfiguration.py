"""GetConfiguration: stations that answer for few keys only, or not at all."""

from vendor_quirks.command import Split
from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.talks import LISTS, AskByKeys, NameUnknownKeys

QUIRKS = (
    Quirk(
        name="shared.getconfiguration-max-keys",
        match=Match(),
        version="1.6",
        why="Answers for GetConfigurationMaxKeys keys at a time, and a CSMS asks for more.",
        seen="evcc-io/evcc#15726, #14721, #15991",
        catalogue=("vestel-getconfiguration-maxkeys-1", "evbox-getconfiguration-maxkeys-1"),
        command=(
            Split("GetConfiguration", "key", joined=LISTS, size_key="GetConfigurationMaxKeys"),
        ),
    ),
    Quirk(
        name="evbox.getconfiguration-maxkeys-1",
        match=(Match(vendor="EV-BOX"), Match(identity="EVB-P*")),
        version="1.6",
        why="Answers for one configuration key at a time.",
        seen="evcc-io/evcc#14721, #15991: Elvi",
        catalogue=("evbox-getconfiguration-maxkeys-1",),
        command=(Split("GetConfiguration", "key", joined=LISTS),),
    ),
    Quirk(
        name="generic.getconfiguration-all-unanswered",
        match=Match(behaviour="leaves-getconfiguration-unanswered"),
        version="1.6",
        why="Leaves a GetConfiguration of everything unanswered, and answers one of named keys.",
        seen="NHP-ESCo/ocpp-middleware ServerOCPP_v16; steve-community/steve#164",
        catalogue=("getconfiguration-all-unanswered",),
        confidence="medium",
        command=(AskByKeys(),),
    ),
    Quirk(
        name="generic.getconfiguration-without-unknown-keys",
        match=Match(opt_in=True),
        version="1.6",
        why="Says nothing at all of a key that it does not know.",
        seen="lbbrhzn/ocpp#1293 and ocppv16.py",
        catalogue=("getconfiguration-empty-both",),
        command=(NameUnknownKeys(),),
    ),
    Quirk(
        name="webasto.next-hangs-after-boot",
        match=Match(vendor="Webasto", model="WB_NEXT_EVSE_EU_32A"),
        version="1.6",
        why="Asked for its configuration right after its boot it never answers, and boots again.",
        seen="lbbrhzn/ocpp#1602, #1489: 3.1.16",
        catalogue=("webasto-next-getconfiguration-hang",),
        confidence="medium",
        timing=Pace(hold_until="boot", settle=10.0),
    ),
)
