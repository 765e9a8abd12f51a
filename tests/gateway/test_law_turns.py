"""The laws of sessions hold before a CSMS with manners of its own, too."""

from random import Random
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.frame import Version
from gateway.core.route import Manners, Route, Upstream
from tests.gateway import test_law_sessions as sessions
from tests.gateway import test_laws as laws
from tests.gateway.core_world import World
from tests.gateway.test_law_sessions import STEPS, Story

STRICT = Manners(takes_turns=True, turn_gap=0.05, stand_in_after=0.0)
PATIENT = Manners(takes_turns=True, turn_gap=0.5, busy_codes=frozenset({"RpcFrameworkError"}))
BUSY = Manners(stand_in_after=0.1, refuse_after=5.0, busy_codes=frozenset({"RpcFrameworkError"}))
MANNERS = pytest.mark.parametrize("manners", [STRICT, PATIENT, BUSY], ids=["1", "2", "3"])
POLICIES = pytest.mark.parametrize("policy", ["mirror", "buffer"])


def with_manners(route: Route, manners: Manners) -> Route:
    """The same before a CSMS that wants this."""
    primary = Upstream(route.primary.name, route.primary.version, manners=manners)
    return msgspec.structs.replace(route, primary=primary)


class PickyStory(Story):
    """A story whose CSMS says "not now" where it would have refused, if that is understood."""

    manners = BUSY

    def connect(self) -> None:
        self.route = with_manners(self.route, self.manners)
        super().connect()

    def csms_says(self, frame: list[Any]) -> bool:
        if frame[0] == 4 and self.manners.busy_codes:
            frame = [4, frame[1], "RpcFrameworkError", "Call already in progress", {}]
        return super().csms_says(frame)


@MANNERS
@POLICIES
@pytest.mark.parametrize(
    "law",
    [
        sessions.test_a_16_csms_has_each_transaction_once_and_whole,
        sessions.test_a_201_csms_has_each_transaction_once_and_whole,
    ],
    ids=["1.6", "2.0.1"],
)
def test_each_transaction_is_told_once_and_whole(law: Any, policy: str, manners: Manners) -> None:
    @given(steps=STEPS, seed=st.integers(0, 9))
    def holds(steps: list[Any], seed: int) -> None:
        law.hypothesis.inner_test(policy, steps, seed)

    with (
        patch.object(sessions, "Story", PickyStory),
        patch.object(PickyStory, "manners", manners),
    ):
        laws.chance(60)(holds)()


@MANNERS
@POLICIES
@pytest.mark.parametrize(("station", "csms"), laws.PAIRINGS)
def test_every_call_is_answered_once(
    station: Version, csms: Version, policy: str, manners: Manners
) -> None:
    @given(steps=laws.STEPS, answering=st.booleans())
    def holds(steps: list[Any], answering: bool) -> None:
        world = World(station, csms, link_policy=policy, topology="discover")
        world.route = with_manners(world.route, manners)
        world.connect()
        for kind, seed in steps:
            laws.happen(world, kind, seed)
        world.settle(Random(0), answering=answering)
        assert not world.unanswered()

    laws.chance(40)(holds)()
