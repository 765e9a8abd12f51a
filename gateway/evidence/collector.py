"""Collects evidence on the hot path: counts in dictionaries, and few enough samples to keep."""

from bisect import bisect_left
from collections import defaultdict

from gateway.core.comparison.rules import severity as graded
from gateway.core.effects import Compared, Recorded
from gateway.core.redaction import redacted, token_hash
from gateway.core.route import Route
from gateway.evidence.rows import (
    BOUNDS,
    Batch,
    Detailed,
    OfStation,
    PairRow,
    SessionRow,
    Tallied,
    Timed,
)

HOUR = 3600
DAY = 86_400
MOST_NAMES = 500  # of one CSMS's paths, rules and reasons: it may invent fields; the rest is one
MOST_PAIRS = 200  # that wait to be written
MOST_SESSIONS = 20_000
LONGEST = 120  # characters of a path
LARGEST = 8192  # bytes of one payload of a pair
OTHER = "(other)"
ANSWERED = frozenset({"matched", "ignored", "mismatched", "shadow_error"})
DIFFERENT = frozenset({"mismatched", "shadow_error", "unanswered"})


class Collector:
    """Counts what shadows did, of all stations of a worker. `key` makes tokens unreadable."""

    def __init__(
        self, key: bytes, kept: dict[Detailed, int] | None = None, samples_per_path: int = 20
    ) -> None:
        self.key, self.most_samples = key, samples_per_path
        self._samples: dict[Detailed, int] = dict(kept or {})  # of this day
        self._day = 0
        self._names: defaultdict[str, set[Detailed]] = defaultdict(set)  # by CSMS
        self._dropped = 0  # sessions that did not fit
        self._clear()

    def _clear(self) -> None:
        self._tallied: defaultdict[Tallied, int] = defaultdict(int)
        self._detailed: defaultdict[Detailed, int] = defaultdict(int)
        self._of_station: defaultdict[OfStation, int] = defaultdict(int)
        self._timed: defaultdict[Timed, int] = defaultdict(int)
        self._pairs: list[PairRow] = []
        self._sessions: list[SessionRow] = []

    def compared(self, route: Route, effect: Compared, now: float) -> None:
        """A verdict. `now` is Unix time."""
        segment, csms, kind, action = route.segment, effect.csms, effect.kind, effect.action
        verdict, severity = effect.verdict, effect.severity
        self._tallied[segment, csms, kind, action, verdict, severity] += 1
        if verdict != "not_comparable":
            self._of_station[segment, csms, route.identity, "compared", ""] += 1
        if verdict in DIFFERENT:
            self._of_station[segment, csms, route.identity, "different", severity] += 1
        if verdict in ANSWERED and kind == "answer":
            slow = bisect_left(BOUNDS, effect.primary_seconds)
            self._timed[segment, csms, action, "primary", slow] += 1
            slow = bisect_left(BOUNDS, effect.shadow_seconds)
            self._timed[segment, csms, action, "shadow", slow] += 1
        if verdict == "matched":
            return
        what = "reason" if verdict == "not_comparable" else "path"
        for name in effect.paths:
            self._detailed[self._named(segment, effect, what, name, _of_path(effect, name))] += 1
        for name in effect.rules:
            self._detailed[self._named(segment, effect, "rule", name, severity)] += 1
        if effect.sample is not None:
            self._keep(route, effect, now)

    def _named(
        self, segment: str, effect: Compared, what: str, name: str, severity: str
    ) -> Detailed:
        csms, kind, action = effect.csms, effect.kind, effect.action
        key = (segment, csms, kind, action, what, name[:LONGEST], severity)
        names = self._names[effect.csms]
        if key in names:
            return key
        if len(names) >= MOST_NAMES:
            return (*key[:5], OTHER, severity)
        names.add(key)
        return key

    def _keep(self, route: Route, effect: Compared, now: float) -> None:
        """A sample for each path, a few a day; the file keeps the newest."""
        if (day := int(now) // DAY) != self._day:
            if self._day:
                self._samples.clear()
            self._day = day
        first = effect.paths[0] if effect.paths else effect.verdict
        key = self._named(route.segment, effect, "sample", first, effect.severity)
        if self._samples.get(key, 0) >= self.most_samples or len(self._pairs) >= MOST_PAIRS:
            return
        self._samples[key] = self._samples.get(key, 0) + 1
        sample = effect.sample
        assert sample is not None, "only what has a sample is kept"
        self._pairs.append(
            PairRow(
                now, route.segment, effect.csms, route.identity, effect.kind, effect.action,
                effect.verdict, effect.severity, tuple(path[:LONGEST] for path in effect.paths),
                effect.primary_seconds, effect.shadow_seconds,
                shown(sample.call, self.key), shown(sample.primary, self.key),
                shown(sample.shadow, self.key),
            )
        )  # fmt: skip

    def recorded(self, route: Route, effect: Recorded) -> None:
        """A part of a charging session."""
        if len(self._sessions) >= MOST_SESSIONS:
            self._dropped += 1
            return
        part = effect.part
        self._sessions.append(
            SessionRow(
                route.identity, effect.leg, part.native, route.segment, part.ours, part.place,
                token_hash(part.token, self.key) if part.token is not None else None,
                part.began, part.ended, part.meter_start, part.meter_stop,
                part.reason, part.samples, part.gaps,
            )
        )  # fmt: skip

    def take_dropped(self) -> int:
        """How many sessions did not fit since the last time."""
        dropped, self._dropped = self._dropped, 0
        return dropped

    def take(self, now: float) -> Batch | None:
        """What there is since the last time; None if that is nothing."""
        if not (self._tallied or self._sessions):
            return None
        batch = Batch(
            int(now) // HOUR * HOUR, self._tallied, self._detailed, self._of_station,
            self._timed, self._pairs, self._sessions,
        )  # fmt: skip
        self._clear()
        return batch


def _of_path(effect: Compared, path: str) -> str:
    """How grave one path is, where several differ: an effect is as grave as the worst."""
    if len(effect.paths) == 1:
        return effect.severity
    return graded(effect.action, (path,), is_command=effect.kind == "command")


def shown(payload: bytes, key: bytes) -> bytes:
    """A payload as it may be kept; `null` stays that, and what is huge is only named so."""
    if payload == b"null":
        return payload
    kept = redacted(payload, key)
    return kept if len(kept) <= LARGEST else b'"(%d bytes)"' % len(payload)
