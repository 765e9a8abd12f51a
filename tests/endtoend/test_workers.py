"""Two workers behind one address: nobody is served twice, and a dead one is not missed."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from tests.abuse.siege import COUNT_ALL, STRANGERS, Siege, request
from tests.endtoend import sessions
from tests.endtoend.gateway_process import LOOK_AGAIN, PATIENCE, Gateway, Place, until
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.test_operations import logged, run
from tests.endtoend.wire_end import NoHandshakeError, RefusedError

pytestmark = pytest.mark.trio

TWO = "[worker]\ncount = 2"
ABNORMAL, POLICY, RESTART = 1006, 1008, 1012
HERE, ELSEWHERE = STRANGERS[0], STRANGERS[1]


async def two_workers(stage: Stage, csms: Place, listen: str = "") -> Gateway:
    """A gateway of two workers."""
    return await stage.gateway(csms, timeouts=TWO, listen=listen)


def workers(gateway: Gateway) -> dict[int, int]:
    """The processes of the workers that live, by their numbers."""
    assert gateway.process is not None
    task = Path(f"/proc/{gateway.process.pid}/task")
    pids = [int(pid) for one in task.iterdir() for pid in (one / "children").read_text().split()]
    told = {pid: Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in pids}
    return {
        int(word.removeprefix("--number=")): pid
        for pid, words in told.items()
        for word in words
        if word.startswith("--number=")
    }


async def place_of(gateway: Gateway) -> int:
    """The worker that has the one station that is connected."""
    counts = await gateway.settles("stations_connected", 1)
    samples = counts.families["ocpp_gateway_worker_stations"].samples
    (place,) = [int(sample.labels["worker"]) for sample in samples if sample.value]
    return place


async def elsewhere(stage: Stage, gateway: Gateway, identity: str, place: int) -> Talker:
    """The station, connected again and again until that is at another worker than `place`."""
    for _ in range(60):
        station = await stage.station(gateway, identity)
        if await place_of(gateway) != place:
            return station
    raise AssertionError("sixty connections came to one worker")


async def back(stage: Stage, gateway: Gateway, identity: str) -> Talker:
    """The station, once somebody lets it in: the kernel may send it to a worker that just died."""
    with trio.fail_after(PATIENCE):
        while True:
            with suppress(OSError, NoHandshakeError):
                return await stage.station(gateway, identity)
            await trio.sleep(LOOK_AGAIN)


async def test_stations_come_to_both_and_metrics_are_those_of_all(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms)
    stations = [await stage.station(gateway, f"CS-{n}") for n in range(24)]
    for station in stations:
        await station.call("Heartbeat", {})
    counts = await gateway.counts()
    assert counts.of("stations_connected") == 24
    assert counts.of("frames_total", leg="station", direction="in", action="Heartbeat") == 24
    assert counts.of("handshakes_total", outcome="accepted") == 24
    assert counts.observed("added_seconds") >= 48
    each = [counts.of("worker_stations", worker=str(n)) for n in (1, 2)]
    assert sum(each) == 24
    assert min(each) > 0
    assert counts.families["process_open_fds"].samples[0].value > 48


async def test_a_station_that_comes_to_the_other_worker_leaves_the_first(stage: Stage) -> None:
    csms = await stage.csms("far", "2.0.1")
    gateway = await two_workers(stage, csms)
    old = await stage.station(gateway, "CS-1")
    await old.call("BootNotification", sessions.boot("1.6"))
    number = (await old.call("StartTransaction", sessions.start_16()))["transactionId"]
    place = await place_of(gateway)
    for _ in range(3):
        new = await elsewhere(stage, gateway, "CS-1", place)
        assert await old.is_closed() == POLICY
        await new.call("MeterValues", sessions.meter_16(number, "2000"))
        old, place = new, 3 - place
    await old.call("StopTransaction", sessions.stop_16(number))
    events = [p for a, p in csms.stations["CS-1"].heard if a == "TransactionEvent"]
    assert [event["seqNo"] for event in events] == [0, 1, 2, 3, 4]
    assert len({event["transactionInfo"]["transactionId"] for event in events}) == 1


async def test_many_connections_of_one_identity_at_once_leave_one(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms)
    stations: list[Talker] = []

    async def connect() -> None:
        with suppress(RefusedError):  # if a newer one came in between
            stations.append(await stage.station(gateway, "CS-1"))

    for _ in range(5):
        async with trio.open_nursery() as nursery:
            for _ in range(12):
                nursery.start_soon(connect)
        await gateway.settles("stations_connected", 1)
        await until(lambda: sum(not one.closed.is_set() for one in stations) == 1)
        await gateway.settles("legs_connected", 1)
    (living,) = [one for one in stations if not one.closed.is_set()]
    await living.call("Heartbeat", {})


async def test_from_elsewhere_it_stays_outside_while_it_lives_at_any_worker(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms, listen=COUNT_ALL)
    around = Siege(gateway, await stage.station(gateway, "CANARY"))
    station = Talker(await around.admitted("TWIN", HERE))
    stage.nursery.start_soon(station.listen)
    for _ in range(8):
        assert await around.status(request("TWIN"), ELSEWHERE) == 409
    await station.call("Heartbeat", {})
    assert not station.closed.is_set()
    await gateway.until("handshakes_total", 8, outcome="duplicate_identity")


async def test_kill_9_of_a_worker_in_mid_transaction_costs_a_reconnect(stage: Stage) -> None:
    csms = await stage.csms("far", "2.0.1")
    gateway = await two_workers(stage, csms)
    station = await stage.station(gateway, "CS-1")
    await station.call("BootNotification", sessions.boot("1.6"))
    number = (await station.call("StartTransaction", sessions.start_16()))["transactionId"]
    for _ in range(3):
        place = await place_of(gateway)
        os.kill(workers(gateway)[place], signal.SIGKILL)
        assert await station.is_closed() == ABNORMAL
        station = await back(stage, gateway, "CS-1")
        await station.call("MeterValues", sessions.meter_16(number, "2000"))
    await station.call("StopTransaction", sessions.stop_16(number))
    events = [p for a, p in csms.stations["CS-1"].heard if a == "TransactionEvent"]
    assert [event["seqNo"] for event in events] == [0, 1, 2, 3, 4]
    assert [event["eventType"] for event in events] == ["Started", *["Updated"] * 3, "Ended"]
    assert len({event["transactionInfo"]["transactionId"] for event in events}) == 1
    counts = await gateway.until("worker_restarts_total", 3)
    assert counts.of("translations_total", action="StartTransaction") <= 1


async def test_a_dead_worker_is_replaced_and_its_counts_are_kept(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms)
    for n in range(12):
        await (await stage.station(gateway, f"CS-{n}")).call("Heartbeat", {})
    before = (await gateway.counts()).of("handshakes_total", outcome="accepted")
    old = workers(gateway)
    os.kill(old[1], signal.SIGKILL)
    await gateway.until("worker_restarts_total", 1, worker="1")
    await until(lambda: workers(gateway).get(1, old[1]) != old[1])
    counts = await gateway.counts()
    assert counts.of("handshakes_total", outcome="accepted") == before
    assert counts.of("stations_connected") == counts.of("worker_stations", worker="2") < 12
    await until(lambda: gateway.log.count("listening") == 3)
    assert await gateway.get("/readyz") == (200, "ok\n")
    assert workers(gateway)[2] == old[2]


async def test_workers_end_with_their_supervisor(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms)
    stations = [await stage.station(gateway, f"CS-{n}") for n in range(6)]
    pids = workers(gateway).values()
    assert len(pids) == 2
    await gateway.kill()
    for station in stations:
        await station.is_closed()
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    await gateway.start()
    await (await stage.station(gateway, "CS-1")).call("Heartbeat", {})


async def test_a_transaction_survives_the_end_of_all_processes(stage: Stage) -> None:
    csms = await stage.csms("far", "2.0.1")
    gateway = await two_workers(stage, csms)
    station = await stage.station(gateway, "CS-1")
    await station.call("BootNotification", sessions.boot("1.6"))
    number = (await station.call("StartTransaction", sessions.start_16()))["transactionId"]
    await gateway.kill()
    await station.is_closed()
    await gateway.start()
    station = await stage.station(gateway, "CS-1")
    await station.call("MeterValues", sessions.meter_16(number, "2000"))
    await station.call("StopTransaction", sessions.stop_16(number))
    sessions.transaction_201(csms.stations["CS-1"].heard)


async def test_sigterm_drains_every_worker(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await two_workers(stage, csms)
    stations = []
    for n in range(10):
        stations.append(await stage.station(gateway, f"CS-{n}"))
        await csms.talker(f"CS-{n}", CSMS_ANSWERS["2.0.1"])
    gateway.signal(signal.SIGTERM)
    assert {await station.is_closed() for station in stations} == {RESTART}
    assert await gateway.ended() == 0
    assert "Traceback" not in gateway.log
    assert "worker ended" not in gateway.log


async def test_sighup_reaches_every_worker(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms)
    gateway.signal(signal.SIGHUP)
    await logged(gateway, "configuration loaded", 2)
    gateway.path.write_text("[[[")
    gateway.signal(signal.SIGHUP)
    await logged(gateway, "configuration kept", 2)
    await (await stage.station(gateway, "CS-1")).call("Heartbeat", {})


async def test_a_port_that_another_gateway_has_is_status_1(stage: Stage, tmp_path: Path) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms)
    other = tmp_path / "other.toml"
    other.write_text(gateway.path.read_text().replace("state.db", "other.db"))
    status, said = await run(other)
    assert status == 1
    assert "another program listens there" in said
    assert gateway.is_alive


async def test_a_certificate_of_no_use_is_status_2_and_no_worker_starts(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await two_workers(stage, csms)
    gateway.signal(signal.SIGTERM)
    await gateway.ended()
    text = gateway.path.read_text()
    pem = gateway.folder / "broken.pem"
    pem.write_text("no certificate")
    files = f'certificate = "{pem}"\nprivate_key = "{pem}"\n'
    gateway.path.write_text(
        text.replace('"ws://', '"wss://', 1).replace("[[csms]]", f"{files}[[csms]]", 1)
    )
    status, said = await run(gateway.path)
    assert status == 2
    assert str(pem) in said
