"""The abuse tests' stage, and the gateway that many of them share."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trio

from tests.abuse.siege import COUNT_ALL, Camp
from tests.endtoend.certificates import Authority
from tests.endtoend.gateway_process import Gateway, configuration


class Far(NamedTuple):
    """A CSMS that runs elsewhere."""

    url: str
    name: str = "far"
    version: str = "1.6"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom everybody trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all tests that need no other configuration: it has to outlive them all."""
    command = [sys.executable, "-m", "tests.abuse.far_csms"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as csms:
        assert csms.stdout is not None
        far = Far(csms.stdout.readline().strip())
        listen = f"{COUNT_ALL}upgrades_per_minute = 0\nreconnects_per_minute = 0\n"
        gateway = Gateway(tmp_path_factory.mktemp("shared"), configuration([far], listen=listen))
        trio.run(gateway.start)
        yield gateway
        trio.run(gateway.stop)
        csms.kill()


@pytest.fixture
async def stage(tmp_path: Path, nursery: trio.Nursery, shared: Gateway) -> AsyncIterator[Camp]:
    """Gateways, CSMSs and stations for one test."""
    camp = Camp(tmp_path, nursery, shared)
    try:
        yield camp
    finally:
        await camp.end()
