"""What holds for the whole run: no secret in what gateways write, and what runs if asked for."""

from collections.abc import Iterator

import pytest

from tests import planted

ASKED_FOR = {  # mark -> what it is about
    "soak": "bigger sizes of an abuse test, for `make soak`",
    "browser": "a page as a browser shows it, for `make look`",
}


@pytest.fixture(scope="session", autouse=True)
def _nothing_secret_turned_up() -> Iterator[None]:
    """Looks through all of it at the end."""
    yield
    assert not list(planted.turned_up())


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    for mark, about in ASKED_FOR.items():
        config.addinivalue_line("markers", f"{mark}: {about}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m` and their mark these are left out, and counted as such."""
    marks = [mark for mark in ASKED_FOR if mark not in config.option.markexpr]
    left = [item for item in items if any(map(item.get_closest_marker, marks))]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
