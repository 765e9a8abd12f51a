"""The circuit breaker of a shadow: whoever does not answer is not asked for a while."""

MISSES = 5  # CALLs in a row without an answer
FIRST_REST, LONGEST_REST = 60.0, 600.0  # seconds


class Breaker:
    """Closed while the shadow answers; open for a rest, then one CALL tries."""

    __slots__ = ("_misses", "_rest", "_until")

    def __init__(self) -> None:
        self._misses, self._rest, self._until = 0, FIRST_REST, 0.0

    def is_open(self, now: float) -> bool:
        """Whether the shadow is not asked now."""
        return now < self._until

    @property
    def has_tripped(self) -> bool:
        """Whether it was opened, and no answer has come since."""
        return self._misses >= MISSES

    def missed(self, now: float) -> bool:
        """A CALL was not answered; whether that opens it."""
        self._misses += 1
        if self._misses < MISSES:
            return False
        self._until = now + self._rest
        self._rest = min(self._rest * 2, LONGEST_REST)
        return True

    def answered(self) -> bool:
        """A CALL was answered; whether that closes it again."""
        if not self._misses:
            return False
        was_open = self.has_tripped
        self._misses, self._rest, self._until = 0, FIRST_REST, 0.0
        return was_open
