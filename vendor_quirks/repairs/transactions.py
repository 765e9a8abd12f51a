"""Transaction ids that are none, and registers that count from elsewhere."""

from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from vendor_quirks.repairs.fields import EXACT, is_signed
from vendor_quirks.repairs.samples import measurand
from vendor_quirks.situation import (
    REGISTER,
    Fact,
    Mark,
    Payload,
    Situation,
    Transaction,
    number,
    objects,
)

TOO_BIG = 2**31  # OCPP 1.6 has integers of 32 bits
NO_IDS = (0, -1, None)
WITH_ID: frozenset[Fact] = frozenset({"transactions"})


class FillTransactionId(msgspec.Struct, frozen=True):
    """Name the transaction that runs, in place of an id that is none."""

    needs: ClassVar[frozenset[Fact]] = WITH_ID

    none: tuple[Any, ...] = NO_IDS  # ids that are none; one above 32 bits always is
    wrong: bool = False  # whether an id that no running transaction has is none, too
    absent: bool = False  # whether a field that is not there is filled as well

    def __call__(self, payload: Payload, known: Situation) -> int:
        if "transactionId" not in payload and not self.absent:
            return 0
        given = payload.get("transactionId")
        running = known.transaction_at(payload.get("connectorId", 0))
        if running is None or running.id is None or running.id == given:
            return 0
        if not (_is_none(given, self.none) or (self.wrong and not _runs(given, known))):
            return 0
        payload["transactionId"] = running.id
        return 1


class FillStopId(msgspec.Struct, frozen=True):
    """Name the one transaction that a stop can mean, in place of an id that is none.

    While a later start is unanswered nobody can tell: that one is the likelier to be meant.
    """

    needs: ClassVar[frozenset[Fact]] = WITH_ID

    none: tuple[Any, ...]

    def __call__(self, payload: Payload, known: Situation) -> int:
        given = payload.get("transactionId")
        if isinstance(given, bool) or given not in self.none:
            return 0
        key = ("stop", str(payload.get("meterStop"))[:40], str(payload.get("timestamp"))[:40])
        before = known.marks.get(key)  # said again, it means the same
        meant = _only_one(given, known) if before is None else before.answer
        if meant is None:
            return 0
        known.mark(key, Mark(known.now, answer=meant))
        payload.update(meant)
        return 1


def _only_one(given: Any, known: Situation) -> Payload | None:
    running = known.open()
    if len(running) != 1 or running[0].id in (None, given):
        return None
    if any(t.id == given for t in known.closed) or _is_in_doubt(running[0], known):
        return None
    return {"transactionId": running[0].id}


def _is_in_doubt(running: Transaction, known: Situation) -> bool:
    return any(
        start.connector != running.connector or start.started > running.started
        for start in known.pending.values()
    )


class DropTransactionId(msgspec.Struct, frozen=True):
    """Take an id away that is none, where the field may be left out."""

    none: tuple[Any, ...] = NO_IDS

    def __call__(self, payload: Payload, known: Situation) -> int:
        if "transactionId" not in payload or not _is_none(payload["transactionId"], self.none):
            return 0
        del payload["transactionId"]
        return 1


def _is_none(given: Any, none: tuple[Any, ...]) -> bool:
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) >= TOO_BIG:
        return True
    return any(given == one and type(given) is type(one) for one in none)


def _runs(given: Any, known: Situation) -> bool:
    return known.transaction(given) is not None or any(t.id == given for t in known.closed)


class RegisterOffset(msgspec.Struct, frozen=True):
    """Add the register at the start to samples that count from it, while the transaction runs."""

    needs: ClassVar[frozenset[Fact]] = WITH_ID

    def __call__(self, payload: Payload, known: Situation) -> int:
        running = known.transaction_at(payload.get("connectorId", 0))
        if running is None or running.meter_start <= 0:
            return 0
        return sum(
            self._raised(sample, running)
            for meter in objects(payload.get("meterValue"))
            for sample in objects(meter.get("sampledValue"))
            if not is_signed(sample)
        )

    def _raised(self, sample: Payload, running: Transaction) -> int:
        value, unit = number(sample.get("value")), sample.get("unit", "Wh")
        if value is None or value < 0 or measurand(sample) != REGISTER or unit not in ("Wh", "kWh"):
            return 0
        start = Decimal(running.meter_start) / (1000 if unit == "kWh" else 1)
        if "phase" in sample or value >= start:  # a register that counts on is no session's
            return 0
        raised = EXACT.add(value, start)
        sample["value"] = format(raised, "f") if isinstance(sample["value"], str) else raised
        return 1


class ClampMeterStop(msgspec.Struct, frozen=True):
    """A session cannot end below its start: where it does by a little, it ends at it."""

    needs: ClassVar[frozenset[Fact]] = WITH_ID

    by: int = 10  # Wh; more is a fault that somebody should see

    def __call__(self, payload: Payload, known: Situation) -> int:
        running, stop = known.transaction(payload.get("transactionId")), payload.get("meterStop")
        if running is None or not isinstance(stop, int) or isinstance(stop, bool):
            return 0
        if not running.meter_start - self.by <= stop < running.meter_start:
            return 0
        payload["meterStop"] = running.meter_start
        return 1


class MintTransactionId(msgspec.Struct, frozen=True):
    """Number a transaction that was given no id; the seconds since 1970 are no other one's."""

    needs: ClassVar[frozenset[Fact]] = WITH_ID

    def __call__(self, payload: Payload, known: Situation) -> int:
        if payload.get("transactionId") is not None:
            return 0
        taken = {transaction.id for transaction in known.open()}
        number = int(known.now) % TOO_BIG
        while number in taken:
            number += 1
        payload["transactionId"] = number
        return 1
