"""Meter samples of both versions (specification 3.6 and 12)."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, get_args

import msgspec

from adapters import v16, v201
from adapters.translation import registers, signed
from adapters.translation.memory import Memory
from adapters.translation.records import Transaction
from adapters.translation.scalars import number, shortest, utc

REGISTER: Final = "Energy.Active.Import.Register"
PERIODIC: Final = "Sample.Periodic"
# A value as some stations say it: blanks, a decimal comma, the unit once more.
# Written so that a long text that does not fit is read a few times, and not once a character.
LOOSE_NUMBER = re.compile(
    r"\s*([+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+))(?:\s*([A-Za-z%°]{1,10}))?\s*"
)
ONLY_16 = frozenset({"Temperature", "RPM"})
ONLY_201 = frozenset(get_args(v201.Measurand)) - frozenset(get_args(v16.Measurand))
UNITS_16 = frozenset(get_args(v16.UnitOfMeasure)) - {"Hertz", "Celcius"}
UNITS_TO_201 = {"Celcius": "Celsius", "Hertz": "Hz"}
UNITS_TO_16 = UNITS_TO_201  # free text in 2.0.1: a station may say the words of 1.6

# 2.0.1 reads a sample without unit as Wh; so where 1.6 left the unit out, the natural one is said.
NATURAL_UNITS: dict[str, str | None] = {
    "Energy.Active.Import.Register": None,
    "Energy.Active.Export.Register": None,
    "Energy.Active.Import.Interval": None,
    "Energy.Active.Export.Interval": None,
    "Energy.Reactive.Import.Register": "varh",
    "Energy.Reactive.Export.Register": "varh",
    "Energy.Reactive.Import.Interval": "varh",
    "Energy.Reactive.Export.Interval": "varh",
    "Power.Active.Import": "W",
    "Power.Active.Export": "W",
    "Power.Offered": "W",
    "Power.Reactive.Import": "var",
    "Power.Reactive.Export": "var",
    "Power.Factor": None,
    "Current.Import": "A",
    "Current.Export": "A",
    "Current.Offered": "A",
    "Voltage": "V",
    "SoC": "Percent",
    "Frequency": "Hz",
}
_UNITS = {
    unit: v201.UnitOfMeasure(unit=unit)
    for unit in [*UNITS_16, "Hz", *filter(None, NATURAL_UNITS.values())]
}


# (measurand, unit) of 1.6 -> unit of 2.0.1, for every pair that can occur.
_UNIT_OF: dict[tuple[str | None, str | None], v201.UnitOfMeasure | None] = {
    (measurand, unit): _UNITS.get(UNITS_TO_201.get(unit, unit))
    for measurand in (None, *NATURAL_UNITS)
    for unit in get_args(v16.UnitOfMeasure)
} | {
    (measurand, None): _UNITS[natural] if natural else None
    for measurand, natural in ((None, None), *NATURAL_UNITS.items())
}


def unit_of(sample: v16.SampledValue) -> v201.UnitOfMeasure | None:
    """The unit of a 1.6 sample as 2.0.1 has to be told it."""
    return _UNIT_OF.get((sample.measurand, sample.unit))


class Known(NamedTuple):
    """What gives a number to a signed value that nothing beside it gives one to (12.3)."""

    tx: Transaction | None
    meter_stop: int | None = None

    def reading(self, sample: v16.SampledValue) -> Decimal | None:
        """The transaction's own total in Wh at that moment; nothing for any other signed value."""
        if sample.phase is not None or sample.measurand not in (None, REGISTER):
            return None
        if sample.context == "Transaction.End" and self.meter_stop is not None:
            return Decimal(self.meter_stop)
        if self.tx is None:
            return None
        if sample.context == "Transaction.Begin":
            return Decimal(self.tx.meter_start)
        return Decimal(self.tx.last_reading or self.tx.meter_start)


def to_201(
    elements: Iterable[v16.MeterValue], connector: int, memory: Memory, known: Known | None = None
) -> list[v201.MeterValue]:
    """1.6 meter values for a 2.0.1 CSMS; elements of which nothing is left are left out."""
    found = []
    for element in elements:
        samples = _samples_to_201(element.sampled_value, connector, memory, known)
        if samples:
            found.append(v201.MeterValue(sampled_value=samples, timestamp=utc(element.timestamp)))
    return found


def _samples_to_201(
    samples: Sequence[v16.SampledValue], connector: int, memory: Memory, known: Known | None
) -> list[v201.SampledValue]:
    is_lenient = memory.options.lenient_inbound == "on"
    told: list[v201.SampledValue | None] = []
    signatures: list[tuple[int, v16.SampledValue]] = []  # and where they stand
    for sample in samples:
        measurand = sample.measurand
        if measurand in ONLY_16:
            memory.lose("measurand", str(measurand))
        elif sample.format == "SignedData":
            signatures.append((len(told), sample))
            told.append(None)
        else:
            unit = _UNIT_OF.get((measurand, sample.unit))
            value = number(sample.value)
            if value is None and is_lenient:
                value, unit = _mended(sample, unit)
            if value is None:
                memory.lose("value", measurand or REGISTER)
            else:
                told.append(
                    v201.SampledValue(
                        value,
                        sample.context,
                        measurand,  # type: ignore[arg-type]  # those only 1.6 has are gone
                        sample.phase,
                        sample.location,
                        None,
                        unit,
                    )
                )
    for at, sample in signatures:
        _add_signature(told, at, sample, connector, memory, known)
    return [sample for sample in told if sample is not None]


def _mended(
    sample: v16.SampledValue, unit: v201.UnitOfMeasure | None
) -> tuple[Decimal | None, v201.UnitOfMeasure | None]:
    """A number amid blanks, with a decimal comma, or before a unit that belongs elsewhere."""
    found = LOOSE_NUMBER.fullmatch(sample.value)
    if found is None:
        return None, unit
    if sample.unit is None and found[2] in _UNITS:  # said here alone
        unit = _UNITS[found[2]]
    return number(found[1].replace(",", ".")), unit


def _add_signature(
    told: list[v201.SampledValue | None],
    at: int,
    sample: v16.SampledValue,
    connector: int,
    memory: Memory,
    known: Known | None,
) -> None:
    """Give a signature to its plain twin, or to a sample of its own if it has a number."""
    signature = signed.to_201(sample.value, connector, memory)
    for place, twin in enumerate(told):
        if twin is not None and twin.signed_meter_value is None and _are_twins(twin, sample):
            told[place] = msgspec.structs.replace(twin, signed_meter_value=signature)
            return
    unit = unit_of(sample)
    reading = signed.ocmf_reading(sample.value, sample.context == "Transaction.Begin")
    if reading:
        amount, said = reading
        unit = v201.UnitOfMeasure(unit=said) if said else unit
    elif known is not None and (total := known.reading(sample)) is not None:
        amount, unit = total, _UNITS["Wh"]
    else:
        memory.lose("value", "signedMeterValue")
        return
    told[at] = v201.SampledValue(
        amount,
        sample.context,
        sample.measurand,  # type: ignore[arg-type]
        sample.phase,
        sample.location,
        signature,
        unit,
    )


def _are_twins(told: v201.SampledValue, sample: v16.SampledValue) -> bool:
    """Whether a sample is the plain number of a signed one; what is left out has its default."""
    return (
        told.phase == sample.phase
        and (told.measurand or REGISTER) == (sample.measurand or REGISTER)
        and (told.context or PERIODIC) == (sample.context or PERIODIC)
    )


def trigger_reason(element: v201.MeterValue) -> v201.TriggerReason:
    """Why a 1.6 station sent these values, as its samples tell it (3.5)."""
    found: v201.TriggerReason = "MeterValuePeriodic"
    for sample in element.sampled_value:
        context = sample.context
        if context == "Trigger":
            return "Trigger"
        if context == "Sample.Clock":
            found = "MeterValueClock"
        elif context == "Transaction.Begin" and found == "MeterValuePeriodic":
            found = found if sample.signed_meter_value is None else "SignedDataReceived"
    return found


def register(value: int, context: v201.ReadingContext, timestamp: str) -> v201.MeterValue:
    """meterStart or meterStop as a 2.0.1 meter value, as given (12.4)."""
    sample = v201.SampledValue(
        Decimal(value), context=context, measurand=REGISTER, unit_of_measure=_UNITS["Wh"]
    )
    return v201.MeterValue(sampled_value=[sample], timestamp=timestamp)


def to_16(elements: Iterable[v201.MeterValue], memory: Memory) -> list[v16.MeterValue]:
    """2.0.1 meter values for a 1.6 CSMS; elements of which nothing is left are left out."""
    found = []
    for element in elements:
        samples: list[v16.SampledValue] = []
        for sample in element.sampled_value:
            samples += _sample_to_16(sample, memory)
        if samples:
            found.append(v16.MeterValue(timestamp=utc(element.timestamp), sampled_value=samples))
    return found


def _sample_to_16(sample: v201.SampledValue, memory: Memory) -> list[v16.SampledValue]:
    if sample.measurand in ONLY_201:
        memory.lose("measurand", str(sample.measurand))
        return []
    unit, value = sample.unit_of_measure, registers.scaled(sample)
    if value is None:
        memory.lose("value", sample.measurand or REGISTER)
        return []
    name = None if unit is None else _unit_to_16(unit, sample.measurand, memory)
    plain = v16.SampledValue(
        shortest(value),
        context=sample.context,
        measurand=sample.measurand,  # type: ignore[arg-type]
        phase=sample.phase,
        location=sample.location,
        unit=name,  # type: ignore[arg-type]
    )
    if sample.signed_meter_value is None:
        return [plain]
    return [plain, signed.to_16(sample, sample.signed_meter_value)]


def _unit_to_16(
    unit: v201.UnitOfMeasure, measurand: v201.Measurand | None, memory: Memory
) -> str | None:
    if unit.unit is None:  # Wh by default, which says nothing of a voltage
        return "Wh" if (measurand or REGISTER).startswith("Energy.Active") else None
    name = UNITS_TO_16.get(unit.unit, unit.unit)
    if name in UNITS_16:
        return name
    if name != "Hz":  # 1.6 means Hz by leaving it out
        memory.lose("unit", name)
    return None
