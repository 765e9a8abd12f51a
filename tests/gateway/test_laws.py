"""What holds whatever the far ends do: chance messages, answers, silence, outages and restarts."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.core_world import World

PAIRINGS = [("1.6", "2.0.1"), ("2.0.1", "1.6"), ("1.6", "1.6"), ("2.0.1", "2.0.1")]
KINDS = (
    ("call station",) * 12
    + ("call csms",) * 4
    + ("answer csms",) * 14
    + ("answer station",) * 6
    + ("call shadow",) * 2
    + ("answer shadow",) * 6
    + ("noise station", "noise csms", "noise shadow", "wait", "wait", "wait")
    + ("toggle csms", "toggle shadow", "restart")
)
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2**32 - 1)), min_size=20, max_size=70
)
chance = settings(max_examples=60, derandomize=True, database=None, deadline=None)


def happen(world: World, kind: str, seed: int) -> None:
    """One thing happens; a connection that is over is followed by the next."""
    what, _, leg = kind.partition(" ")
    rng = Random(seed)
    if world.is_over:
        world.connect()
    if leg and leg not in world.ends:
        return
    match what:
        case "call":
            world.call(leg, rng)
        case "answer":
            world.answer(leg, rng)
        case "noise":
            world.noise(leg, rng)
        case "wait":
            world.wait(rng.choice((0.5, 5.0, 31.0, 61.0, 700.0)))
        case "toggle":
            world.toggle(leg)
        case "restart":
            world.connect()


@pytest.mark.parametrize("policy", ["mirror", "buffer"])
@pytest.mark.parametrize(("station", "csms"), PAIRINGS)
@chance
@given(steps=STEPS, answering=st.booleans())
def test_every_call_is_answered_once_by_valid_frames_one_at_a_time(
    station: str, csms: str, policy: str, steps: list[tuple[str, int]], answering: bool
) -> None:
    world = World(station, csms, link_policy=policy, topology="discover")
    for kind, seed in steps:
        happen(world, kind, seed)
    world.settle(Random(0), answering=answering)
    assert not world.unanswered()
