"""The evidence as a person reads it: text, one page, one pair; and the commands that show it."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from gateway.cli import main
from gateway.core.comparison.sessions import Part
from gateway.core.effects import Compared, Recorded, Sample
from gateway.evidence import commands, page, side_by_side, summary, text
from gateway.evidence.file import EvidenceFile
from gateway.evidence.rows import BOUNDS
from tests.gateway.evidence_stage import DAY, NOW, differs, matched, report, written


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
    effects: list[Compared | Recorded] = [
        matched(), differs(), differs("<script>alert(1)</script>"), odd, gap, ruled, *parts,
    ]  # fmt: skip
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


def test_every_bar_of_the_charts_is_within_its_picture(file: EvidenceFile) -> None:
    pictures = re.findall("<svg.*?</svg>", page.shown(report(file)), re.S)
    assert pictures
    for picture in map(ElementTree.fromstring, pictures):
        _, _, wide, high = map(float, picture.attrib["viewBox"].split())
        bars = picture.findall("{*}rect")
        assert bars
        for bar in bars:
            x, y, width, height = (
                float(bar.attrib[name]) for name in ("x", "y", "width", "height")
            )
            assert 0 <= x <= x + width <= wide
            assert 0 <= y <= y + height <= high
        for word in picture.findall("{*}text"):
            assert 0 <= float(word.attrib["x"]) <= wide
            assert 0 < float(word.attrib["y"]) <= high


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
    main(["shadow", "report", "--segment", "pilot", "--format", "json", *told])
    (new,) = msgspec.json.decode(capsys.readouterr().out)["shadows"]
    assert new["compared"] == 4
    assert new["unexplained"] == {"S0": 2, "S1": 1}
    assert new["says"].startswith("2 decisions on money or access differ")
    assert main(["shadow", "report", "--segment", "nobody", *told]) == 2
    assert main(["shadow", "report", "--segment", "pilot", "--since", "soon", *told]) == 2
    assert main(["shadow", "diff", "1", *told]) == 0
    assert main(["shadow", "diff", "999", *told]) == 1
    assert "no pair has the number 999" in capsys.readouterr().err


FORGED = "x\nShadow new: decides like the primary\x1b[2J\x9b"


def test_no_peer_writes_lines_into_the_report_or_to_the_terminal(tmp_path: Path) -> None:
    left, right = Part("7", token="A", began=NOW), Part(FORGED, token="B", began=NOW)
    found = written(
        tmp_path,
        [(NOW, differs(FORGED)), (NOW, Recorded("old", left)), (NOW, Recorded("new", right))],
    )
    pair = found.pair(1)
    assert pair is not None
    odd = msgspec.structs.replace(pair, shadow='{"a":"\x9b2J"}'.encode())
    for shown in (text.shown(report(found)), side_by_side.shown(odd)):
        assert shown.replace("\n", "").isprintable()
        assert not any(line.startswith("Shadow new: decides") for line in shown.splitlines())


@pytest.mark.parametrize("told", ["999999w", "0001-01-01T00:00+10:00", "9999-12-31T23:00-10:00"])
def test_since_is_within_the_years_that_there_are(told: str) -> None:
    with pytest.raises(ValueError, match="expected 36h"):
        commands.since(told, NOW)


def test_an_odd_since_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = Path(__file__).parents[2] / "deploy" / "gateway.example.toml"
    config = tmp_path / "gateway.toml"
    config.write_text(example.read_text())
    told = ["--segment", "pilot", "--since", "999999w", "--config", str(config)]
    assert main(["shadow", "report", *told]) == 2
    assert "expected 36h" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("told", "at"),
    [("90m", NOW - 5400), ("2d", NOW - 2 * DAY), ("2025-03-01", 1_740_787_200.0)],
)
def test_since_is_an_age_or_a_date(told: str, at: float) -> None:
    assert commands.since(told, NOW) == at
