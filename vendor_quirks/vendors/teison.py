"""Teison."""

from vendor_quirks.answers import Dedupe
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.keys import AllowedMeasurands, Listed

QUIRKS = (
    Quirk(
        name="teison.rate-unit-unknown",
        match=Match(opt_in=True),
        version="1.6",
        why="Does not know the key of the units that it limits in; a CSMS then sets no limits.",
        seen="lbbrhzn/ocpp PR#1278",
        catalogue=("rateunit-key-unknown",),
        from_station={
            "GetConfigurationResponse": (
                Listed("ChargingScheduleAllowedChargingRateUnit", "Current"),
            )
        },
    ),
    Quirk(
        name="teison.measurands-not-delivered",
        match=Match(opt_in=True),
        version="1.6",
        why="Accepts every measurand and delivers five.",
        seen="lbbrhzn/ocpp, docs/supported-devices.md: Smart MINI",
        catalogue=("teison-measurands-lie",),
        lossy=True,
        to_station={
            "ChangeConfiguration": (
                AllowedMeasurands(
                    frozenset(
                        {
                            "Current.Import",
                            "Energy.Active.Import.Register",
                            "Power.Active.Import",
                            "Temperature",
                            "Voltage",
                        }
                    )
                ),
            )
        },
    ),
    Quirk(
        name="teison.boots-while-running",
        match=Match(vendor="TEISON"),
        version="1.6",
        why="Boots again in the middle of being set up, without having started anew.",
        seen="lbbrhzn/ocpp#1617: TeisonMe@7KW with V1.5",
        catalogue=("teison-reboot-during-config",),
        confidence="medium",
        lossy=True,  # of a boot that is a true one after all
        answer_here=(
            Dedupe(
                action="BootNotification",
                window=120.0,
                key=("chargePointSerialNumber", "firmwareVersion"),
                fresh={"currentTime": "$@now"},
            ),
        ),
    ),
)
