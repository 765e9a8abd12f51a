"""The metrics, by the names and labels that dashboards rely on."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.core.tally import SLOTS, Tally
from gateway.ops.metrics import exposition, registry

# name -> (type, labels): what operators were promised.
PROMISED = {
    "stations_connected": ("gauge", {"segment", "version"}),
    "legs_connected": ("gauge", {"csms", "role"}),
    "certificate_expiry_timestamp_seconds": ("gauge", {"certificate", "csms"}),
    "handshakes_total": ("counter", {"outcome"}),
    "frames_total": ("counter", {"leg", "direction", "type", "action"}),
    "frames_refused_total": ("counter", {"leg", "reason"}),
    "call_seconds": ("histogram", {"leg", "action"}),
    "added_seconds": ("histogram", set()),
    "ambiguous_frames_total": ("counter", {"leg"}),
    "translations_total": ("counter", {"pairing", "action", "outcome"}),
    "translation_loss_total": ("counter", {"rule"}),
    "guarded_total": ("counter", {"rule", "action", "outcome"}),
    "journal_entries_total": ("counter", {"csms", "event"}),
    "answered_here_total": ("counter", {"csms", "action"}),
    "short_lived_legs_total": ("counter", {"csms"}),
    "quirk_repairs_total": ("counter", {"quirk"}),
    "quirk_observed_total": ("counter", {"quirk"}),
    "unknown_dialect_total": ("counter", {"action", "field"}),
    "accepted_without_effect_total": ("counter", {"action"}),
    "shadow_comparisons_total": ("counter", {"csms", "action", "verdict", "severity"}),
    "shadow_commands_total": ("counter", {"csms", "action"}),
    "shadow_dropped_total": ("counter", {"csms"}),
    "shadow_replays_total": ("counter", {"csms", "action"}),
    "shadow_command_pairs_total": ("counter", {"csms", "action", "verdict"}),
    "store_commit_seconds": ("histogram", set()),
    "loop_lag_seconds": ("histogram", set()),
    "station_crashes_total": ("counter", set()),
}


def busy_tally() -> Tally:
    """A tally in which every count has happened once or more."""
    tally = Tally()
    tally.stations_connected["pilot", "1.6"] += 3
    tally.legs_connected["new", "primary"] += 2
    tally.certificate_ends["listener", ""] = 1_800_000_000
    tally.handshakes["accepted",] += 5
    tally.frames["Heartbeat"][SLOTS["station", "in", "call"]] += 7
    tally.frames_refused["station", "utf8"] += 1
    tally.call_seconds["primary", "Heartbeat"].observe(0.02)
    tally.call_seconds["primary", "Heartbeat"].observe(100.0)
    tally.added_seconds.observe(50e-6)
    tally.ambiguous["station",] += 1
    tally.translations["16_to_201", "Heartbeat", "exact"] += 1
    tally.losses["LOSS.unit",] += 1
    tally.guarded["url", "GetLog", "refused"] += 1
    tally.journal["new", "replayed"] += 1
    tally.answered_here["new", "Heartbeat"] += 1
    tally.legs_short["new",] += 1
    tally.repairs["huawei.empty-vendor",] += 1
    tally.observed["huawei.empty-vendor",] += 1
    tally.unknown_dialects["MeterValues", "meterValue"] += 1
    tally.ineffective["RemoteStartTransaction",] += 1
    tally.comparisons["new", "Authorize", "matched", "none"] += 1
    tally.shadow_commands["new", "Reset"] += 1
    tally.shadow_dropped["new",] += 1
    tally.store_commit_seconds.observe(0.0002)
    tally.loop_lag_seconds.observe(0.5)
    return tally


def samples(tally: Tally) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = exposition(registry(tally)).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return f"ocpp_gateway_{name}", frozenset(labels.items())


def test_every_promised_metric_is_there_with_its_type_and_labels() -> None:
    text = exposition(registry(busy_tally())).decode()
    found = {family.name: family for family in text_string_to_metric_families(text)}
    for name, (kind, labels) in PROMISED.items():
        family = found[f"ocpp_gateway_{name}".removesuffix("_total")]
        assert family.type == kind
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == labels
    ours = {name for name in found if name.startswith("ocpp_gateway_")}
    assert len(ours) == len(PROMISED) + 1  # and build_info


def test_counts_are_exported_as_they_are() -> None:
    found = samples(busy_tally())
    assert found[of("stations_connected", segment="pilot", version="1.6")] == 3
    frames = of("frames_total", leg="station", direction="in", type="call", action="Heartbeat")
    assert found[frames] == 7
    assert found[of("station_crashes_total")] == 0


def test_histograms_cumulate_and_end_in_infinity() -> None:
    found = samples(busy_tally())
    labels = {"leg": "primary", "action": "Heartbeat"}
    assert found[of("call_seconds_bucket", le="0.01", **labels)] == 0
    assert found[of("call_seconds_bucket", le="0.025", **labels)] == 1
    assert found[of("call_seconds_bucket", le="60.0", **labels)] == 1
    assert found[of("call_seconds_bucket", le="+Inf", **labels)] == 2
    assert found[of("call_seconds_count", **labels)] == 2
    assert found[of("call_seconds_sum", **labels)] == pytest.approx(100.02)
    assert found[of("added_seconds_bucket", le="5e-05")] == 1


def test_what_never_happened_is_still_there_where_it_has_no_labels() -> None:
    found = samples(Tally())
    for name in ("added_seconds_count", "loop_lag_seconds_count", "station_crashes_total"):
        assert found[of(name)] == 0


def test_odd_label_values_cannot_break_the_format() -> None:
    tally = Tally()
    tally.losses['a"b\\c\nd',] += 1
    assert samples(tally)[of("translation_loss_total", rule='a"b\\c\nd')] == 1


def test_the_process_itself_is_measured() -> None:
    found = samples(Tally())
    assert found["process_resident_memory_bytes", frozenset()] > 0
    assert any(name == "ocpp_gateway_build_info" for name, _ in found)
