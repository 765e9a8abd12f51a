"""The stage of the end-to-end tests: real processes, real sockets, nothing left behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from tests.endtoend.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[Stage]:
    """Gateways, CSMSs and stations for one test."""
    stage = Stage(tmp_path, nursery)
    try:
        yield stage
    finally:
        await stage.end()
