"""The shadow report as a browser lays it out, on a desk and on a phone."""

from itertools import combinations

import pytest

from gateway.core.comparison.sessions import Part
from gateway.core.effects import Compared, Recorded, Sample
from gateway.evidence import page
from tests.browser.looking import Looked, looked_at
from tests.gateway.evidence_stage import DAY, NOW, differs, report, written

pytestmark = pytest.mark.browser

DESK, PHONE = 1200, 400  # pixels
DAYS = 14
ACTIONS = ("Authorize", "Heartbeat", "StartTransaction", "SecurityEventNotification")


def evidence() -> list[tuple[float, Compared | Recorded]]:
    """Two weeks in which something of every kind was seen."""
    kinds = (("matched", "S3"), ("unanswered", "S2"), ("not_comparable", "S3"))
    command = Compared("new", "Reset", "mismatched", "S1", ("extra",), (), "command",
                       sample=Sample(b"null", b"null", b'{"type":"Hard"}'))  # fmt: skip
    found: list[tuple[float, Compared | Recorded]] = []
    for day in range(DAYS):
        at = NOW - day * DAY
        for action in ACTIONS:
            for verdict, severity in kinds:
                paths = ("gap",) if verdict == "not_comparable" else ()
                found.append((at, Compared("new", action, verdict, severity, paths, (), "answer",
                                           0.2, 0.9)))  # fmt: skip
        found += [(at, differs()), (at, command)]
    found += [(NOW, Recorded(leg, Part("7", token="CARD-1", began=NOW))) for leg in ("old", "new")]
    return found


@pytest.fixture(scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
def looked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    folder = tmp_path_factory.mktemp("browser")
    return looked_at(page.shown(report(written(folder, evidence()))), folder, request.param)


def test_the_page_fits_its_window_and_loads_nothing(looked: Looked) -> None:
    assert looked.wide <= looked.window
    assert looked.loaded == []
    assert [heading for heading in looked.headings if heading.width * heading.height == 0] == []


def test_every_chart_is_seen_with_all_that_is_in_it(looked: Looked) -> None:
    assert len(looked.pictures) == 3
    for picture in looked.pictures:
        assert picture.place.height > 50
        assert all(word.height > 10 for word in picture.words), "readable"
        assert len(picture.bars) > 4
        assert all(bar.width > 0 and bar.height > 0 for bar in picture.bars)
        outside = [each for each in picture.bars + picture.words if not picture.place.holds(each)]
        assert outside == []


def test_no_words_of_a_chart_cover_others_or_a_bar(looked: Looked) -> None:
    for picture in looked.pictures:
        assert [pair for pair in combinations(picture.words, 2) if pair[0].touches(pair[1])] == []
        covered = [
            (word, bar) for word in picture.words for bar in picture.bars if word.touches(bar)
        ]
        assert covered == []


def test_numbers_and_what_stands_above_them_are_at_the_right(looked: Looked) -> None:
    at = {cell.words: cell.at for cell in looked.cells}
    assert {at[name] for name in ("differ", "of", "rate", "S0", "times")} == {"right"}
    assert {at[name] for name in ("severity", "message", "path", "station")} == {"left"}
    assert at["100.00%"] == "right"
