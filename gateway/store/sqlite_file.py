"""The file behind the SQLite store: its schema, and how rows get into and out of it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from sys import intern
from typing import TypeAlias

import msgspec

from gateway.store import Records, Row, StoreError

# identity -> csms and key -> value. Most stations have the same keys, so both are one text, and
# that text is one for all: the tuples and texts of ten thousand rows were megabytes.
Overlay: TypeAlias = defaultdict[str, dict[str, bytes | None]]
BETWEEN = "\0"

# MIGRATIONS[n] leads from version n to version n + 1.
MIGRATIONS = (
    (
        """CREATE TABLE record (
            identity TEXT NOT NULL, csms TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
            PRIMARY KEY (identity, csms, key)
        ) STRICT, WITHOUT ROWID""",
        "CREATE TABLE journal (seq INTEGER PRIMARY KEY, rows BLOB NOT NULL) STRICT",
    ),
)
# One process alone has the file: no shared memory, no locks to ask for at every commit.
PRAGMAS = (
    "PRAGMA page_size = 8192",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 2000",
    "PRAGMA secure_delete = FAST",
    "PRAGMA cache_size = -256",  # KiB: the system keeps the pages, too
)
SLICE = 128  # rows to a statement: the interpreter changes hands once for all of them
UPSERT = (
    f"INSERT INTO record VALUES {', '.join(['(?, ?, ?, ?)'] * SLICE)}"
    " ON CONFLICT DO UPDATE SET value = excluded.value"
)
DELETE = "DELETE FROM record WHERE identity = ? AND csms = ? AND key = ?"
FOLD_FROM_ROWS = 16_384
FOLD_FROM_BYTES = 8 * 1024 * 1024

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(list[Row]).decode

BAD_VALUES = (ValueError, TypeError, OverflowError)  # of the encoder and of sqlite3's binding
FAULTS = (sqlite3.Error, OSError, *BAD_VALUES)
ADVICE = {
    "SQLITE_FULL": "make room on the disk",
    "SQLITE_BUSY": "another process has it open: one gateway to a file",
    "SQLITE_READONLY": "let the gateway's user write to it and to its folder",
    "SQLITE_CANTOPEN": "let the gateway's user write to it and to its folder",
    "SQLITE_PERM": "let the gateway's user write to it and to its folder",
    "SQLITE_IOERR": "look at the disk and at the kernel's log",
    "SQLITE_NOTADB": "this is no SQLite file: give another path, or move it away",
    "SQLITE_CORRUPT": "restore a backup, or move the file away to start without memory",
}


def explained(path: Path, error: Exception) -> StoreError:
    """An error of SQLite or of the system, with what to do about it."""
    name: str = getattr(error, "sqlite_errorname", "")
    cures = [cure for code, cure in ADVICE.items() if name.startswith(code)]
    if isinstance(error, OSError):
        cures = ["let the gateway's user write to it and to its folder"]
    return StoreError("; ".join([f"{path}: {error}", *cures]))


class SqliteFile:
    """One connection: what is written is durable on return, and what is read is current.

    `fresh` holds the rows of the journal from `mark` on, `old` those before it; `left` are the
    stations of `old` that have not been folded yet.
    """

    def __init__(self, path: Path) -> None:
        self.fresh: Overlay = defaultdict(dict)
        self.old: Overlay = defaultdict(dict)
        self.left: list[str] = []
        self.seq = self.mark = self.rows = self.bytes = 0
        self.db = opened(path)
        try:
            migrate(path, self.db)
            for seq, rows in self.db.execute("SELECT seq, rows FROM journal ORDER BY seq"):
                self.seq = seq
                remember(self.fresh, decode(rows))
            self.fold_all()
        except BaseException:
            self.db.close()
            raise

    def write(self, rows: list[Row]) -> None:
        """Make rows durable; on an error none of them is."""
        blob = encode(rows)
        folded = self._next_slice(2 * len(rows))
        with transaction(self.db):
            self.db.execute("INSERT INTO journal VALUES (?, ?)", (self.seq + 1, blob))
            self._fold(folded)
        self.seq += 1
        self.rows += len(rows)
        self.bytes += len(blob)
        remember(self.fresh, rows)
        self._folded(folded)

    def read(self, identity: str) -> Records:
        """All records of one station."""
        records: Records = {}
        select = "SELECT csms, key, value FROM record WHERE identity = ?"
        for csms, key, value in self.db.execute(select, (identity,)):
            records.setdefault(csms, {})[key] = value
        for overlay in (self.old, self.fresh):
            for place, value in overlay.get(identity, {}).items():
                csms, key = place.split(BETWEEN, 1)
                if value is not None:
                    records.setdefault(csms, {})[key] = value
                elif csms in records:
                    records[csms].pop(key, None)
        return {csms: kept for csms, kept in records.items() if kept}

    def fold_all(self) -> None:
        """Move the whole journal to where its rows belong."""
        while self.fresh or self.old:
            if not self.old:
                self._turn()
            folded = list(self.left)
            with transaction(self.db):
                self._fold(folded)
            self._folded(folded)

    def close(self) -> None:
        """Fold, and leave one plain file behind."""
        try:
            self.fold_all()
        finally:
            self.db.close()

    def _turn(self) -> None:
        self.old, self.fresh = self.fresh, defaultdict(dict)
        self.left = sorted(self.old, reverse=True)
        self.mark = self.seq
        self.rows = self.bytes = 0

    def _next_slice(self, rows: int) -> list[str]:
        """The stations to fold with this commit: more rows than it adds, so that folding ends."""
        if not self.left and (self.rows >= FOLD_FROM_ROWS or self.bytes >= FOLD_FROM_BYTES):
            self._turn()
        count, size = 0, 0
        while count < len(self.left) and size < max(SLICE, rows):
            count += 1
            size += len(self.old[self.left[-count]])
        return self.left[len(self.left) - count :]

    def _fold(self, identities: list[str]) -> None:
        """Write these stations' rows of `old` to their places, within a transaction."""
        if not identities:
            return
        rows = [
            (identity, *place.split(BETWEEN, 1), value)
            for identity in reversed(identities)
            for place, value in self.old[identity].items()
        ]
        kept = [row for row in rows if row[3] is not None]
        for start in range(0, len(kept), SLICE):
            part = kept[start : start + SLICE]
            part += [part[-1]] * (SLICE - len(part))  # a row may come twice: it is the same
            self.db.execute(UPSERT, list(chain.from_iterable(part)))
        self.db.executemany(DELETE, [row[:3] for row in rows if row[3] is None])
        if len(identities) == len(self.left):
            self.db.execute("DELETE FROM journal WHERE seq <= ?", (self.mark,))

    def _folded(self, identities: list[str]) -> None:
        if identities:
            del self.left[-len(identities) :]
            if not self.left:
                self.old.clear()


def remember(overlay: Overlay, rows: list[Row]) -> None:
    """Lay rows over those that are there."""
    for identity, csms, key, value in rows:
        overlay[identity][intern(csms + BETWEEN + key)] = value


def opened(path: Path) -> sqlite3.Connection:
    """The connection, its file and folder made if need be. Only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    db = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            db.execute(pragma)
    except BaseException:
        db.close()
        raise
    return db


def migrate(path: Path, db: sqlite3.Connection) -> None:
    """Bring the schema to this version's. Raises StoreError for one that is newer."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{path}: written by a newer gateway (schema {version}, known are up to "
            f"{len(MIGRATIONS)}); run that gateway, or give another path"
        )
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        with transaction(db):
            for statement in statements:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what happens within, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
