"""Every story is played, line by line; and the player itself notices what goes differently."""

from pathlib import Path

import pytest

from gateway.testing import Transcript

STORIES = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_told(story: Path) -> None:
    Transcript.read(story).play()
