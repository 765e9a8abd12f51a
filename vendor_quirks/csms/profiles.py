"""Charging profiles as CSMSs get them wrong."""

import re

from vendor_quirks.quirk import ByAction, Match, Quirk, Repair
from vendor_quirks.repairs.fields import Default, DropField, Each, RightCase, SetTo, When
from vendor_quirks.repairs.moments import Moment
from vendor_quirks.where import Is

SCHEDULE = "chargingSchedule"
NO_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)

IN_PROFILE = (
    "chargingProfileId",
    "transactionId",
    "stackLevel",
    "chargingProfilePurpose",
    "chargingProfileKind",
    "recurrencyKind",
    "validFrom",
    "validTo",
    SCHEDULE,
)
IN_SCHEDULE = (
    "duration",
    "startSchedule",
    "chargingRateUnit",
    "chargingSchedulePeriod",
    "minChargingRate",
)
IN_PERIOD = ("startPeriod", "limit", "numberPhases")


def _lacks_seconds(found: object) -> bool:
    return isinstance(found, str) and NO_SECONDS.fullmatch(found) is not None


def in_profiles(*repairs: Repair) -> ByAction:
    """For every profile that a CSMS of either version sends."""
    of_201 = tuple(Each("chargingProfile", one) for one in repairs)
    of_16 = tuple(Each("csChargingProfiles", one) for one in repairs)
    return {
        "SetChargingProfile": (*of_16, *of_201),
        "RemoteStartTransaction": of_201,  # where 1.6 has no prefix either
        "RequestStartTransaction": of_201,
    }


QUIRKS = (
    Quirk(
        name="shared.field-names-in-capitals",
        match=Match(),
        side="csms",
        why="Begins a field's name with a capital letter; the station refuses the whole CALL.",
        seen="c-jimenez/open-ocpp#236: ChargingSchedulePeriod",
        catalogue=("csms-capital-field-name",),
        from_csms=in_profiles(
            RightCase(IN_PROFILE),
            Each(SCHEDULE, RightCase(IN_SCHEDULE)),
            Each(f"{SCHEDULE}.chargingSchedulePeriod", RightCase(IN_PERIOD)),
        ),
    ),
    Quirk(
        name="shared.absolute-profile-without-start",
        match=Match(),
        side="csms",
        why="Sends an absolute profile that begins at no time, which a strict station rejects.",
        seen="EVerest/libocpp PR#114; citrineos/citrineos-core PR#785",
        catalogue=("absolute-without-startschedule",),
        untranslated=True,  # the translation says what a schedule without start means
        from_csms=in_profiles(
            When(
                {"chargingProfileKind": ("Absolute", "Recurring")},
                Each(SCHEDULE, Default("startSchedule", "$@now-60")),
            )
        ),
    ),
    Quirk(
        name="shared.start-without-seconds",
        match=Match(),
        side="csms",
        why="Begins a schedule at a time without seconds, which a station cannot read.",
        seen="foxriver76/ioBroker.ocpp#24: 0.12.5",
        catalogue=("iobroker-startschedule-no-seconds",),
        confidence="medium",
        from_csms=in_profiles(
            Each(
                SCHEDULE,
                When({"startSchedule": Is("no seconds", _lacks_seconds)}, Moment("startSchedule")),
            )
        ),
    ),
    Quirk(
        name="shared.transaction-named-before-it-starts",
        match=Match(),
        side="csms",
        why="Names a transaction in the profile of one that is yet to start; the station refuses.",
        seen="citrineos/citrineos-core PR#1069",
        catalogue=("requeststart-profile-with-transactionid",),
        confidence="medium",
        untranslated=True,  # the translation refuses such a profile, and says why
        from_csms={
            "RequestStartTransaction": (Each("chargingProfile", DropField("transactionId")),)
        },
    ),
    Quirk(
        name="csms.remote-start-purpose",
        match=Match(opt_in=True),
        side="csms",
        why="Puts a TxDefaultProfile into a remote start, where nothing but a TxProfile may be.",
        seen="foxriver76/ioBroker.ocpp#24: 0.12.5",
        catalogue=("iobroker-startschedule-no-seconds",),
        confidence="medium",
        lossy=True,
        from_csms={
            "RemoteStartTransaction": (
                Each("chargingProfile", SetTo("chargingProfilePurpose", "TxProfile")),
            )
        },
    ),
)
