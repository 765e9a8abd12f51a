"""The configuration as a tree of values, every default visible. `gateway.config` reads it."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from adapters.frame import Version
from adapters.translation.options import Options
from gateway.core.route import Policy
from gateway.core.urls import Inner

DAY = 86_400.0

Name: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=DAY)]
Profile: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=3)]
Rate: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]
Moment: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=60)]  # seconds
Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Bytes: TypeAlias = Annotated[int, msgspec.Meta(ge=1024, le=16 * 1024 * 1024)]


class Secret:
    """A text that is never shown: not in logs, not in errors, not in `check-config`."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "(secret)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: what is written wrong is an error, never ignored."""


class Listen(Section, frozen=True):
    """Where charging stations connect: <url>/<identity>."""

    url: str
    security_profile: Profile = 0  # 0 open, 1 Basic, 2 Basic + TLS, 3 client certificate
    default_version: Version = "1.6"  # of a station that offers no subprotocol
    certificate: Path | None = None  # PEM, with its chain
    private_key: Path | None = None
    other_certificate: Path | None = None  # of the other kind: RSA beside ECDSA
    other_private_key: Path | None = None
    tls_minimum: Literal["1.2", "1.3"] = "1.2"
    client_ca: Path | None = None  # who signs the stations' certificates (profile 3)
    client_crl: Path | None = None  # those that are revoked, of the same authority
    organisation: str = ""  # that the stations' certificates have to name
    certificate_names: dict[str, str] = {}  # identity -> common name, where they differ
    credentials: dict[str, Secret] = {}  # identity -> scrypt$... (plain text for trials only)
    credentials_file: Path | None = None  # the same as a TOML file; both are joined
    handshake_timeout: Seconds = 10.0  # for TLS, request and credentials; again for the CSMS
    message_limit: Bytes = 65_536  # of one message, in bytes
    ping_interval: Seconds = 30.0  # WebSocket pings, on every leg


class Quirks(Section, frozen=True):
    """Quirks by name: not wanted, wanted though no nameplate asks, counted only. "*" is all."""

    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    observe: tuple[str, ...] = ()


class AllQuirks(Section, frozen=True):
    """The same for all stations, and what only the whole gateway can say."""

    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    observe: tuple[str, ...] = ()
    station: dict[str, Quirks] = {}  # by identity: has the last word
    folder: Path | None = None  # of quirks of the operator's own, *.toml
    values: dict[str, Any] = {}  # what some quirks must be told


class Csms(Section, frozen=True):
    """A CSMS behind the gateway: <url>/<percent-encoded identity>."""

    name: Name
    url: str
    version: Version
    user: str = ""  # empty: the station's identity, as OCPP has it
    password: Secret | None = None
    password_file: Path | None = None
    ca: Path | None = None  # PEM; without it the system's certificate authorities
    certificate: Path | None = None  # the gateway's own, for a CSMS that wants one
    private_key: Path | None = None
    empty_password: bool = False  # HTTP Basic is shown all the same, with nothing behind the colon
    station_credentials: bool = False  # the station's own HTTP Basic header is shown
    turns: Literal["free", "strict"] = "free"  # strict: no CALL while one of its own is open
    turn_gap: Moment = 0.05  # from an answer of either side until the next CALL, with strict
    stand_in_after: Moment = 1.0  # what asks for no decision is answered here, and told later
    refuse_after: Moment = 20.0  # what asks for one gets CALLERROR InternalError
    busy_codes: tuple[str, ...] = ()  # of its CALLERRORs that mean "not now": said again
    answer_here: tuple[str, ...] = ()  # actions that it never hears of
    trailing_slash: bool = False  # behind the identity: some route no other path
    short_lived: Annotated[float, msgspec.Meta(ge=0, le=5)] = 1.0  # or it was no leg
    dials_per_second: Rate = 200.0
    baseline: bool = False  # in the shadow: a second instance of the primary, to measure noise by
    quirks: Quirks = Quirks()  # of its own faults, and of the stations behind it


class Match(Section, frozen=True):
    """Which stations a segment is for."""

    identity: str  # a glob: * ? [...]


class Urls(Section, frozen=True):
    """Where a CSMS may send stations: to fetch, to upload, or to connect."""

    schemes: tuple[str, ...] = ("https", "http", "ftps", "ftp", "sftp")  # empty: no rule at all
    hosts: tuple[str, ...] = ("*",)  # globs; what one of them names may be an inner address
    inner: Inner = "private"  # "refuse": no private ones either; "allow": local ones, too
    credentials: Literal["refuse", "allow"] = "allow"  # a user and a password in a URL
    gateway: tuple[str, ...] = ()  # the names by which stations reach this gateway


class Segment(Section, frozen=True):
    """Stations that are treated alike. The first segment that matches takes the station."""

    name: Name
    primary: str
    match: Match | None = None  # None: every station
    shadows: tuple[str, ...] = ()
    shadow_share: Share = 1.0  # of the stations that shadows hear, always the same ones
    translation: Options = Options()  # once loaded: [translation] with this segment's own keys
    quirks: Quirks = Quirks()
    duplicates: Literal["probe", "newest"] = "probe"  # of one identity: see README, Admission
    urls: Urls = Urls()  # once loaded: [urls] with this segment's own keys


class Shadow(Section, frozen=True):
    """What shadows are answered, and what is kept of what they decide."""

    commands: Policy = "reject"
    by_action: dict[str, Policy] = {}  # over `commands`
    replay_within: Seconds = 20.0  # that a command waits for the same one of the primary
    pair_within: Seconds = 60.0  # between two commands that are the same decision
    evidence: Path | None = None  # SQLite; without it beside the store
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 90  # pairs, stations, sessions
    samples: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 20  # pairs of one path


class Admission(Section, frozen=True):
    """Who may knock, and how often. 0 takes a rule away."""

    handshakes: Annotated[int, msgspec.Meta(ge=1)] = 1000  # at once
    handshakes_per_source: Count = 100
    upgrades_per_minute: Count = 300  # of one source
    wrong_passwords: Count = 5  # of one identity from one source
    reconnects_per_minute: Count = 60  # of one identity
    flap_ban: Seconds = 60.0
    exempt: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # sources that many stations share


class Timeouts(Section, frozen=True):
    """How long is waited, in seconds."""

    call: Seconds = 30.0  # for a CSMS's answer
    dial: Seconds = 5.0  # for a CSMS's connection: TCP, TLS and upgrade
    drain: Seconds = 5.0  # for open CALLs and closing handshakes when the gateway stops
    drain_pace: Seconds = 0.001  # from one station that is sent away then to the next


class Workers(Section, frozen=True):
    """How many processes share the stations of one address. 1: no supervisor, one process."""

    count: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1  # each takes a core at most


class Store(Section, frozen=True):
    """Where the records of the stations survive. `memory:` forgets them, for trials."""

    url: str = "sqlite:///var/lib/ocpp-gateway/state.db"


class Admin(Section, frozen=True):
    """Where operators ask: /metrics /livez /readyz."""

    listen: str = "127.0.0.1:9090"


class Log(Section, frozen=True):
    """What is logged to stderr, and how. auto: JSON unless stderr is a terminal."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class Config(Section, frozen=True):
    """The whole file."""

    listen: Listen
    csms: tuple[Csms, ...]
    segment: tuple[Segment, ...]
    translation: Options = Options()
    admission: Admission = Admission()
    timeouts: Timeouts = Timeouts()
    worker: Workers = Workers()
    store: Store = Store()
    admin: Admin = Admin()
    log: Log = Log()
    quirks: AllQuirks = AllQuirks()
    shadow: Shadow = Shadow()
    urls: Urls = Urls()

    def named(self, csms: str) -> Csms:
        """The CSMS of this name. Raises KeyError."""
        return {one.name: one for one in self.csms}[csms]


class ConfigError(Exception):
    """What is wrong with a configuration: where, what was found, and what was expected."""

    def __init__(self, path: Path | str, key: str, found: str, expected: str) -> None:
        super().__init__(path, key, found, expected)
        self.path, self.key, self.found, self.expected = path, key, found, expected

    def __str__(self) -> str:
        where = f"{self.path}: {self.key}" if self.key else f"{self.path}"
        return f"{where}: found {self.found}; expected {self.expected}"
