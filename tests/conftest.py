"""What holds for the whole run: nothing secret turns up in what gateways write."""

from collections.abc import Iterator

import pytest

from tests import planted


@pytest.fixture(scope="session", autouse=True)
def _nothing_secret_turned_up() -> Iterator[None]:
    """Looks through all of it at the end."""
    yield
    assert not list(planted.turned_up())
