"""meterStart and meterStop out of the samples of a 2.0.1 station (specification 12.4)."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from adapters import v201
from adapters.translation import registers
from adapters.translation.memory import Memory
from adapters.translation.records import Connector, Transaction
from adapters.translation.scalars import shifted, whole

FRESH = 900.0  # seconds that a connector's last register counts as the present one


def note(
    elements: Sequence[v201.MeterValue],
    tx: Transaction | None,
    connector: Connector,
    memory: Memory,
) -> None:
    """Keep what these samples say of the energy register."""
    last = registers.last_register(elements)
    if last is not None:
        connector.register_wh, connector.register_at = last, memory.now
    if tx is None:
        return
    tx.last_reading = last or tx.last_reading
    if not tx.begin_reading:
        begin = _first(elements, "Transaction.Begin")
        tx.begin_reading = "" if begin is None else str(begin)
    if tx.rebase and not tx.base_wh and last is not None:
        tx.base_wh = last
        memory.lose("rebased", "meterStart")


def _first(elements: Sequence[v201.MeterValue], context: str | None) -> Decimal | None:
    for _element, _sample, value in registers.candidates(elements, context):
        return value
    return registers.phase_sum(elements, context)


def meter_start(
    elements: Sequence[v201.MeterValue], tx: Transaction, connector: Connector, memory: Memory
) -> int:
    """The register when the transaction began; 0 and a new base where nothing tells it."""
    if tx.begin_reading:
        return memory.whole(Decimal(tx.begin_reading), "meterStart")
    found = _first(elements, None)
    if found is not None:
        return memory.whole(found, "meterStart")
    if connector.register_wh and memory.now - connector.register_at <= FRESH:
        return memory.whole(Decimal(connector.register_wh), "meterStart")
    tx.rebase = True
    return 0


def meter_stop(elements: Sequence[v201.MeterValue], tx: Transaction, memory: Memory) -> int:
    """The register when the transaction ended, relative to its base if it has one."""
    found = _first(elements, "Transaction.End")
    if found is None and (last := registers.last_register(elements)) is not None:
        found = Decimal(last)
    if found is None and tx.last_reading:
        found = Decimal(tx.last_reading)
    if found is None:
        return tx.meter_start
    return memory.whole(found - Decimal(tx.base_wh or 0), "meterStop")


def without_start(elements: Sequence[v201.MeterValue], tx: Transaction) -> list[v201.MeterValue]:
    """The samples that meterStart does not carry already."""

    def is_start(sample: v201.SampledValue, value: Decimal) -> bool:
        return sample.context == "Transaction.Begin" and whole(value) == tx.meter_start

    return _without(elements, is_start)


def without_stop(elements: Sequence[v201.MeterValue], tx: Transaction) -> list[v201.MeterValue]:
    """The samples that meterStart and meterStop do not carry already."""
    marked = [row[1] for row in registers.candidates(elements, "Transaction.End")]
    consumed = marked[:1]
    if not consumed:
        plain = [row[1] for row in registers.candidates(elements, None)]
        consumed = plain[-1:]

    def is_stop(sample: v201.SampledValue, value: Decimal) -> bool:
        return any(sample is one for one in consumed)

    return _without(without_start(elements, tx), is_stop)


def _without(
    elements: Sequence[v201.MeterValue],
    is_consumed: Callable[[v201.SampledValue, Decimal], bool],
) -> list[v201.MeterValue]:
    """Leave out what is consumed, but never a signed sample: its signature must arrive."""
    rest = []
    for element in elements:
        samples = []
        for sample in element.sampled_value:
            value = registers.wh(sample) if sample.phase is None else None
            plain = sample.signed_meter_value is None
            if not (plain and value is not None and is_consumed(sample, value)):
                samples.append(sample)
        if len(samples) == len(element.sampled_value):
            rest.append(element)
        elif samples:
            rest.append(msgspec.structs.replace(element, sampled_value=samples))
    return rest


def rebased(elements: list[v201.MeterValue], tx: Transaction) -> list[v201.MeterValue]:
    """Registers counted from the transaction's base, in their own units."""
    if not tx.base_wh:
        return elements
    base = Decimal(tx.base_wh)
    return [
        msgspec.structs.replace(
            element, sampled_value=[_rebased(sample, base) for sample in element.sampled_value]
        )
        for element in elements
    ]


def _rebased(sample: v201.SampledValue, base: Decimal) -> v201.SampledValue:
    value, unit = registers.wh(sample), sample.unit_of_measure
    if value is None or sample.phase is not None:
        return sample
    is_in_kwh = unit is not None and unit.unit == "kWh"
    rest = shifted(value - base, -3) if is_in_kwh else value - base
    plain = v201.UnitOfMeasure(unit=unit.unit) if unit is not None else None
    return msgspec.structs.replace(sample, value=rest, unit_of_measure=plain)
