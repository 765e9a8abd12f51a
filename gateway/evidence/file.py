"""The SQLite file that the evidence is kept in: written by the gateway, read beside it."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.evidence.rows import Batch, Detailed, OfStation, PairRow, SessionRow, Tallied, Timed
from gateway.store import StoreError

DAY = 86_400
VERSION = 1
SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT",
    """CREATE TABLE tallied (hour INTEGER NOT NULL, segment TEXT NOT NULL, csms TEXT NOT NULL,
        kind TEXT NOT NULL, action TEXT NOT NULL, verdict TEXT NOT NULL, severity TEXT NOT NULL,
        n INTEGER NOT NULL, PRIMARY KEY (segment, csms, hour, kind, action, verdict, severity)
        ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE detailed (hour INTEGER NOT NULL, segment TEXT NOT NULL, csms TEXT NOT NULL,
        kind TEXT NOT NULL, action TEXT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL,
        severity TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (segment, csms, hour, kind, action, what, name, severity)
        ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE of_station (hour INTEGER NOT NULL, segment TEXT NOT NULL, csms TEXT NOT NULL,
        station TEXT NOT NULL, verdict TEXT NOT NULL, severity TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (segment, csms, hour, station, verdict, severity)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE timed (hour INTEGER NOT NULL, segment TEXT NOT NULL, csms TEXT NOT NULL,
        action TEXT NOT NULL, who TEXT NOT NULL, class INTEGER NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (segment, csms, hour, action, who, class)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE pair (id INTEGER PRIMARY KEY, at REAL NOT NULL, segment TEXT NOT NULL,
        csms TEXT NOT NULL, station TEXT NOT NULL, kind TEXT NOT NULL, action TEXT NOT NULL,
        verdict TEXT NOT NULL, severity TEXT NOT NULL, paths TEXT NOT NULL,
        primary_seconds REAL NOT NULL, shadow_seconds REAL NOT NULL, call BLOB NOT NULL,
        primary_said BLOB NOT NULL, shadow_said BLOB NOT NULL) STRICT""",
    """CREATE TABLE session (station TEXT NOT NULL, leg TEXT NOT NULL, native TEXT NOT NULL,
        segment TEXT NOT NULL, ours TEXT, place TEXT, token TEXT, began REAL, ended REAL,
        meter_start TEXT, meter_stop TEXT, reason TEXT, samples INTEGER, gaps INTEGER,
        seen REAL NOT NULL, PRIMARY KEY (station, leg, native)) STRICT, WITHOUT ROWID""",
)
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",  # evidence is no billing: a power cut may cost its last seconds
    "PRAGMA secure_delete = FAST",
    "PRAGMA cache_size = -256",  # KiB, as the store's
    "PRAGMA busy_timeout = 2000",
)
COUNTED = {  # table: its columns behind the hour
    "tallied": "segment, csms, kind, action, verdict, severity",
    "detailed": "segment, csms, kind, action, what, name, severity",
    "of_station": "segment, csms, station, verdict, severity",
    "timed": "segment, csms, action, who, class",
}
# The first path is that of which a pair is a sample.
MANY_PAIRS = """DELETE FROM pair WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (
    PARTITION BY segment, csms, kind, action, verdict, severity,
    substr(paths, 1, instr(paths || char(10), char(10)) - 1) ORDER BY id DESC) AS place FROM pair)
    WHERE place > ?)"""
# A CSMS may give out a number again: what it named before is another session.
RENAME_SESSION = """UPDATE OR REPLACE session
    SET native = native || '#' || CAST(began * 1000 AS INTEGER)
    WHERE (station, leg, native) = (?, ?, ?) AND ended IS NOT NULL AND began != ?"""
UPSERT_SESSION = """INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET segment = excluded.segment, seen = excluded.seen,
    ours = coalesce(excluded.ours, ours), place = coalesce(excluded.place, place),
    token = coalesce(excluded.token, token), began = coalesce(excluded.began, began),
    ended = coalesce(excluded.ended, ended), reason = coalesce(excluded.reason, reason),
    meter_start = coalesce(excluded.meter_start, meter_start),
    meter_stop = coalesce(excluded.meter_stop, meter_stop),
    samples = coalesce(excluded.samples, samples), gaps = coalesce(excluded.gaps, gaps)"""


class BusyError(StoreError):
    """Not now: somebody else writes, or the disk is full. It may succeed another time."""


class EvidenceFile:
    """One connection. Every method may take milliseconds, and raises StoreError."""

    def __init__(self, path: Path, *, writes: bool = False) -> None:
        self.path = path
        if not writes and not path.exists():
            raise StoreError(f"{path}: no evidence yet; a gateway with shadows writes it")
        with self._explained():
            self.db = _opened(path) if writes else _readable(path)
        with self._explained():
            self._migrate(writes)

    def _migrate(self, writes: bool) -> None:
        (version,) = self.db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(f"{self.path}: written by a newer gateway (schema {version})")
        if version == VERSION or not writes:
            return
        with self._transaction():
            if self.db.execute("PRAGMA user_version").fetchone() != (0,):
                return  # another worker was quicker
            for statement in SCHEMA:
                self.db.execute(statement)
            key = secrets.token_bytes(32)
            self.db.execute("INSERT INTO meta VALUES ('key', ?)", (key,))
            self.db.execute(f"PRAGMA user_version = {VERSION}")

    @property
    def key(self) -> bytes:
        """What id tokens are hashed with: of this file, and in no other."""
        return bytes(self._rows("SELECT value FROM meta WHERE key = 'key'")[0][0])

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    # Writing

    def write(self, batch: Batch) -> None:
        """Add what was collected."""
        with self._explained(), self._transaction():
            counted: dict[str, dict[Any, int]] = {
                "tallied": {**batch.tallied}, "detailed": {**batch.detailed},
                "of_station": {**batch.of_station}, "timed": {**batch.timed},
            }  # fmt: skip
            for table, counts in counted.items():
                marks = ", ".join("?" * (COUNTED[table].count(",") + 3))
                hour = batch.hour if table != "of_station" else batch.hour // DAY * DAY
                self.db.executemany(
                    f"INSERT INTO {table} (hour, {COUNTED[table]}, n) VALUES ({marks})"
                    " ON CONFLICT DO UPDATE SET n = n + excluded.n",
                    [(hour, *key, n) for key, n in counts.items()],
                )
            marks = ", ".join("?" * 14)
            self.db.executemany(f"INSERT INTO pair VALUES (NULL, {marks})", map(_row, batch.pairs))
            seen = float(batch.hour)
            for each in batch.sessions:
                if each.began is not None:
                    key = (each.station, each.leg, each.native, each.began)
                    self.db.execute(RENAME_SESSION, key)
                self.db.execute(UPSERT_SESSION, (*_session_row(each), seen))

    def prune(self, now: float, keep_days: int, samples: int) -> None:
        """Forget stations, pairs and sessions of long ago, and all but the newest pairs of a path.

        Counts of long ago are kept by day.
        """
        before = (int(now) // DAY - keep_days) * DAY
        with self._explained(), self._transaction():
            self.db.execute("DELETE FROM of_station WHERE hour < ?", (before,))
            self.db.execute("DELETE FROM pair WHERE at < ?", (before,))
            self.db.execute(MANY_PAIRS, (samples,))
            self.db.execute("DELETE FROM session WHERE seen < ?", (before,))
            for table in ("tallied", "detailed", "timed"):
                columns = COUNTED[table]
                folded = f"FROM {table} WHERE hour < {before} AND hour % {DAY} != 0"
                self.db.execute(
                    f"INSERT INTO {table} (hour, {columns}, n)"
                    f" SELECT hour / {DAY} * {DAY}, {columns}, sum(n) {folded}"
                    f" GROUP BY hour / {DAY}, {columns}"
                    " ON CONFLICT DO UPDATE SET n = n + excluded.n"
                )
                self.db.execute(f"DELETE {folded}")

    # Reading

    def tallied(self, segment: str, since: float) -> Iterator[tuple[int, Tallied, int]]:
        """Hour, key, count."""
        return self._counts("tallied", segment, since)

    def detailed(self, segment: str, since: float) -> Iterator[tuple[int, Detailed, int]]:
        """Hour, key, count."""
        return self._counts("detailed", segment, since)

    def of_station(self, segment: str, since: float) -> Iterator[tuple[int, OfStation, int]]:
        """Hour, key, count."""
        return self._counts("of_station", segment, int(since) // DAY * DAY)

    def timed(self, segment: str, since: float) -> Iterator[tuple[int, Timed, int]]:
        """Hour, key, count."""
        return self._counts("timed", segment, since)

    def _counts(self, table: str, segment: str, since: float) -> Iterator[tuple[int, Any, int]]:
        first = int(since) // 3600 * 3600
        select = f"SELECT hour, n, {COUNTED[table]} FROM {table} WHERE segment = ? AND hour >= ?"
        for hour, n, *key in self._rows(select, segment, first):
            yield hour, tuple(key), n

    def sampled(self, now: float) -> dict[Detailed, int]:
        """How many pairs of this day are kept of each path."""
        found: dict[Detailed, int] = {}
        columns = "segment, csms, kind, action, verdict, severity, paths"
        rows = self._rows(f"SELECT {columns} FROM pair WHERE at >= ?", int(now) // DAY * DAY)
        for segment, csms, kind, action, verdict, severity, paths in rows:
            name = paths.split("\n")[0] or verdict
            key = (segment, csms, kind, action, "sample", name, severity)
            found[key] = found.get(key, 0) + 1
        return found

    def pairs(self, segment: str, since: float) -> list[PairRow]:
        """The pairs that were kept, the newest first."""
        select = "SELECT * FROM pair WHERE segment = ? AND at >= ? ORDER BY id DESC"
        return [_pair(row) for row in self._rows(select, segment, since)]

    def pair(self, number: int) -> PairRow | None:
        """One pair by its number."""
        rows = self._rows("SELECT * FROM pair WHERE id = ?", number)
        return _pair(rows[0]) if rows else None

    def sessions(self, segment: str, since: float) -> list[SessionRow]:
        """All records of charging sessions."""
        select = "SELECT * FROM session WHERE segment = ? AND seen >= ?"
        rows = self._rows(select, segment, int(since) // 3600 * 3600)
        return [_session(row) for row in rows]

    def segments(self) -> list[str]:
        """The segments that there is evidence of."""
        return [row[0] for row in self._rows("SELECT DISTINCT segment FROM tallied")]

    def _rows(self, select: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._explained(), closing(self.db.execute(select, values)) as cursor:
            return cursor.fetchall()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise BusyError(f"{self.path}: {error}") from error
        except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
            raise StoreError(f"{self.path}: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        db.execute(pragma)
    return db


def _readable(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _row(pair: PairRow) -> tuple[Any, ...]:
    return (
        pair.at, pair.segment, pair.csms, pair.station, pair.kind, pair.action, pair.verdict,
        pair.severity, "\n".join(pair.paths), pair.primary_seconds, pair.shadow_seconds,
        pair.call, pair.primary, pair.shadow,
    )  # fmt: skip


def _pair(row: tuple[Any, ...]) -> PairRow:
    names = ("id", *PairRow.__struct_fields__[:-1])
    fields = dict(zip(names, row, strict=True))
    fields["paths"] = tuple(filter(None, fields["paths"].split("\n")))
    return PairRow(**fields)


def _session_row(row: SessionRow) -> tuple[Any, ...]:
    values = [getattr(row, name) for name in SessionRow.__struct_fields__]
    return tuple(str(value) if isinstance(value, Decimal) else value for value in values)


def _session(row: tuple[Any, ...]) -> SessionRow:
    fields = dict(zip(SessionRow.__struct_fields__, row[:-1], strict=True))
    for name in ("meter_start", "meter_stop"):
        fields[name] = None if fields[name] is None else Decimal(fields[name])
    return SessionRow(**fields)
