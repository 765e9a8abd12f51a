"""How late the event loop is, and what is given up because of that, in which order."""

from collections.abc import Callable
from enum import IntEnum

import trio

LOOKS = 0.1  # seconds between two looks
EASES = 0.8  # of the lateness is left at the next look, if that one is in time


class Level(IntEnum):
    """What is shed: each level with those below it. What is connected is served throughout."""

    NOTHING = 0
    ACCEPTING = 1  # new connections wait in the kernel, and come in one by one
    RETURNING = 2  # whoever was here a moment ago is asked to wait (503)
    SHADOWS = 3  # shadows' legs are closed, and dialled again when it is over


LATE = ((0.5, Level.SHADOWS), (0.25, Level.RETURNING), (0.1, Level.ACCEPTING))  # seconds


class Pressure:
    """Measures how much later than it wanted a task gets its turn."""

    def __init__(self) -> None:
        self._late = 0.0

    @property
    def level(self) -> Level:
        """What has to be shed now."""
        return next((level for late, level in LATE if self._late >= late), Level.NOTHING)

    def note(self, late: float) -> None:
        """Take a measurement: at once upwards, slowly downwards."""
        self._late = max(late, self._late * EASES)

    async def watch(self, shed_shadows: Callable[[], None]) -> None:
        """Measure until cancelled."""
        while True:
            wanted = trio.current_time() + LOOKS
            await trio.sleep_until(wanted)
            self.note(trio.current_time() - wanted)
            if self.level >= Level.SHADOWS:
                shed_shadows()
