"""Answers of a station with a word that is none, or with fields that say nothing."""

import re

from vendor_quirks.quirk import Match, Quirk, both, merged
from vendor_quirks.repairs.fields import DropField, Replace, When
from vendor_quirks.repairs.keys import ValueOf

# What the answers to these say for "not implemented" (OCPP 1.6, section 7).
SAY_NOT_SUPPORTED = (
    "ChangeConfiguration",
    "SetChargingProfile",
    "SendLocalList",
    "UnlockConnector",
)
SAY_REJECTED = (
    "CancelReservation",
    "ChangeAvailability",
    "ClearCache",
    "GetCompositeSchedule",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "Reset",
)
OF_A_SCHEDULE = ("connectorId", "scheduleStart", "chargingSchedule")
WITHIN_A_NAME = re.compile(r"(?<=[A-Za-z]) (?=[A-Za-z])")


def says(word: str, actions: tuple[str, ...]) -> dict[str, tuple[Replace]]:
    """That word in place of NotImplemented."""
    repair = (Replace("status", {"NotImplemented": word}),)
    return {f"{action}Response": repair for action in actions}


def joined(names: str) -> str:
    """`Smart Charging` is SmartCharging."""
    return WITHIN_A_NAME.sub("", names)


QUIRKS = (
    Quirk(
        name="shared.status-not-implemented",
        match=Match(),
        version="1.6",
        why="Answers NotImplemented where the answer has another word for it.",
        seen="evcc-io/evcc#19026: EM2GO EM022AS0OCPP",
        catalogue=("em2go-notimplemented-status",),
        from_station=merged(
            {**says("NotSupported", SAY_NOT_SUPPORTED), **says("Rejected", SAY_REJECTED)},
            both(
                ("ClearChargingProfileResponse",), Replace("status", {"NotImplemented": "Unknown"})
            ),
        ),
    ),
    Quirk(
        name="shared.rejected-schedule-filled-in",
        match=Match(),
        version="1.6",
        why="Rejects a composite schedule, and fills it in all the same, with nothing valid.",
        seen="evcc-io/evcc#17836: Amperfied connect.business",
        catalogue=("amperfied-composite-rejected-filled",),
        from_station={
            "GetCompositeScheduleResponse": tuple(
                When({"status": "Rejected"}, DropField(field)) for field in OF_A_SCHEDULE
            )
        },
    ),
    Quirk(
        name="shared.feature-profiles-in-words",
        match=Match(),
        version="1.6",
        why="Writes the names of feature profiles as words with blanks between; none is found.",
        seen="evcc-io/evcc#3891: DaheimLaden",
        catalogue=("featureprofiles-spaced-names",),
        from_station={"GetConfigurationResponse": (ValueOf("SupportedFeatureProfiles", joined),)},
    ),
)
