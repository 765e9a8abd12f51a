"""Not all at once: so many starts a second, and so many costly steps in one turn of the loop."""

from collections.abc import Callable

import trio

STEPS_A_TURN = 8  # of handshakes, a millisecond each: then the lane and everybody else
GIVES_UP_AFTER = 5  # starts in a row that failed
FIRST_GAP, LONGEST_GAP = 0.05, 2.0  # seconds between starts then


class Turnstile:
    """Lets few through in each turn of the event loop, in the order in which they came."""

    def __init__(self, a_turn: int = STEPS_A_TURN) -> None:
        self._places = trio.CapacityLimiter(a_turn)

    async def __call__(self) -> None:
        """Wait for a turn."""
        async with self._places:
            await trio.lowlevel.checkpoint()


class Pace:
    """Starts a second, a second's worth at once and one at least; far fewer while all fail."""

    def __init__(self, clock: Callable[[], float] = trio.current_time) -> None:
        self._clock = clock
        self._full_at = self._not_before = 0.0
        self._failures = 0

    def reserve(self, a_second: float, within: float) -> float | None:
        """Seconds until the next start may be made, which is taken; None if they are too many."""
        now = self._clock()
        step = 1.0 / a_second
        full_at = max(self._full_at, now) + step
        wait = max(0.0, full_at - now - max(1.0, step))
        if wait > within or now < self._not_before:
            return None
        self._full_at = full_at
        if self._failures >= GIVES_UP_AFTER:
            gap = min(LONGEST_GAP, FIRST_GAP * 2.0 ** min(self._failures - GIVES_UP_AFTER, 8))
            self._not_before = now + wait + gap
        return wait

    def succeeded(self) -> None:
        """Somebody is there."""
        self._failures, self._not_before = 0, 0.0

    def failed(self) -> None:
        """Nobody is there."""
        self._failures += 1
