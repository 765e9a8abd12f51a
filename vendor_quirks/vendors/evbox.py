"""EVBox."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.currents import CurrentFrom, CurrentKey, CurrentTo
from vendor_quirks.repairs.samples import DropSamples, of_meters

EVBOX = (Match(vendor="EV-BOX"), Match(identity="EVB-P*"))
# No car charges at less than 6 A: from 60 on it is tenths already.
CURRENT = CurrentKey(key="evb_MaximumStationCurrent", per_ampere=10, most=59)

QUIRKS = (
    Quirk(
        name="evbox.offered-is-always-90",
        match=EVBOX,
        version="1.6",
        why="Elvi says that it offers 90 A, whatever it was limited to.",
        seen="evcc-io/evcc#29588, PR#29652",
        catalogue=("evbox-current-offered-90",),
        lossy=True,
        from_station=of_meters(
            "1.6", DropSamples({"measurand": ("Current.Offered", "Power.Offered")})
        ),
    ),
    Quirk(
        name="evbox.state-of-charge-is-made-up",
        # Its direct current stations know the state of charge, and nothing tells them apart.
        match=Match(opt_in=True),
        version="1.6",
        why="Elvi names a state of charge that no car told it.",
        seen="evcc-io/evcc#29588, PR#29652",
        catalogue=("evbox-current-offered-90",),
        lossy=True,
        from_station=of_meters("1.6", DropSamples({"measurand": "SoC"})),
    ),
    Quirk(
        name="evbox.asked-too-early",
        match=EVBOX,
        version="1.6",
        why="Breaks the connection off when it is asked for its configuration at once.",
        seen="evcc-io/evcc#12814, PR#12823: Elvi",
        catalogue=("evbox-getconfiguration-drops",),
        timing=Pace(hold_until="first_status", hold_at_most=30.0),
    ),
    Quirk(
        name="evbox.limit-in-tenths-of-ampere",
        # A CSMS that knows the unit may well mean 5.9 A by 59: it is the operator who can tell.
        match=Match(opt_in=True),
        version="1.6",
        why="Has the key of its static current limit in tenths of an ampere; 16 would be nothing.",
        seen="sap-labs-france/ev-server, EVBOXChargingStationVendorIntegration.ts; public set-ups",
        catalogue=("evbox-power-limit-key-deciampere",),
        from_station={"GetConfigurationResponse": (CurrentFrom(CURRENT),)},
        to_station={"ChangeConfiguration": (CurrentTo(CURRENT),)},
    ),
)
