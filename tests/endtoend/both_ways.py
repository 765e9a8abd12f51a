"""Stories taken down from the core without sockets, so that they can be replayed with sockets."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.testing import Bench, Transcript
from gateway.testing.bench import CLOSED, VERSIONS
from gateway.testing.transcripts import LINE, WHO
from tests.endtoend.sessions import BOOTED, boot

decode, encode = msgspec.json.decode, msgspec.json.encode
STORIES = Path(__file__).parents[1] / "transcripts"
EVENTS = re.compile(
    r"^(\+|\w+\s*!|shadow)", re.MULTILINE
)  # what sockets cannot be told, or not now
PLACE = {"connector": 1, "evse": 1}
SAID_NOW = re.compile(rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"')
NAME = re.compile(r'"(\$\w+)"')


class Step(NamedTuple):
    """Somebody says this, and that is what the gateway says to it, in order on each leg."""

    who: str
    text: bytes
    said: list[tuple[str, bytes]]


class Story:
    """One story: who takes part, with which options, and all that is said."""

    def __init__(self, path: Path) -> None:
        text = path.read_text("utf-8")
        transcript = Transcript(text)
        self.name, self.pairing = path.stem, transcript.pairing
        self.segment = f"story-{sha256(path.stem.encode()).hexdigest()[:12]}"  # they are short
        self.station, self.csms = VERSIONS[transcript.pairing]
        self.options = {"provision": "off", "identifiers": "counted"} | transcript.options
        self.options.setdefault("topology", [PLACE])
        self.is_playable = not EVENTS.search(text) and not transcript.route
        self.lines = [found for line in transcript.lines if (found := LINE.fullmatch(line))]
        self.booted = transcript.state["accepted"]

    def taken_down(self) -> list[Step]:
        """The story as a gateway plays it that never heard of this station, at this moment."""
        return _Writer(self).write()


class _Writer:
    """Plays a story on a Bench whose store is empty, and notes each step."""

    def __init__(self, story: Story) -> None:
        self.story, self.steps = story, list[Step]()
        self.bench = Bench(story.pairing, story.options, identity=story.name)
        self.bench.shelf.records.clear()
        self.bench.event("proxy", "clock", at=datetime.now(UTC).isoformat())
        self.names: dict[str, Any] = {}
        self.expected: dict[str, list[Any]] = {}

    def write(self) -> list[Step]:
        if self.story.booted:
            self._start()
        self.expected = {who: [] for who in WHO.values()}
        self.unmatched: dict[str, list[bytes]] = {who: [] for who in WHO.values()}
        for who, sign, what in (line.groups() for line in self.story.lines):
            if sign == ">":
                filled = NAME.sub(lambda name: self._bound(name[1]), what)
                for leg, text in self._say(WHO[who], filled.encode()):
                    self.unmatched[leg].append(text)
            elif sign == "<" and what != "closed" and self.unmatched[WHO[who]]:
                bind(decode(what), decode(self.unmatched[WHO[who]].pop(0)), self.names)
        return self.steps

    def _start(self) -> None:
        """The station boots and is accepted; whatever else is asked is not supported."""
        version = self.story.station
        todo = self._say("charger", encode([2, "start", "BootNotification", boot(version)]))
        while todo:
            leg, text = todo.pop(0)
            match decode(text):
                case [2, message_id, "BootNotification", _]:
                    todo += self._say(leg, encode([3, message_id, BOOTED]))
                case [2, message_id, "StatusNotification", _]:
                    todo += self._say(leg, encode([3, message_id, {}]))
                case [2, message_id, *_]:
                    todo += self._say(leg, encode([4, message_id, "NotSupported", "", {}]))

    def _say(self, who: str, text: bytes) -> list[tuple[str, bytes]]:
        self.bench.hear_text(who, text)
        said = self.bench.sent()
        assert all(each != CLOSED for _, each in said)
        self.steps.append(Step(who, text, [*said]))
        return said

    def _bound(self, name: str) -> str:
        return encode(self.names.get(name, name)).decode()


def bind(expected: Any, got: Any, names: dict[str, Any]) -> None:
    """Learn what the names of an expected frame stand for; what is otherwise different stays so."""
    if isinstance(expected, str) and expected.startswith("$"):
        names.setdefault(expected, got)
    elif isinstance(expected, dict) and isinstance(got, dict):
        for key in expected.keys() & got.keys():
            bind(expected[key], got[key], names)
    elif isinstance(expected, list) and isinstance(got, list):
        for one, other in zip(expected, got, strict=False):
            bind(one, other, names)


def without_now(text: bytes) -> bytes:
    """A frame with the present in place of any time of today: the two ways are seconds apart."""
    year = datetime.now(UTC).strftime('"%Y-%m-%d').encode()
    return SAID_NOW.sub(lambda at: b'"now"' if at[0].startswith(year) else at[0], text)


def stories() -> list[Story]:
    """All stories that need no clock and no events."""
    told = (Story(path) for path in sorted(STORIES.glob("*.txt")))
    return [story for story in told if story.is_playable]
