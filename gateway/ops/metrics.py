"""The tally as Prometheus reads it. Names and labels are those that operators rely on."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from itertools import accumulate

import msgspec
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from gateway.core.tally import Counts, Frames, Histogram, Tally

PREFIX = "ocpp_gateway_"


class Family(msgspec.Struct, frozen=True):
    """One metric: its name after the prefix, its labels, its help, and its field of the tally."""

    name: str
    labels: tuple[str, ...]
    help: str
    field: str = ""  # the name, unless another is given


GAUGES = (
    Family(
        "stations_connected",
        ("segment", "version"),
        "Charging stations that are connected, by the version they speak.",
    ),
    Family("legs_connected", ("csms", "role"), "Connections to a CSMS."),
    Family(
        "certificate_expiry_timestamp_seconds",
        ("certificate", "csms"),
        "When a certificate, an authority or the list of revoked ones ends (Unix time).",
        "certificate_ends",
    ),
)
COUNTERS = (
    Family("handshakes", ("outcome",), "Handshakes of stations, by what became of them."),
    Family(
        "short_lived_legs",
        ("csms",),
        "Connections that a CSMS accepted and closed at once.",
        "legs_short",
    ),
    Family(
        "frames",
        ("leg", "direction", "type", "action"),
        "OCPP-J frames that were heard and sent.",
    ),
    Family(
        "frames_refused",
        ("leg", "reason"),
        "Frames that a leg sent and that were not carried on.",
    ),
    Family(
        "ambiguous_frames",
        ("leg",),
        "Frames in which a name stands twice, of those that were looked at (ten a second).",
        "ambiguous",
    ),
    Family(
        "translations",
        ("pairing", "action", "outcome"),
        "CALLs translated: exactly, with loss, answered here, or refused.",
    ),
    Family("translation_loss", ("rule",), "Fields dropped, defaulted or guessed.", "losses"),
    Family(
        "guarded",
        ("rule", "action", "outcome"),
        "Commands that would have harmed a station or taken it away.",
    ),
    Family(
        "journal_entries",
        ("csms", "event"),
        "Messages kept for a CSMS that is away, and what became of them.",
        "journal",
    ),
    Family(
        "answered_here",
        ("csms", "action"),
        "CALLs answered in the place of a CSMS that was not to hear them, or not now.",
    ),
    Family("quirk_repairs", ("quirk",), "Values that a quirk mended.", "repairs"),
    Family(
        "quirk_observed",
        ("quirk",),
        "Values that a quirk would have mended, had it not been told to observe.",
        "observed",
    ),
    Family(
        "unknown_dialect",
        ("action", "field"),
        "Payloads of stations that break their schema, and that no quirk explains.",
        "unknown_dialects",
    ),
    Family(
        "accepted_without_effect",
        ("action",),
        "CALLs that a station accepted and that then had no effect.",
        "ineffective",
    ),
    Family(
        "shadow_comparisons",
        ("csms", "action", "verdict", "severity"),
        "Decisions of a shadow beside those of the primary.",
        "comparisons",
    ),
    Family(
        "shadow_commands",
        ("csms", "action"),
        "CALLs that a shadow wanted to send to a station; they were answered here.",
    ),
    Family("shadow_dropped", ("csms",), "Frames that a slow shadow missed."),
    Family(
        "shadow_replays",
        ("csms", "action"),
        "CALLs told to a shadow that came late, in the station's place.",
    ),
    Family(
        "shadow_command_pairs",
        ("csms", "action", "verdict"),
        "Commands of a shadow beside those of the primary.",
        "command_pairs",
    ),
)
HISTOGRAMS = (
    Family("added_seconds", (), "Time that a frame spent inside the gateway."),
    Family("store_commit_seconds", (), "Time to make records durable."),
    Family("loop_lag_seconds", (), "How late the event loop was."),
)
CALL_SECONDS = Family(
    "call_seconds",
    ("leg", "action"),
    "Time from sending a CALL to a leg until it was answered.",
)

# Where there are several workers; `worker` is a number from 1 to `[worker] count`.
STATIONS_OF = Family("worker_stations", ("worker",), "Charging stations of each worker.")
RESTARTS = Family("worker_restarts", ("worker",), "How often a worker had to be started again.")
WORKERS = (STATIONS_OF, RESTARTS)


class TallyCollector(Collector):
    """Makes metrics of a tally when they are asked for, and not before.

    It may run in another thread than the one that counts: `dict.copy` sees one moment.
    """

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def collect(self) -> Iterator[Metric]:
        """All metrics of the gateway."""
        for family in GAUGES:
            yield filled(GaugeMetricFamily(*described(family)), self._counts(family))
        for family in COUNTERS:
            yield filled(CounterMetricFamily(*described(family)), self._counts(family))
        yield CounterMetricFamily(
            f"{PREFIX}station_crashes",
            "Steps of a session that raised: always 0, or a bug.",
            value=self.tally.station_crashes,
        )
        for family in HISTOGRAMS:
            yield with_histograms(family, [((), getattr(self.tally, family.name))])
        yield with_histograms(CALL_SECONDS, self.tally.call_seconds.copy().items())
        build = GaugeMetricFamily(f"{PREFIX}build_info", "The version.", labels=["version"])
        build.add_metric([version("ocpp-gateway")], 1)
        yield build

    def _counts(self, family: Family) -> Mapping[tuple[str, ...], int]:
        counts: Counts | Frames = getattr(self.tally, family.field or family.name)
        return dict(counts.by_labels()) if isinstance(counts, Frames) else counts.copy()


def described(family: Family) -> tuple[str, str, None, tuple[str, ...]]:
    """The first arguments of a metric family of the library."""
    return PREFIX + family.name, family.help, None, family.labels


def filled(
    metric: GaugeMetricFamily | CounterMetricFamily, counts: Mapping[tuple[str, ...], int]
) -> Metric:
    """The metric with its samples."""
    for labels, count in counts.items():
        metric.add_metric(labels, count)
    return metric


def with_histograms(
    family: Family, histograms: Iterable[tuple[tuple[str, ...], Histogram]]
) -> Metric:
    """A histogram metric; the library wants cumulated buckets."""
    metric = HistogramMetricFamily(PREFIX + family.name, family.help, labels=family.labels)
    for labels, histogram in histograms:
        bounds = [*(repr(bound) for bound in histogram.bounds), "+Inf"]
        buckets = list(zip(bounds, accumulate(histogram.counts), strict=True))
        metric.add_metric(labels, buckets, histogram.sum)
    return metric


def registry(tally: Tally) -> CollectorRegistry:
    """What one worker exports: its tally, and what the process itself uses."""
    result = CollectorRegistry(auto_describe=False)
    result.register(TallyCollector(tally))
    ProcessCollector(registry=result)
    return result


def exposition(registry: CollectorRegistry) -> bytes:
    """The text that Prometheus scrapes (format 0.0.4). Takes milliseconds with many series."""
    return generate_latest(registry)
