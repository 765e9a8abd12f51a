"""Energy registers that count from elsewhere, twice, or in another unit than they say."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Drop, Replace, When
from vendor_quirks.repairs.groups import PartAtStart
from vendor_quirks.repairs.samples import of_meters, of_samples
from vendor_quirks.repairs.transactions import RegisterOffset

REGISTER = "Energy.Active.Import.Register"

QUIRKS = (
    Quirk(
        name="grizzle.samples-count-from-start",
        match=(Match(vendor="UnitedChargers"), Match(identity="GRS-*")),
        version="1.6",
        why="Samples count from the session's start, meterStart does not: nothing fits together.",
        seen="lbbrhzn/ocpp#2093: Grizzl-E",
        catalogue=("grizzle-eair-mixed-basis",),
        from_station={"MeterValues": (RegisterOffset(),)},
    ),
    Quirk(
        name="growatt.two-registers-in-one",
        match=Match(vendor="Growatt"),
        version="1.6",
        why="Says the register at the start behind the live one; who takes it sees no progress.",
        seen="lbbrhzn/ocpp#1838, #1709: THOR 22AS",
        catalogue=("growatt-two-registers-in-one",),
        from_station=of_meters("1.6", PartAtStart()),
    ),
    Quirk(
        name="openevse.kwh-labelled-wh",
        match=Match(vendor="OpenEVSE", firmware_from="4.2.2", firmware_before="4.2.3"),
        version="1.6",
        why="Counts kWh and says Wh, so that a CSMS bills a thousandth.",
        seen="OpenEVSE/openevse_esp32_firmware#703",
        catalogue=("openevse-kwh-labelled-wh",),
        # The number is right, its unit is not: so nothing is multiplied, and nothing twice.
        from_station=of_samples(
            "1.6", When({"measurand": (REGISTER, None)}, Replace("unit", {"Wh": "kWh"}))
        ),
    ),
    Quirk(
        name="wallbox.empty-transaction-data",
        match=Match(vendor="Wall Box Chargers"),
        version="1.6",
        why="Stops with a list of no data, and goes on to sample a register above its meterStop.",
        seen="lbbrhzn/ocpp#1069: Copper SB (CPB1-S-2-4)",
        catalogue=("wallbox-meter-after-stop-higher",),
        from_station={"StopTransaction": (Drop(("transactionData",), ([],)),)},
    ),
)
