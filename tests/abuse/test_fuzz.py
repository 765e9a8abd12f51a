"""The searches of `make fuzz`, for a moment each."""

import pytest

from tests.abuse.fuzzing import TARGETS, search


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found_in_a_moment(name: str) -> None:
    search(name, 150)
