"""CSMSs that take no boot, or no configuration, that says too much."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import DropField, Each, Truncate

LONGEST_KEY = 50  # characters, OCPP 1.6 section 7.29
# What a boot may leave out, OCPP 1.6 section 6.7.
OPTIONAL = (
    *("chargePointSerialNumber", "chargeBoxSerialNumber", "firmwareVersion", "iccid", "imsi"),
    *("meterType", "meterSerialNumber"),
)

QUIRKS = (
    Quirk(
        name="csms.minimal-boot-only",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Refuses a boot over a field that it need not have; such a station never gets in.",
        seen="mobilityhouse/ocpp#122, #123; lbbrhzn/ocpp#1155",
        catalogue=("mobilityhouse-schema-lengths",),
        lossy=True,
        to_csms={"BootNotification": tuple(DropField(field) for field in OPTIONAL)},
    ),
    Quirk(
        name="csms.no-key-above-50",
        match=Match(opt_in=True),
        side="csms",
        version="1.6",
        why="Refuses a whole GetConfiguration answer over the name of one long key.",
        seen="lorenzodonini/ocpp-go ee81842; evcc-io/ocpp-go PR#2",
        catalogue=("config-key-longer-50",),
        lossy=True,
        to_csms={
            "GetConfigurationResponse": (Each("configurationKey", Truncate("key", LONGEST_KEY)),)
        },
    ),
)
