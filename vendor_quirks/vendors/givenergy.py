"""GivEnergy."""

from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.currents import CurrentKey, CurrentTo
from vendor_quirks.repairs.fields import is_signed
from vendor_quirks.situation import Situation, objects

AC_GL = Match(firmware="AC_GL*")
LIMIT = CurrentKey(key="ChargeRate", per_ampere=10, most=32)  # 6 A are 60 already


def keep_the_car(payload: Payload, known: Situation) -> int:
    """The first meter is the car's if it has power and voltage; the others are the house's."""
    meters = payload.get("meterValue")
    if not isinstance(meters, list) or len(meters) < 2:
        return 0
    samples = [objects(meter.get("sampledValue")) for meter in objects(meters)]
    told = {str(sample.get("measurand")) for sample in (samples or [[]])[0]}
    if not told.issuperset({"Power.Active.Import", "Voltage"}):
        return 0
    if any(is_signed(sample) for meter in samples for sample in meter):
        return 0
    payload["meterValue"] = meters[:1]
    return len(meters) - 1


QUIRKS = (
    Quirk(
        name="givenergy.current-set-in-tenths",
        match=AC_GL,
        version="1.6",
        why="Takes its current limit in tenths of an ampere, and lists it in amperes.",
        seen="DJBenson/GivEVC-OCPP, coordinator.py: AC_GLx_1.14",
        catalogue=("givenergy-current-deciampere",),
        confidence="medium",
        to_station={"ChangeConfiguration": (CurrentTo(LIMIT),)},
    ),
    Quirk(
        name="givenergy.meters-of-the-house",
        match=AC_GL,
        version="1.6",
        why="Tells the meters of the house with the car's, in one message and without names.",
        seen="DJBenson/GivEVC-OCPP, coordinator.py: the choice of the meter group",
        catalogue=("givenergy-meter-groups",),
        confidence="medium",
        lossy=True,
        from_station={"MeterValues": (keep_the_car,)},
    ),
)
