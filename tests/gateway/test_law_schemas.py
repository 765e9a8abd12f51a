"""Every message that a schema allows comes out valid on the other leg, or is answered validly."""

from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters import v16, v201
from tests import schema_oracle
from tests.gateway.core_world import FarEnd, World
from tests.schema_oracle import encode

ACTIONS = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
PAIRINGS = (("1.6", "2.0.1"), ("2.0.1", "1.6"))
# A CALLERROR for a message that is as its schema wants it: it has no status that says no, what it
# is about cannot be, or nobody can be asked.
ALLOWED = {"NotSupported", "PropertyConstraintViolation", "InternalError", "GenericError"}
CASES = [
    (station, csms, leg, name)
    for station, csms in PAIRINGS
    for leg, version in (("station", station), ("csms", csms))
    for name, action in ACTIONS[version].items()
    if action.sender in (leg, "both")
]
chance = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)


class Answered(World):
    """A world that notes the CALLERRORs."""

    errors: tuple[str, ...] = ()

    def _answered(self, end: FarEnd, message_id: str, kind: int, rest: list[Any]) -> None:
        if kind == 4:
            self.errors = (*self.errors, schema_oracle.decode(rest[0]))
        super()._answered(end, message_id, kind, rest)


@pytest.mark.parametrize(("station", "csms", "leg", "action"), CASES)
@chance
@given(seed=st.integers(0, 2**32 - 1), before=st.integers(0, 4))
def test_a_valid_message_is_carried_or_answered_validly(
    station: str, csms: str, leg: str, action: str, seed: int, before: int
) -> None:
    world, rng = Answered(station, csms), Random(seed)
    for _ in range(before):
        world.call(rng.choice(("station", "csms")), rng)
        world.settle(rng, answering=True)
    end, world.errors = world.ends[leg], ()
    payload = schema_oracle.chance(end.version, f"{action}Request", rng, world.hints())
    end.owed["valid"] = action
    world.hear(leg, encode([2, "valid", action, payload]))
    world.settle(rng, answering=True)
    assert not world.unanswered()
    assert set(world.errors) <= ALLOWED, payload
