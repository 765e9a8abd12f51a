"""Every known misbehaviour has a verdict, and CATALOGUE.md tells it as it is.

Run this file with .venv/bin/python to write CATALOGUE.md anew.
"""

from collections import Counter
from pathlib import Path

from vendor_quirks.catalogue import page, table, verdicts_of
from vendor_quirks.known import KNOWN
from vendor_quirks.registry import QUIRKS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "vendor_quirks/CATALOGUE.md"


def counts() -> Counter[str]:
    return Counter(verdict.kind for verdict in verdicts_of(QUIRKS).values())


def test_all_that_is_known_is_accounted_for() -> None:
    assert len(KNOWN) == 333
    assert sum(counts().values()) == 333


def test_nothing_that_is_known_is_left_open() -> None:
    assert counts()["open"] == 0


def test_few_are_declined_each_with_its_reason() -> None:
    declined = table("DECLINED")
    assert len(declined) < len(KNOWN) / 10
    assert all(len(why) > 20 for why in declined.values())


def test_what_is_ordinary_names_a_test_or_a_story_that_exists() -> None:
    for known, (where, words) in table("ORDINARY").items():
        path, _, test = where.partition("::")
        assert (ROOT / path).is_file(), f"{known}: {where}"
        assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), f"{known}: {where}"
        assert words, known


def test_a_quirk_is_as_sure_as_what_it_mends() -> None:
    order = ("high", "medium", "low")
    for quirk in QUIRKS:
        sure = [KNOWN[known].confidence for known in quirk.catalogue]
        if sure and quirk.lossy:
            assert quirk.confidence == max(sure, key=order.index), quirk.name


def test_the_page_tells_it_as_it_is() -> None:
    assert PAGE.read_text("utf-8") == page(QUIRKS), "write it anew: see the top of this file"


if __name__ == "__main__":
    PAGE.write_text(page(QUIRKS), "utf-8")
