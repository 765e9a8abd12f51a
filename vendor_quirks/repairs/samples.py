"""Sampled values: names, phases, units and values that are not as the standard has them."""

import re
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from vendor_quirks.quirk import ByAction, Repair
from vendor_quirks.repairs.fields import EXACT, Each, is_signed, rounded
from vendor_quirks.situation import REGISTER, Payload, Situation, number, objects
from vendor_quirks.where import fits

SUFFIX = re.compile(r"(.+)\.(L[123](?:-N)?|N)")
METERS = ("meterValue", "transactionData")
# What tells samples of one moment apart, beside their values.
SAME = ("measurand", "phase", "context", "location", "format", "unit", "unitOfMeasure")


# Where each version's stations send samples: the action, and the path to them.
PLACES = {
    "1.6": {
        "MeterValues": "meterValue.sampledValue",
        "StopTransaction": "transactionData.sampledValue",
    },
    "2.0.1": {
        "MeterValues": "meterValue.sampledValue",
        "TransactionEvent": "meterValue.sampledValue",
    },
}


def of_samples(version: str, *repairs: Repair) -> ByAction:
    """Repairs of one sample each, for every sample that a station of that version sends."""
    places = PLACES[version].items()
    return {action: tuple(Each(path, one) for one in repairs) for action, path in places}


def of_meters(version: str, *repairs: Repair) -> ByAction:
    """Repairs that look for the samples themselves, for every message that holds some."""
    return dict.fromkeys(PLACES[version], repairs)


def measurand(sample: Payload) -> str:
    """What was measured; the energy register where a sample does not say."""
    return str(sample.get("measurand") or REGISTER)


class SplitPhaseSuffix(msgspec.Struct, frozen=True):
    """`Current.Import.L1` is the measurand Current.Import of phase L1."""

    def __call__(self, sample: Payload, known: Situation) -> int:
        value = sample.get("measurand")
        found = SUFFIX.fullmatch(value) if isinstance(value, str) and len(value) < 64 else None
        if found is None:
            return 0
        sample["measurand"] = found[1]
        sample.setdefault("phase", found[2])
        return 1


class Phase(msgspec.Struct, frozen=True):
    """Put one phase for another; "" takes it away."""

    measurand: str  # a glob
    phases: dict[str, str]

    def __call__(self, sample: Payload, known: Situation) -> int:
        phase = sample.get("phase")
        if not isinstance(phase, str) or phase not in self.phases:
            return 0
        if not fnmatchcase(measurand(sample), self.measurand) or self.phases[phase] == phase:
            return 0
        if self.phases[phase]:
            sample["phase"] = self.phases[phase]
        else:
            del sample["phase"]
        return 1


class UnitScale(msgspec.Struct, frozen=True):
    """Say a value in another unit: 1.6 and 2.0.1 alike."""

    measurand: str  # a glob
    unit: str  # as it comes
    into: str
    factor: Decimal
    decimals: int = 3

    def __call__(self, sample: Payload, known: Situation) -> int:
        holder, field = unit_of(sample)
        value = number(sample.get("value"))
        if value is None or holder.get(field) != self.unit or self.unit == self.into:
            return 0
        if not fnmatchcase(measurand(sample), self.measurand):
            return 0
        holder[field] = self.into
        plain = shortened(EXACT.multiply(value, self.factor), self.decimals)
        sample["value"] = format(plain, "f") if isinstance(sample["value"], str) else plain
        return 1


class DefaultUnit(msgspec.Struct, frozen=True):
    """Say the unit that a sample leaves out. What the standard assumes there is Wh."""

    units: dict[str, str]  # by a glob of the measurand; the first that fits
    version: str = "1.6"

    def __call__(self, sample: Payload, known: Situation) -> int:
        name = measurand(sample)
        unit = next((u for glob, u in self.units.items() if fnmatchcase(name, glob)), None)
        if unit is None:
            return 0
        if self.version == "1.6":
            if sample.get("unit"):
                return 0
            sample["unit"] = unit
            return 1
        if "unitOfMeasure" in sample:
            return 0
        sample["unitOfMeasure"] = {"unit": unit}
        return 1


class RoundValue(msgspec.Struct, frozen=True):
    """Round what was measured; text stays text."""

    measurand: str  # a glob
    decimals: int = 0

    def __call__(self, sample: Payload, known: Situation) -> int:
        value = number(sample.get("value"))
        if value is None or not fnmatchcase(measurand(sample), self.measurand):
            return 0
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent <= self.decimals:
            return 0
        sample["value"] = rounded(sample["value"], value, self.decimals)
        return 1


class DropSamples(msgspec.Struct, frozen=True):
    """Take samples away, and the meter values that are empty then. Never a signed one."""

    condition: dict[str, Any]  # of a sample, see where.py
    keep_empty: bool = False  # whether a meter value may stay without samples

    def __call__(self, payload: Payload, known: Situation) -> int:
        return sum(self._thinned(payload, field, known) for field in METERS)

    def _thinned(self, payload: Payload, field: str, known: Situation) -> int:
        changes = 0
        for meter in objects(payload.get(field)):
            samples = meter.get("sampledValue")
            if not isinstance(samples, list):
                continue
            kept = [one for one in samples if not self._goes(one, known)]
            changes += len(samples) - len(kept)
            if len(kept) < len(samples):
                meter["sampledValue"] = kept
        if changes and not self.keep_empty:
            DropEmptyMeters()(payload, known)
        return changes

    def _goes(self, sample: Any, known: Situation) -> bool:
        if not isinstance(sample, dict) or is_signed(sample):
            return False
        return fits(self.condition, sample, known)


class DropEmptyMeters(msgspec.Struct, frozen=True):
    """Take meter values away that hold no sample; the message itself stays (see AnswerHere)."""

    def __call__(self, payload: Payload, known: Situation) -> int:
        changes = 0
        for field in METERS:
            meters = payload.get(field)
            if not isinstance(meters, list):
                continue
            kept = [m for m in meters if not (isinstance(m, dict) and m.get("sampledValue") == [])]
            if len(kept) < len(meters):
                changes += len(meters) - len(kept)
                payload[field] = kept
                if not kept and field == "transactionData":
                    del payload[field]
        return changes


class OneOfEach(msgspec.Struct, frozen=True):
    """Of samples that say the same thing of the same moment, one: a register's largest, else the
    last. Signed ones all stay."""

    def __call__(self, payload: Payload, known: Situation) -> int:
        changes = sum(self._thinned(objects(payload.get(field))) for field in METERS)
        if changes:
            DropEmptyMeters()(payload, known)
        return changes

    def _thinned(self, meters: list[Payload]) -> int:
        chosen: dict[tuple[str, ...], Payload] = {}
        for meter in meters:
            for sample in objects(meter.get("sampledValue")):
                key = (str(meter.get("timestamp")), *(str(sample.get(f)) for f in SAME))
                if not is_signed(sample) and _counts_for_more(sample, chosen.get(key)):
                    chosen[key] = sample
        kept = {id(sample) for sample in chosen.values()}
        return sum(self._left(meter, kept) for meter in meters)

    def _left(self, meter: Payload, kept: set[int]) -> int:
        samples = meter.get("sampledValue")
        if not isinstance(samples, list):
            return 0
        left = [s for s in samples if not isinstance(s, dict) or is_signed(s) or id(s) in kept]
        changes = len(samples) - len(left)
        if changes:
            meter["sampledValue"] = left
        return changes


def _counts_for_more(sample: Payload, before: Payload | None) -> bool:
    if before is None or not measurand(sample).endswith(".Register"):
        return True
    new, old = number(sample.get("value")), number(before.get("value"))
    return old is None or (new is not None and new > old)


def shortened(value: Decimal, decimals: int) -> Decimal:
    """Rounded to so many decimals, without the zeros behind."""
    text = format(value.quantize(Decimal(1).scaleb(-decimals), context=EXACT), "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def unit_of(sample: Payload) -> tuple[Payload, str]:
    """The object and the field that hold a sample's unit."""
    inside = sample.get("unitOfMeasure")
    return (inside, "unit") if isinstance(inside, dict) else (sample, "unit")
