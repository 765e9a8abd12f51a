"""The evidence: collected, bounded, redacted, kept, judged, reconciled and shown."""

import sqlite3
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.cli import main
from gateway.core.comparison.sessions import Part
from gateway.core.effects import Compared, Recorded, Sample
from gateway.core.route import Route, Upstream
from gateway.core.shadows.redaction import redacted, redacted_secrets, token_hash
from gateway.evidence import collector, commands, page, side_by_side, summary, text
from gateway.evidence.collector import Collector
from gateway.evidence.file import EvidenceFile
from gateway.evidence.noise import Rate, judged
from gateway.evidence.reconcile import reconciled
from gateway.evidence.rows import BOUNDS, SessionRow
from gateway.store import StoreError

NOW = 1_740_823_200.0
DAY = 86_400
ROUTE = Route("CS-1", "1.6", "pilot", Upstream("old", "1.6"))
CALL = b'{"idTag":"CARD-1"}'
YES, NO = b'{"idTagInfo":{"status":"Accepted"}}', b'{"idTagInfo":{"status":"Blocked"}}'


def matched(csms: str = "new", action: str = "Authorize") -> Compared:
    return Compared(csms, action, "matched", "S3", (), (), "answer", 0.02, 0.2)


def differs(path: str = "idTagInfo.status", severity: str = "S0", csms: str = "new") -> Compared:
    sample = Sample(CALL, YES, NO)
    paths = (path,)
    return Compared(
        csms, "Authorize", "mismatched", severity, paths, (), "answer", 0.02, 0.2, sample
    )


def written(
    folder: Path, effects: list[tuple[float, Compared | Recorded]], segment: str = "pilot"
) -> EvidenceFile:
    """A file that holds what was witnessed at these times."""
    file = EvidenceFile(folder / "evidence.db", writes=True)
    keeps = Collector(file.key)
    route = msgspec.structs.replace(ROUTE, segment=segment)
    for at, effect in effects:
        if isinstance(effect, Compared):
            keeps.compared(route, effect, at)
        else:
            keeps.recorded(route, effect)
        batch = keeps.take(at)
        assert batch is not None
        file.write(batch)
    return file


def report(file: EvidenceFile, baselines: tuple[str, ...] = ()) -> summary.Report:
    return summary.report(file, "pilot", "old", 0.0, NOW, baselines)


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
    assert Collector(file.key, file.sampled(), 3).take(NOW) is None
    again = Collector(file.key, file.sampled(), 3)
    again.compared(ROUTE, differs(), NOW)
    later = again.take(NOW)
    assert later is not None
    assert later.pairs == [], "what was kept before a restart counts"


def test_counts_stay_for_ever_and_what_names_people_goes(tmp_path: Path) -> None:
    part = Part("7", token="CARD-1", began=NOW)
    file = written(
        tmp_path, [(NOW, differs()), (NOW + 3600, differs()), (NOW, Recorded("new", part))]
    )
    file.prune(NOW + 100 * DAY, keep_days=90)
    assert list(file.of_station("pilot", 0)) == []
    assert file.pairs("pilot", 0) == []
    assert file.sessions("pilot", 0) == []
    ((day, _, times),) = file.tallied("pilot", 0)
    assert (day % DAY, times) == (0, 2)


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
    (fresh,) = report(written(tmp_path / "c", first)).shadows[0].paths
    assert fresh.judgement == "real", "nothing is explained before there is something to hold it to"


# Sessions


def row(leg: str, native: str, **more: Any) -> SessionRow:
    usual: dict[str, Any] = {
        "place": "1", "token": "t", "began": NOW, "ended": NOW + 3600,
        "meter_start": Decimal(1000), "meter_stop": Decimal(6000),
    }  # fmt: skip
    return SessionRow("CS-1", leg, native, "pilot", **(usual | more))


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ([{}], "matched"),
        ([{"meter_stop": Decimal("6005")}], "matched"),
        ([{"meter_stop": Decimal("6020")}], "energy"),
        ([{"ended": NOW + 3700}], "time"),
        ([{"began": NOW + 59}], "matched"),
        ([{"ended": None, "meter_stop": None}], "unended"),
        ([{"token": "u"}], "missing"),
        ([{"token": "u", "ours": "1"}], "token"),
        ([], "missing"),
        ([{}, {}], "doubled"),
        ([{"began": NOW + 3000}], "missing"),
    ],
)
def test_sessions_are_reconciled_as_billing_would(
    theirs: list[dict[str, Any]], expected: str
) -> None:
    rows = [row("old", "1"), *(row("new", f"n{i}", **each) for i, each in enumerate(theirs))]
    found = reconciled("old", "new", rows)
    assert found.counts[expected] == 1
    assert found.left_kwh == 5
    assert (expected == "matched") == (not found.findings)


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


# Shown


class Page(HTMLParser):
    """What a page is made of; complains about what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def file(tmp_path: Path) -> EvidenceFile:
    odd = Compared("new", "Reset", "mismatched", "S1", ("extra",), (), "command",
                   sample=Sample(b"null", b"null", b'{"type":"Hard"}'))  # fmt: skip
    gap = Compared("new", "Authorize", "not_comparable", "S3", ("gap",))
    ruled = Compared("new", "Heartbeat", "ignored", "S3", (), ("clock",))
    parts = [
        Recorded(leg, Part("7", token="CARD-1", began=NOW)) for leg in ("station", "old", "new")
    ]
    effects = [matched(), differs(), differs("<script>alert(1)</script>"), odd, gap, ruled, *parts]
    return written(tmp_path, [(NOW, effect) for effect in effects])


def test_the_page_is_whole_loads_nothing_and_runs_nothing(file: EvidenceFile) -> None:
    found = Page(page.shown(report(file)))
    assert found.tags.count("svg") == 3
    assert "script" not in found.tags
    assert not {name for name, _ in found.attributes} & {"src", "href", "onload", "onclick"}
    words = "".join(found.words)
    assert "<script>alert(1)</script>" in words, "shown as what it is"
    assert "decisions on money or access differ" in words
    assert "CARD-1" not in words
    Page(page.shown(report(EvidenceFile(file.path, writes=True))))


def test_the_text_says_what_matters_first(file: EvidenceFile) -> None:
    lines = text.shown(report(file)).splitlines()
    assert lines[0].startswith("Segment pilot, primary old")
    assert lines[2].startswith("Shadow new: 2 decisions on money or access differ")
    joined = "\n".join(lines)
    assert "S0 real      Authorize idTagInfo.status: 1 of 3 (33.33%)  see #1" in joined
    assert "Reset" in joined
    assert "extra 1" in joined


def test_quantiles_are_upper_bounds_of_classes() -> None:
    classes = [0] * (len(BOUNDS) + 1)
    classes[3], classes[7] = 96, 4
    assert summary.quantiles(classes) == summary.Quantiles(BOUNDS[3], BOUNDS[3], BOUNDS[7])


def test_a_pair_is_shown_side_by_side(file: EvidenceFile) -> None:
    pair = file.pair(1)
    assert pair is not None
    lines = side_by_side.shown(pair).splitlines()
    assert lines[1] == "S0 mismatched  answer Authorize: idTagInfo.status"
    (changed,) = [line for line in lines if line.startswith("  !")]
    assert '"status": "Accepted"' in changed
    assert '"status": "Blocked"' in changed


def test_the_commands_say_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: EvidenceFile
) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(
        '[listen]\nurl = "ws://127.0.0.1:9000"\n'
        '[[csms]]\nname = "old"\nurl = "ws://127.0.0.1:1"\nversion = "1.6"\n'
        '[[csms]]\nname = "new"\nurl = "ws://127.0.0.1:2"\nversion = "2.0.1"\n'
        '[[segment]]\nname = "pilot"\nprimary = "old"\nshadows = ["new"]\n'
        '[store]\nurl = "sqlite://state.db"\n'
    )
    told = ["--config", str(config)]
    for form, begins in (("text", "Segment"), ("json", "{"), ("html", "<!DOCTYPE html>")):
        assert main(["shadow", "report", "--segment", "pilot", "--format", form, *told]) == 0
        assert capsys.readouterr().out.startswith(begins)
    assert main(["shadow", "report", "--segment", "nobody", *told]) == 2
    assert main(["shadow", "report", "--segment", "pilot", "--since", "soon", *told]) == 2
    assert main(["shadow", "diff", "1", *told]) == 0
    assert main(["shadow", "diff", "999", *told]) == 1
    assert "no pair has the number 999" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("told", "at"),
    [("90m", NOW - 5400), ("2d", NOW - 2 * DAY), ("2025-03-01", 1_740_787_200.0)],
)
def test_since_is_an_age_or_a_date(told: str, at: float) -> None:
    assert commands.since(told, NOW) == at
