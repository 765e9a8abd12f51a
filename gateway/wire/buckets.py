"""How often, by key: bounded tables that forget whoever has not come for longest."""

from collections import OrderedDict

KEPT = 16_384  # keys of one table: a fleet of ten thousand has room, a million made-up names do not


class Buckets:
    """So many a minute for each key, all of them at once if need be (a token bucket, GCRA).

    A table holds one time for each key: when its bucket is full again. After that it is forgotten.
    """

    def __init__(self, a_minute: int, kept: int = KEPT) -> None:
        self._a_minute, self._kept = a_minute, kept
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: str, now: float) -> float:
        """Seconds until `key` may take one; 0 if it may now."""
        if self._a_minute <= 0:
            return 0.0
        step = 60.0 / self._a_minute
        return max(0.0, self._full_at.get(key, now) - now - 60.0 + step)

    def take(self, key: str, now: float) -> None:
        """Take one, whether it may or not; nobody owes more than another minute's worth."""
        if self._a_minute <= 0:
            return
        full_at = max(self._full_at.pop(key, now), now) + 60.0 / self._a_minute
        self._full_at[key] = min(full_at, now + 120.0)
        self._forget(now)

    def spares(self, key: str, now: float) -> bool:
        """Take one, if that may be now."""
        may = self.wait(key, now) <= 0.0
        if may:
            self.take(key, now)
        return may

    def _forget(self, now: float) -> None:
        """Drop those that are full again, the ones that came first; and whoever is too many."""
        table = self._full_at
        for _ in range(2):  # more than one comes in at a time: the table shrinks by itself
            first = next(iter(table))
            if table[first] > now and len(table) <= self._kept:
                return
            del table[first]


class BackOff:
    """Some failures are free; then each one doubles the wait, up to a longest."""

    def __init__(
        self, free: int, first: float = 1.0, longest: float = 60.0, kept: int = KEPT
    ) -> None:
        self._free, self._first, self._longest, self._kept = free, first, longest, kept
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how often, last when

    def __len__(self) -> int:
        return len(self._failed)

    def wait(self, key: str, now: float) -> float:
        """Seconds until `key` may try again; 0 if it may now."""
        times, last = self._failed.get(key, (0, now))
        if self._free <= 0 or times < self._free:
            return 0.0
        pause = min(self._longest, self._first * 2.0 ** min(times - self._free, 16))
        return max(0.0, last + pause - now)

    def has_failed(self, key: str) -> bool:
        """Whether the last thing heard of it was a failure."""
        return key in self._failed

    def failed(self, key: str, now: float) -> None:
        """Count a failure. Whoever is quiet for ten times the longest wait begins anew."""
        times, last = self._failed.pop(key, (0, now))
        times = 0 if now - last > 10 * self._longest else times
        self._failed[key] = (times + 1, now)
        if len(self._failed) > self._kept:
            self._failed.popitem(last=False)

    def undo(self, key: str) -> None:
        """It was no failure, or nobody knows."""
        times, last = self._failed.get(key, (0, 0.0))
        if times > 1:
            self._failed[key] = (times - 1, last)
        else:
            self._failed.pop(key, None)

    def forgive(self, key: str) -> None:
        """It was right after all."""
        self._failed.pop(key, None)
