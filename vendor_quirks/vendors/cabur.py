"""Cabur."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="cabur.schedule-of-yesterday",
        match=Match(opt_in=True),
        version="1.6",
        why="Asked what limits are to come, tells those of the last 24 hours; no answer is better.",
        seen="EVEVO7S-C user manual, page 37",
        catalogue=("cabur-profile-limits",),
        confidence="medium",
        lossy=True,
        answer_here=(
            AnswerHere(action="GetCompositeSchedule", of="csms", response={"status": "Rejected"}),
            # Neither is known to it, and both are refused in words of the standard.
            AnswerHere(action="ClearCache", of="csms", response={"status": "Rejected"}),
            AnswerHere(
                action="SetChargingProfile",
                of="csms",
                when={"csChargingProfiles.recurrencyKind": "Weekly"},
                response={"status": "NotSupported"},
            ),
        ),
    ),
)
