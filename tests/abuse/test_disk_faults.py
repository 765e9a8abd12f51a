"""Threat: a disk that loses power, is full, fails or rots: nothing acknowledged may be missing."""

import resource
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Semaphore

import pytest

from gateway.core.tally import Tally
from gateway.store import Row, StoreError
from gateway.store.sqlite import SqliteStore
from gateway.store.sqlite_file import SqliteFile
from tests.abuse.false_disk import FULL, IOERR_FSYNC, IOERR_WRITE, FalseDisk
from tests.abuse.siege import Camp, siege
from tests.endtoend.sessions import boot, now
from tests.planted import CARD

COMMITS, EVERY = 400, 29  # power is lost at one in so many writes, and the rest goes on


@pytest.fixture
def disk() -> Iterator[FalseDisk]:
    """The disk under all SQLite files of this process."""
    with FalseDisk() as disk:
        yield disk


def row(number: int) -> Row:
    """The value says which commit it was."""
    return (f"S{number % 7}", "new", f"key/{number % 50}", b"%d" % number)


def written(store: SqliteStore, *numbers: int) -> list[BaseException | None]:
    """What became of each, in order."""
    outcomes: list[BaseException | None] = []
    room = Semaphore(0)
    for number in numbers:
        store.submit([row(number)], lambda error: (outcomes.append(error), room.release())[0])
    for _ in numbers:
        assert room.acquire(timeout=10)
    return outcomes


def test_after_a_loss_of_power_nothing_that_was_acknowledged_is_missing(
    disk: FalseDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.sqlite_file.FOLD_FROM_ROWS", 60)  # folding all the time
    store, random = SqliteStore(tmp_path / "var" / "state.db", Tally()), Random(7)
    acknowledged, losses, writes = 0, [], 0

    def look() -> None:
        nonlocal writes
        writes += 1
        if writes % EVERY == 0:
            told = acknowledged  # before the image is taken: later ones may be in it, too
            losses.append((told, disk.after_power_loss(tmp_path / f"loss-{writes}", random)))

    disk.on_write = look
    for number in range(1, COMMITS + 1):
        assert written(store, number) == [None]
        acknowledged = number
    disk.on_write = lambda: None
    store.close()
    assert len(losses) > 20
    for told, path in losses:
        file = SqliteFile(path)
        for number in range(max(1, told - 49), told + 1):
            identity, csms, key, _ = row(number)
            kept = int(file.read(identity)[csms][key])
            assert kept == number or kept > told, f"{number} of {told}"
        file.close()


@pytest.mark.parametrize("fault", [IOERR_FSYNC, IOERR_WRITE, FULL])
def test_what_could_not_be_kept_is_not_acknowledged(
    disk: FalseDisk, tmp_path: Path, fault: int
) -> None:
    store = SqliteStore(tmp_path / "state.db", Tally())
    assert written(store, 1) == [None]
    if fault == IOERR_FSYNC:
        disk.fault_of_sync = fault
    else:
        disk.fault_of_write = fault
    outcomes = written(store, 2, 3)
    assert all(isinstance(error, StoreError) for error in outcomes)
    assert store.problem
    disk.fault_of_sync = disk.fault_of_write = 0
    assert written(store, 4) == [None]
    assert not store.problem
    store.close()
    file = SqliteFile(tmp_path / "state.db")
    assert [file.read(f"S{n}")["new"][f"key/{n}"] for n in (1, 4)] == [b"1", b"4"]
    file.close()


@pytest.mark.parametrize("harm", ["cut", "rotten"])
def test_of_a_torn_or_rotten_tail_the_sound_front_part_is_kept(tmp_path: Path, harm: str) -> None:
    store = SqliteStore(tmp_path / "var" / "state.db", Tally())
    assert written(store, *range(1, 41)) == [None] * 40
    log = (tmp_path / "var" / "state.db-wal").read_bytes()
    kept = (tmp_path / "var" / "state.db").read_bytes()
    store.close()
    random = Random(3)
    last = 0
    for at in sorted(random.sample(range(len(log) // 2, len(log)), 12)):
        folder = tmp_path / f"{harm}-{at}"
        folder.mkdir()
        (folder / "state.db").write_bytes(kept)
        rotten = log[:at] + bytes([log[at] ^ 0x10]) + log[at + 1 :]
        (folder / "state.db-wal").write_bytes(log[:at] if harm == "cut" else rotten)
        file = SqliteFile(folder / "state.db")
        found = [
            int(file.read(f"S{n % 7}").get("new", {}).get(f"key/{n}", b"0")) for n in range(1, 41)
        ]
        file.close()
        sound = found.index(0) if 0 in found else 40
        assert found == [*range(1, sound + 1), *[0] * (40 - sound)]
        assert sound >= last  # the later the harm, the more there is
        last = sound


@pytest.mark.trio
async def test_while_the_disk_is_full_no_transaction_is_acknowledged(stage: Camp) -> None:
    csms = await stage.csms("new", "2.0.1")
    async with siege(stage, csms=csms) as around:
        gateway = around.gateway
        station = await stage.station(gateway, "CS-1")
        await station.call("BootNotification", boot("1.6"))
        start = {"connectorId": 1, "idTag": CARD, "meterStart": 0, "timestamp": now()}
        _, most = resource.prlimit(around.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(around.pid, resource.RLIMIT_FSIZE, (0, most))  # no file may grow
        message_id = await station.ask("StartTransaction", start)
        assert await station.is_closed() == 1011
        assert not station.is_answered(message_id)
        status, why = await gateway.get("/readyz")
        assert status == 503
        assert "disk" in why
        resource.prlimit(around.pid, resource.RLIMIT_FSIZE, (most, most))
        station = await stage.station(gateway, "CS-1")
        await station.call("BootNotification", boot("1.6"))
        answer = await station.call("StartTransaction", start)
        assert answer["transactionId"] > 0
        assert await gateway.get("/readyz") == (200, "ok\n")


def test_where_nothing_may_be_written_the_gateway_says_so(tmp_path: Path) -> None:
    with FalseDisk() as disk:
        disk.fault_of_write = IOERR_WRITE
        with pytest.raises(StoreError):
            SqliteStore(tmp_path / "state.db", Tally())
