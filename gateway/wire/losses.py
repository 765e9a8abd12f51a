"""What is lost in translation, as the log is told: a line a station and rule, then an hour's."""

from collections import OrderedDict
from math import inf

EVERY = 3600.0  # seconds between two lines of one station about one rule
KEPT = 16_384  # stations times rules; of more, who came first is forgotten and told of anew


class Losses:
    """Counts what is lost between two lines of the log."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        # (identity, rule) -> when its last line was written, and how many were lost since.
        self._since: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._since)

    def add(self, identity: str, rule: str, now: float) -> int:
        """One more is lost. How many a line would have to tell of; 0 while it is not time."""
        told_at, count = self._since.get((identity, rule), (-inf, 0))
        self._since[identity, rule] = told_at, count + 1
        if len(self._since) > self._kept:
            self._since.popitem(last=False)
        return count + 1 if now - told_at >= EVERY else 0

    def told(self, identity: str, rule: str, now: float) -> None:
        """The log has its line."""
        self._since[identity, rule] = now, 0
