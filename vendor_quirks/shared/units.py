"""Measurands, phases and units under names that OCPP does not have for them."""

from decimal import Decimal

from vendor_quirks.quirk import Match, Quirk, merged
from vendor_quirks.repairs.fields import Replace
from vendor_quirks.repairs.groups import LonePhase
from vendor_quirks.repairs.samples import (
    Phase,
    SplitPhaseSuffix,
    UnitScale,
    of_meters,
    of_samples,
)

TO_LINE = {"L1-N": "L1", "L2-N": "L2", "L3-N": "L3"}
TO_NEUTRAL = {line: neutral for neutral, line in TO_LINE.items()}

QUIRKS = (
    Quirk(
        name="shared.measurand-with-phase",
        match=Match(),
        version="1.6",
        why="Says the phase within the measurand's name, which no CSMS knows then.",
        seen="ConnectorIO/connectorio-addons PR#138; ev-server: Schneider Electric, SyncEV",
        catalogue=("measurand-with-phase-suffix",),
        from_station=of_samples("1.6", SplitPhaseSuffix()),
    ),
    Quirk(
        name="shared.unit-abbreviated",
        match=Match(),
        version="1.6",
        why="Abbreviates a unit that 1.6 spells out; a strict CSMS refuses the whole message.",
        seen="lbbrhzn/ocpp#1576, #1969: Charge Amps; OpenEVSE/openevse_esp32_firmware PR#726",
        catalogue=("chargeamps-unit-hz", "openevse-unit-c"),
        from_station=of_samples("1.6", Replace("unit", {"Hz": "Hertz", "C": "Celsius"})),
    ),
    Quirk(
        name="generic.phases-swapped",
        match=Match(opt_in=True),
        version="1.6",
        why="Tells currents between phase and neutral, voltages of a phase, each in the wrong way.",
        seen="lbbrhzn/ocpp process_phases; evcc-io/evcc connector.go",
        catalogue=("current-phase-l1n",),
        from_station=of_samples("1.6", Phase("Current.*", TO_LINE), Phase("Voltage", TO_NEUTRAL)),
    ),
    Quirk(
        name="generic.total-energy-on-l1",
        match=Match(opt_in=True),
        version="1.6",
        why="Has one phase and names it at its total energy, so that a CSMS finds no total.",
        seen="lbbrhzn/ocpp PR#1943; evcc-io/evcc PR#19405",
        catalogue=("energy-register-phase-tagged",),
        from_station=of_meters("1.6", LonePhase("Energy.Active.Import.Register")),
    ),
    Quirk(
        name="zaptec.cloud-kwh",
        match=Match(opt_in=True),
        version="1.6",
        why="Its cloud tells energies in kWh and currents between phase and neutral.",
        seen="docs.zaptec.com, commands of the OCPP 1.6J cloud: Pro and Go",
        catalogue=("zaptec-cloud-kwh",),
        from_station=merged(
            of_samples("1.6", UnitScale("Energy.*", "kWh", "Wh", Decimal(1000))),
            of_samples("1.6", Phase("Current.*", TO_LINE)),
        ),
    ),
)
