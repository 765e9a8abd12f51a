"""Records in one SQLite file: durable before `done`, many sessions to a commit.

A commit appends its rows to `journal` as one blob, since writing each to its place would dirty a
page of the file per row (measured: 12 us of CPU per row, 3 to 4 for the blob). `SqliteFile.fold`
moves them to `record` in the order of its key, a slice with each later commit.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter, sleep
from typing import TypeAlias

import msgspec
import trio

from gateway.core.tally import Tally
from gateway.store import Done, Records, Row, StoreError
from gateway.store.sqlite_file import BAD_VALUES, FAULTS, SqliteFile, explained

# A sync of the disk costs the CPU of some 30 rows, and waking the lane as much again. So where
# rounds keep coming, the next commit waits a little for more of them; a quiet gateway never waits.
BUSY = 2  # rounds in one commit
GATHER_SECONDS = 0.003  # from the beginning of one commit to that of the next
PROBE_SECONDS = 5.0  # after a failure: how often it is tried whether writing works again


class Batch(msgspec.Struct, frozen=True):
    """Rows that belong together, and who waits for them."""

    rows: list[Row]
    done: Done


class Ask(msgspec.Struct, frozen=True):
    """Somebody wants one station's records."""

    identity: str
    answer: Callable[[Records | StoreError], None]


Work: TypeAlias = Batch | Ask | None  # None: stop


class SqliteStore:
    """Every access to the file happens in one thread, in the order in which it was asked for."""

    def __init__(self, path: Path, tally: Tally) -> None:
        self.path, self.tally = path, tally
        self.problem = ""
        try:
            self.file = SqliteFile(path)
        except FAULTS as error:
            raise explained(path, error) from error
        self.queue: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self.is_closed = False
        self.pause_until = 0.0
        self.thread = threading.Thread(target=self._run, name="store", daemon=True)
        self.thread.start()

    def submit(self, rows: list[Row], done: Done) -> None:
        """Queue rows for the next commit; `done` is called in the store's thread after it."""
        if self.is_closed:
            done(StoreError("the store is closed"))
        else:
            self.queue.put(Batch(rows, done))

    async def load(self, identity: str) -> Records:
        """One station's records, everything submitted before included. Raises StoreError."""
        if self.is_closed:
            raise StoreError("the store is closed")
        came = trio.Event()
        token = trio.lowlevel.current_trio_token()
        answers: list[Records | StoreError] = []

        def answer(result: Records | StoreError) -> None:
            answers.append(result)
            with suppress(trio.RunFinishedError):  # then nobody waits any more
                token.run_sync_soon(came.set)

        self.queue.put(Ask(identity, answer))
        await came.wait()
        if isinstance(answers[0], StoreError):
            raise answers[0]
        return answers[0]

    def close(self, seconds: float = 5.0) -> None:
        """Commit what was submitted, fold the journal, close the file. Raises StoreError."""
        if self.is_closed:
            return
        self.is_closed = True
        self.queue.put(None)
        self.thread.join(seconds)
        if self.thread.is_alive():
            raise StoreError(f"{self.path}: still writing after {seconds:g} s; is its disk stuck?")

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException:
            self.is_closed, self.problem = True, "the store's thread ended by a bug: see the log"
            raise

    def _serve(self) -> None:
        while True:
            batches, asks, is_last = self._next()
            if batches or self.problem:  # with no rows it is tried whether writing works again
                self._commit(batches)
            for ask in asks:
                self._answer(ask)
            if is_last:
                self._finish()
                return

    def _next(self) -> tuple[list[Batch], list[Ask], bool]:
        """All that waits; at least one piece of work, or nothing when it is time for a probe."""
        batches: list[Batch] = []
        asks: list[Ask] = []
        try:
            work = self.queue.get(timeout=PROBE_SECONDS if self.problem else None)
            if self.pause_until and work is not None:
                sleep(max(0.0, self.pause_until - perf_counter()))
            while work is not None:
                if isinstance(work, Batch):
                    batches.append(work)
                else:
                    asks.append(work)
                work = self.queue.get_nowait()
        except queue.Empty:
            return batches, asks, False
        return batches, asks, True

    def _commit(self, batches: list[Batch]) -> None:
        began = perf_counter()
        error: StoreError | None = None
        try:
            self.file.write([row for batch in batches for row in batch.rows])
        except BAD_VALUES as fault:
            error = explained(self.path, fault)
            if len(batches) > 1:  # only one of them need suffer
                for batch in batches:
                    self._commit([batch])
                return
        except FAULTS as fault:
            error = explained(self.path, fault)
            self.problem = str(error)
        else:
            self.problem = ""
        self.tally.store_commit_seconds.observe(perf_counter() - began)
        self.pause_until = began + GATHER_SECONDS if len(batches) >= BUSY else 0.0
        for batch in batches:
            batch.done(error)

    def _answer(self, ask: Ask) -> None:
        try:
            ask.answer(self.file.read(ask.identity))
        except FAULTS as error:
            ask.answer(explained(self.path, error))

    def _finish(self) -> None:
        try:
            self.file.close()
        except FAULTS as error:  # the journal stays, and is folded at the next start
            self.problem = str(explained(self.path, error))
