"""Whether a path differs more often than two right CSMSs do: by a baseline, or by its first day.

The baseline is a second instance of the primary (A/A beside A/B). Without one, the rate of the
first hours is what is held against later ones. What touches money or access is never explained.
"""

from math import sqrt
from typing import Literal, TypeAlias

import msgspec

Judgement: TypeAlias = Literal["real", "noise", "unproven"]

Z = 1.96  # two-sided 95 %
SLACK = 0.001  # a difference of rates below this is nobody's business
FEWEST = 30  # comparisons from which on a rate means something
NEVER = "S0"


class Rate(msgspec.Struct, frozen=True):
    """So many of so many comparisons differed."""

    differed: int = 0
    of: int = 0

    @property
    def value(self) -> float:
        """The share, 0 of nothing."""
        return self.differed / self.of if self.of else 0.0

    def wilson(self) -> tuple[float, float]:
        """The interval that the true share lies in (Wilson's score, 95 %)."""
        if not self.of:
            return 0.0, 1.0
        n, p = self.of, self.value
        middle = p + Z * Z / (2 * n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        scale = 1 + Z * Z / n
        return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def least_excess(candidate: Rate, noise: Rate) -> float:
    """How much more often the candidate differs at least (Newcombe's hybrid score, 95 %)."""
    low, _ = candidate.wilson()
    _, high = noise.wilson()
    return (candidate.value - noise.value) - sqrt(
        (candidate.value - low) ** 2 + (high - noise.value) ** 2
    )


def judged(severity: str, candidate: Rate, noise: Rate | None) -> Judgement:
    """What a path's differences are; `noise` is None where nothing is known of it."""
    if severity == NEVER or noise is None:
        return "real"
    if min(candidate.of, noise.of) < FEWEST:
        return "unproven" if noise.differed else "real"
    if not noise.differed:
        return "real"
    return "real" if least_excess(candidate, noise) > SLACK else "noise"
