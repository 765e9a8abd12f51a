"""A segment's counts, read once and grouped as the report needs them."""

from collections import defaultdict
from functools import cache

from gateway.evidence.file import EvidenceFile

COMPARABLE = frozenset({"matched", "ignored", "mismatched", "shadow_error"})


class Counts:
    """A segment's counts, grouped as the report needs them."""

    def __init__(self, file: EvidenceFile, segment: str, since: float) -> None:
        self.tallied = list(file.tallied(segment, since))
        self.detailed = list(file.detailed(segment, since))
        self.timed = list(file.timed(segment, since))
        self.of_station = list(file.of_station(segment, since))
        self.pairs = file.pairs(segment, since)
        self.sessions = file.sessions(segment, since)
        self.first = min((hour for hour, _, _ in self.tallied), default=0)

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
