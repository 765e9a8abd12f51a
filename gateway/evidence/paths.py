"""Where a shadow's decisions differ: each path with its rate, its noise and what to make of it."""

import msgspec

from gateway.evidence.counts import Counts
from gateway.evidence.noise import Judgement, Rate, judged

BURN_IN = 86_400  # seconds whose rates are held against later ones, without a baseline
ALWAYS = range(0, 2**40)  # hours, as seconds since 1970


class PathRow(msgspec.Struct, frozen=True):
    """Where decisions differ, how often, and whether that is more than noise."""

    kind: str
    action: str
    path: str
    severity: str
    rate: Rate
    noise: Rate | None
    judgement: Judgement
    samples: list[int]  # numbers of pairs, for `shadow diff`


def path_rows(counts: Counts, csms: str, baseline: str | None) -> list[PathRow]:
    """Every path at which decisions differ, the gravest and most frequent first."""
    compared, found = counts.compared(csms, ALWAYS), counts.paths(csms, ALWAYS)
    noisy = _Noise(counts, csms, baseline)
    rows = []
    for (kind, action, path, severity), differed in found.items():
        rate = Rate(differed, max(compared[kind, action], differed))
        known = None if kind == "command" else noisy(kind, action, path, severity)
        later, noise = known if known is not None else (rate, None)
        samples = counts.samples.get((csms, kind, action, path), [])
        judgement = judged(severity, later, noise)
        rows.append(PathRow(kind, action, path, severity, rate, noise, judgement, samples))
    return sorted(rows, key=lambda row: (row.severity, -row.rate.differed, row.action, row.path))


class _Noise:
    """What is known of a path's noise: the later rate, and that of the baseline or burn-in."""

    def __init__(self, counts: Counts, csms: str, baseline: str | None) -> None:
        self._counts, self._csms = counts, csms
        self._burnt = counts.past.first(csms) + BURN_IN
        self._baseline = baseline if baseline != csms else None

    def __call__(
        self, kind: str, action: str, path: str, severity: str
    ) -> tuple[Rate, Rate | None] | None:
        counts = self._counts
        if self._baseline is not None:
            mine = _rate(counts, self._csms, ALWAYS, (kind, action, path, severity))
            return mine, _rate(counts, self._baseline, ALWAYS, (kind, action, path, severity))
        later, before = range(self._burnt, ALWAYS.stop), range(0, self._burnt)
        if not counts.compared(self._csms, later)[kind, action]:
            return None
        return (
            _rate(counts, self._csms, later, (kind, action, path, severity)),
            _rate(counts.past, self._csms, before, (kind, action, path, severity)),
        )


def _rate(counts: Counts, csms: str, hours: range, where: tuple[str, str, str, str]) -> Rate:
    differed = counts.paths(csms, hours)[where]
    return Rate(differed, max(differed, counts.compared(csms, hours)[where[:2]]))
