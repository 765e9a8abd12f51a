"""One station's records, read from beside a gateway that runs.

The gateway has its file to itself, so nobody else can open it. Its bytes can be copied, though,
and SQLite makes of a copy what was committed: the log holds every page that a checkpoint may write
while the file is copied, if it is copied after the file and was not begun anew meanwhile.
"""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.store import Records, StoreError
from gateway.store.sqlite_file import FAULTS, SqliteFile, explained

TRIES = 20  # a log is begun anew every few thousand pages
HEADER = 32  # bytes of a log: salts, and how often it was begun (SQLite's file format, 4.1)
LOG = "-wal"


def read(path: Path, identity: str) -> Records:
    """All records of one station, as of now. Raises StoreError."""
    if not path.is_file():
        raise StoreError(f"{path}: no such file; has a gateway run with this configuration?")
    try:
        with TemporaryDirectory(prefix="ocpp-gateway-") as folder:
            copy = Path(folder) / path.name
            if not any(copied(path, copy) for _ in range(TRIES)):
                raise StoreError(f"{path}: too much is written to it just now; try again")
            file = SqliteFile(copy)
            try:
                return file.read(identity)
            finally:
                file.db.close()
    except PermissionError as error:
        raise StoreError(f"{path}: it may not be read; run this as the gateway's user") from error
    except FAULTS as error:
        raise explained(path, error) from error


def copied(path: Path, copy: Path) -> bool:
    """Copy the file, then its log; whether the log was the same one all the while."""
    before = header(path)
    shutil.copyfile(path, copy)
    log = path.with_name(path.name + LOG)
    beside = copy.with_name(copy.name + LOG)
    beside.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        shutil.copyfile(log, beside)
    return header(path) == before


def header(path: Path) -> bytes:
    """What tells one log from the next one; empty without a log."""
    try:
        with path.with_name(path.name + LOG).open("rb") as log:
            return log.read(HEADER)
    except FileNotFoundError:
        return b""
