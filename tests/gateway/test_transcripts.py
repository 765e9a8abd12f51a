"""Every story is played, line by line; and the player notices what goes differently."""

import re
from pathlib import Path

import pytest

from gateway.testing import Transcript

STORIES = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))
EXPECTED = re.compile(r"(station|csms|shadow)\s*<")
SHORT = """pairing=A
station > [2,"1","Heartbeat",{}]
csms < [2,"$beat","Heartbeat",{}]
csms > [3,"$beat",{"currentTime":"2025-03-01T10:00:00Z"}]
station < [3,"1",{"currentTime":"2025-03-01T10:00:00Z"}]
"""


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_told(story: Path) -> None:
    Transcript.read(story).play()


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_a_story_is_told_differently_without_any_of_its_frames(story: Path) -> None:
    lines = story.read_text(encoding="utf-8").splitlines()
    expected = [number for number, line in enumerate(lines) if EXPECTED.match(line)]
    assert expected
    for number in expected:
        with pytest.raises(AssertionError):
            Transcript("\n".join(lines[:number] + lines[number + 1 :])).play()


def test_every_story_says_what_it_is_about() -> None:
    for story in STORIES:
        assert story.read_text(encoding="utf-8").splitlines()[1].startswith("# "), story.name


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ('"Heartbeat",{}]\ncsms >', '"Authorize",{}]\ncsms >'),
        ('[2,"$beat","Heartbeat",{}]\ncsms >', '[2,"$beat","Heartbeat"]\ncsms >'),
        ('[3,"1"', '[3,1'),
        ("10:00:00Z\"}]\n", "10:00:01Z\"}]\n"),
        ('station < [3,"1"', 'csms < [3,"1"'),
        ('station < [3,"1"', 'gateway ~ lost clock\nstation < [3,"1"'),
        ("csms >", "nobody >"),
    ],
)  # fmt: skip
def test_the_player_notices_a_difference(told: str, instead: str) -> None:
    head, found, tail = SHORT.rpartition(told)
    assert found
    Transcript(SHORT).play()
    with pytest.raises(AssertionError, match=r"line \d|got"):
        Transcript(head + instead + tail).play()


def test_bytes_are_compared_where_a_story_wants_it() -> None:
    exact = SHORT.replace("station < [3", "station << [3")
    Transcript(exact).play()
    with pytest.raises(AssertionError, match="line 5"):
        Transcript(exact.replace('<< [3,"1"', '<< [3, "1"')).play()


def test_a_name_is_the_same_value_from_then_on() -> None:
    text = SHORT + 'station > [2,"2","Heartbeat",{}]\ncsms < [2,"$beat","Heartbeat",{}]\n'
    with pytest.raises(AssertionError, match="line 7"):
        Transcript(text).play()
