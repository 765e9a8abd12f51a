"""What several workers counted, as one; and what all of their processes use."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.core.tally import SLOTS, CallSeconds, Frames, Histogram, Tally
from gateway.ops.metrics import GAUGES, RESTARTS, STATIONS_OF, TallyCollector, described

Snapshot: TypeAlias = dict[str, Any]  # a tally's fields in types that msgpack has

NOW = frozenset(family.field or family.name for family in GAUGES)
TIMES = frozenset({"certificate_ends"})  # of several the first: no sum makes sense
OLDEST = frozenset({"process_start_time_seconds", "process_max_fds"})  # others are summed


def snapshot(tally: Tally) -> Snapshot:
    """Everything that was counted, to be sent elsewhere."""
    return {name: _plain(value) for name, value in vars(tally).items()}


def add(tally: Tally, counted: Snapshot, *, is_over: bool = False) -> None:
    """Add what a worker counted. One whose life is over has no stations any more."""
    for name, value in counted.items():
        known = hasattr(tally, name)  # else it was updated on disk, and this process not yet
        if known and not (is_over and name in NOW):
            _add(tally, name, value)


def _plain(value: Any) -> Any:
    match value:
        case Histogram():
            return [list(value.counts), value.sum]
        case CallSeconds():
            return [[key, _plain(histogram)] for key, histogram in value.copy().items()]
        case Frames():
            return {action: list(row) for action, row in value.copy().items()}
        case dict():
            return list(value.copy().items())
        case int():
            return value
    raise TypeError(f"a {type(value).__name__} cannot be summed")


def _add(tally: Tally, name: str, value: Any) -> None:
    match field := getattr(tally, name):
        case Histogram():
            _add_histogram(field, value)
        case CallSeconds():
            for key, counted in value:
                _add_histogram(field[tuple(key)], counted)
        case Frames():
            for action, row in value.items():
                field[action] = [field[action][slot] + row[slot] for slot in range(len(SLOTS))]
        case dict() if name in TIMES:
            for key, at in value:
                field[tuple(key)] = min(at, field.get(tuple(key), at))
        case dict():
            for key, count in value:
                field[tuple(key)] += count
        case _:
            setattr(tally, name, field + value)


def _add_histogram(histogram: Histogram, counted: tuple[list[int], float]) -> None:
    counts, total = counted
    histogram.counts = [a + b for a, b in zip(histogram.counts, counts, strict=True)]
    histogram.sum += total


class Ledger:
    """The last that each worker reported. What a worker counted in an earlier life stays."""

    def __init__(self, own: Tally) -> None:
        self.own = own  # the supervisor's
        self.restarts: dict[int, int] = {}
        self._past = Tally()
        self._reported: dict[int, Snapshot] = {}

    def report(self, worker: int, counted: Snapshot) -> None:
        """A worker told what it has counted since it began."""
        self.restarts.setdefault(worker, 0)
        self._reported[worker] = counted

    def ended(self, worker: int) -> None:
        """A worker's life is over: counters may not go back, gauges must."""
        add(self._past, self._reported.pop(worker, {}), is_over=True)

    def total(self) -> Tally:
        """The sum of all."""
        tally = Tally()
        for counted in (snapshot(self.own), snapshot(self._past), *self._reported.values()):
            add(tally, counted)
        return tally

    def stations(self) -> dict[int, int]:
        """How many stations each worker has."""
        return {
            worker: sum(count for _, count in counted["stations_connected"])
            for worker, counted in sorted(self._reported.items())
        }


class LedgerCollector(Collector):
    """All workers' metrics under the names that one worker's have, and a few about them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def collect(self) -> Iterator[Metric]:
        """Everything of a ledger."""
        yield from TallyCollector(self.ledger.total()).collect()
        stations = GaugeMetricFamily(*described(STATIONS_OF))
        for worker, count in self.ledger.stations().items():
            stations.add_metric([str(worker)], count)
        yield stations
        restarts = CounterMetricFamily(*described(RESTARTS))
        for worker, count in sorted(self.ledger.restarts.items()):
            restarts.add_metric([str(worker)], count)
        yield restarts


class Processes(Collector):
    """What the supervisor and its workers use together."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        self.pids = pids

    def collect(self) -> Iterator[Metric]:
        """The metrics of a process, over all of them."""
        found: defaultdict[str, list[float]] = defaultdict(list)
        kinds: dict[str, Metric] = {}
        for pid in self.pids():
            for metric in _used_by(pid):
                kinds[metric.name] = metric
                found[metric.name] += [sample.value for sample in metric.samples]
        for name, metric in kinds.items():
            value = min(found[name]) if name in OLDEST else sum(found[name])
            kind = CounterMetricFamily if metric.type == "counter" else GaugeMetricFamily
            yield kind(name, metric.documentation, value=value)


def _used_by(pid: int) -> list[Metric]:
    """Nothing, if the process has ended."""
    return list(ProcessCollector(pid=lambda: pid, registry=CollectorRegistry()).collect())


def registry(ledger: Ledger, pids: Callable[[], list[int]]) -> CollectorRegistry:
    """What a supervisor exports."""
    result = CollectorRegistry(auto_describe=False)
    result.register(LedgerCollector(ledger))
    result.register(Processes(pids))
    return result
