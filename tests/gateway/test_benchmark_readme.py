"""What was measured last stands in the README, and nothing else of it changes."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.figures import Report, Row
from benchmarks.pairs import Pair, PairReport
from benchmarks.readme import BEGIN, END, README, is_whole, measured, of_table, rewritten

ONE, TWO = Pair(1000.0, 20.0, 0.0, 1.0, 0.0), Pair(1900.0, 21.0, 1.0, 1.0, 0.0)


def pairs_of(date: str, two: Pair, *, quick: bool = False) -> PairReport:
    kinds = {"one worker": [ONE], "two workers": [two], "two gateways": [two]}
    ways = {"pass-through": kinds, "translated": kinds}
    return PairReport(date, {}, {"quick": quick}, ways)


def test_only_what_stands_between_the_marks_is_written_anew() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = rewritten(text, iter(["new", "newer"]))
    assert once == f"before\n{BEGIN}\nnew\nnewer\n{END}\nafter\n"
    assert rewritten(once, iter(["new", "newer"])) == once


def test_a_readme_without_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="lacks"):
        rewritten("before and after", iter(["new"]))


def test_our_own_readme_has_the_marks_and_figures_between_them() -> None:
    old = README.read_text("utf-8")
    new = rewritten(old, iter([]))
    assert len(new.splitlines()) + 10 < len(old.splitlines())


def test_the_newest_whole_result_counts_and_what_is_missing_is_named(tmp_path: Path) -> None:
    for report in (
        pairs_of("2026-01-01", ONE),
        pairs_of("2026-01-02", TWO),
        pairs_of("2026-01-03", ONE, quick=True),
    ):
        (tmp_path / f"pairs-{report.date}.json").write_bytes(msgspec.json.encode(report))
    (tmp_path / "pairs-2026-01-04.json").write_bytes(b'{"of":"another form"}')
    said = "\n".join(measured(tmp_path))
    assert "P7 pass-through: two workers do 1.90 x what one does, wanted 1.8: met" in said
    assert "not measured here yet: `make bench`" in said
    assert "not measured here yet: `make scale`" in said


def test_a_run_of_chosen_proxies_is_not_written_and_one_without_some_peer_is() -> None:
    told = {"quick": False, "part": ["table", "latency"], "only": None}
    missing = Row("haproxy", "", missing="apt-get install haproxy")
    facts = {"cpu": "any", "cores": 2, "python": "3.11"}
    report = Report("2026-01-01", facts, told, [missing])
    assert is_whole(report)
    assert any("missing: apt-get install haproxy" in line for line in of_table(report))
    assert not is_whole(Report("2026-01-01", facts, told | {"only": ["haproxy"]}, [missing]))
    assert not is_whole(Report("2026-01-01", facts, told | {"part": ["slopes"]}, [missing]))
