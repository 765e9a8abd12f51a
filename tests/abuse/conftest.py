"""The abuse tests' stage, and their mark: what is big runs under `make soak` alone."""

import pytest

from tests.endtoend.certificates import Authority
from tests.endtoend.conftest import stage

__all__ = ["stage"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom everybody trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "soak: bigger sizes of an abuse test, for `make soak`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m soak` the big ones are left out, and counted as such."""
    if "soak" in config.option.markexpr:
        return
    big = [item for item in items if item.get_closest_marker("soak")]
    if big:
        config.hook.pytest_deselected(items=big)
        items[:] = [item for item in items if item not in big]
