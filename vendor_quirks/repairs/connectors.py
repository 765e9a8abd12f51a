"""Which connector a message is about, where it does not say, or says it wrongly."""

from typing import ClassVar

import msgspec

from vendor_quirks.situation import Fact, Payload, Situation


class OwnerOfTransaction(msgspec.Struct, frozen=True):
    """Samples of a transaction under connector 0 belong to the connector where it runs."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"transactions"})

    def __call__(self, payload: Payload, known: Situation) -> int:
        if payload.get("connectorId") != 0 or payload.get("transactionId") is None:
            return 0
        running = known.transaction(payload["transactionId"])
        if running is None or running.connector <= 0:
            return 0
        payload["connectorId"] = running.connector
        return 1


class ConnectorToStart(msgspec.Struct, frozen=True):
    """Name the connector of a remote start: the only one, or the one where a car waits."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"status"})

    def __call__(self, payload: Payload, known: Situation) -> int:
        if payload.get("connectorId") is not None:
            return 0
        numbers = known.numbers()
        if len(numbers) > 1:
            numbers = [n for n in numbers if known.connector(n).status.get("status") == "Preparing"]
        if len(numbers) != 1:
            return 0  # none, or nobody knows which
        payload["connectorId"] = numbers[0]
        return 1
