"""Workers and their supervisor, without processes: channels, leases, what is written, sums."""

import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from trio.testing import wait_all_tasks_blocked

from gateway.core.tally import Tally
from gateway.crew import supervisor
from gateway.crew.channel import Channel
from gateway.crew.messages import Body, Load, Loaded, Look, Report, Serving
from gateway.crew.registrar import Registrar
from gateway.crew.seat import Seat
from gateway.evidence.file import EvidenceFile
from gateway.evidence.rows import Batch
from gateway.ops import merged
from gateway.store import Row, StoreError
from gateway.store.memory import MemoryStore
from gateway.store.sqlite import SqliteStore
from gateway.wire.newcomer import Newcomer

pytestmark = pytest.mark.trio

HERE, THERE = Newcomer(source="10.0.0.1"), Newcomer(source="10.0.0.2")


class Hand:
    """A worker of the test: what it says to whoever wants one of its stations."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.channel, self.far = Channel(ours), Channel(theirs)
        self.seat = Seat(self.channel)
        self.asked: list[tuple[str, str, bool]] = []
        self.rival = ""
        self.last_rows: list[Row] = []  # that it writes before it gives way
        self.may_answer = trio.Event()
        self.may_answer.set()
        self.errors: list[BaseException | None] = []

    async def give_way(self, identity: str, newcomer: Newcomer, is_probed: bool) -> str:
        self.asked.append((identity, newcomer.source, is_probed))
        await self.may_answer.wait()
        if self.last_rows:
            self.seat.submit(self.last_rows, self.errors.append)
        return self.rival

    async def claims(self, identity: str, newcomer: Newcomer = HERE) -> str:
        return await self.seat.claim(identity, newcomer, True, lambda: None)

    async def writes(self, *rows: Row) -> BaseException | None:
        came = trio.Event()

        def done(error: BaseException | None) -> None:
            self.errors.append(error)
            came.set()

        self.seat.submit(list(rows), done)
        await came.wait()
        return self.errors[-1]

    def die(self) -> None:
        """The process is gone: its end of the channel with it."""
        self.channel.close()


class Crew:
    """A registrar and its workers."""

    def __init__(self, registrar: Registrar, nursery: trio.Nursery) -> None:
        self.registrar, self.nursery = registrar, nursery
        self.hands: list[Hand] = []

    def hand(self) -> Hand:
        hand = Hand()
        self.hands.append(hand)
        self.nursery.start_soon(self.registrar.serve, hand.far, lambda: None)
        self.nursery.start_soon(hand.seat.run, hand.give_way, lambda: Report(["tired"], {}))
        return hand


@asynccontextmanager
async def crew(store: Any = None) -> AsyncIterator[Crew]:
    """A registrar that serves, for as long as the block lasts."""
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            all_hands = Crew(Registrar(store or MemoryStore()), nursery)
            yield all_hands
            nursery.cancel_scope.cancel()
    for hand in all_hands.hands:
        hand.channel.close()
        hand.far.close()


async def test_what_one_worker_wrote_the_next_one_reads() -> None:
    async with crew() as all_hands:
        one, two = all_hands.hand(), all_hands.hand()
        assert await one.claims("CS-1") == ""
        assert await one.writes(("CS-1", "far", "boot", b"1")) is None
        assert await two.claims("CS-1") == ""
        assert one.asked == [("CS-1", HERE.source, True)]
        assert await two.seat.load("CS-1") == {"far": {"boot": b"1"}}


async def test_what_is_written_while_giving_way_is_read_by_the_next_owner(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state.db", Tally())
    async with crew(store) as all_hands:
        one, two = all_hands.hand(), all_hands.hand()
        await one.claims("CS-1")
        one.last_rows = [("CS-1", "far", "seq", b"9")]
        await two.claims("CS-1")
        assert await two.seat.load("CS-1") == {"far": {"seq": b"9"}}
        await wait_all_tasks_blocked()
        assert one.errors == [None]
    store.close()


async def test_a_commit_of_a_worker_that_lost_the_station_is_refused() -> None:
    async with crew() as all_hands:
        one, two = all_hands.hand(), all_hands.hand()
        await one.claims("CS-1")
        await two.claims("CS-1")
        await two.writes(("CS-1", "far", "seq", b"2"))
        error = await one.writes(("CS-1", "far", "seq", b"1"))
        assert isinstance(error, StoreError)
        assert "another worker" in str(error)
        assert await two.seat.load("CS-1") == {"far": {"seq": b"2"}}


async def test_a_refused_commit_takes_no_other_with_it() -> None:
    async with crew() as all_hands:
        one = all_hands.hand()
        await one.claims("CS-1")
        mine, others = one.errors, list[BaseException | None]()
        one.seat.submit([("CS-1", "far", "a", b"1")], mine.append)  # goes alone, the rest together
        one.seat.submit([("CS-1", "far", "b", b"1")], mine.append)
        one.seat.submit([("CS-2", "far", "c", b"1")], others.append)
        assert await one.writes(("CS-1", "far", "d", b"1")) is None
        assert mine == [None] * 3
        assert [type(error) for error in others] == [StoreError]
        assert (await one.seat.load("CS-1"))["far"].keys() == {"a", "b", "d"}


async def test_a_station_that_lives_elsewhere_stays_with_its_worker() -> None:
    async with crew() as all_hands:
        one, two = all_hands.hand(), all_hands.hand()
        await one.claims("CS-1", HERE)
        one.rival = HERE.source
        assert await two.claims("CS-1", THERE) == HERE.source
        assert await one.writes(("CS-1", "far", "seq", b"1")) is None
        assert await two.writes(("CS-1", "far", "seq", b"2")) is not None


async def test_claims_of_one_station_are_served_one_after_the_other() -> None:
    async with crew() as all_hands:
        one, two, three = (all_hands.hand() for _ in range(3))
        await one.claims("CS-1")
        one.may_answer = trio.Event()
        granted: list[int] = []

        async def claim(hand: Hand, number: int) -> None:
            await hand.claims("CS-1")
            granted.append(number)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(claim, two, 2)
            await wait_all_tasks_blocked()
            nursery.start_soon(claim, three, 3)
            await wait_all_tasks_blocked()
            assert granted == []
            one.may_answer.set()
        assert granted == [2, 3]
        assert (len(one.asked), len(two.asked), len(three.asked)) == (1, 1, 0)


async def test_a_released_station_is_nobodys() -> None:
    async with crew() as all_hands:
        one, two = all_hands.hand(), all_hands.hand()
        await one.claims("CS-1")
        one.seat.release("CS-1")
        await wait_all_tasks_blocked()
        assert all_hands.registrar.owners == {}
        assert await two.claims("CS-1") == ""
        one.seat.release("CS-1")  # which it does not have any more
        assert await two.writes(("CS-1", "far", "seq", b"1")) is None
        assert one.asked == []


async def test_a_dead_workers_stations_are_free_once_its_process_is_gone() -> None:
    async with crew() as all_hands:
        one, two = all_hands.hand(), all_hands.hand()
        await one.claims("CS-1")
        await one.writes(("CS-1", "far", "seq", b"1"))
        one.may_answer = trio.Event()
        granted = trio.Event()

        async def claim() -> None:
            assert await two.claims("CS-1") == ""
            granted.set()

        all_hands.nursery.start_soon(claim)
        await wait_all_tasks_blocked()
        one.die()
        await wait_all_tasks_blocked()
        assert not granted.is_set()  # its channel is closed, but it may still serve
        all_hands.registrar.forget(one.far)
        await granted.wait()
        assert await two.seat.load("CS-1") == {"far": {"seq": b"1"}}


async def test_without_its_supervisor_a_worker_can_write_and_own_nothing() -> None:
    async with crew() as all_hands:
        one = all_hands.hand()
        await one.claims("CS-1")
        one.far.close()
        await wait_all_tasks_blocked()
        assert isinstance(await one.writes(("CS-1", "far", "seq", b"1")), StoreError)
        with pytest.raises(StoreError, match="supervisor is gone"):
            await one.claims("CS-2")
        with pytest.raises(StoreError, match="supervisor is gone"):
            await one.seat.load("CS-1")


async def test_rounds_that_come_quickly_are_handed_over_together() -> None:
    async with crew() as all_hands:
        one = all_hands.hand()
        await one.claims("CS-1")
        before = next(one.channel._numbers)
        for n in range(200):
            one.seat.submit([("CS-1", "far", f"k{n}", b"1")], one.errors.append)
        assert (await one.writes(("CS-1", "far", "last", b"1"))) is None
        assert one.errors == [None] * 201
        assert next(one.channel._numbers) - before <= 4
        assert len((await one.seat.load("CS-1"))["far"]) == 201


async def test_a_row_that_cannot_be_sent_fails_alone() -> None:
    async with crew() as all_hands:
        one = all_hands.hand()
        await one.claims("CS-1")
        told: dict[str, BaseException | None] = {}
        one.seat.submit([("CS-1", "far", "a", b"1")], lambda error: told.update(a=error))
        one.seat.submit([("CS-1", "far", "\ud800", b"1")], lambda error: told.update(b=error))
        one.seat.submit([("CS-1", "far", "c", b"1")], lambda error: told.update(c=error))
        assert await one.writes(("CS-1", "far", "d", b"1")) is None
        assert (told["a"], told["c"]) == (None, None)
        assert isinstance(told["b"], StoreError)


async def test_messages_larger_than_any_buffer_arrive_whole_and_in_order() -> None:
    ours, theirs = socket.socketpair()
    one, two = Channel(ours), Channel(theirs)
    heard: list[Body] = []
    all_heard = trio.Event()

    def hear(number: int, body: Body) -> None:
        heard.append(body)
        if len(heard) == 3:
            all_heard.set()

    big = Loaded({"far": {"blob": bytes(3_000_000)}})
    async with trio.open_nursery() as nursery:
        nursery.start_soon(two.run, hear)
        nursery.start_soon(one.run, lambda number, body: None)
        with trio.fail_after(10):
            for body in (Serving(), big, Load("CS-1")):
                one.tell(body)
            await all_heard.wait()
        nursery.cancel_scope.cancel()
    assert heard == [Serving(), big, Load("CS-1")]
    one.close()
    two.close()


async def test_a_worker_says_how_it_is_when_it_is_asked() -> None:
    async with crew() as all_hands:
        one = all_hands.hand()
        assert await one.far.ask(Look()) == Report(["tired"], {})


async def test_a_worker_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "STUCK_SECONDS", 0.01)
    ours, theirs = socket.socketpair()
    process = await trio.lowlevel.open_process(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE
    )
    keeper = supervisor.Supervisor.__new__(supervisor.Supervisor)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper._watch, supervisor.Post(1), process, Channel(ours))
        with trio.fail_after(10):
            assert await process.wait() == -9
        nursery.cancel_scope.cancel()
    assert process.stdin is not None
    await process.stdin.aclose()
    ours.close()
    theirs.close()


async def test_several_workers_add_to_one_evidence_file(tmp_path: Path) -> None:
    EvidenceFile(tmp_path / "evidence.db", writes=True).close()  # as the supervisor does
    start = threading.Barrier(2)
    counted: dict[Any, int] = {("default", "new", "answer", "Authorize", "matched", "S0"): 3}

    def work() -> bytes:
        start.wait(10)
        file = EvidenceFile(tmp_path / "evidence.db", writes=True)
        file.write(Batch(3600, counted, {}, {}, {}, [], []))
        key = file.key
        file.close()
        return key

    with ThreadPoolExecutor(2) as threads:
        one, other = [future.result() for future in [threads.submit(work) for _ in range(2)]]
    assert one == other
    file = EvidenceFile(tmp_path / "evidence.db")
    assert [n for _, _, n in file.tallied("default", 0.0)] == [6]
    file.close()


def busy(stations: int) -> Tally:
    """A tally with something of everything."""
    tally = Tally()
    tally.stations_connected["default", "1.6"] += stations
    tally.handshakes["accepted",] += 10
    tally.frames["Heartbeat"][0] += 5
    tally.call_seconds["primary", "Heartbeat"].observe(0.02)
    tally.added_seconds.observe(0.001)
    tally.station_crashes += 1
    return tally


def exported(ledger: merged.Ledger) -> dict[str, float]:
    """Every sample, by its name and labels."""
    text = generate_latest(merged.registry(ledger, list)).decode()
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_sums_are_over_all_workers_and_outlive_them() -> None:
    ledger = merged.Ledger(Tally())
    for worker, stations in ((1, 3), (2, 4)):
        ledger.report(worker, merged.snapshot(busy(stations)))
    connected = "ocpp_gateway_stations_connected[('segment', 'default'), ('version', '1.6')]"
    accepted = "ocpp_gateway_handshakes_total[('outcome', 'accepted')]"
    both = exported(ledger)
    assert (both[connected], both[accepted]) == (7, 20)
    assert both["ocpp_gateway_station_crashes_total[]"] == 2
    assert both["ocpp_gateway_added_seconds_count[]"] == 2
    assert both["ocpp_gateway_worker_stations[('worker', '2')]"] == 4
    ledger.ended(2)
    one = exported(ledger)
    assert (one[connected], one[accepted]) == (3, 20)
    ledger.report(2, merged.snapshot(busy(1)))
    again = exported(ledger)
    assert (again[connected], again[accepted]) == (4, 30)
    assert all(again[name] >= value for name, value in both.items() if "_total[" in name)


async def test_every_field_of_a_tally_can_be_summed() -> None:
    tally, total = busy(1), Tally()
    for _ in range(2):
        merged.add(total, merged.snapshot(tally))
    assert merged.snapshot(total).keys() == vars(tally).keys()
    assert total.frames["Heartbeat"][0] == 10
    assert sum(total.call_seconds["primary", "Heartbeat"].counts) == 2
