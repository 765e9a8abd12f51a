"""What the benchmark's parts tell one another, and what is written down."""

from typing import Any, Literal, TypeAlias

import msgspec

Version: TypeAlias = Literal["1.6", "2.0.1"]


def brief(fault: str) -> str:
    """A fault in one line: of a traceback its end."""
    first, *_, last = [*fault.strip().splitlines(), "", fault.strip().rpartition("\n")[2]]
    return (last if "Traceback" in first else first)[:160]


class FarEnds(msgspec.Struct, frozen=True):
    """Who stands around the proxy: the station's version, and each CSMS's by its role."""

    station: Version
    csms: dict[str, Version]
    flawed: bool = False  # every sample set needs quirks
    tls: bool = False  # stations speak TLS
    certificate: str = ""  # the folder of the certificate that they trust


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
    rates: tuple[float, ...] = ()  # measure these open loops instead, in exchanges a second
    samples: int = 0  # that such a window should have; it lasts up to three times as long for them
    attempts: int = 1  # at a window that other programs disturb
    direct: bool = False  # and the same each time without the proxy
    probed: bool = False  # the process takes SIGUSR2 as begin and end of the window


class Window(msgspec.Struct, frozen=True):
    """What was measured while load was on the proxy."""

    exchanges: int  # answered within the window
    seconds: float
    cpu_ns: int  # the proxy's processes, all threads, user and system
    core_ns: int  # everything that ran on the proxy's core, the proxy included
    load_cpu_ns: int  # all of its core's time, unless something else was there
    p50_ms: float
    p99_ms: float

    @property
    def us_per_exchange(self) -> float:
        """CPU microseconds of the proxy for one exchange."""
        return self.cpu_ns / 1000 / max(self.exchanges, 1)


class Busy(Window, frozen=True):
    """One window of closed-loop load."""


class Pace(Window, frozen=True):
    """One window of open loop; times from the intended moment to the answer, in milliseconds."""

    p999_ms: float
    most_ms: float
    rate: float  # wanted, in exchanges a second
    samples: int

    @property
    def foreign(self) -> float:
        """The share of the window that other programs had, on the core where they had more."""
        proxys = (self.core_ns - self.cpu_ns) / 1e9 / self.seconds
        return max(proxys, 1 - self.load_cpu_ns / 1e9 / self.seconds)

    @property
    def reached(self) -> float:
        """The share of the wanted pace that was answered within the window."""
        return self.exchanges / max(self.seconds * self.rate, 1)


class Paced(msgspec.Struct, frozen=True):
    """The same pace through the proxy, and from the stations to a CSMS of their version."""

    through: Pace
    direct: Pace | None = None


class Idle(msgspec.Struct, frozen=True):
    """Resident memory before and after `stations` more have started and fallen silent."""

    stations: int
    before_kib: int
    after_kib: int
    busy_kib: int = 0  # the most, while all of them were in closed loop afterwards

    @property
    def kib_per_station(self) -> float:
        """KiB of the proxy's processes for one station."""
        return (self.after_kib - self.before_kib) / max(self.stations, 1)

    @property
    def kib_per_busy_station(self) -> float:
        """The same while all of them meter as fast as they can."""
        return (self.busy_kib - self.before_kib) / max(self.stations, 1)


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
    paced: list[Paced] = []
    verified: Verified | None = None
    examples: dict[str, str] = {}  # one metered CALL as the station sent it, and as each CSMS heard
    mended: dict[str, int] = {}  # values, by the quirk that had to mend some
    probe: dict[str, Any] = {}  # what a probed process told of its window


class Row(msgspec.Struct):
    """Everything that is known about one proxy in one run of the benchmark."""

    name: str
    what: str
    version: str = ""
    missing: str = ""  # how to install it
    failed: str = ""
    runs: list[Outcome] = []
    idle: Outcome | None = None
    paced: Outcome | None = None  # at SHARES of its own rate in closed loop


class Slope(msgspec.Struct):
    """One gateway at one pace, or several: what an exchange costs, what a station takes."""

    name: str
    runs: list[Outcome] = []
    fault: str = ""


class Share(msgspec.Struct):
    """One gateway in closed loop with the probe in it."""

    name: str
    runs: list[Outcome] = []
    fault: str = ""


class Report(msgspec.Struct):
    """One run of the benchmark, as it is written into results/."""

    date: str
    machine: dict[str, Any]
    options: dict[str, Any]
    rows: list[Row]
    slopes: list[Slope] = []
    shares: list[Share] = []
