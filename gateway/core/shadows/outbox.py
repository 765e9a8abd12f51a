"""What waits for a shadow to be told: pairs of answers to come, bounded by number and bytes."""

from gateway.core.comparison.answers import Answer
from gateway.core.shadows.seen import Heard

WAITING = 256  # CALLs that wait for a shadow; more are dropped
WAITING_BYTES = 262_144  # of their payloads


class Pair:
    """One CALL of the station, and the two answers to it as they come."""

    __slots__ = ("heard", "is_synthetic", "primary", "sent_at", "shadow")

    def __init__(self, heard: Heard, primary: Answer | None = None) -> None:
        self.heard, self.primary = heard, primary
        self.shadow: Answer | None = None
        self.is_synthetic = primary is not None  # told by us, to one who came late
        self.sent_at = 0.0


class Outbox:
    """The CALLs that a shadow has yet to be told, the next one first."""

    __slots__ = ("_bytes", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[Pair] = []  # a deque of none is ten times as big, and this stays short
        self._bytes = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether nothing more may wait."""
        return len(self._waiting) >= WAITING or self._bytes > WAITING_BYTES

    @property
    def has_boot(self) -> bool:
        """Whether the station's own BootNotification waits."""
        return any(pair.heard.action == "BootNotification" for pair in self._waiting)

    def add(self, pair: Pair) -> None:
        """Wait behind the others."""
        self._waiting.append(pair)
        self._bytes += len(pair.heard.call.payload)

    def put_first(self, pairs: list[Pair]) -> None:
        """Go before the others."""
        self._waiting[:0] = pairs
        self._bytes += sum(len(pair.heard.call.payload) for pair in pairs)

    def next(self) -> Pair:
        """The one whose turn it is."""
        pair = self._waiting.pop(0)
        self._bytes -= len(pair.heard.call.payload)
        return pair

    def emptied(self) -> list[Pair]:
        """All that waited."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        return waiting
