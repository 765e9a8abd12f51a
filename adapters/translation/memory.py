"""What a translated station must remember, and which of it changed (specification 1.7)."""

import random
from collections.abc import Generator, Iterator
from decimal import Decimal
from typing import Any

from adapters.errors import PayloadError
from adapters.frame import Version
from adapters.translation import records
from adapters.translation.options import Options
from adapters.translation.records import (
    UNSAID,
    Boot,
    Connector,
    Credentials,
    Device,
    JournalEntry,
    Profile,
    Record,
    Reservation,
    Station,
    Token,
    Transaction,
)
from adapters.translation.scalars import A_DAY, rfc3339, whole
from adapters.translation.topology import MOST_CONNECTORS, Topology

PURGE_AFTER = 30 * A_DAY
CLOCK_TOLERANCE = 10.0  # seconds that an event may be older than the connection
KEPT_ENDED = 16  # ended transactions a station, so that late repeats are answered; 1 KiB each
KEPT_BEGUN = 64  # transactions without end a station: no station has as many connectors
RECENT_METER_VALUES = 50  # a repeat comes soon; 200 would cost 26 KiB a busy station
RECENT_TOKENS = 200

Loss = tuple[str, str]  # rule, field
NO_PASSWORD = Credentials(b"")  # it is replaced, never changed
NONE: frozenset[Any] = frozenset()  # an empty set takes 216 bytes


class Memory:
    """One station as one CSMS of the other version knows it. `now` is set at each hearing."""

    # Slots, because a class of more than 30 attributes costs each object a dictionary of its own.
    __slots__ = (
        "_touched", "answered", "before_connection", "boot", "boot_asked",
        "connection_announced", "connectors", "credentials", "device", "entries_waited",
        "follow_ups", "identity", "journal", "journal_counts", "losses", "now", "offline_since",
        "options", "outages", "profiles", "recent_meter_values", "report_id", "reported", "reports",
        "reservations", "reservations_watched", "signals", "source", "station", "statuses_due",
        "stood_in", "tokens", "topology", "transactions", "unended_watched", "version",
    )  # fmt: skip

    def __init__(
        self,
        identity: str,
        options: Options,
        stored: dict[str, bytes],
        now: float = 0.0,
        version: Version = "1.6",
    ) -> None:
        self.identity, self.options, self.now = identity, options, now
        self.version = version  # the station's
        self.boot = Boot()
        self.station = Station()
        self.device = Device()
        self.credentials = NO_PASSWORD
        self.connectors: dict[int, Connector] = {}
        self.transactions: dict[str, Transaction] = {}  # the oldest first
        self.tokens: dict[str, Token] = {}  # the oldest first
        self.journal: list[JournalEntry] = []
        self.profiles: dict[int, Profile] = {}  # what a 1.6 station holds, by the CSMS's ids
        self.reservations: dict[int, Reservation] = {}
        self.reservations_watched = False  # somebody waits for them to expire
        self.unended_watched = False  # somebody waits for transactions that last too long
        self.recent_meter_values: dict[str, float] = {}  # the oldest first
        self.established(now)
        self.outages: tuple[tuple[float, float], ...] = ()  # when the CSMS could not be reached
        self.source = UNSAID  # the payload of the CALL that is being translated, as it came
        self.answered = UNSAID  # the payload of the last CALLRESULT, as it came
        self.offline_since = 0.0  # when the CSMS's leg went, while it is gone
        self.stood_in: object = None  # the word on a token last given in the CSMS's place
        self.entries_waited = 0  # entries before this number waited across a reconnection
        self.journal_counts: dict[str, int] = {}  # what became of entries; taken by the relay
        self.follow_ups: list[Generator[Any, Any, Any]] = []  # to begin once it is answered
        self.boot_asked = False  # this connection was asked for a BootNotification
        self.connection_announced = False  # this connection's first accepted boot was followed up
        self.statuses_due: tuple[int, ...] = ()  # connectors that did not report since the boot
        self.report_id: int | None = None  # the report that was asked for
        self.reported: frozenset[tuple[int, int]] = NONE  # the connectors in it so far
        self.reports: tuple[int, ...] = ()  # that the CSMS asked for and is getting
        self.losses: list[Loss] = []
        self.signals: frozenset[str] = NONE
        self._touched: dict[str, Record | None] = {}
        self._recall(stored)
        self.topology = Topology(options.topology, self.station, version)
        for number in self.connectors:
            self.topology.met(number)
        self.say_statuses_again()
        if not self.station.next_tx16:
            counted = options.identifiers == "counted"
            self.station.next_tx16 = 1 if counted else random.randint(1, 2**30)

    def established(self, now: float) -> None:
        """The station's leg came up; what happened before happened offline (10.6)."""
        self.before_connection = rfc3339(max(now - CLOCK_TOLERANCE, 0.0))

    def _recall(self, stored: dict[str, bytes]) -> None:
        for key, value in stored.items():
            match records.read(key, value):
                case Boot() as boot:
                    self.boot = boot
                case Station() as station:
                    self.station = station
                case Device() as device:
                    self.device = device
                case Credentials() as credentials:
                    self.credentials = credentials
                case Connector() as connector:
                    self.connectors[int(key.partition(":")[2])] = connector
                case Transaction() as transaction:
                    if transaction.ended_at and self.now - transaction.ended_at > PURGE_AFTER:
                        self._touched[key] = None
                    else:
                        self.transactions[transaction.tx20] = transaction
                case Token() as token:
                    self.tokens[key.partition(":")[2]] = token
                case JournalEntry() as entry:
                    self.journal.append(entry)
                case Profile() as profile:
                    self.profiles[profile.number] = profile
                case Reservation() as reservation:
                    self.reservations[reservation.number] = reservation
        self.journal.sort(key=lambda entry: entry.number)
        aged = sorted(self.transactions.values(), key=lambda tx: (tx.added_at, tx.start))
        self.transactions = {tx.tx20: tx for tx in aged}

    # What changed

    def touch(self, record: Record) -> None:
        """This record changed: it is made durable before anything that follows from it is said."""
        self._touched[record.key] = record

    def forget(self, record: Record) -> None:
        """This record is no longer needed."""
        self._touched[record.key] = None

    def take_changes(self) -> dict[str, bytes | None]:
        """The changed records, encoded; from now on they count as unchanged."""
        if not self._touched:
            return {}
        touched, self._touched = self._touched, {}
        return {key: None if r is None else records.write(r) for key, r in touched.items()}

    def lose(self, rule: str, field: str = "") -> None:
        """A datum is dropped, defaulted or guessed: said by rule name (section 20)."""
        self.losses.append((rule, field))

    def whole(self, reading: Decimal, field: str) -> int:
        """A register in whole Wh; a fraction of one is lost (12.4)."""
        rounded = whole(reading)
        if rounded != reading:
            self.lose("wh_rounded", field)
        return rounded

    def signal(self, event: str) -> None:
        """Wake the conversations that wait for this event."""
        self.signals |= {event}

    def show(self, password: bytes) -> None:
        """The CSMS wants this password from us; the one before may be what it still knows."""
        self.credentials = Credentials(password, self.credentials.password)
        self.touch(self.credentials)

    # What is known

    @property
    def is_accepted(self) -> bool:
        """Whether the CSMS accepted this station's BootNotification."""
        return self.boot.status == "Accepted"

    @property
    def has_queue(self) -> bool:
        """Whether events wait here for the CSMS."""
        return bool(self.journal)

    def connector(self, number: int) -> Connector:
        """What is known of a 1.6 connector; made when first spoken of. Raises PayloadError."""
        known = self.connectors.get(number)
        if known is None:
            if not 0 <= number <= MOST_CONNECTORS:
                raise PayloadError("PropertyConstraintViolation", f"no connector: {number}"[:99])
            known = self.connectors[number] = Connector(number)
            self.topology.met(number)
            if number > self.station.highest_connector:
                self.station.highest_connector = number
                self.touch(self.station)
        return known

    def say_statuses_again(self) -> None:
        """A 2.0.1 CSMS hears the next status of each connector, even if nothing changed (11.1)."""
        if self.version == "1.6":
            for connector in self.connectors.values():
                connector.forced = True

    def open_transactions(self) -> Iterator[Transaction]:
        """Every transaction that has begun and not ended, oldest first."""
        return (tx for tx in self.transactions.values() if tx.state in ("NEW", "OPEN"))

    def open_transaction_on(self, connector: int) -> Transaction | None:
        """The transaction that runs on a 1.6 connector."""
        for tx in self.transactions.values():
            if tx.connector == connector and tx.state in ("NEW", "OPEN"):
                return tx
        return None

    def transaction_16(self, tx16: int) -> Transaction | None:
        """The transaction that 1.6 knows by this number: nearly always the one that began last."""
        for tx in reversed(self.transactions.values()):
            if tx.tx16 == tx16:
                return tx
        return None

    def add(self, tx: Transaction) -> None:
        """Remember a transaction, and forget the oldest of those that ended long ago."""
        tx.added_at = self.now
        self.transactions[tx.tx20] = tx
        self.touch(tx)
        ended = [t for t in self.transactions.values() if t.state == "ENDED"]
        begun = [t for t in self.transactions.values() if t.state != "ENDED"]
        for old in ended[:-KEPT_ENDED] + begun[:-KEPT_BEGUN]:
            self._forget(old)
        if len(begun) > KEPT_BEGUN:
            self.lose("transaction_forgotten", "transactionId")

    def _forget(self, tx: Transaction) -> None:
        del self.transactions[tx.tx20]
        self.forget(tx)

    # Counters

    def count(self, counter: str) -> int:
        """The next value of a counter that never repeats, restarts included."""
        value: int = getattr(self.station, counter)
        setattr(self.station, counter, value + 1)
        self.touch(self.station)
        return value

    # Tokens

    def remember_token(self, token: Token, durable: bool = True) -> None:
        """Keep what is known of an id token; the oldest are forgotten."""
        self.tokens.pop(token.tag, None)
        self.tokens[token.tag] = token
        if durable:
            self.touch(token)
        while len(self.tokens) > RECENT_TOKENS:
            self.forget(self.tokens.pop(next(iter(self.tokens))))

    def token(self, id_tag: str) -> Token | None:
        """What is known of an id tag; 1.6 compares them without regard to case."""
        return self.tokens.get(id_tag.casefold())

    # Repeats

    def heard_meter_values(self, digest: str) -> bool:
        """Whether this very MeterValues was acknowledged within the last day (1.6)."""
        heard = self.recent_meter_values.get(digest)
        return heard is not None and self.now - heard < A_DAY

    def acknowledged_meter_values(self, digest: str) -> None:
        """Its repeats are answered here from now on."""
        self.recent_meter_values[digest] = self.now
        while len(self.recent_meter_values) > RECENT_METER_VALUES:
            del self.recent_meter_values[next(iter(self.recent_meter_values))]
