"""What the evidence is made of, as it is collected and as it is read back."""

from decimal import Decimal
from typing import TypeAlias

import msgspec

BOUNDS = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
)  # fmt: skip  # seconds; a latency above the last is in the class behind it

# segment, csms, kind, action, verdict, severity
Tallied: TypeAlias = tuple[str, str, str, str, str, str]
# segment, csms, kind, action, what ("path", "rule" or "reason"), its name, severity
Detailed: TypeAlias = tuple[str, str, str, str, str, str, str]
# segment, csms, station, "compared" or "different", severity of a difference; counted by day
OfStation: TypeAlias = tuple[str, str, str, str, str]
# segment, csms, action, who ("primary" or "shadow"), index into BOUNDS
Timed: TypeAlias = tuple[str, str, str, str, int]


class PairRow(msgspec.Struct, frozen=True):
    """One pair that was kept: redacted payloads, `null` for what was not said."""

    at: float
    segment: str
    csms: str
    station: str
    kind: str
    action: str
    verdict: str
    severity: str
    paths: tuple[str, ...]
    primary_seconds: float
    shadow_seconds: float
    call: bytes
    primary: bytes
    shadow: bytes
    id: int = 0


class SessionRow(msgspec.Struct, frozen=True):
    """A charging session as one leg knows it. `token` is a keyed hash; meters are in Wh."""

    station: str
    leg: str  # "station" is what the gateway saw; any other is a CSMS
    native: str
    segment: str = ""
    ours: str | None = None
    place: str | None = None
    token: str | None = None
    began: float | None = None
    ended: float | None = None
    meter_start: Decimal | None = None
    meter_stop: Decimal | None = None
    reason: str | None = None
    samples: int | None = None
    gaps: int | None = None

    @property
    def kwh(self) -> Decimal | None:
        """Energy, where both registers are known."""
        if self.meter_start is None or self.meter_stop is None:
            return None
        return (self.meter_stop - self.meter_start) / 1000


class Batch(msgspec.Struct):
    """What was collected since the last time."""

    hour: int  # seconds since 1970, a multiple of 3600
    tallied: dict[Tallied, int]
    detailed: dict[Detailed, int]
    of_station: dict[OfStation, int]
    timed: dict[Timed, int]
    pairs: list[PairRow]
    sessions: list[SessionRow]
