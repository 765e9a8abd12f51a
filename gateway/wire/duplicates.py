"""Two connections of one identity: which of them is the station."""

from enum import Enum

import trio

from gateway.wire.connection import Connection
from gateway.wire.newcomer import Newcomer

PROBE_SECONDS = 3.0  # for the old connection to answer a ping
LOOK_SECONDS = 0.05


class Verdict(Enum):
    """What becomes of the newcomer."""

    RETURNED = "returned"  # the same station, from where it was: the old connection goes
    REVIVED = "revived"  # the old connection is dead, so it goes
    RIVAL = "rival"  # the old one lives, and the new one is from elsewhere: it stays outside


async def judged(
    station: Connection | None, owner: Newcomer, newcomer: Newcomer, within: float = PROBE_SECONDS
) -> Verdict:
    """Whether a newcomer, who is authenticated, may take an identity's place.

    Neither always keeping the old nor always taking the new is safe: the one locks a station out
    that lost its network, the other hands it to whoever has learnt its password.
    """
    if newcomer.is_from_where(owner):
        return Verdict.RETURNED
    if station is None or not await _answers(station, within):
        return Verdict.REVIVED
    return Verdict.RIVAL


async def _answers(station: Connection, within: float) -> bool:
    """Whether anything is heard of it after a ping; whatever it says will do."""
    heard = station.last_heard
    station.probe()
    with trio.move_on_after(within):
        while not station.gone:
            if station.last_heard > heard or station.paused:  # whom we do not read may well speak
                return True
            await trio.sleep(LOOK_SECONDS)
    return False
