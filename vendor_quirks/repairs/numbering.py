"""Transaction ids that tell the connector, for a CSMS that counts each connector by itself.

The connector stands in the bits above the CSMS's own number, so nothing has to be remembered.
"""

from typing import Any, ClassVar

import msgspec

from vendor_quirks.situation import Fact, Payload, Situation

BITS = 24
TOP = 1 << BITS
CONNECTORS = 64  # 1.6 has integers of 32 bits, one of them the sign
OF_TRANSACTIONS: frozenset[Fact] = frozenset({"transactions"})


def _own(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < TOP


class WithConnector(msgspec.Struct, frozen=True):
    """Tell the station an id that no other connector has.

    An answer is to the start that was heard last; a command is for a transaction that runs.
    """

    needs: ClassVar[frozenset[Fact]] = OF_TRANSACTIONS

    is_answer: bool = False

    def __call__(self, payload: Payload, known: Situation) -> int:
        given = payload.get("transactionId")
        if not isinstance(given, int) or not _own(given):
            return 0
        if self.is_answer:
            started = list(known.pending.values())[-1:]
            numbers = [one.connector for one in started]
        else:
            told = payload.get("connectorId")
            numbers = [t.connector for t in known.open() if t.id == _with(given, t.connector)]
            numbers = [one for one in numbers if told in (None, one)]
        if len(numbers) != 1 or not 0 < numbers[0] < CONNECTORS:
            return 0
        payload["transactionId"] = _with(given, numbers[0])
        return 1


class WithoutConnector(msgspec.Struct, frozen=True):
    """Tell the CSMS its own id again."""

    def __call__(self, payload: Payload, known: Situation) -> int:
        given = payload.get("transactionId")
        if not isinstance(given, int) or isinstance(given, bool) or given < TOP:
            return 0
        if given >= CONNECTORS << BITS:
            return 0  # none that we made
        payload["transactionId"] = given & (TOP - 1)
        return 1


def _with(number: int, connector: int) -> int:
    return number | connector << BITS
