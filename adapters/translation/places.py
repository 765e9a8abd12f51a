"""Where on a 2.0.1 station something happens, as a 1.6 connector (specification 2.4)."""

from adapters.translation.memory import Memory
from adapters.translation.records import Transaction


def connector_at(evse: int, connector: int | None, memory: Memory) -> int:
    """The 1.6 connector at a place; one that was not known gets the next number."""
    if connector is not None:
        found = memory.topology.connector_of(evse, connector)
        return _appended(evse, connector, memory) if found is None else found
    numbers = memory.topology.connectors_of(evse)
    if not numbers:
        return _appended(evse, 1, memory)
    for number in numbers:
        if transaction_at(number, memory) is not None:
            return number
    if len(numbers) > 1:
        memory.lose("connector_guess", "connectorId")
    occupied = [n for n in sorted(numbers) if memory.connector(n).state20 == "Occupied"]
    return occupied[0] if occupied else min(numbers)


def _appended(evse: int, connector: int, memory: Memory) -> int:
    memory.touch(memory.station)
    return memory.topology.append(evse, connector)


def transaction_at(number: int, memory: Memory) -> Transaction | None:
    """The latest transaction on a connector that has not ended, whether 1.6 knows it or not."""
    for tx in reversed(memory.transactions.values()):
        if tx.connector == number and tx.state != "ENDED":
            return tx
    return None
