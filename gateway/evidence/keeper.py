"""Keeps the evidence: collects on the hot path, writes every few seconds in a thread."""

import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog
import trio

from gateway.core.effects import Compared, Recorded
from gateway.core.route import Route
from gateway.evidence.collector import Collector
from gateway.evidence.file import BusyError, EvidenceFile
from gateway.evidence.rows import Batch
from gateway.settings import Config
from gateway.store import StoreError

PERIOD = 5.0  # seconds between two writes
PRUNES = 720  # writes between two prunings: an hour
SQLITE = "sqlite://"

log = structlog.get_logger()


def path_of(config: Config) -> Path | None:
    """Where the evidence is: beside the store, unless told otherwise; nowhere if that forgets."""
    if config.shadow.evidence is not None:
        return config.shadow.evidence
    url = config.store.url
    return Path(url.removeprefix(SQLITE)).with_name("evidence.db") if SQLITE in url else None


def has_shadows(config: Config) -> bool:
    """Whether anything is compared at all."""
    return any(segment.shadows for segment in config.segment)


def begin(config: Config) -> None:
    """Make the file, if one is wanted: SQLite lets several write, but one begin.

    Of a file that cannot be made those who write complain.
    """
    path = path_of(config)
    if path is not None and has_shadows(config):
        with suppress(StoreError):
            EvidenceFile(path, writes=True).close()


class Keeper:
    """Evidence of one worker. Losing its file costs evidence, and nothing else."""

    def __init__(self) -> None:
        self._file: EvidenceFile | None = None
        self._collector: Collector | None = None
        self._unwritten: Batch | None = None  # the file was not to be had
        self._keep_days, self._samples, self._writes = 0, 0, 0

    def open(self, config: Config) -> None:
        """Begin to keep what shadows do, if there are any; idempotent."""
        self._keep_days, self._samples = config.shadow.keep_days, config.shadow.samples
        if self._collector is not None:
            self._collector.most_samples = self._samples
        path = path_of(config)
        if self._file is not None or path is None or not has_shadows(config):
            return
        try:
            file = EvidenceFile(path, writes=True)
            try:
                self._collector = Collector(file.key, file.sampled(_now()), self._samples)
            except StoreError:
                file.close()
                raise
            self._file = file
        except StoreError as error:
            log.error("no evidence is kept", problem=str(error))

    def witness(self, route: Route, effect: Compared | Recorded, now: float) -> None:
        """Something was compared, or recorded. `now` is Unix time."""
        if self._collector is None:
            return
        if isinstance(effect, Compared):
            self._collector.compared(route, effect, now)
        else:
            self._collector.recorded(route, effect)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await trio.sleep(PERIOD)
            if self._file is not None:
                # Taken here, where it is collected: only writing may happen in another thread.
                write = partial(self._write, self._file, self._taken())
                await trio.to_thread.run_sync(write)

    def write(self) -> None:
        """Write what there is, now."""
        if self._file is not None:
            self._write(self._file, self._taken())

    def _taken(self) -> Batch | None:
        """What is to be written: what had to wait alone, so that there is never more of it."""
        assert self._collector is not None, "who has a file collects for it"
        if dropped := self._collector.take_dropped():
            log.error("evidence lost", problem="too many at once", sessions=dropped)
        return self._unwritten or self._collector.take(_now())

    def _write(self, file: EvidenceFile, batch: Batch | None) -> None:
        """Write what was collected, and now and then forget what is old."""
        self._writes += 1
        self._unwritten = batch
        try:
            if batch is not None:
                file.write(batch)
                self._unwritten = None
            if self._writes % PRUNES == 1:
                file.prune(_now(), self._keep_days, self._samples)
        except BusyError as error:  # another worker may have much to forget
            log.warning("evidence waits", problem=str(error))
        except StoreError as error:
            self._unwritten = None
            log.error("evidence lost", problem=str(error))

    def close(self) -> None:
        """Write the last of it."""
        if self._file is None:
            return
        self.write()  # it may be only what had to wait
        self.write()
        if self._unwritten is not None:
            log.error("evidence lost", problem="the file is busy")
        self._file.close()
        self._file = self._collector = None


def _now() -> float:
    return time.time()  # noqa: TID251 (evidence is dated)
