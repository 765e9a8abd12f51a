"""Of 200 known differences among 20,000 exchanges with noise, which are found, and what else."""

from collections import Counter
from random import Random

import pytest

from gateway.core.effects import STATION, Compared
from tests.gateway.known_differences import COMMAND, KNOWN, Csms, Fleet16, Fleet201, Known
from tests.gateway.shadow_stage import BOOT, Stage

EXCHANGES, DIFFERENCES = 20_000, 200
A_ROUND = 10  # exchanges
SETTINGS = [  # station, primary, shadow
    ("1.6", "1.6", "1.6"),
    ("1.6", "1.6", "2.0.1"),
    ("1.6", "2.0.1", "1.6"),
    ("1.6", "2.0.1", "2.0.1"),
    ("2.0.1", "2.0.1", "2.0.1"),
    ("2.0.1", "2.0.1", "1.6"),
    ("2.0.1", "1.6", "2.0.1"),
    ("2.0.1", "1.6", "1.6"),
]
ROUNDS = EXCHANGES // (len(SETTINGS) * A_ROUND)  # of each setting
DIFFERENT = ("mismatched", "shadow_error", "unanswered")


class Score:
    """What was put in and what was found, by severity; and what was found where nothing was."""

    def __init__(self) -> None:
        self.exchanges = 0
        self.known, self.found = Counter[str](), Counter[str]()
        self.false: list[Compared] = []
        self.missed: list[tuple[Known, tuple[str, str, str]]] = []

    def add(self, known: Known | None, setting: tuple[str, str, str], said: list[Compared]) -> None:
        """One exchange, and the differences that were told of it."""
        self.exchanges += 1
        if known is None:
            self.false += said
            return
        self.known[known.severity] += 1
        wanted = (known.severity, (known.path(setting[0]),))
        right = [one for one in said if (one.severity, one.paths) == wanted]
        self.false += [one for one in said if one not in right]
        if len(right) == 1:
            self.found[known.severity] += 1
        else:
            self.missed.append((known, setting))


def played(setting: tuple[str, str, str], score: Score, rng: Random) -> None:
    """One station's life beside a shadow that now and then decides differently."""
    stage = Stage(setting[0], setting[1], {"shadow": setting[2]})
    stage.legs[STATION].answers["ChangeAvailability"] = {"status": "Accepted"}
    primary = Csms(stage, "primary", Random(1), 1000)
    shadow = Csms(stage, "shadow", Random(2), 500_000)
    fleet = (Fleet16 if setting[0] == "1.6" else Fleet201)(stage, Random(3))
    stage.call("BootNotification", BOOT[setting[0]])
    stage.compared.clear()
    kinds = fleet.round()
    assert len(kinds) == A_ROUND
    twists = [known for known in KNOWN if known.kind in kinds and known.is_seen(setting)]
    chosen = rng.sample(range(ROUNDS), DIFFERENCES // len(SETTINGS))
    plan = {each: twists[number % len(twists)] for number, each in enumerate(chosen)}
    for number in range(ROUNDS):
        planned = plan.get(number)
        for place, kind in enumerate(kinds):
            known = planned if planned and place == kinds.index(planned.kind) else None
            shadow.twist = known.twist if known is not None else None
            if kind == COMMAND:
                both = rng.sample([primary, shadow], 2)
                both[0].command()
                stage.wait(rng.uniform(0.0, 20.0))
                both[1].command()
            else:
                fleet.call(kind)
            stage.wait(0.5 if known is None else 61.0 if kind == COMMAND else 31.0)
            score.add(known, setting, [one for one in stage.compared if one.verdict in DIFFERENT])
            stage.compared.clear()


@pytest.mark.slow
def test_known_differences_are_found_and_noise_is_not() -> None:
    score = Score()
    for number, setting in enumerate(SETTINGS):
        played(setting, score, Random(number))
    known, found = score.known, score.found
    assert (score.exchanges, known.total()) == (EXCHANGES, DIFFERENCES)
    assert min(known["S0"], known["S1"], known["S2"]) >= 40
    assert known["S3"] >= 1
    assert (found["S0"], found["S1"]) == (known["S0"], known["S1"]), score.missed
    assert found["S2"] >= 0.99 * known["S2"], score.missed
    assert len(score.false) <= 0.001 * EXCHANGES, score.false[:5]
