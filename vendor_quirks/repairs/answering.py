"""Further answers of `answer_here`: what is so already, and what a station forgot to say."""

from typing import Any, ClassVar

import msgspec

from vendor_quirks.answers import Caller, Verdict
from vendor_quirks.situation import Fact, Mark, Payload, Situation, Transaction
from vendor_quirks.template import spelled

OPERATIVE = frozenset(
    {
        "Available",
        "Preparing",
        "Charging",
        "SuspendedEV",
        "SuspendedEVSE",
        "Finishing",
        "Reserved",
    }
)
TOLD = "told"  # in the place of a message id: this one was ended here
STATES = {"Operative": OPERATIVE, "Inoperative": frozenset({"Unavailable"})}


class AlreadySo(msgspec.Struct, frozen=True):
    """A change of availability to what the connectors reported last."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"status"})
    of: ClassVar[Caller] = "csms"
    action: ClassVar[str] = "ChangeAvailability"

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None:
        """Accepted, where each connector that it concerns is so."""
        wanted, connector = STATES.get(str(payload.get("type"))), payload.get("connectorId")
        numbers = known.numbers() if connector == 0 else [connector]
        if wanted is None or not numbers:
            return None
        if any(known.connector(n).status.get("status") not in wanted for n in numbers):
            return None
        return Verdict({"status": "Accepted"})


class StopForgotten(msgspec.Struct, frozen=True):
    """The stop of a transaction whose connector has long been free again.

    Said at a Heartbeat, whose answer holds nothing but the time: nothing else waits for it.
    """

    needs: ClassVar[frozenset[Fact]] = frozenset({"transactions", "status", "samples"})
    of: ClassVar[Caller] = "station"
    action: ClassVar[str] = "Heartbeat"

    grace: float = 120.0  # seconds, from the first Heartbeat that found it so

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None:
        """The time, and the stop; one at a time."""
        for transaction in known.open():
            if not self._is_over(transaction, known):
                continue
            known.mark(_key(transaction), Mark(known.now, TOLD))
            stop = _stop(transaction, known)
            return Verdict({"currentTime": spelled(known.now)}, then=("StopTransaction", stop))
        return None

    def _is_over(self, transaction: Transaction, known: Situation) -> bool:
        since = known.marks.get(_key(transaction))
        status = known.connector(transaction.connector).status.get("status")
        if transaction.id is None or (since is not None and since.message_id == TOLD):
            return False
        if status != "Available":
            known.marks.pop(_key(transaction), None)
            return False
        if since is None:
            known.mark(_key(transaction), Mark(known.now))
            return False
        return known.now - since.at >= self.grace


def _key(transaction: Transaction) -> tuple[str, ...]:
    return ("free", str(transaction.id))


def _stop(transaction: Transaction, known: Situation) -> dict[str, Any]:
    freed = known.connector(transaction.connector).status.get("timestamp")
    register = transaction.meter_start
    if transaction.register is not None:
        register = max(int(transaction.register), register)
    return {
        "transactionId": transaction.id,
        "meterStop": register,
        "timestamp": freed if isinstance(freed, str) and freed else spelled(known.now),
        "reason": "Other",
    }
