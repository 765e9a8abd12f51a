"""What the benchmark's parts tell one another, and what is written down."""

from typing import Any, Literal, TypeAlias

import msgspec

Version: TypeAlias = Literal["1.6", "2.0.1"]


class FarEnds(msgspec.Struct, frozen=True):
    """Who stands around the proxy: the station's version, and each CSMS's by its role."""

    station: Version
    csms: dict[str, Version]


class Order(msgspec.Struct, frozen=True):
    """What the load does to the proxy that listens on `port` and runs as process `pid`."""

    port: int
    pid: int
    core: int  # that it is pinned to
    stations: int
    warm_up: float = 2.0  # seconds
    seconds: float = 5.0
    settle: float = 1.0  # seconds of silence before memory is read
    idle: int = 0  # above 0: measure memory with so many more stations instead
    first: int = 0  # the number of the first station, where there are several loads


class Busy(msgspec.Struct, frozen=True):
    """One window of closed-loop load."""

    exchanges: int
    seconds: float
    cpu_ns: int  # the proxy's processes, all threads, user and system
    core_ns: int  # everything that ran on the proxy's core, the proxy included
    load_cpu_ns: int
    p50_ms: float
    p99_ms: float

    @property
    def us_per_exchange(self) -> float:
        """CPU microseconds of the proxy for one exchange."""
        return self.cpu_ns / 1000 / max(self.exchanges, 1)


class Idle(msgspec.Struct, frozen=True):
    """Resident memory before and after `stations` more have started and fallen silent."""

    stations: int
    before_kib: int
    after_kib: int

    @property
    def kib_per_station(self) -> float:
        """KiB of the proxy's processes for one station."""
        return (self.after_kib - self.before_kib) / max(self.stations, 1)


class Verified(msgspec.Struct, frozen=True):
    """The whole run's account: metered CALLs sent, answered rightly, and heard by each CSMS."""

    sent: int
    answered: int
    heard: dict[str, int]
    other_calls: int = 0  # CALLs that reached stations: the proxy's own, or a CSMS's

    @property
    def complete(self) -> bool:
        """Every CALL was answered, and was the primary's to hear; a shadow may lag."""
        return 0 < self.sent == self.answered == self.heard["primary"]


class Outcome(msgspec.Struct, frozen=True):
    """What one run of the load found; `fault` says why it is worth nothing."""

    fault: str = ""
    busy: Busy | None = None
    idle: Idle | None = None
    verified: Verified | None = None
    examples: dict[str, str] = {}  # one metered CALL as the station sent it, and as each CSMS heard


class Row(msgspec.Struct):
    """Everything that is known about one proxy in one run of the benchmark."""

    name: str
    what: str
    version: str = ""
    missing: str = ""  # how to install it
    failed: str = ""
    runs: list[Outcome] = []
    idle: Outcome | None = None


class Report(msgspec.Struct):
    """One run of the benchmark, as it is written into results/."""

    date: str
    machine: dict[str, Any]
    options: dict[str, Any]
    rows: list[Row]
