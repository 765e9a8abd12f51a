"""Samples of one moment that are only understood together."""

from fnmatch import fnmatchcase
from typing import Any

import msgspec

from vendor_quirks.repairs.fields import is_signed
from vendor_quirks.repairs.samples import METERS, measurand
from vendor_quirks.situation import Payload, Situation, objects

AT_START = "Transaction.Begin"


class LonePhase(msgspec.Struct, frozen=True):
    """A total that names the only phase there is names none."""

    measurand: str  # a glob
    phase: str = "L1"

    def __call__(self, payload: Payload, known: Situation) -> int:
        return sum(self._named(meter) for field in METERS for meter in objects(payload.get(field)))

    def _named(self, meter: Payload) -> int:
        samples = objects(meter.get("sampledValue"))
        ours = [one for one in samples if fnmatchcase(measurand(one), self.measurand)]
        phased = [one for one in ours if one.get("phase") == self.phase]
        if not phased or len(phased) < len(ours):  # there is a total, or another phase
            return 0
        named = [one for one in phased if not is_signed(one)]
        for sample in named:
            del sample["phase"]
        return len(named)


class PartAtStart(msgspec.Struct, frozen=True):
    """Samples of a transaction's beginning that stand among live ones get a group before them.

    Nothing is lost; a group with a signed sample stays as it is.
    """

    def __call__(self, payload: Payload, known: Situation) -> int:
        return sum(self._parted(payload.get(field)) for field in METERS)

    def _parted(self, meters: Any) -> int:
        if not isinstance(meters, list):
            return 0
        changes, parted = 0, []
        for meter in meters:
            before = _at_start(meter)
            if before:
                kept = [one for one in meter["sampledValue"] if one not in before]
                parted.append({**meter, "sampledValue": before})
                meter["sampledValue"] = kept
                changes += len(before)
            parted.append(meter)
        meters[:] = parted
        return changes


def _at_start(meter: Any) -> list[Payload]:
    """The samples of the beginning, where there are others of the same measurand beside them."""
    samples = meter.get("sampledValue") if isinstance(meter, dict) else None
    if not isinstance(samples, list) or not all(isinstance(one, dict) for one in samples):
        return []
    if any(is_signed(one) for one in samples):
        return []
    live = {measurand(one) for one in samples if one.get("context") != AT_START}
    return [s for s in samples if s.get("context") == AT_START and measurand(s) in live]
