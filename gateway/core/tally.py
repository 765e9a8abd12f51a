"""Plain counts of what happens. The core and the rim add to them; `ops.metrics` exports them.

Integers in dictionaries, because looking up a labelled child of a metrics library costs more than
parsing the frame that it counts (benchmarks/FINDINGS.md).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

Counts: TypeAlias = defaultdict[tuple[str, ...], int]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
MICROSECONDS = (25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 50e-3, 0.25, 1.0)


# Where a frame is counted in its action's row. A CALLERROR's place is behind its CALLRESULT's.
SLOTS: dict[tuple[str, str, str], int] = {
    place: slot
    for slot, place in enumerate(
        product(("station", "primary", "shadow"), ("in", "out"), ("call", "result", "error"))
    )
}


class Frames(dict[str, list[int]]):
    """Frames by action, then by SLOTS: a third of the cost of one key for all (6 an exchange)."""

    def __missing__(self, action: str) -> list[int]:
        self[action] = [0] * len(SLOTS)
        return self[action]

    def by_labels(self) -> Iterator[tuple[tuple[str, str, str, str], int]]:
        """(leg role, direction, type, action) and how many, of all that occurred."""
        for action, row in tuple(self.items()):
            for place, slot in SLOTS.items():
                if row[slot]:
                    yield (*place, action), row[slot]


class Histogram:
    """Counts by upper bound (inclusive, in seconds), the last one unbounded, and their sum."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.sum += seconds


class CallSeconds(dict[tuple[str, str], Histogram]):
    """One histogram for each (leg role, action)."""

    def __missing__(self, key: tuple[str, str]) -> Histogram:
        self[key] = Histogram(SECONDS)
        return self[key]


class Tally:
    """All counts of one worker. A field's comment names the labels of its keys, in order."""

    def __init__(self) -> None:
        self.stations_connected: Counts = defaultdict(int)  # segment, version
        self.legs_connected: Counts = defaultdict(int)  # csms, role
        self.handshakes: Counts = defaultdict(int)  # outcome
        self.certificate_ends: Counts = defaultdict(int)  # certificate, csms: Unix time, no count
        self.legs_short: Counts = defaultdict(int)  # csms
        self.frames = Frames()
        self.frames_refused: Counts = defaultdict(int)  # leg role, reason
        self.ambiguous: Counts = defaultdict(int)  # leg role
        self.call_seconds = CallSeconds()
        self.added_seconds = Histogram(MICROSECONDS)
        self.translations: Counts = defaultdict(int)  # pairing, action, outcome
        self.losses: Counts = defaultdict(int)  # rule
        self.guarded: Counts = defaultdict(int)  # rule, action, outcome
        self.journal: Counts = defaultdict(int)  # csms, event
        self.answered_here: Counts = defaultdict(int)  # csms, action
        self.repairs: Counts = defaultdict(int)  # quirk
        self.observed: Counts = defaultdict(int)  # quirk
        self.unknown_dialects: Counts = defaultdict(int)  # action, field
        self.ineffective: Counts = defaultdict(int)  # action
        self.comparisons: Counts = defaultdict(int)  # csms, action, verdict, severity
        self.shadow_commands: Counts = defaultdict(int)  # csms, action
        self.shadow_dropped: Counts = defaultdict(int)  # csms
        self.shadow_replays: Counts = defaultdict(int)  # csms, action
        self.command_pairs: Counts = defaultdict(int)  # csms, action, verdict
        self.store_commit_seconds = Histogram(MICROSECONDS)
        self.loop_lag_seconds = Histogram(MICROSECONDS)
        self.station_crashes = 0
