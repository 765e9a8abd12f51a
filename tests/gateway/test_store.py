"""The store against real SQLite files: durable, ordered, and honest about what it cannot do."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.core.tally import Tally
from gateway.store import Row, Store, StoreError
from gateway.store.memory import MemoryStore
from gateway.store.opening import open_store
from gateway.store.sqlite import SqliteStore
from gateway.store.sqlite_file import MIGRATIONS, SqliteFile

WAIT = 10.0


class Outcome:
    """What `done` was told, for a test to wait for."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.error: BaseException | None = None

    def __call__(self, error: BaseException | None) -> None:
        self.error = error
        self.event.set()

    def wait(self) -> BaseException | None:
        assert self.event.wait(WAIT), "done was never called"
        return self.error


def written(store: Store, *rows: Row) -> BaseException | None:
    """Submit rows and wait for what becomes of them."""
    outcome = Outcome()
    store.submit(list(rows), outcome)
    return outcome.wait()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "state.db"


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite://{path}" if request.param == "sqlite" else "memory:", Tally())
    yield store
    store.close()


@pytest.mark.trio
async def test_what_was_submitted_is_loaded_even_before_it_is_done(store: Store) -> None:
    store.submit([("A", "new", "boot", b"1"), ("A", "old", "boot", b"2")], Outcome())
    store.submit([("B", "new", "boot", b"3")], Outcome())
    assert await store.load("A") == {"new": {"boot": b"1"}, "old": {"boot": b"2"}}
    assert await store.load("B") == {"new": {"boot": b"3"}}
    assert await store.load("nobody") == {}


@pytest.mark.trio
async def test_the_last_value_wins_within_a_batch_and_between_batches(store: Store) -> None:
    assert written(store, ("A", "new", "seq", b"1"), ("A", "new", "seq", b"2")) is None
    assert await store.load("A") == {"new": {"seq": b"2"}}
    store.submit([("A", "new", "seq", b"3")], Outcome())
    store.submit([("A", "new", "seq", b"4")], Outcome())
    assert await store.load("A") == {"new": {"seq": b"4"}}


@pytest.mark.trio
async def test_none_deletes_and_an_empty_value_does_not(store: Store) -> None:
    assert written(store, ("A", "new", "tx", b"1"), ("A", "new", "empty", b"")) is None
    assert written(store, ("A", "new", "tx", None), ("A", "old", "never", None)) is None
    assert await store.load("A") == {"new": {"empty": b""}}


@pytest.mark.trio
async def test_records_and_deletions_survive_a_restart(path: Path) -> None:
    first = SqliteStore(path, Tally())
    assert written(first, ("A", "new", "boot", b"\x00\xff"), ("A", "new", "tx", b"1")) is None
    assert written(first, ("A", "new", "tx", None)) is None
    first.close()
    second = SqliteStore(path, Tally())
    assert await second.load("A") == {"new": {"boot": b"\x00\xff"}}
    second.close()


def test_after_a_clean_stop_one_plain_table_holds_everything(path: Path) -> None:
    store = SqliteStore(path, Tally())
    assert written(store, ("A", "new", "boot", b"1")) is None
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["state.db"]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM record").fetchall() == [("A", "new", "boot", b"1")]
        assert db.execute("SELECT count(*) FROM journal").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    SqliteStore(path, Tally()).close()
    assert path.stat().st_mode & 0o077 == 0


def test_what_queues_while_a_commit_runs_is_committed_together(path: Path) -> None:
    tally = Tally()
    store = SqliteStore(path, tally)
    running, go_on = threading.Event(), threading.Event()

    def hold(error: BaseException | None) -> None:
        running.set()
        assert go_on.wait(WAIT)

    store.submit([("A", "new", "first", b"")], hold)
    assert running.wait(WAIT)
    order: list[int] = []
    outcome = Outcome()
    for n in range(50):
        store.submit([(f"S{n}", "new", "seq", b"")], lambda _, n=n: order.append(n))  # type: ignore[misc]
    store.submit([], outcome)
    go_on.set()
    assert outcome.wait() is None
    assert order == list(range(50))
    assert sum(tally.store_commit_seconds.counts) == 2
    store.close()


def test_done_is_called_in_the_stores_own_thread(path: Path) -> None:
    store = SqliteStore(path, Tally())
    threads: list[str] = []
    outcome = Outcome()

    def done(error: BaseException | None) -> None:
        threads.append(threading.current_thread().name)
        outcome(error)

    store.submit([("A", "new", "boot", b"")], done)
    assert outcome.wait() is None
    assert threads == ["store"]
    store.close()


WRITER = """
import os, sys, threading
from pathlib import Path
from gateway.core.tally import Tally
from gateway.store import sqlite_file
from gateway.store.sqlite import SqliteStore

sqlite_file.FOLD_FROM_ROWS = 100  # so that folding goes on all the time
store, room, n = SqliteStore(Path(sys.argv[1]), Tally()), threading.Semaphore(20), 0

def told(n, error):
    os.write(1, b"%d\\n" % n if error is None else b"failed\\n")
    room.release()

while room.acquire():
    n += 1
    rows = [(f"S{n % 7}", "new", f"key/{n % 100}", b"%d" % n)] * 3
    store.submit(rows, lambda error, n=n: told(n, error))
"""


@pytest.mark.parametrize("acknowledged", [1, 50, 700])
def test_kill_9_loses_nothing_that_was_done(path: Path, acknowledged: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        heard = [int(writer.stdout.readline()) for _ in range(acknowledged)]
        writer.kill()
        heard += [int(line) for line in writer.stdout.read().splitlines()]
    assert heard == list(range(1, len(heard) + 1))
    file = SqliteFile(path)
    for n in heard[-700:]:  # each its own record
        kept = file.read(f"S{n % 7}")["new"][f"key/{n % 100}"]
        assert int(kept) == n or int(kept) > heard[-1]  # or one that was not yet told
    file.close()


def test_folding_keeps_up_and_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.sqlite_file.FOLD_FROM_ROWS", 60)
    file = SqliteFile(path)
    model: dict[tuple[str, str], bytes | None] = {}
    longest = 0
    for n in range(400):
        rows: list[Row] = [
            (
                f"S{(n * 31 + k * 7) % 40}",
                "new",
                f"k{(n + k) % 9}",
                b"%d" % n if (n + k) % 5 else None,
            )
            for k in range(6)
        ]
        file.write(rows)
        model.update({(identity, key): value for identity, _, key, value in rows})
        longest = max(longest, file.db.execute("SELECT count(*) FROM journal").fetchone()[0])
        identity = f"S{n % 40}"
        expected = {k: v for (i, k), v in model.items() if i == identity and v is not None}
        assert file.read(identity).get("new", {}) == expected
    assert longest < 30
    file.db.close()  # as a crash would: the journal is folded at the next start
    again = SqliteFile(path)
    for identity in {identity for identity, _ in model}:
        expected = {k: v for (i, k), v in model.items() if i == identity and v is not None}
        assert again.read(identity).get("new", {}) == expected
    assert again.db.execute("SELECT count(*) FROM journal").fetchone() == (0,)
    again.close()


def test_a_failed_write_leaves_folding_where_it_was(path: Path) -> None:
    file = SqliteFile(path)
    file.write([(f"S{n}", "new", "k", b"1") for n in range(300)])
    file.rows = 10**6  # the next write begins to fold
    (pages,) = file.db.execute("PRAGMA page_count").fetchone()
    file.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError):
        file.write([("S1", "new", "k", bytes(100_000))])
    file.db.execute("PRAGMA max_page_count = 1000000")
    file.write([("S2", "new", "k", b"2")])
    assert [file.read(f"S{n}")["new"]["k"] for n in range(300)] == [
        b"2" if n == 2 else b"1" for n in range(300)
    ]
    file.close()


@pytest.mark.trio
async def test_a_full_disk_is_told_through_done_and_ends_when_there_is_room(path: Path) -> None:
    store = SqliteStore(path, Tally())
    assert written(store, ("A", "new", "boot", b"1")) is None
    store.file.db.execute("PRAGMA max_page_count = 10")
    error = written(store, ("A", "new", "big", bytes(200_000)))
    assert isinstance(error, StoreError)
    assert "make room on the disk" in str(error)
    assert store.problem == str(error)
    assert await store.load("A") == {"new": {"boot": b"1"}}
    store.file.db.execute("PRAGMA max_page_count = 100000")
    assert written(store, ("A", "new", "big", b"2")) is None
    assert store.problem == ""
    store.close()


def test_after_a_failure_the_store_finds_out_by_itself_that_it_works_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.sqlite.PROBE_SECONDS", 0.01)
    store = SqliteStore(path, Tally())
    store.file.db.execute("PRAGMA max_page_count = 10")
    assert written(store, ("A", "new", "big", bytes(200_000))) is not None
    store.file.db.execute("PRAGMA max_page_count = 100000")
    outcome = Outcome()
    while store.problem and not outcome.event.wait(0.01):
        assert store.thread.is_alive()
    store.close()


def test_a_value_that_cannot_be_kept_fails_its_batch_and_not_the_store(path: Path) -> None:
    store = SqliteStore(path, Tally())
    assert isinstance(written(store, ("\ud800", "new", "boot", b"1")), StoreError)
    assert written(store, ("A", "new", "boot", b"1")) is None
    store.close()


def test_one_poisoned_row_does_not_fail_the_others_of_its_commit(path: Path) -> None:
    store = SqliteStore(path, Tally())
    running, go_on = threading.Event(), threading.Event()

    def hold(error: BaseException | None) -> None:
        running.set()
        assert go_on.wait(WAIT)

    store.submit([], hold)
    assert running.wait(WAIT)
    good, bad, better = Outcome(), Outcome(), Outcome()
    store.submit([("A", "new", "boot", b"1")], good)
    store.submit([("\ud800", "new", "boot", b"1")], bad)
    store.submit([("B", "new", "boot", b"1")], better)
    go_on.set()
    assert isinstance(bad.wait(), StoreError)
    assert (good.wait(), better.wait()) == (None, None)
    assert store.problem == ""
    store.close()


@pytest.mark.trio
async def test_a_closed_store_refuses(path: Path) -> None:
    store = SqliteStore(path, Tally())
    store.close()
    store.close()
    assert isinstance(written(store, ("A", "new", "boot", b"1")), StoreError)
    with pytest.raises(StoreError, match="closed"):
        await store.load("A")


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="let the gateway's user write"):
        SqliteStore(tmp_path / "file" / "state.db", Tally())


def test_a_second_gateway_on_the_same_file_is_refused(path: Path) -> None:
    first = SqliteStore(path, Tally())
    with pytest.raises(StoreError, match="one gateway to a file"):
        SqliteStore(path, Tally())
    first.close()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"not a database, and long enough to be looked at" * 40)
    with pytest.raises(StoreError, match="no SQLite file"):
        SqliteStore(path, Tally())
    assert path.read_bytes().startswith(b"not a database")


def test_a_schema_of_a_newer_gateway_is_refused(path: Path) -> None:
    SqliteStore(path, Tally()).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match="newer gateway"):
        SqliteStore(path, Tally())


def test_commits_are_durable_by_their_settings(path: Path) -> None:
    file = SqliteFile(path)
    assert file.db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert file.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    file.close()


@pytest.mark.parametrize("slashes", ["sqlite://", "sqlite:///"])
def test_absolute_paths_are_understood_with_three_and_with_four_slashes(
    path: Path, slashes: str
) -> None:
    open_store(f"{slashes}{path}", Tally()).close()
    assert path.is_file()


def test_other_databases_are_refused() -> None:
    assert isinstance(open_store("memory:", Tally()), MemoryStore)
    with pytest.raises(ValueError, match="no store is known"):
        open_store("postgresql://x", Tally())
