"""CSMSs that do not take every sampled value that 1.6 allows, or lose all for one that is wrong."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Replace, When
from vendor_quirks.repairs.samples import DropSamples, RoundValue, of_meters, of_samples
from vendor_quirks.repairs.words import (
    CONTEXTS,
    LOCATIONS,
    MEASURANDS,
    PHASES,
    UNITS,
    none_of,
)

WORDS = {
    "unit": none_of(UNITS | {"Hertz"}, "unit"),
    "measurand": none_of(MEASURANDS, "measurand"),
    "phase": none_of(PHASES, "phase"),
    "context": none_of(CONTEXTS, "context"),
    "location": none_of(LOCATIONS, "location"),
}

QUIRKS = (
    Quirk(
        name="csms.one-bad-sample-refuses-all",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Refuses a whole message, even a stop, for one sample with a word unknown to it.",
        seen="lbbrhzn/ocpp#1627",
        catalogue=("one-bad-sample-kills-message",),
        lossy=True,
        to_csms=of_meters("1.6", *(DropSamples({field: odd}) for field, odd in WORDS.items())),
    ),
    Quirk(
        name="csms.whole-watt-hours-only",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Reads energies in Wh as integers and fails on a decimal point.",
        seen="dallmann-consulting/OCPP.Core, experiences with KEBA; evcc-io/evcc#15616",
        catalogue=("energy-wh-fractional-string",),
        lossy=True,
        to_csms=of_samples("1.6", When({"unit": ("Wh", None)}, RoundValue("Energy.*"))),
    ),
    Quirk(
        name="csms.no-hertz",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Knows the units of the original schema, before the errata added Hertz.",
        seen="mobilityhouse/ocpp PR#70, PR#497: Viridian",
        catalogue=("unit-hertz-errata",),
        lossy=True,
        # The sample goes, not its unit alone: what has none is in Wh.
        to_csms=of_meters("1.6", DropSamples({"unit": "Hertz"})),
    ),
    Quirk(
        name="csms.celsius-only",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Does not know Celcius, as the first schema of 1.6 has it.",
        seen="lorenzodonini/ocpp-go 717e26d; dallmann-consulting/OCPP.Core PR#81",
        catalogue=("celcius-vs-celsius",),
        to_csms=of_samples("1.6", Replace("unit", {"Celcius": "Celsius"})),
    ),
    Quirk(
        name="csms.celcius-only",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Knows the temperature by the spelling of the first schema of 1.6 alone.",
        seen="lorenzodonini/ocpp-go 717e26d; dallmann-consulting/OCPP.Core e37ab01",
        catalogue=("celcius-vs-celsius",),
        to_csms=of_samples("1.6", Replace("unit", {"Celsius": "Celcius"})),
    ),
)
