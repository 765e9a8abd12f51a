"""Whoever keeps the evidence: of a file that is taken, broken or moved only evidence suffers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from gateway import config as configuration
from gateway.core.comparison.sessions import Part
from gateway.core.effects import Recorded
from gateway.evidence import collector, file, keeper
from gateway.evidence.file import EvidenceFile
from gateway.evidence.keeper import Keeper
from gateway.parts import needing_restart
from gateway.settings import Config
from tests.endtoend.gateway_process import until
from tests.gateway.evidence_stage import NOW, ROUTE, differs, matched

CONFIG = """
[listen]
url = "ws://127.0.0.1:0/ocpp"
[[csms]]
name = "old"
url = "ws://127.0.0.1:1/old"
version = "1.6"
[[csms]]
name = "new"
url = "ws://127.0.0.1:1/new"
version = "2.0.1"
[[segment]]
name = "pilot"
primary = "old"
shadows = ["new"]
[store]
url = "sqlite://state.db"
[admin]
listen = "127.0.0.1:0"
[shadow]
"""


def loaded(folder: Path, shadow: str = "") -> Config:
    """A configuration with this in its [shadow]."""
    path = folder / "gateway.toml"
    path.write_text(CONFIG + shadow)
    return configuration.load(path)


@pytest.fixture
def keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """One that writes often, and does not wait long."""
    monkeypatch.setattr(keeper, "PERIOD", 0.01)
    monkeypatch.setattr(file, "PRAGMAS", (*file.PRAGMAS, "PRAGMA busy_timeout = 10"))
    keeps = Keeper()
    keeps.open(loaded(tmp_path))
    yield keeps
    keeps.close()


def tallied(folder: Path) -> int:
    """How many comparisons the file has."""
    with closing(EvidenceFile(folder / "evidence.db")) as found:
        return sum(n for _, _, n in found.tallied("pilot", 0.0))


def other_writer(folder: Path) -> sqlite3.Connection:
    """Somebody else who writes, and does not end."""
    db = sqlite3.connect(folder / "evidence.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    return db


@pytest.mark.trio
async def test_while_another_has_the_file_evidence_waits(
    keeps: Keeper, tmp_path: Path, nursery: trio.Nursery
) -> None:
    keeps.witness(ROUTE, matched(), NOW)
    with closing(other_writer(tmp_path)), capture_logs() as logged:
        nursery.start_soon(keeps.run)
        await until(lambda: "evidence waits" in {line["event"] for line in logged})
        keeps.witness(ROUTE, matched(), NOW)
        assert tallied(tmp_path) == 0
    await until(lambda: tallied(tmp_path) == 2)
    nursery.cancel_scope.cancel()


def test_what_waited_is_written_at_the_end(keeps: Keeper, tmp_path: Path) -> None:
    keeps.witness(ROUTE, matched(), NOW)
    with closing(other_writer(tmp_path)):
        keeps.write()
    keeps.witness(ROUTE, differs(), NOW)
    keeps.close()
    assert tallied(tmp_path) == 2


def test_a_file_with_a_part_missing_costs_evidence_and_nothing_else(tmp_path: Path) -> None:
    with closing(EvidenceFile(tmp_path / "evidence.db", writes=True)) as broken:
        broken.db.execute("DROP TABLE pair")
    keeps = Keeper()
    with capture_logs() as logged:
        keeps.open(loaded(tmp_path))
    assert [line["event"] for line in logged] == ["no evidence is kept"]
    keeps.witness(ROUTE, differs(), NOW)
    keeps.write()
    keeps.close()


def test_sessions_that_did_not_fit_are_told(keeps: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "MOST_SESSIONS", 2)
    for native in "12345":
        keeps.witness(ROUTE, Recorded("new", Part(native, began=NOW)), NOW)
    with capture_logs() as logged:
        keeps.write()
        keeps.write()
    assert [(line["event"], line.get("sessions")) for line in logged] == [("evidence lost", 3)]


def test_another_number_of_samples_holds_at_once_and_another_file_after_a_restart(
    keeps: Keeper, tmp_path: Path
) -> None:
    old = loaded(tmp_path)
    new = loaded(tmp_path, 'samples = 2\nkeep_days = 3660\nevidence = "other.db"\n')
    assert needing_restart(old, new) == ["shadow.evidence"]
    keeps.open(new)
    for _ in range(5):
        keeps.witness(ROUTE, differs(), NOW)
    keeps.close()
    assert not (tmp_path / "other.db").exists()
    with closing(EvidenceFile(tmp_path / "evidence.db")) as found:
        assert len(found.pairs("pilot", 0.0)) == 2
