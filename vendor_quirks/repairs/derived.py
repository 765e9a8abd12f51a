"""Samples that follow from others of the same moment, or do not agree with them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from vendor_quirks.repairs.fields import EXACT, is_signed
from vendor_quirks.repairs.samples import METERS, measurand
from vendor_quirks.situation import REGISTER, Fact, Payload, Situation, number, objects

PHASES = ("L1", "L2", "L3")
POWER = "Power.Active.Import"


def lists_of_samples(payload: Payload) -> Iterator[list[Any]]:
    """The samples of each moment."""
    for field in METERS:
        for meter in objects(payload.get(field)):
            if isinstance(meter.get("sampledValue"), list):
                yield meter["sampledValue"]


def by_phase(samples: list[Any], name: str) -> dict[str, Decimal]:
    """What a measurand is on each of the three phases; `L1-N` is L1."""
    found: dict[str, Decimal] = {}
    for sample in objects(samples):
        value = None if is_signed(sample) else number(sample.get("value"))
        phase = str(sample.get("phase") or "").removesuffix("-N")
        if value is not None and phase in PHASES and measurand(sample) == name:
            found.setdefault(phase, value)
    return found


class PowerFromPhases(msgspec.Struct, frozen=True):
    """Add the power of a 1.6 station that tells current and voltage of each phase, and no power.

    Cars load the grid with next to no reactive power, so it is their product.
    """

    def __call__(self, payload: Payload, known: Situation) -> int:
        return sum(self._added(samples) for samples in lists_of_samples(payload))

    def _added(self, samples: list[Any]) -> int:
        if any(measurand(sample) == POWER for sample in objects(samples)):
            return 0
        amperes, volts = by_phase(samples, "Current.Import"), by_phase(samples, "Voltage")
        if not amperes or amperes.keys() - volts.keys():
            return 0
        watts = sum((EXACT.multiply(amperes[p], volts[p]) for p in amperes), Decimal(0))
        plain = format(watts.quantize(Decimal(1), context=EXACT), "f")
        samples.append({"value": plain, **_context(samples), "measurand": POWER, "unit": "W"})
        return 1


def _context(samples: list[Any]) -> Payload:
    """Why it was measured, if all samples say the same."""
    said = [sample.get("context") for sample in objects(samples)]
    is_one = all(isinstance(word, str) and word == said[0] for word in said)
    return {"context": said[0]} if is_one else {}


class WrongTotal(msgspec.Struct, frozen=True):
    """Take a value without phase away that is far from the sum of the three phases beside it."""

    measurand: str
    share: Decimal = Decimal("0.1")  # of the sum; more is far

    def __call__(self, payload: Payload, known: Situation) -> int:
        changes = 0
        for samples in lists_of_samples(payload):
            phases = by_phase(samples, self.measurand)
            if len(phases) < len(PHASES):
                continue
            sum_of = sum(phases.values(), Decimal(0))
            kept = [sample for sample in samples if not self._is_wrong(sample, sum_of)]
            changes += len(samples) - len(kept)
            samples[:] = kept
        return changes

    def _is_wrong(self, sample: Any, sum_of: Decimal) -> bool:
        if not isinstance(sample, dict) or is_signed(sample) or sample.get("phase"):
            return False
        value = number(sample.get("value"))
        if value is None or measurand(sample) != self.measurand:
            return False
        far = EXACT.multiply(abs(sum_of), self.share)
        return abs(EXACT.subtract(value, sum_of)) > far


class IdleZeros(msgspec.Struct, frozen=True):
    """While nothing charges, what a 1.6 station then leaves out is zero."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"transactions"})

    units: dict[str, str]  # of the measurands that are added

    def __call__(self, payload: Payload, known: Situation) -> int:
        connector = payload.get("connectorId")
        is_idle = payload.get("transactionId") is None and isinstance(connector, int)
        if not is_idle or connector == 0 or known.transaction_at(connector) is not None:
            return 0
        return sum(self._added(samples) for samples in lists_of_samples(payload))

    def _added(self, samples: list[Any]) -> int:
        told = {measurand(sample) for sample in objects(samples)}
        missing = [name for name in self.units if name not in told]
        if REGISTER not in told:
            return 0
        samples += [{"value": "0", "measurand": m, "unit": self.units[m]} for m in missing]
        return len(missing)
