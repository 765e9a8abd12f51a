"""The records that survive a restart, as they lie in the store (specification 1.7)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import msgspec

TxState: TypeAlias = Literal[
    "NEW",  # begun, not yet confirmed to whom it must be
    "WAIT",  # a 2.0.1 transaction that 1.6 has no name for yet
    "OPEN",
    "VOID",  # the 1.6 CSMS refuses it for good; its events are answered here
    "ENDED",
]
# An empty dict takes 64 bytes, and a station's records had twenty. What seldom holds anything is
# replaced when that changes, not changed in its place.
NOTHING: Mapping[Any, Any] = MappingProxyType({})
UNSAID = msgspec.Raw(b"{}")  # of a message that is kept as it is said: it never was


class Record(msgspec.Struct, omit_defaults=True):
    """Base of what is remembered: mutable, and small when encoded."""

    @property
    def key(self) -> str:
        """Where it lies in the store, among what one CSMS knows of one station."""
        raise AssertionError(f"{type(self).__name__} is a part of a record")


class Boot(Record):
    """The last BootNotification, as the station said it, and what the CSMS answered."""

    request: msgspec.Raw = UNSAID
    status: str = ""
    reason: str = ""
    connector_zero_told: bool = False

    @property
    def key(self) -> str:
        return "boot"

    @property
    def said(self) -> dict[str, Any]:
        """What the station said; empty if it never did."""
        said: dict[str, Any] = msgspec.json.decode(self.request)
        return said


class IdToken(Record):
    """A 2.0.1 id token; 1.6 has only the text."""

    id_token: str
    type: str
    additional_info: tuple[dict[str, str], ...] = ()


class Token(Record):
    """An id token that 2.0.1 named, by the (casefolded) tag that 1.6 knows it by."""

    tag: str
    token: IdToken | None = None
    id_tag: str = ""
    status: str = ""  # of the last Authorize, in 1.6 words
    status_at: float = 0.0
    expiry: str = ""
    evses: tuple[int, ...] = ()  # where it is allowed; empty: everywhere

    @property
    def key(self) -> str:
        return f"token:{self.tag}"


class RemoteStart(Record):
    """A remote start that the station accepted, until its transaction begins (10.4)."""

    remote_start_id: int
    id_tag: str
    connector: int | None
    expires: float
    profile: dict[str, Any] = {}  # the 2.0.1 charging profile that came with it
    token: IdToken | None = None  # as the CSMS named it
    accepted: bool = True  # False: the station has not answered (yet)


class TopologyRow(Record):
    """A 1.6 connector, and the EVSE and connector it is in 2.0.1."""

    connector: int
    evse: int
    evse_connector: int = 1
    type: str = ""


class Job(Record):
    """A log or a firmware that a CSMS asked for: by the security extension, under which id."""

    extended: bool
    asked_as: int


class Station(Record):
    """Counters, what was learnt of the station, and what is under way."""

    next_tx16: int = 0
    next_request_id: int = 1
    next_remote_start_id: int = 1
    next_event_id: int = 1
    next_journal_entry: int = 1
    next_profile_alias: int = 1_500_000_000  # ids of copies that no CSMS gave out (2.5)
    highest_connector: int = 0
    topology: list[TopologyRow] = []
    topology_known: bool = False
    remote_starts: tuple[RemoteStart, ...] = ()
    boot_triggered_at: float = 0.0
    boot_interval: int = 300  # of the last boot that was accepted
    reset_at: float = 0.0
    scheduled_reset_at: float = 0.0
    firmware_at: float = 0.0
    reset_when_idle: bool = False
    pending_reset: str = ""  # what the CSMS asked for last: Hard or Soft (1.6), accepted
    configuration: dict[str, str] = {}
    absent: Mapping[str, float] = NOTHING  # optional features, by when a peer said it lacks them
    log_jobs: dict[int, Job] = {}  # by the station's requestId, the latest last
    firmware_jobs: dict[int, Job] = {}
    log_trigger_extended: bool = False  # how the CSMS last asked for a log status
    provisioned: str = ""  # the firmware that was provisioned
    local_list_entries: int = 0  # of the list that was sent last, with what was added since
    # "evse.connector" -> state, time; before topology
    early_statuses: Mapping[str, list[str]] = NOTHING

    @property
    def key(self) -> str:
        return "station"


class Problem(Record):
    """A fault that a connector reported and has not taken back."""

    component: str
    variable: str
    code: str
    info: str = ""
    vendor_code: str = ""


class Connector(Record):
    """What one connector was last said to be, on either side."""

    number: int
    status16: str = ""  # heard from a 1.6 station, or said to a 1.6 CSMS
    sent20: str = ""  # said to a 2.0.1 CSMS
    state20: str = ""  # heard from a 2.0.1 station
    error16: str = "NoError"
    problems: tuple[Problem, ...] = ()
    had_transaction: bool = False  # one ended since it was last Available
    fault: Problem | None = None  # the one that 1.6 is told of; while Faulted, also a cleared one
    vacated_by: str = ""  # the transaction during which the connector was reported Available
    register_wh: str = ""
    register_at: float = 0.0
    forced: bool = False  # the next status is sent even if nothing changed
    triggered_until: float = 0.0  # MeterValues before then answer a TriggerMessage TransactionEvent

    @property
    def key(self) -> str:
        return f"connector:{self.number}"


class PendingStop(Record):
    """Why a transaction is about to stop: it explains the StopTransaction that follows (3.3)."""

    trigger_reason: str
    stopped_reason: str
    until: float


class Transaction(Record):
    """One charging transaction under both its names."""

    tx20: str
    state: TxState
    tx16: int | None = None
    connector: int = 0
    evse: int = 0
    evse_connector: int | None = None
    id_tag: str = ""
    id_token: IdToken | None = None
    start: str = ""
    meter_start: int = 0
    next_seq: int = 0
    charging_state: str = ""
    remote_start_id: int | None = None
    reservation_id: int | None = None
    confirmed: bool = False  # StartTransaction was answered
    untold: bool = False  # confirmed too late for the station, which has not asked again
    start_key: str = ""  # the facts that it began with, where they do not give it its name
    start_request: msgspec.Raw = UNSAID  # what was sent and not answered, to be sent again
    start_answer: msgspec.Raw = UNSAID
    stop_request: Mapping[str, Any] = NOTHING  # which StopTransaction ended it, to know its repeats
    stop_told: msgspec.Raw = UNSAID  # what its CSMS was told of its end, until it is taken
    stop_answer: msgspec.Raw = UNSAID
    unacknowledged: dict[str, int] = {}  # digest of a source CALL -> its first seqNo
    # The same digest -> how many of its events the CSMS has taken
    taken: Mapping[str, int] = NOTHING
    metered: tuple[str, ...] = ()  # of the last source CALLs whose events were all taken
    heard_at: float = 0.0  # when the station last spoke of it
    pending_stop: PendingStop | None = None
    last_reading: str = ""  # Wh
    # Only where the station speaks 2.0.1
    begin_reading: str = ""  # Wh, the Transaction.Begin register
    rebase: bool = False
    base_wh: str = ""
    stop_token: IdToken | None = None
    stop_cause: str = ""  # the 1.6 reason, when the authorization ended before the transaction
    authorization_ended: bool = False
    was_connected: bool = False
    boundary_seq: int = -1  # the event that began or ended it in 1.6; its status follows the answer
    asked_seq: int = -1  # the event whose MeterValues were sent last, and taken last
    measured_seq: int = -1
    answers: Mapping[int, dict[str, Any]] = NOTHING  # seqNo -> the response, for repeats
    token_status: Mapping[str, Any] = NOTHING  # the last idTokenInfo of this transaction
    added_at: float = 0.0  # a store gives records back by their keys, not by their age
    ended_at: float = 0.0

    @property
    def key(self) -> str:
        return f"tx:{self.tx20}"

    @property
    def is_ending(self) -> bool:
        """Its Ended event has its number, and waits to be taken: no event may come behind it."""
        return "stop" in self.unacknowledged


class Profile(Record):
    """A charging profile that a 1.6 station holds, as its 2.0.1 CSMS said it (14.2)."""

    number: int
    said: dict[str, Any]
    evse: int
    tx20: str = ""
    copies: dict[int, int] = {}  # 1.6 connector -> the id that it has there

    @property
    def key(self) -> str:
        return f"profile:{self.number}"


class Reservation(Record):
    """A reservation that a 1.6 station accepted, until it is used, cancelled or over (15.1)."""

    number: int
    connector: int  # 0: any
    id_tag: str
    expires: float
    was_reserved: bool = False  # the connector says that it is kept

    @property
    def key(self) -> str:
        return f"reservation:{self.number}"


class Device(Record):
    """What the reports of a 2.0.1 station told of its variables, by 1.6 key or component."""

    bounds: Mapping[str, str] = NOTHING  # 1.6 key -> maxLimit or valuesList of its variable
    mutability: Mapping[str, str] = NOTHING
    available: Mapping[str, bool] = NOTHING  # optional controllers
    variables_at_once: int = 10  # ItemsPerMessage of GetVariables
    bounds_asked: str = ""  # the firmware whose bounds were asked for

    @property
    def key(self) -> str:
        return "device"


class Credentials(Record):
    """The password that the CSMS wants from us; it never reaches the station (17.1)."""

    password: bytes
    previous: bytes = b""  # good still, if the CSMS never heard that the other was accepted

    @property
    def key(self) -> str:
        return "credentials"


class JournalEntry(Record):
    """A CALL that waits here for its CSMS (`link_policy = "buffer"`)."""

    number: int
    action: str
    payload: msgspec.Raw
    subject: str = ""  # what it is about: a transaction's event, a connector's status
    is_heard: bool = False  # as the station said it; else as the CSMS will get it
    is_sample: bool = False  # meter samples alone: the first to go where there is no room
    told: str = ""  # what the station was told of the token in it

    @property
    def key(self) -> str:
        return f"journal:{self.number}"


KINDS: dict[str, type[Record]] = {
    "boot": Boot,
    "station": Station,
    "connector": Connector,
    "tx": Transaction,
    "token": Token,
    "journal": JournalEntry,
    "profile": Profile,
    "reservation": Reservation,
    "device": Device,
    "credentials": Credentials,
}
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}
_encode = msgspec.json.Encoder().encode


def read(key: str, value: bytes) -> Record | None:
    """A stored record by its key; None for a kind that this version does not know."""
    decoder = _decoders.get(key.partition(":")[0])
    return decoder.decode(value) if decoder else None


def write(record: Record) -> bytes:
    """A record as it is stored."""
    return _encode(record)
