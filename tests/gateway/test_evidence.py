"""The evidence: collected, bounded, redacted, kept, judged and reconciled."""

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.frame import CallResult
from gateway.core.comparison.sessions import Book, Part
from gateway.core.effects import Compared, Recorded
from gateway.core.redaction import redacted, redacted_secrets, token_hash
from gateway.evidence import collector, summary, text
from gateway.evidence.collector import Collector
from gateway.evidence.file import EvidenceFile
from gateway.evidence.noise import Rate, judged
from gateway.evidence.reconcile import reconciled
from gateway.evidence.rows import SessionRow
from gateway.store import StoreError
from tests.gateway.evidence_stage import DAY, NOW, ROUTE, differs, matched, report, written
from tests.gateway.shadow_stage import NOON, event_201

# Redaction


def test_a_kept_payload_shows_no_token_no_password_and_no_credentials() -> None:
    key = b"k" * 32
    payload = {
        "idTag": "CARD-1",
        "idToken": {"idToken": "card-1", "type": "Central"},
        "key": "AuthorizationKey",
        "value": "secret",
        "location": "ftp://me:secret@files.example/x",
        "setVariableData": [
            {"variable": {"name": "BasicAuthPassword"}, "attributeValue": "secret"}
        ],
        "csr": "-----BEGIN",
        "meterStart": 1.10,
    }
    shown = redacted(msgspec.json.encode(payload), key).decode()
    assert "secret" not in shown
    assert "CARD-1" not in shown
    assert "BEGIN" not in shown
    assert shown.count(token_hash("CARD-1", key)) == 2, "the same token, in any case"
    assert "1.1" in shown
    assert redacted(b"[1", key) == b'"(no object)"'


def test_a_shadow_reads_everything_but_secrets() -> None:
    keys = {"AuthorizationKey": "abc", "Interval": "60"}
    rows = [{"key": key, "readonly": False, "value": value} for key, value in keys.items()]
    said = {"configurationKey": rows}
    shown = msgspec.json.decode(redacted_secrets(msgspec.json.encode(said)))
    assert [row["value"] for row in shown["configurationKey"]] == ["(redacted)", "60"]


# Collecting and keeping


def test_samples_are_few_and_names_are_bounded(tmp_path: Path) -> None:
    file = EvidenceFile(tmp_path / "evidence.db", writes=True)
    keeps = Collector(file.key, samples_per_path=3)
    for number in range(collector.MOST_NAMES + 500):
        keeps.compared(ROUTE, differs(), NOW)
        keeps.compared(ROUTE, differs(f"odd{number}"), NOW)
    batch = keeps.take(NOW)
    assert batch is not None
    assert len(batch.pairs) <= collector.MOST_PAIRS
    assert sum(pair.paths == ("idTagInfo.status",) for pair in batch.pairs) == 3
    assert len(batch.detailed) <= collector.MOST_NAMES + 2
    assert sum(batch.detailed.values()) == 2 * (collector.MOST_NAMES + 500), "counted all the same"
    assert keeps.take(NOW) is None
    file.write(batch)
    again = Collector(file.key, file.sampled(NOW), 3)
    again.compared(ROUTE, differs(), NOW)
    later = again.take(NOW)
    assert later is not None
    assert later.pairs == [], "what was kept before a restart counts"


def test_a_huge_payload_is_only_named_as_such() -> None:
    huge = msgspec.json.encode({"data": ["x" * 1000] * 20})
    assert collector.shown(huge, b"k") == b'"(%d bytes)"' % len(huge)
    assert collector.shown(b"null", b"k") == b"null"


def test_counts_stay_for_ever_and_what_names_people_goes(tmp_path: Path) -> None:
    part = Part("7", token="CARD-1", began=NOW)
    file = written(
        tmp_path, [(NOW, differs()), (NOW + 3600, differs()), (NOW, Recorded("new", part))]
    )
    file.prune(NOW + 100 * DAY, keep_days=90, samples=20)
    assert list(file.of_station("pilot", 0)) == []
    assert file.pairs("pilot", 0) == []
    assert file.sessions("pilot", 0) == []
    ((day, _, times),) = file.tallied("pilot", 0)
    assert (day % DAY, times) == (0, 2)


def test_of_each_path_the_newest_pairs_are_kept_a_few_a_day(tmp_path: Path) -> None:
    file = EvidenceFile(tmp_path / "evidence.db", writes=True)
    keeps = Collector(file.key, samples_per_path=3)
    for day in range(4):
        for _ in range(5):
            keeps.compared(ROUTE, differs(), NOW + day * DAY)
        batch = keeps.take(NOW + day * DAY)
        assert batch is not None
        assert len(batch.pairs) == 3
        file.write(batch)
    file.prune(NOW + 3 * DAY, keep_days=90, samples=3)
    assert {pair.at for pair in file.pairs("pilot", 0)} == {NOW + 3 * DAY}
    (path,) = report(file).shadows[0].paths
    assert (path.rate.differed, len(path.samples)) == (20, 3), "all are counted"


def test_one_shadow_that_invents_fields_hides_nothing_of_another(tmp_path: Path) -> None:
    file = EvidenceFile(tmp_path / "evidence.db", writes=True)
    keeps = Collector(file.key)
    for number in range(collector.MOST_NAMES + 10):
        keeps.compared(ROUTE, differs(f"odd{number}", csms="odd"), NOW)
    keeps.compared(ROUTE, differs(), NOW)
    batch = keeps.take(NOW)
    assert batch is not None
    file.write(batch)
    new = next(one for one in report(file).shadows if one.csms == "new")
    assert [row.path for row in new.paths] == ["idTagInfo.status"]


def test_a_path_is_as_grave_as_itself_and_not_as_its_neighbour(tmp_path: Path) -> None:
    both = Compared(
        "new", "Authorize", "mismatched", "S0", ("idTagInfo.status", "idTagInfo.expiryDate")
    )
    (shadow,) = report(written(tmp_path, [(NOW, both)])).shadows
    assert {row.path: row.severity for row in shadow.paths} == {
        "idTagInfo.status": "S0", "idTagInfo.expiryDate": "S2",
    }  # fmt: skip


def test_a_shadow_that_never_answers_is_not_said_to_decide_alike(tmp_path: Path) -> None:
    silent = Compared("new", "Heartbeat", "unanswered", "S2", ("(no answer)",))
    found = report(written(tmp_path, [(NOW, silent), (NOW, silent)]))
    (shadow,) = found.shadows
    assert shadow.unexplained == {"S2": 2}
    assert shadow.paths[0].rate == Rate(2, 2)
    lines = text.shown(found).splitlines()
    assert lines[2] == (
        "Shadow new: no decision on money or access differs; 2 others are not explained"
    )
    assert lines[3] == "  compared 2 of 2 exchanges (100.0%)"


def test_the_file_is_for_its_owner_alone_and_holds_no_token(tmp_path: Path) -> None:
    part = Part("7", token="CARD-1", began=NOW)
    file = written(tmp_path, [(NOW, differs()), (NOW, Recorded("new", part))])
    file.close()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"CARD-1" not in held
    assert (tmp_path / "evidence.db").stat().st_mode & 0o077 == 0


def test_a_file_of_a_newer_gateway_is_refused_and_none_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no evidence yet"):
        EvidenceFile(tmp_path / "evidence.db")
    db = sqlite3.connect(tmp_path / "newer.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer gateway"):
        EvidenceFile(tmp_path / "newer.db")
    (tmp_path / "none.db").write_bytes(b"no SQLite at all, but long enough to be read as one" * 40)
    with pytest.raises(StoreError):
        EvidenceFile(tmp_path / "none.db")


# Noise


@pytest.mark.parametrize(
    ("severity", "candidate", "noise", "expected"),
    [
        ("S2", Rate(50, 1000), Rate(48, 1000), "noise"),
        ("S2", Rate(150, 1000), Rate(48, 1000), "real"),
        ("S0", Rate(50, 1000), Rate(48, 1000), "real"),
        ("S2", Rate(1, 1000), Rate(0, 1000), "real"),
        ("S2", Rate(1, 1000), None, "real"),
        ("S2", Rate(5, 10), Rate(4, 10), "unproven"),
        ("S1", Rate(1000, 1000), Rate(1000, 1000), "noise"),
    ],
)
def test_a_difference_is_noise_if_the_baseline_differs_as_often(
    severity: str, candidate: Rate, noise: Rate | None, expected: str
) -> None:
    assert judged(severity, candidate, noise) == expected


def test_wilsons_interval_is_that_of_the_tables() -> None:
    low, high = Rate(10, 100).wilson()
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)


def noisy(csms: str, differing: int, of: int, at: float) -> list[tuple[float, Compared | Recorded]]:
    return [
        (at, differs("expiry", "S2", csms) if n < differing else matched(csms)) for n in range(of)
    ]


def test_a_baseline_explains_what_it_does_itself(tmp_path: Path) -> None:
    effects = noisy("new", 6, 100, NOW) + noisy("twin", 5, 100, NOW) + [(NOW, differs())]
    found = report(written(tmp_path, effects), ("twin",))
    new = next(one for one in found.shadows if one.csms == "new")
    assert [(row.path, row.judgement) for row in new.paths] == [
        ("idTagInfo.status", "real"), ("expiry", "noise"),
    ]  # fmt: skip
    assert new.unexplained == {"S0": 1}
    assert "baseline" in text.shown(found)


def test_without_a_baseline_the_first_day_is_the_measure(tmp_path: Path) -> None:
    first = noisy("new", 10, 100, NOW)
    usual = noisy("new", 11, 100, NOW + 2 * DAY)
    (same,) = report(written(tmp_path / "a", first + usual)).shadows[0].paths
    (worse,) = (
        report(written(tmp_path / "b", first + noisy("new", 60, 100, NOW + 2 * DAY)))
        .shadows[0]
        .paths
    )
    assert (same.judgement, worse.judgement) == ("noise", "real")
    broken = noisy("new", 60, 100, NOW + 8 * DAY) + noisy("new", 60, 100, NOW + 10 * DAY)
    file = written(tmp_path / "d", first + broken)
    (late,) = summary.report(file, "pilot", "old", NOW + 7 * DAY, NOW + 11 * DAY).shadows[0].paths
    assert late.judgement == "real", "the first day is that of the shadow, not of the report"
    (fresh,) = report(written(tmp_path / "c", first)).shadows[0].paths
    assert fresh.judgement == "real", "nothing is explained before there is something to hold it to"


# Sessions


def row(leg: str, native: str, **more: Any) -> SessionRow:
    usual: dict[str, Any] = {
        "place": "1", "token": "t", "began": NOW, "ended": NOW + 3600,
        "meter_start": Decimal(1000), "meter_stop": Decimal(6000),
    }  # fmt: skip
    return SessionRow("CS-1", leg, native, "pilot", **(usual | more))


# What is left of a session if the evidence of its first seconds is lost.
UNBEGUN: dict[str, Any] = dict.fromkeys(("began", "meter_start", "place", "token"))


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ([{}], "matched"),
        ([{"meter_stop": Decimal("6005")}], "matched"),
        ([{"meter_stop": Decimal("6020")}], "energy"),
        ([{"ended": NOW + 3700}], "time"),
        ([{"began": NOW + 59}], "matched"),
        ([{"ended": None, "meter_stop": None}], "unended"),
        ([{}], "unended here"),
        ([{"token": "u"}], "missing"),
        ([{"token": "u", "ours": "1"}], "token"),
        ([], "missing"),
        ([{}, {}], "doubled"),
        ([{"began": NOW + 3000}], "missing"),
        ([UNBEGUN], "energy"),
        ([UNBEGUN | {"ended": NOW + 2000}], "missing"),
    ],
)
def test_sessions_are_reconciled_as_billing_would(
    theirs: list[dict[str, Any]], expected: str
) -> None:
    mine = {} if expected != "unended here" else {"ended": None, "meter_stop": None}
    expected = expected.removesuffix(" here")
    rows = [
        row("old", "1", **mine),
        *(row("new", f"n{i}", **each) for i, each in enumerate(theirs)),
    ]
    found = reconciled("old", "new", rows)
    assert found.counts[expected] == 1
    assert found.left_kwh == (0 if mine else 5)
    assert (expected == "matched") == (not found.findings)


def test_energy_that_is_unknown_for_want_of_evidence_is_said_to_be_so() -> None:
    for theirs, why in ((UNBEGUN, ", as is its beginning"), ({"meter_start": None}, "")):
        (finding,) = reconciled("old", "new", [row("old", "1"), row("new", "2", **theirs)]).findings
        assert (finding.what, finding.detail) == ("energy", f"unknown there{why}")


def test_of_two_sessions_alike_the_nearest_are_paired() -> None:
    left = [row("old", "1"), row("old", "2", began=NOW + 300, place="2")]
    right = [row("new", "a", began=NOW + 300, place="2"), row("new", "b")]
    assert reconciled("old", "new", left + right).counts["matched"] == 2


def test_parts_of_a_session_become_one_record(tmp_path: Path) -> None:
    begun = Part("7", place="1", token="CARD-1", began=NOW, meter_start=Decimal(1000))
    ended = Part("7", ended=NOW + 60, meter_stop=Decimal("1500.5"), reason="Local", samples=3)
    file = written(tmp_path, [(NOW, Recorded("new", begun)), (NOW, Recorded("new", ended))])
    (kept,) = file.sessions("pilot", 0)
    assert (kept.native, kept.kwh, kept.samples, kept.began) == ("7", Decimal("0.5005"), 3, NOW)
    assert kept.token == token_hash("CARD-1", file.key)


def test_a_number_that_is_given_out_again_is_another_session(tmp_path: Path) -> None:
    parts: list[Recorded] = []
    for at in (NOW, NOW + 900):
        for leg, native in (("old", "7"), ("new", f"n{at}")):
            ours = "7" if leg == "new" else None
            parts += [
                Recorded(leg, Part(native, ours, began=at, meter_start=Decimal(0))),
                Recorded(leg, Part(native, ended=at + 60, meter_stop=Decimal(1000))),
            ]
    file = EvidenceFile(tmp_path / "evidence.db", writes=True)
    keeps = Collector(file.key)
    for part in parts:
        keeps.recorded(ROUTE, part)
    batch = keeps.take(NOW)
    assert batch is not None
    file.write(batch)
    found = reconciled("old", "new", file.sessions("pilot", 0))
    assert (found.counts["matched"], found.left_kwh) == (2, 2)
    assert not found.findings


def test_a_register_beyond_all_measure_is_no_evidence_that_breaks_the_report(
    tmp_path: Path,
) -> None:
    book, effects = Book("2.0.1"), []
    for kind, value in (("Started", -9), ("Ended", 9)):
        unit = {"unit": "Wh", "multiplier": 999_999}
        sample = {"value": value, "unitOfMeasure": unit}
        meter = [{"timestamp": NOON, "sampledValue": [sample]}]
        said = msgspec.json.encode(event_201(kind, meterValue=meter))
        part = book.took("TransactionEvent", said, CallResult("1", msgspec.Raw(b"{}")))
        effects += [(NOW, Recorded(leg, part)) for leg in ("old", "new") if part is not None]
    assert len(text.shown(report(written(tmp_path, [(NOW, matched()), *effects])))) < 5000
