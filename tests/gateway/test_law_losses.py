"""Nothing is lost but by messages whose rows of the ledger say so, and every rule can happen."""

from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from adapters import v16, v201
from adapters.translation.ledger import ANYWHERE, ROWS, RULES, UNASKED, rules
from gateway import examples
from gateway.core.effects import Effect, Lost
from gateway.testing import Bench, Transcript, transcripts
from gateway.testing.bench import VERSIONS, Output
from tests.gateway.chain import NO_QUIRKS
from tests.gateway.core_world import World
from tests.gateway.test_laws import KINDS, happen

STORIES = sorted((Path(__file__).parents[1] / "transcripts").glob("*.txt"))
ACTIONS = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
# The options that lead to other losses than the defaults do.
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"link_policy": "buffer", "long_token_policy": "truncate", "orphan_stop": "full"},
    {"topology": "discover", "forward_unmapped": "datatransfer", "pnc_emaid_only": "on"},
    {"allow_unsigned_downgrade": "on", "stop_at": "authorization_end", "custom_data": "on"},
)


# A CSMS that was away is told these later, under the names of what was kept.
KEPT = {"TransactionEvent": ("StartTransaction", "MeterValues", "StopTransaction")}


def declared(pairing: str, action: str) -> set[str]:
    """What may be lost by a message of this pairing, whoever says it."""
    station, csms = VERSIONS[pairing]
    sides = (("station", station), ("csms", csms))
    names = (action, *KEPT.get(action, ()))
    found = [ROWS[side].get(name) for side in sides for name in names]
    lost = {rule for row in found if row is not None for rule in rules(row)}
    return lost | set(ANYWHERE) | (set(UNASKED) if action == "other" else set())


def undeclared(pairing: str, effects: list[Effect]) -> set[tuple[str, str, str]]:
    """Losses that no row knows of."""
    lost = [effect for effect in effects if isinstance(effect, Lost)]
    return {
        (each.action, each.rule, each.field)
        for each in lost
        if each.rule not in declared(pairing, each.action)
    }


class Watched(World):
    """A world that notes all effects."""

    seen: list[Effect]

    def perform(self, effects: list[Effect]) -> None:
        self.seen = [*getattr(self, "seen", ()), *effects]
        super().perform(effects)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "defaults")
@pytest.mark.parametrize("pairing", ["A", "B"])
def test_chance_messages_lose_what_their_rows_say(pairing: str, options: dict[str, Any]) -> None:
    found = set()
    for seed in range(40):
        world = Watched(*VERSIONS[pairing], **({"topology": "discover"} | options))
        rng = Random(seed)
        for _ in range(120):
            happen(world, rng.choice(KINDS), rng.randrange(2**32))
        world.settle(rng, answering=True)
        found |= undeclared(pairing, world.seen)
    assert not found


def test_stories_lose_what_their_rows_say(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Effect] = []

    class Recording(Bench):
        def _perform(self, effects: list[Effect]) -> None:
            seen.extend(effects)
            super()._perform(effects)

    monkeypatch.setattr(transcripts, "Bench", Recording)
    found = {}
    for path in STORIES:
        story = Transcript.read(path)
        if story.pairing in ("A", "B") and "shadows" not in story.route:
            seen.clear()
            with suppress(AssertionError):  # whether it goes as told is another test's business
                story.play()
            if strange := undeclared(story.pairing, seen):
                found[path.stem] = strange
    assert not found


# Each rule can be provoked


class Provoked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After these calls a loss of this rule has been counted.

    An answer is a payload, or the code of a CALLERROR, or null: none comes; a list has one for each
    time. An action without one is answered as if all were well. `repeat` says all calls so often,
    "$n" being their number.
    """

    rule: str
    pairing: str
    calls: list[tuple[str, str, dict[str, Any]]]  # who, action, payload
    answers: dict[str, list[Any] | dict[str, Any] | str | None] = {}
    config: dict[str, Any] = {}
    state: str = "idle"
    repeat: int = 1


def provocations() -> list[Provoked]:
    """Those of the file, and one whose list is too long for it."""
    lines = Path(__file__).with_name("provoked.jsonl").read_bytes().splitlines()
    found = [msgspec.json.decode(line, type=Provoked) for line in lines]
    tokens = [{"idToken": f"CARD-{n}", "type": "KeyCode"} for n in range(101)]
    entries = [{"idToken": token, "idTokenInfo": {"status": "Accepted"}} for token in tokens]
    local_list = {"versionNumber": 1, "updateType": "Full", "localAuthorizationList": entries}
    return [*found, Provoked("token_type", "A", [("backend", "SendLocalList", local_list)])]


class Provocation:
    """One of them while it is played."""

    def __init__(self, story: Provoked) -> None:
        state = {"idle": examples.IDLE, "running": examples.RUNNING}[story.state]
        self.story = story
        self.bench = Bench(story.pairing, story.config, state, registry=NO_QUIRKS)
        self.versions = dict(zip(("charger", "backend"), VERSIONS[story.pairing], strict=True))
        self.lost: dict[str, set[str]] = defaultdict(set)  # by which messages

    def play(self) -> None:
        for number in range(1, self.story.repeat + 1):
            for place, call in enumerate(self.story.calls):
                text = msgspec.json.encode([2, f"{number}-{place}", *call[1:]])
                filled = text.replace(b'"$n"', b"%d" % number).replace(b"$n", b"%d" % number)
                todo = self._noted(self.bench.hear_text(call[0], filled))
                while todo:
                    output = todo.pop(0)
                    if output["frame"][0] == 2:
                        todo += self._answered(output)

    def _answered(self, output: Output) -> list[Output]:
        _, message_id, action, asked = output["frame"]
        given = self.story.answers.get(action, {})
        if isinstance(given, list):
            given = given.pop(0)
        if given is None:
            return self._noted(self.bench.event("proxy", "advance", seconds=61))
        if isinstance(given, str):
            return self._noted(self.bench.hear(output["to"], [4, message_id, given, "", {}]))
        if action not in self.story.answers:
            kind = ACTIONS[self.versions[output["to"]]][action].response
            given = examples.response(kind, asked)
        return self._noted(self.bench.hear(output["to"], [3, message_id, given]))

    def _noted(self, outputs: list[Output]) -> list[Output]:
        for effect in self.bench.effects:
            if isinstance(effect, Lost):
                self.lost[effect.rule].add(effect.action)
        return outputs


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_provoked(rule: str) -> None:
    stories = [story for story in provocations() if story.rule == rule]
    assert stories, "how does this happen? Add a line to provoked.jsonl"
    for story in stories:
        provocation = Provocation(story)
        provocation.play()
        assert {story.calls[-1][1], "other"} & provocation.lost[rule], dict(provocation.lost)
