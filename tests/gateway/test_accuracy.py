"""Of 200 known differences among 20,000 exchanges with noise, which are found, and what else."""

from collections import Counter
from random import Random

import pytest

from tests.gateway.known_differences import KNOWN, Csms, Fleet16, Fleet201
from tests.gateway.shadow_stage import BOOT, Stage

EXCHANGES, DIFFERENCES = 20_000, 200
SETTINGS = [  # station, primary, shadow
    ("1.6", "1.6", "1.6"),
    ("1.6", "1.6", "2.0.1"),
    ("1.6", "2.0.1", "1.6"),
    ("2.0.1", "2.0.1", "2.0.1"),
    ("2.0.1", "2.0.1", "1.6"),
    ("2.0.1", "1.6", "2.0.1"),
]
DIFFERENT = ("mismatched", "shadow_error", "unanswered")


def played(setting: tuple[str, str, str], rng: Random) -> tuple[Counter[str], Counter[str], int]:
    """Known differences and those found, by severity; and how many were found where none was."""
    stage = Stage(setting[0], setting[1], {"shadow": setting[2]})
    Csms(stage, "primary", Random(1), 1000)
    shadow = Csms(stage, "shadow", Random(2), 500_000)
    fleet = (Fleet16 if setting[0] == "1.6" else Fleet201)(stage, Random(3))
    stage.call("BootNotification", BOOT[setting[0]])
    stage.compared.clear()
    known, found, false = Counter[str](), Counter[str](), 0
    kinds = fleet.round()
    twists = [row for row in KNOWN if row[1] in kinds and row[3](*setting)]
    rounds = EXCHANGES // len(SETTINGS) // len(kinds)
    chosen = sorted(rng.sample(range(rounds), -(-DIFFERENCES // len(SETTINGS))))
    plan = {each: twists[number % len(twists)] for number, each in enumerate(chosen)}
    for number in range(rounds):
        severity, where, twist, _ = plan.get(number, ("", "", None, None))
        at = kinds.index(where) if where else -1
        for place, kind in enumerate(kinds):
            shadow.twist = twist if place == at else None
            fleet.call(kind)
            stage.wait(31.0 if place == at else 0.5)
            severities = [one.severity for one in stage.compared if one.verdict in DIFFERENT]
            stage.compared.clear()
            if place != at:
                false += len(severities)
            else:
                known[severity] += 1
                found[severity] += severities == [severity]
    return known, found, false


@pytest.mark.slow
def test_known_differences_are_found_and_noise_is_not() -> None:
    known, found, false = Counter[str](), Counter[str](), 0
    for number, setting in enumerate(SETTINGS):
        here = played(setting, Random(number))
        known, found, false = known + here[0], found + here[1], false + here[2]
    assert known.total() >= DIFFERENCES
    assert all(known[severity] for severity in ("S0", "S1", "S2", "S3"))
    assert (found["S0"], found["S1"]) == (known["S0"], known["S1"])
    assert found["S2"] >= 0.99 * known["S2"]
    assert false <= 0.001 * EXCHANGES
