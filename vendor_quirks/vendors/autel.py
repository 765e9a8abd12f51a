"""Autel."""

from vendor_quirks.command import Substitute
from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.fields import Each, When
from vendor_quirks.repairs.profiles import Profile
from vendor_quirks.repairs.text import Retarget
from vendor_quirks.situation import Situation


def say_watts(sample: Payload, known: Situation) -> int:
    """2.0.1 reads a sample without unit as Wh, even a power. A signed one stays as it is."""
    power = str(sample.get("measurand", "")).startswith("Power.Active")
    if not power or "unitOfMeasure" in sample or "signedMeterValue" in sample:
        return 0
    sample["unitOfMeasure"] = {"unit": "W"}
    return 1


POWER = (Each("meterValue.sampledValue", say_watts),)
RELATIVE_MAXIMUM = {
    "chargingProfilePurpose": "ChargePointMaxProfile",
    "chargingProfileKind": "Relative",
}

QUIRKS = (
    Quirk(
        name="autel.url-query-identity",
        match=Match(),
        why="Names itself in the query, so every station would have the identity webSocket.",
        seen="lbbrhzn/ocpp#1019: MaxiCharger set up with /ws/webSocket?=sn",
        catalogue=("autel-url-query-identity",),
        handshake=Retarget(r"(/ws/webSocket)\?(?:sn)?=([^/?#&=]+)", r"\1/\2"),
    ),
    Quirk(
        name="autel.201-power-without-unit",
        match=Match(opt_in=True),
        version="2.0.1",
        why="Powers come without their unit, so a CSMS takes watts for watt-hours.",
        seen="lbbrhzn/ocpp#1989: MaxiCharger with OCPP 2.0.1",
        catalogue=("autel-201-power-without-unit",),
        from_station={"MeterValues": POWER, "TransactionEvent": POWER},
    ),
    Quirk(
        name="autel.max-profile-not-relative",
        match=Match(vendor="Autel"),
        version="1.6",
        why="Refuses a relative limit for the whole station by an error; an absolute one it takes.",
        seen="lbbrhzn/ocpp#677, #1019, #1565, PR#2150, PR#2154: MaxiCharger",
        catalogue=("autel-max-profile-relative-error",),
        to_station={
            "SetChargingProfile": (
                Each(
                    "csChargingProfiles",
                    When(
                        RELATIVE_MAXIMUM,
                        Profile(kinds={"Relative": "Absolute"}, start="past"),
                    ),
                ),
            )
        },
    ),
    Quirk(
        name="autel.finishing-until-reset",
        # A reset is nothing to do unasked, and the one firmware seen is two versions in one text.
        match=Match(opt_in=True),
        version="1.6",
        why="After a remote stop it stays in Finishing, and no start is taken before a reset.",
        seen="lbbrhzn/ocpp PR#2072, PR#2076: MaxiChargerAC",
        catalogue=("autel-finishing-needs-reset",),
        lossy=True,
        command=(
            Substitute(
                action="RemoteStartTransaction",
                when={"@status": "Finishing", "@transaction": None},
                sends="Reset",
                put={"type": "Soft"},
                answer={"status": "Rejected"},
                needs=frozenset({"status", "transactions"}),
            ),
        ),
    ),
)
