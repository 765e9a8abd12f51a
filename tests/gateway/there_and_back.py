"""Which part of each message can be carried into the other version and back: all of it returns.

`fit` makes of any message that the schemas allow one that the other version can say as well. A
field is taken away here only where the translation has no place for it.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias

from adapters.translation.scalars import moment, rfc3339, shortest

Payload: TypeAlias = dict[str, Any]
Fit: TypeAlias = Callable[[Payload], None]

WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
TAGS = ("CARD-1", "04A1B2C3", "DE-ABC-C12345678-9", "Tag of 20 characters")
# Where 1.6 has one type of token, and 2.0.1 is told the type that the form suggests.
TYPES = {"04A1B2C3": "ISO14443", "DE-ABC-C12345678-9": "eMAID"}
SHARED_STATUSES = ("Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx")
SHARED_UNITS = (
    *("Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V", "K"),
    *("Celsius", "Fahrenheit", "Percent"),
)
FIRMWARE_16 = (
    *("Downloaded", "DownloadFailed", "Downloading", "Idle"),
    *("InstallationFailed", "Installing", "Installed"),
)


def hints(version: str) -> dict[str, Callable[[Random], Any]]:
    """Values that make sense in a message: places, times and tokens that exist."""

    def a_tag(rng: Random) -> str:
        return rng.choice(TAGS)

    def a_time(rng: Random) -> str:
        return f"2025-03-01T1{rng.randrange(10)}:00:00{rng.choice(('', '.5', '.250'))}Z"

    times = (
        *("timestamp", "expiryDate", "cacheExpiryDateTime", "expiryDateTime", "validFrom"),
        *("validTo", "startSchedule", "scheduleStart", "startTime", "stopTime"),
        *("oldestTimestamp", "latestTimestamp", "retrieveDate", "retrieveDateTime"),
    )
    return {
        **dict.fromkeys(times, a_time),
        **dict.fromkeys(("idTag", "parentIdTag", "idToken"), a_tag),
        **dict.fromkeys(("connectorId", "evseId", "id", "requestId", "remoteStartId"), one),
        "value:string": lambda rng: str(Decimal(rng.randrange(10**6)).scaleb(-rng.randrange(4))),
        "value:number": lambda rng: Decimal(rng.randrange(10**6)).scaleb(-rng.randrange(4)),
        "unit": lambda rng: rng.choice(SHARED_UNITS),
        "multiplier": lambda rng: rng.randrange(-3, 4),
        "currentTime": lambda rng: f"2025-03-01T1{rng.randrange(10)}:00:00Z",
        "remoteLocation": lambda rng: "https://example.com/x",
        "location": lambda rng: "https://example.com/x",
        "transactionId": lambda rng: rng.randrange(100) if version == "1.6" else "t",
    }


def one(rng: Random) -> int:
    """The only connector, EVSE, job or profile."""
    return 1


def canonical(value: Any) -> Any:
    """The same for all texts that mean the same: numbers by value, times in UTC."""
    if isinstance(value, dict):
        return {name: canonical(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(inner) for inner in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)).normalize()
    if isinstance(value, str) and WHEN.fullmatch(value):
        return moment(value)
    return value


def dropped(*fields: str) -> Fit:
    """These have no place on the other side."""

    def fit(payload: Payload) -> None:
        for path in fields:
            *way, last = path.split(".")
            inner: Any = payload
            for name in way:
                inner = inner.get(name, {})
            inner.pop(last, None)

    return fit


def limited(name: str, *allowed: Any) -> Fit:
    """Only these values have a counterpart; another becomes the first."""

    def fit(payload: Payload) -> None:
        if name in payload and payload[name] not in allowed:
            payload[name] = allowed[0]

    return fit


def fixed(**fields: Any) -> Fit:
    """What one side says in any case."""
    return lambda payload: payload.update(fields)


def within(name: str, inner: Fit) -> Fit:
    """The same one level deeper, in an object or in each of a list."""

    def fit(payload: Payload) -> None:
        found = payload.get(name, [])
        for each in found if isinstance(found, list) else [found]:
            inner(each)

    return fit


def both(*fits: Fit) -> Fit:
    """One after the other."""

    def fit(payload: Payload) -> None:
        for each in fits:
            each(payload)

    return fit


# Tokens


def token_201(token: Payload) -> None:
    """1.6 has the text alone; the type is what the form suggests."""
    token.pop("additionalInfo", None)
    token["type"] = TYPES.get(token["idToken"], "Central")


token_info_201 = both(
    dropped("chargingPriority", "language1", "language2", "personalMessage", "evseId"),
    within("groupIdToken", token_201),
    limited("status", *SHARED_STATUSES),
)


# Metering


def sample_16(sample: Payload) -> None:
    """2.0.1 has no format Raw and no Hertz; what is no unit of a measurand is not made up."""
    sample.pop("format", None)
    sample["value"] = shortest(Decimal(sample["value"]))
    if sample.get("measurand") in ("Temperature", "RPM"):
        del sample["measurand"]
    if sample.get("unit") in ("Hertz", "Celcius"):
        sample["unit"] = "Celsius"
    if not (sample.get("measurand") or "Energy.Active").startswith("Energy.Active"):
        sample.setdefault("unit", "W")


def sample_201(sample: Payload) -> None:
    """1.6 has no multiplier, and some measurands less; a signature goes in a sample of its own."""
    for measurand in ("Energy.Active.Net", "Energy.Reactive.Net", "Energy.Apparent"):
        if sample.get("measurand", "").startswith(measurand):
            del sample["measurand"]
    unit = sample.setdefault("unitOfMeasure", {})
    unit.setdefault("unit", "Wh")
    unit.pop("multiplier", None)


def told_apart(element: Payload) -> None:
    """A signature finds its reading by measurand, phase and context, so no two have the same."""
    found = {}
    for sample in element["sampledValue"]:
        measurand = sample.get("measurand", "Energy.Active.Import.Register")
        context = sample.get("context", "Sample.Periodic")
        found[measurand, sample.get("phase"), context] = sample
    element["sampledValue"] = list(found.values())


meter_16 = within("meterValue", within("sampledValue", sample_16))
meter_201 = within("meterValue", both(within("sampledValue", sample_201), told_apart))


# Charging profiles


def schedule_16(schedule: Payload) -> None:
    for period in schedule["chargingSchedulePeriod"]:
        period["limit"] = Decimal(period["limit"]).quantize(Decimal("0.1"))


def profile_16(profile: Payload) -> None:
    profile.pop("transactionId", None)
    if profile["chargingProfilePurpose"] == "TxProfile":
        profile["chargingProfilePurpose"] = "TxDefaultProfile"
    schedule_16(profile["chargingSchedule"])


def profile_201(profile: Payload) -> None:
    """1.6 has one schedule, in tenths; its id is the profile's."""
    profile.pop("transactionId", None)
    if profile["chargingProfilePurpose"] != "ChargingStationMaxProfile":
        profile["chargingProfilePurpose"] = "TxDefaultProfile"
    schedule = profile["chargingSchedule"][0]
    schedule.pop("salesTariff", None)
    schedule["id"] = profile["id"]
    profile["chargingSchedule"] = [schedule]
    for period in schedule["chargingSchedulePeriod"]:
        period.pop("phaseToUse", None)
        period["limit"] = Decimal(period["limit"]).quantize(Decimal("0.1"))
    if "minChargingRate" in schedule:
        schedule["minChargingRate"] = Decimal(schedule["minChargingRate"]).quantize(Decimal("0.1"))


def set_profile(station_wide: str, purpose: str, place: str, profile: str) -> Fit:
    """A limit of the whole station is at place 0, any other one at a place."""

    def fit(payload: Payload) -> None:
        payload[place] = 0 if payload[profile][purpose] == station_wide else 1

    return fit


def expiry(payload: Payload) -> None:
    """A reservation that is over already would be another story."""
    for name in payload.keys() & {"expiryDate", "expiryDateTime"}:
        payload[name] = rfc3339(moment("2025-03-02T10:00:00Z").timestamp())
