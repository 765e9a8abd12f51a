"""A session that is over is freed at once: thousands leave together, and the collector is late."""

import gc
from collections.abc import Iterator

import pytest

from benchmarks.core_cost import WAYS, Crowd
from gateway.core.effects import STATION


@pytest.fixture(autouse=True)
def without_the_collector() -> Iterator[None]:
    """Only what is freed by itself counts."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def parts() -> int:
    """Objects of the core and of the translation that are there."""
    ours = ("gateway.core", "adapters.translation")
    modules = [str(getattr(type(one), "__module__", "")) for one in gc.get_objects()]
    return sum(module.startswith(ours) for module in modules)


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_charged_and_left_needs_no_collector(way: str) -> None:
    before = parts()
    crowd = Crowd(*WAYS[way], 3)
    crowd.round()
    assert parts() > before + 30
    for session in crowd.sessions:
        session.closed(STATION, crowd.now + 1.0)
        session.fall_apart()
    del session, crowd
    assert parts() <= before
