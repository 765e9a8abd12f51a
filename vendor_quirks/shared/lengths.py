"""Identification strings that are longer than OCPP 1.6 allows."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Truncate

# OCPP 1.6 section 6.7.
LENGTHS = {
    "chargePointVendor": 20,
    "chargePointModel": 20,
    "chargePointSerialNumber": 25,
    "chargeBoxSerialNumber": 25,
    "firmwareVersion": 50,
    "iccid": 20,
    "imsi": 20,
    "meterType": 25,
    "meterSerialNumber": 25,
}

QUIRKS = (
    Quirk(
        name="shared.boot-texts-too-long",
        match=Match(),
        version="1.6",
        why="Says its name, serial or meter at a length with which a strict CSMS lets none boot.",
        seen="mobilityhouse/ocpp#122, #128, #273; lbbrhzn/ocpp#213, #899, #1619; evcc PR#15028",
        catalogue=(
            "boot-string-lengths-exceed-schema",
            "schneider-serial-too-long",
            "grizzle-model-too-long",
            "phoenix-vendor-model-too-long",
        ),
        lossy=True,  # for the CSMS; who the station is was read before
        from_station={"BootNotification": tuple(Truncate(*one) for one in LENGTHS.items())},
    ),
)
