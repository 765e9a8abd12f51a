"""Sampled values that are no clean number text, and meter values without any."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Coerce, Trim
from vendor_quirks.repairs.samples import DropEmptyMeters, DropSamples, of_meters, of_samples

NOTHING_MEASURED = AnswerHere(action="MeterValues", when={"meterValue": []})

QUIRKS = (
    Quirk(
        name="shared.sample-value-number",
        match=Match(),
        version="1.6",
        why="Says what it measured as a JSON number, where 1.6 has text; a strict CSMS refuses.",
        seen="OpenEVSE/openevse_esp32_firmware#335",
        catalogue=("openevse-sampledvalue-number",),
        from_station=of_samples("1.6", Coerce("value", "text")),
    ),
    Quirk(
        name="shared.sample-value-padded",
        match=Match(),
        version="1.6",
        why="Pads what it measured with blanks, and number parsers refuse it.",
        seen="evcc-io/evcc PR#13990, 68cc29a96; matth-x/MicroOcpp PR#301",
        catalogue=("eledio-space-padded-numbers",),
        from_station=of_samples("1.6", Trim("value")),
    ),
    Quirk(
        name="shared.sample-value-empty",
        match=Match(),
        version="1.6",
        why="Says an empty text where it has no reading; a CSMS fails to read it as a number.",
        seen="lbbrhzn/ocpp PR#1336; evcc-io/evcc#17836",
        catalogue=("sampledvalue-empty-string", "amperfied-metervalue-empty-values"),
        from_station=of_meters("1.6", DropSamples({"value": ""})),
    ),
    Quirk(
        name="generic.meter-values-of-nothing",
        match=Match(opt_in=True),
        version="1.6",
        why="Where none of its samples has a reading, what is left of the message is refused.",
        seen="evcc-io/evcc#17836: Amperfied connect.business, when it is triggered",
        catalogue=("amperfied-metervalue-empty-values",),
        answer_here=(NOTHING_MEASURED,),
    ),
    Quirk(
        name="vestel.empty-sampled-value",
        match=Match(vendor="VESTEL"),
        version="1.6",
        why="Sends meter values without a sample; it is refused and connects again and again.",
        seen="lbbrhzn/ocpp#466: EVC04 after a firmware update",
        catalogue=("vestel-empty-sampledvalue",),
        from_station=of_meters("1.6", DropEmptyMeters()),
        answer_here=(NOTHING_MEASURED,),
    ),
)
