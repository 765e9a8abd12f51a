"""Energy registers in whole Wh, found among 2.0.1 samples (specification 12.4)."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.payload import POWERS
from adapters.translation.scalars import number, shifted

REGISTER = "Energy.Active.Import.Register"
MOST = 15  # powers of ten in Wh: what is beyond is no reading, and too long for an integer


def plausible(reading: int) -> None:
    """Refuse a meterStart or meterStop of more digits than any number has here. PayloadError."""
    if abs(reading) >= 10**POWERS:
        raise PayloadError("PropertyConstraintViolation", "no meter shows this many digits")


def wh(sample: v201.SampledValue) -> Decimal | None:
    """The reading of an energy register in Wh; None for any other sample."""
    if sample.measurand not in (None, REGISTER):
        return None
    unit, value = sample.unit_of_measure, scaled(sample)
    if value is None:
        return None
    if unit is not None and unit.unit not in (None, "Wh"):
        if unit.unit != "kWh":  # free text in 2.0.1, and none that an energy is counted in
            return None
        value = shifted(value, 3)
    return value if value.adjusted() <= MOST else None


def scaled(sample: v201.SampledValue) -> Decimal | None:
    """The value with its power of ten; None where that is none of a meter."""
    unit, value = sample.unit_of_measure, sample.value
    if unit is None or not unit.multiplier:
        return value
    if abs(unit.multiplier) > POWERS or abs(value.adjusted() + unit.multiplier) > POWERS:
        return None
    return shifted(value, unit.multiplier)


def last_register(elements: Sequence[v201.MeterValue]) -> str | None:
    """The last total reading among these, in Wh, as it is remembered; else the last sum."""
    found = None
    for element in elements:
        for sample in element.sampled_value:
            if sample.phase is None and (value := wh(sample)) is not None:
                found = value
    if found is None:
        found = phase_sum(reversed(elements), None)
    return None if found is None else str(found)


def stated_end(elements: Iterable[v16.MeterValue]) -> Decimal | None:
    """The unsigned total in Wh that a 1.6 station itself marks as Transaction.End."""
    for element in elements:
        for sample in element.sampled_value:
            is_total = sample.phase is None and sample.measurand in (None, REGISTER)
            is_raw = sample.format in (None, "Raw")
            if is_total and is_raw and sample.context == "Transaction.End":
                value = number(sample.value.strip())
                if value is not None:
                    return shifted(value, 3) if sample.unit == "kWh" else value
    return None


def begin_element(elements: Iterable[v201.MeterValue]) -> v201.MeterValue | None:
    """The element that holds the total at Transaction.Begin."""
    return next((e for e in elements if any(candidates([e], "Transaction.Begin"))), None)


def candidates(
    elements: Iterable[v201.MeterValue], context: str | None
) -> Iterator[tuple[v201.MeterValue, v201.SampledValue, Decimal]]:
    """Total readings, those at the outlet before those at the inlet; `context` None is any."""
    found = [
        (element, sample, value)
        for element in elements
        for sample in element.sampled_value
        if sample.phase is None
        and context in (None, sample.context)
        and (value := wh(sample)) is not None
    ]
    for places in ((None, "Outlet"), ("Inlet",)):
        yield from (row for row in found if row[1].location in places)


def phase_sum(elements: Iterable[v201.MeterValue], context: str | None) -> Decimal | None:
    """L1 + L2 + L3 of one moment, for meters that have no total."""
    for element in elements:
        phases = {
            sample.phase: value
            for sample in element.sampled_value
            if sample.phase in ("L1", "L2", "L3")
            and context in (None, sample.context)
            and (value := wh(sample)) is not None
        }
        if len(phases) == 3:
            return sum(phases.values(), Decimal(0))
    return None
