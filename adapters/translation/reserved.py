"""The reservations of a 1.6 station, and how they end: 2.0.1 wants to be told (section 15.1)."""

from collections.abc import Generator
from typing import Any

from adapters import v16, v201
from adapters.translation.conversation import Refusal, Step, Wait
from adapters.translation.memory import Memory
from adapters.translation.records import Reservation, Transaction
from adapters.translation.scalars import A_DAY, seconds

KEPT = 64  # reservations a station; none has as many connectors
CLOCKS_DIFFER = 5.0  # seconds before its expiry in which a reservation counts as expired
GRACE = 30.0  # seconds after it, for stations that do not show that a reservation is over
TRY_AGAIN = 60.0
CHANGED = "reservations"


def keep(request: v16.ReserveNowRequest, memory: Memory) -> None:
    """The station accepted a reservation; one of the same id is replaced."""
    number, connector = request.reservation_id, request.connector_id
    kept = Reservation(number, connector, request.id_tag, seconds(request.expiry_date))
    kept.was_reserved = connector != 0 and memory.connector(connector).status16 == "Reserved"
    memory.reservations[number] = kept
    memory.touch(kept)
    if len(memory.reservations) > KEPT:
        drop(next(iter(memory.reservations)), memory)
        memory.lose("reservation_forgotten", "id")
    memory.signal(CHANGED)
    if not memory.reservations_watched:
        memory.follow_ups.append(watch(memory))


def drop(number: int | None, memory: Memory) -> None:
    """A reservation is over, and the CSMS knows."""
    kept = memory.reservations.pop(number, None) if number is not None else None
    if kept is not None:
        memory.forget(kept)


def used(tx: Transaction, memory: Memory) -> None:
    """A transaction began: by its number, or by who began it where, it ends a reservation."""
    drop(tx.reservation_id, memory)
    for kept in list(memory.reservations.values()):
        if kept.connector == tx.connector and kept.id_tag.casefold() == tx.id_tag.casefold():
            drop(kept.number, memory)


def heard_status(connector: int, status: str, memory: Memory) -> Generator[Step, Any, None]:
    """A connector that is no longer Reserved says how its reservation ended."""
    for kept in [r for r in memory.reservations.values() if r.connector == connector != 0]:
        if status == "Reserved":
            _shown(kept, True, memory)
            continue
        if not kept.was_reserved:
            continue
        is_told = False
        if memory.now >= kept.expires - CLOCKS_DIFFER:
            is_told = yield from _tell(kept, "Expired", memory)
        elif status in ("Faulted", "Unavailable"):
            is_told = yield from _tell(kept, "Removed", memory)
        if not is_told:  # somebody came, and may yet begin a transaction; else it expires
            _shown(kept, False, memory)


def _shown(kept: Reservation, is_reserved: bool, memory: Memory) -> None:
    """Whether the connector's status will tell its end; without that, the clock does."""
    if kept.was_reserved != is_reserved and memory.reservations.get(kept.number) is kept:
        kept.was_reserved = is_reserved
        memory.touch(kept)
        memory.signal(CHANGED)


def _tell(
    kept: Reservation, status: v201.ReservationUpdateStatus, memory: Memory
) -> Generator[Step, Any, bool]:
    """Tell the CSMS how a reservation ended; False if that has to be tried again."""
    try:
        yield v201.ReservationStatusUpdateRequest(kept.number, status)
    except Refusal as refusal:
        if refusal.is_transient:
            return False
        memory.lose("dead_letter", "ReservationStatusUpdate")
    if memory.reservations.get(kept.number) is kept:
        drop(kept.number, memory)
    return True


def watch(memory: Memory) -> Generator[Step, Any, None]:
    """Tell of the reservations that expire without the station showing it."""
    memory.reservations_watched = True
    try:
        while memory.reservations:
            unseen = [r for r in memory.reservations.values() if not r.was_reserved]
            kept = min(unseen, key=lambda r: r.expires, default=None)
            wait = kept.expires + GRACE - memory.now if kept else A_DAY
            if kept is not None and wait <= 0:
                if (yield from _tell(kept, "Expired", memory)):
                    continue
                wait = TRY_AGAIN
            yield Wait(CHANGED, min(wait, A_DAY))
    finally:
        memory.reservations_watched = False
