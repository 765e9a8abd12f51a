"""Charging profiles that a station takes in one form only."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk, merged
from vendor_quirks.repairs.fields import Each, SetTo, When
from vendor_quirks.repairs.keys import AllowedMeasurands
from vendor_quirks.repairs.moments import read
from vendor_quirks.repairs.profiles import Profile, of_profiles
from vendor_quirks.situation import Payload, Situation, objects

EV_BOX = (Match(vendor="EV-BOX"), Match(identity="EVB-P*"))
MAX_TO_DEFAULT = {"ChargePointMaxProfile": "TxDefaultProfile"}
OF_MAX = {"csChargingProfiles.chargingProfilePurpose": "ChargePointMaxProfile"}


def from_plugging_in(profile: Payload, known: Situation) -> int:
    """A constant limit that holds already, as one that holds from the start of a transaction."""
    if profile.get("chargingProfilePurpose") != "TxDefaultProfile":
        return 0
    schedules = objects(profile.get("chargingSchedule"))
    if profile.get("chargingProfileKind") != "Absolute" or len(schedules) != 1:
        return 0
    periods, start = schedules[0].get("chargingSchedulePeriod"), schedules[0].get("startSchedule")
    if not isinstance(periods, list) or len(periods) != 1:
        return 0  # the later ones are meant for a time of day
    moment = read(start) if isinstance(start, str) else known.now
    if moment is None or moment > known.now + 60:
        return 0
    profile["chargingProfileKind"] = "Relative"
    schedules[0].pop("startSchedule", None)
    return 1


QUIRKS = (
    Quirk(
        name="evbox.max-profile-rejected",
        match=EV_BOX,
        version="1.6",
        why="Rejects ChargePointMaxProfile, and takes the same limit as TxDefaultProfile.",
        seen="lbbrhzn/ocpp#221, PR#312; evcc-io/evcc charger/ocpp/const.go: Elvi",
        catalogue=("evbox-chargepointmax-rejected",),
        lossy=True,
        to_station=of_profiles("1.6", Profile(purposes=MAX_TO_DEFAULT)),
    ),
    Quirk(
        name="evbox.measurands-all-or-none",
        match=EV_BOX,
        version="1.6",
        why="Rejects a whole list of measurands for one that it lacks; it lists those it has.",
        seen="lbbrhzn/ocpp#221, PR#312: Elvi",
        catalogue=("evbox-chargepointmax-rejected",),
        lossy=True,
        to_station={
            "ChangeConfiguration": (AllowedMeasurands(listed_in="evb_SupportedMeasurands"),)
        },
    ),
    Quirk(
        name="grizzle.max-profile-ignored",
        match=Match(opt_in=True),
        version="1.6",
        why="Accepts ChargePointMaxProfile and does not apply it; TxDefaultProfile works.",
        seen="lbbrhzn/ocpp docs/supported-devices.md: Grizzl-E (3.x) with 03.09.0",
        catalogue=("grizzle-max-profile-ignored",),
        lossy=True,
        to_station=merged(
            {
                "SetChargingProfile": (When(OF_MAX, SetTo("connectorId", 1)),),
                "ClearChargingProfile": (
                    When(
                        {"chargingProfilePurpose": "ChargePointMaxProfile", "connectorId": 0},
                        SetTo("connectorId", 1),
                    ),
                ),
            },
            of_profiles("1.6", Profile(purposes=MAX_TO_DEFAULT)),
        ),
    ),
    Quirk(
        name="wallbox.default-profile-relative-only",
        match=Match(vendor="Wall Box Chargers"),
        version="1.6",
        why="Does not apply a TxDefaultProfile of kind Absolute, and does one of kind Relative.",
        seen="evcc-io/evcc ocpp-wallbox.yaml, PR#25042",
        catalogue=("wallbox-profile-kind-relative",),
        lossy=True,
        to_station={"SetChargingProfile": (Each("csChargingProfiles", from_plugging_in),)},
    ),
    Quirk(
        name="easee.profile-restrictions",
        match=Match(opt_in=True),
        version="1.6",
        why="Knows neither TxProfile nor Relative nor a 17th period; writing wears its memory out.",
        seen="developer.easee.com/docs/ocpp-smart-charging",
        catalogue=("easee-profile-restrictions",),
        lossy=True,
        to_station=of_profiles(
            "1.6",
            Profile(
                purposes={"TxProfile": "TxDefaultProfile"},
                kinds={"Relative": "Absolute"},
                start="past",
                most_periods=16,
                no_transaction=True,
            ),
        ),
        timing=Pace(coalesce={"SetChargingProfile": 60.0}),
    ),
    Quirk(
        name="huawei.watts-only",
        match=Match(model="ACChargePoint"),
        version="1.6",
        why="Takes profiles in W, and ignores those in A.",
        seen="evcc-io/evcc ocpp-huawei.yaml; lbbrhzn/ocpp PR#2084: SCharger-7KS-S0, 22KT-S0",
        catalogue=("huawei-power-only-unit",),
        lossy=True,
        to_station=of_profiles("1.6", Profile(unit="W")),
    ),
    Quirk(
        name="bender.amperes-only",
        match=Match(vendor="Bender GmbH Co. KG"),
        version="1.6",
        why="Takes profiles in A only.",
        seen="bender.de, charge controller OCPP documentation: CC612 family",
        catalogue=("bender-current-only",),
        confidence="medium",
        lossy=True,
        to_station=of_profiles("1.6", Profile(unit="A")),
    ),
    Quirk(
        name="generic.limit-of-one-decimal",
        match=Match(opt_in=True),
        version="1.6",
        why="Refuses a limit with more than one decimal, as the standard lets it.",
        seen="evcc-io/evcc PR#6464, charger/ocpp.go",
        catalogue=("profile-limit-one-decimal",),
        lossy=True,
        to_station=of_profiles("1.6", Profile(decimals=1)),
    ),
    Quirk(
        name="generic.profile-from-now-is-late",
        match=Match(opt_in=True),
        version="1.6",
        why="Ignores a profile from now on, because its clock is a little slow.",
        seen="evcc-io/evcc#16263, PR#16430",
        catalogue=("profile-start-must-be-past",),
        to_station=of_profiles("1.6", Profile(start="past")),
    ),
)
