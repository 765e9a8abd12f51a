"""Keeps the evidence: collects on the hot path, writes every few seconds in a thread."""

import time
from pathlib import Path

import structlog
import trio

from gateway.core.effects import Compared, Recorded
from gateway.core.route import Route
from gateway.evidence.collector import Collector
from gateway.evidence.file import EvidenceFile
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


class Keeper:
    """Evidence of one worker. Losing its file costs evidence, and nothing else."""

    def __init__(self) -> None:
        self._file: EvidenceFile | None = None
        self._collector: Collector | None = None
        self._keep_days, self._samples, self._writes = 0, 0, 0

    def open(self, config: Config) -> None:
        """Begin to keep what shadows do, if there are any; idempotent."""
        self._keep_days, self._samples = config.shadow.keep_days, config.shadow.samples
        path = path_of(config)
        if self._file is not None or path is None or not has_shadows(config):
            return
        try:
            self._file = EvidenceFile(path, writes=True)
            kept = self._file.sampled(_now())
            self._collector = Collector(self._file.key, kept, self._samples)
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
                await trio.to_thread.run_sync(self._write, self._file, self._taken())

    def _taken(self) -> Batch | None:
        assert self._collector is not None, "who has a file collects for it"
        return self._collector.take(_now())

    def _write(self, file: EvidenceFile, batch: Batch | None) -> None:
        """Write what was collected, and now and then forget what is old."""
        self._writes += 1
        try:
            if batch is not None:
                file.write(batch)
            if self._writes % PRUNES == 1:
                file.prune(_now(), self._keep_days, self._samples)
        except StoreError as error:
            log.error("evidence lost", problem=str(error))

    def close(self) -> None:
        """Write the last of it."""
        if self._file is not None:
            self._write(self._file, self._taken())
            self._file.close()
            self._file = self._collector = None


def _now() -> float:
    return time.time()  # noqa: TID251 (evidence is dated)
