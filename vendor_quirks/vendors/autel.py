"""Autel."""

from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.fields import Each
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
)
