"""Fields by another name, in the wrong message, or with a value that is in no list."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import DropField, MapEnum, RenameKey, RightCase
from vendor_quirks.repairs.keys import ValueOf
from vendor_quirks.repairs.measurands import unquoted

# OCPP 1.6, section 7.6.
ERROR_CODES = frozenset(
    {
        "ConnectorLockFailure",
        "EVCommunicationError",
        "GroundFailure",
        "HighTemperature",
        "InternalError",
        "LocalListConflict",
        "NoError",
        "OtherError",
        "OverCurrentFailure",
        "OverVoltage",
        "PowerMeterFailure",
        "PowerSwitchFailure",
        "ReaderFailure",
        "ResetFailure",
        "UnderVoltage",
        "WeakSignal",
    }
)
BOOT_FIELDS = (
    "chargeBoxSerialNumber",
    "chargePointModel",
    "chargePointSerialNumber",
    "chargePointVendor",
    "firmwareVersion",
    "iccid",
    "imsi",
    "meterSerialNumber",
    "meterType",
)

QUIRKS = (
    Quirk(
        name="shared.error-code-in-no-list",
        match=Match(),
        version="1.6",
        why="Tells an error by a word of its own; a strict CSMS refuses the whole status.",
        seen='lbbrhzn/ocpp#1248: "Error" of a Legrand Green\'Up',
        catalogue=("legrand-greenup-errorcode-error",),
        from_station={
            "StatusNotification": (
                MapEnum("errorCode", ERROR_CODES, fallback="OtherError", keep_in="vendorErrorCode"),
            )
        },
    ),
    Quirk(
        name="shared.authorize-names-connector",
        match=Match(),
        version="1.6",
        why="Names the connector in Authorize, which has no such field; a strict CSMS refuses it.",
        seen="evcc-io/evcc#14579, #15677: Mennekes Smart (ACU)",
        catalogue=("mennekes-authorize-connectorid",),
        lossy=True,
        from_station={"Authorize": (DropField("connectorId"),)},
    ),
    Quirk(
        name="shared.authorize-hashes-misnamed",
        match=Match(),
        version="2.0.1",
        why="Tells its contract's certificates under a name that no CSMS looks for.",
        seen="lorenzodonini/ocpp-go before March 2024, commit c5f53b3",
        catalogue=("authorize-15118-field-name",),
        from_station={
            "Authorize": (RenameKey("15118CertificateHashData", "iso15118CertificateHashData"),)
        },
    ),
    Quirk(
        name="shared.boot-field-case",
        match=Match(),
        version="1.6",
        why="Spells a field of its boot with a wrong capital, so that a required one is missing.",
        seen='road-labs/chargestation-one PR#6: "chargepointVendor"',
        catalogue=("boot-field-misspelt",),
        from_station={"BootNotification": (RightCase(BOOT_FIELDS),)},
    ),
    Quirk(
        name="shared.quoted-measurands",
        match=Match(),
        version="1.6",
        why="Lists its measurands with quotes and blanks around each; a CSMS finds none of them.",
        seen="evcc-io/evcc PR#16255: Mennekes",
        catalogue=("mennekes-measurand-notation",),
        from_station={
            "GetConfigurationResponse": (
                ValueOf("MeterValues*Data", unquoted),
                ValueOf("StopTxn*Data", unquoted),
            )
        },
    ),
)
