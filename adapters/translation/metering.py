"""Meter samples of both versions (specification 3.6 and 12)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, get_args

import msgspec

from adapters import v16, v201
from adapters.translation import registers, signed
from adapters.translation.memory import Memory
from adapters.translation.scalars import number, shortest, utc

REGISTER: Final = "Energy.Active.Import.Register"
ONLY_16 = frozenset({"Temperature", "RPM"})
ONLY_201 = frozenset(get_args(v201.Measurand)) - frozenset(get_args(v16.Measurand))
UNITS_16 = frozenset(get_args(v16.UnitOfMeasure)) - {"Hertz", "Celcius"}
UNITS_TO_201 = {"Celcius": "Celsius", "Hertz": "Hz"}

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


def to_201(
    elements: Iterable[v16.MeterValue], connector: int, memory: Memory, known: Decimal | None = None
) -> list[v201.MeterValue]:
    """1.6 meter values for a 2.0.1 CSMS; elements of which nothing is left are left out.

    `known` is the reading (Wh) to give a signed value that nothing else gives a number to.
    """
    found = []
    for element in elements:
        samples = _samples_to_201(element.sampled_value, connector, memory, known)
        if samples:
            found.append(v201.MeterValue(sampled_value=samples, timestamp=utc(element.timestamp)))
    return found


def _samples_to_201(
    samples: Sequence[v16.SampledValue], connector: int, memory: Memory, known: Decimal | None
) -> list[v201.SampledValue]:
    plain: list[v201.SampledValue] = []
    signatures: list[v16.SampledValue] = []
    for sample in samples:
        measurand = sample.measurand
        if measurand in ONLY_16:
            memory.lose("measurand", str(measurand))
        elif sample.format == "SignedData":
            signatures.append(sample)
        elif (value := number(sample.value)) is None:
            memory.lose("value", measurand or REGISTER)
        else:
            plain.append(
                v201.SampledValue(
                    value,
                    sample.context,
                    measurand,  # type: ignore[arg-type]  # those only 1.6 has are gone
                    sample.phase,
                    sample.location,
                    None,
                    _UNIT_OF.get((measurand, sample.unit)),
                )
            )
    for sample in signatures:
        _add_signature(plain, sample, connector, memory, known)
    return plain


def _add_signature(
    plain: list[v201.SampledValue],
    sample: v16.SampledValue,
    connector: int,
    memory: Memory,
    known: Decimal | None,
) -> None:
    """Give a signature to its plain twin, or to a sample of its own if it has a number."""
    value = signed.to_201(sample.value, connector, memory)
    if value is None:
        return
    key = (sample.measurand or REGISTER, sample.phase, sample.context)
    for at, twin in enumerate(plain):
        if (twin.measurand or REGISTER, twin.phase, twin.context) == key:
            plain[at] = msgspec.structs.replace(twin, signed_meter_value=value)
            return
    unit = unit_of(sample)
    reading = signed.ocmf_reading(sample.value, sample.context == "Transaction.Begin")
    if reading:
        amount, ocmf_unit = reading
        unit = v201.UnitOfMeasure(unit=ocmf_unit) if ocmf_unit else unit
    elif known is not None:
        amount, unit = known, _UNITS["Wh"]
    else:
        memory.lose("value", "signedMeterValue")
        return
    plain.append(
        v201.SampledValue(
            amount,
            sample.context,
            sample.measurand,  # type: ignore[arg-type]
            sample.phase,
            sample.location,
            value,
            unit,
        )
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
    name: str | None = None
    if unit is not None:
        name = unit.unit or "Wh"
        if name not in UNITS_16:
            if name != "Hz":  # 1.6 means Hz by leaving it out
                memory.lose("unit", name)
            name = None
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
