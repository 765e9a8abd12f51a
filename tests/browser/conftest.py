"""These tests need a browser: they run with `-m browser` alone, as `make look` does."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "browser: a page as a browser shows it, for `make look`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m browser` they are left out, and counted as such."""
    if "browser" in config.option.markexpr:
        return
    left = [item for item in items if item.get_closest_marker("browser")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
