"""A segment's counts, read once and grouped as the report needs them."""

from collections import defaultdict
from functools import cache, cached_property
from typing import TypeAlias

from gateway.evidence.file import EvidenceFile
from gateway.evidence.rows import OfStation, PairRow, SessionRow, Timed

COMPARABLE = frozenset({"matched", "ignored", "mismatched", "shadow_error", "unanswered"})
MOST_SAMPLES = 3  # of a path that are named
Where: TypeAlias = tuple[str, str, str, str]  # csms, kind, action, path


def _samples(pairs: list[PairRow]) -> dict[Where, list[int]]:
    """Numbers of pairs by what differed in them, the newest first."""
    found: dict[Where, list[int]] = defaultdict(list)
    for pair in pairs:
        for path in pair.paths:
            numbers = found[pair.csms, pair.kind, pair.action, path]
            if len(numbers) < MOST_SAMPLES:
                numbers.append(pair.id)
    return found


class Counts:
    """A segment's counts, grouped as the report needs them."""

    def __init__(self, file: EvidenceFile, segment: str, since: float) -> None:
        self._file, self._segment, self._since = file, segment, since
        self.tallied = list(file.tallied(segment, since))
        self.detailed = list(file.detailed(segment, since))

    @cached_property
    def past(self) -> "Counts":
        """All there is, however long ago: what is usual is not learnt from the last days alone."""
        return Counts(self._file, self._segment, 0.0) if self._since else self

    @cached_property
    def samples(self) -> dict[Where, list[int]]:
        """Numbers of pairs, by what differed in them."""
        return _samples(self._file.pairs(self._segment, self._since))

    @cached_property
    def sessions(self) -> list[SessionRow]:
        """Records of charging sessions, of all legs."""
        return self._file.sessions(self._segment, self._since)

    @cached_property
    def timed(self) -> list[tuple[int, Timed, int]]:
        """Hour, key, count of latencies."""
        return list(self._file.timed(self._segment, self._since))

    @cached_property
    def of_station(self) -> list[tuple[int, OfStation, int]]:
        """Day, key, count of comparisons by station."""
        return list(self._file.of_station(self._segment, self._since))

    def first(self, csms: str) -> int:
        """The hour in which the evidence on a CSMS begins."""
        return min((hour for hour, key, _ in self.tallied if key[1] == csms), default=0)

    @cache  # noqa: B019 (lives as long as one report)
    def compared(self, csms: str, hours: range) -> dict[tuple[str, str], int]:
        """Comparisons by kind and action."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for hour, (_, name, kind, action, verdict, _), n in self.tallied:
            if name == csms and verdict in COMPARABLE and hour in hours:
                found[kind, action] += n
        return found

    @cache  # noqa: B019 (lives as long as one report)
    def paths(self, csms: str, hours: range) -> dict[tuple[str, str, str, str], int]:
        """Differences by kind, action, path and severity."""
        found: dict[tuple[str, str, str, str], int] = defaultdict(int)
        for hour, (_, name, kind, action, what, path, severity), n in self.detailed:
            if name == csms and what == "path" and hour in hours:
                found[kind, action, path, severity] += n
        return found
