"""`quirks list`, `show` and `explain`: what they say, of whom, and with which status."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.payload import encode
from gateway.cli import main
from gateway.core.nameplates import KEY, Remembered
from gateway.store import StoreError, snapshot
from gateway.store.sqlite_file import SqliteFile
from vendor_quirks.match import Nameplate
from vendor_quirks.registry import QUIRKS

CONFIG = """
[listen]
url = "ws://127.0.0.1:0/ocpp"
[[csms]]
name = "legacy"
url = "ws://127.0.0.1:9/x"
version = "1.6"
[[segment]]
name = "all"
match = {{ identity = "CS-*" }}
primary = "legacy"
[store]
url = "{store}"
[quirks]
off = ["wallbox.stacklevel-zero-only"]
observe = ["wallbox.measurands-not-delivered"]
folder = "quirks"
[quirks.station."CS-1"]
on = ["generic.boot-without-serial"]
"""
OURS = """
[[quirk]]
name = "acme.clock"
match = { vendor = "Acme*" }
why = "It has a clock of its own."
seen = "our own log"
timing = { no_ping = true }
"""
WALLBOX = Remembered(
    Nameplate("CS-1", "1.6", vendor="Wall Box Chargers", firmware="6.7.17"),
    fired={"wallbox.boots-in-a-loop": 3, "shared.empty-optional-text": 2, "gone.quirk": 1},
    would={"wallbox.measurands-not-delivered": 4},
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "quirks").mkdir()
    (tmp_path / "quirks" / "ours.toml").write_text(OURS)
    path = tmp_path / "gateway.toml"
    path.write_text(CONFIG.format(store="sqlite://state.db"))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteFile]:
    """The store of a gateway that runs."""
    file = SqliteFile(tmp_path / "state.db")
    yield file
    file.close()


def explained(config: Path, identity: str) -> int:
    return main(["quirks", "explain", "--station", identity, "--config", str(config)])


def test_every_quirk_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quirks", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [quirk.name for quirk in QUIRKS]
    assert all(len(line.split()) >= 3 for line in lines)


def test_those_of_the_operators_own_are_listed_with_a_configuration(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quirks", "list", "--config", str(config)]) == 0
    assert "acme.clock" in capsys.readouterr().out
    assert main(["quirks", "show", "acme.clock", "--config", str(config)]) == 0
    assert "timing      no_ping = True" in capsys.readouterr().out


@pytest.mark.parametrize("name", [quirk.name for quirk in QUIRKS])
def test_every_quirk_can_be_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quirks", "show", name]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{name}, of a ")
    assert " at 0x" not in said, "parts are told by what they are"
    assert len(said.splitlines()) >= 6


def test_a_name_that_is_none_is_wrong_usage_and_has_neighbours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["quirks", "show", "wallbox.boot-in-a-loop"]) == 2
    assert "perhaps wallbox.boots-in-a-loop" in capsys.readouterr().err


def test_a_station_is_explained_from_beside_the_gateway(
    config: Path, store: SqliteFile, capsys: pytest.CaptureFixture[str]
) -> None:
    store.write([("CS-1", "", KEY, encode(WALLBOX))])
    with pytest.raises(sqlite3.OperationalError):  # nobody else may open it
        sqlite3.connect(store.db.execute("PRAGMA database_list").fetchone()[2], timeout=0).execute(
            "SELECT * FROM journal"
        )
    assert explained(config, "CS-1") == 0
    said = capsys.readouterr().out
    assert said.startswith("CS-1, OCPP 1.6, segment all, behind legacy (1.6)\n")
    assert "vendor='Wall Box Chargers' firmware='6.7.17'" in said
    found = {line.split()[0]: line for line in said.splitlines() if line.startswith("    ")}
    loop = found["wallbox.boots-in-a-loop"]
    assert "vendor=Wall Box Chargers, firmware=6.7.17" in loop
    assert loop.endswith("3 times")
    assert found["wallbox.idle-drop-30s"].endswith("keeps ping_interval")
    assert "configuration" in found["generic.boot-without-serial"]
    assert found["shared.empty-optional-text"].endswith("2 times")
    observed = found["wallbox.measurands-not-delivered"]
    assert observed.endswith("4 times")
    assert "vendor=Wall Box Chargers" in observed
    heads = said[: said.index("wallbox.stacklevel-zero-only")].splitlines()
    assert heads[-2] == "  switched off"
    assert "no such quirk now" in found["gone.quirk"]


def test_a_station_that_never_came_is_told_by_its_identity_alone(
    config: Path, store: SqliteFile, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(config, "CS-9") == 0
    assert "nothing is remembered of it" in capsys.readouterr().out


def test_a_station_that_no_segment_takes_is_told(
    config: Path, store: SqliteFile, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(config, "XX-1") == 1
    assert "no segment takes XX-1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "why"), [("sqlite://state.db", "no such file"), ("memory:", "nothing is kept")]
)
def test_without_a_store_it_fails_and_says_why(
    config: Path, url: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIG.format(store=url))
    assert explained(config, "CS-1") == 1
    assert why in capsys.readouterr().err


def test_a_wrong_configuration_is_status_2(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text("[listen]\nurl = 3\n")
    assert explained(config, "CS-1") == 2
    assert "listen.url" in capsys.readouterr().err


def test_a_snapshot_is_of_one_moment_whatever_is_written_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.db"
    file = SqliteFile(path)
    written = 0

    def write(times: int) -> None:
        nonlocal written
        for _ in range(times):
            written += 1
            value = b"%d" % written
            file.write([("CS-1", "", "a", value + b" " * 50_000), ("CS-1", "", "b", value)])

    write(300)
    copy = shutil.copyfile

    def copyfile(source: Path, target: Path) -> None:
        copy(source, target)
        write(40)  # between the file and its log, and behind both

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    before = written
    records = snapshot.read(path, "CS-1")[""]
    assert records["a"].strip() == records["b"]
    assert int(records["b"]) >= before
    file.close()


def test_a_log_that_is_always_begun_anew_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.db"
    SqliteFile(path).close()
    monkeypatch.setattr(snapshot, "copied", lambda path, copy: False)
    with pytest.raises(StoreError, match="try again"):
        snapshot.read(path, "CS-1")
