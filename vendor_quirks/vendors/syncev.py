"""Sync EV."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk, merged
from vendor_quirks.repairs.keys import ValueOf
from vendor_quirks.repairs.measurands import without_phases
from vendor_quirks.repairs.samples import DropSamples, of_meters

QUIRKS = (
    Quirk(
        name="syncev.voltage-of-neutral",
        match=Match(opt_in=True),
        version="1.6",
        why="Tells 0 V for the neutral wire, which writes over the voltage of the phase.",
        seen="lbbrhzn/ocpp PR#1900, #1917: Compact EVCP with 1.6.3",
        catalogue=("syncev-neutral-voltage",),
        lossy=True,
        from_station=merged(
            of_meters("1.6", DropSamples({"measurand": "Voltage", "phase": "N"})),
            {"GetConfigurationResponse": (ValueOf("MeterValues*Data", without_phases),)},
        ),
    ),
    Quirk(
        name="syncev.samples-when-triggered",
        match=Match(opt_in=True),
        version="1.6",
        why="Tells samples only when they are triggered.",
        seen="lbbrhzn/ocpp, docs/supported-devices.md: Compact EVCP with 1.6.3",
        catalogue=("syncev-needs-trigger-meter",),
        confidence="medium",
        timing=Pace(prompt_meter_every=60.0),
    ),
)
