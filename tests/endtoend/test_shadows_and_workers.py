"""Shadows where several workers serve: one file of evidence, one report, whoever dies meanwhile."""

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import trio

from gateway import config
from gateway.evidence.commands import opened
from gateway.evidence.summary import Report, ShadowReport, report
from gateway.testing.fakes import Payload
from tests.endtoend.gateway_process import PATIENCE, Gateway, configuration, until
from tests.endtoend.sessions import boot, charge_16, meter_16, start_16, stop_16
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.test_workers import TWO, back, workers

pytestmark = pytest.mark.trio

STATIONS = 20
READ_AGAIN = 0.2  # seconds; evidence is written every five
OF_A_CHARGE = {
    "BootNotification": 1, "StatusNotification": 5, "Authorize": 1, "StartTransaction": 1,
    "MeterValues": 2, "StopTransaction": 1,
}  # fmt: skip
STOLEN = "STOLEN-"  # what the shadow alone blocks


def wary(asked: Payload) -> Payload:
    """Blocks the cards that were stolen; the primary has not heard of that."""
    is_stolen = asked["idToken"]["idToken"].startswith(STOLEN)
    return {"idTokenInfo": {"status": "Blocked" if is_stolen else "Accepted"}}


async def fleet(stage: Stage, gateway: Gateway) -> dict[str, Talker]:
    """Stations of which each worker has some."""
    stations = {f"CS-{n}": await stage.station(gateway, f"CS-{n}") for n in range(STATIONS)}
    counts = await gateway.settles("stations_connected", STATIONS)
    assert min(counts.of("worker_stations", worker=str(n)) for n in (1, 2)) > 0
    return stations


async def authorize_stolen(identity: str, station: Talker) -> None:
    """The difference that is sown: one of each station that does this."""
    said = await station.call("Authorize", {"idTag": f"{STOLEN}{identity}"})
    assert said["idTagInfo"]["status"] == "Accepted"


def told(path: Path) -> Report:
    """The report on the only segment, read beside whoever writes."""
    file = opened(config.load(path))
    try:
        return report(file, "default", "old", 0.0, 0.0)
    finally:
        file.close()


async def reported(gateway: Gateway, is_so: Callable[[ShadowReport], bool]) -> ShadowReport:
    """What is said of the only shadow, as soon as it is that."""
    found: list[ShadowReport] = []
    with trio.move_on_after(PATIENCE):
        while True:
            found = (await trio.to_thread.run_sync(told, gateway.path)).shadows
            if found and is_so(found[0]):
                return found[0]
            await trio.sleep(READ_AGAIN)
    raise AssertionError(f"{found}\n{gateway.log[-2000:]}")


async def kill_9(gateway: Gateway, stations: Iterable[Talker], number: int) -> None:
    """A worker is gone, and its stations have noticed."""
    served = (await gateway.counts()).of("worker_stations", worker=str(number))
    os.kill(workers(gateway)[number], signal.SIGKILL)
    await until(lambda: sum(one.closed.is_set() for one in stations) == served)


def exchanges(shadow: ShadowReport) -> dict[str, int]:
    """How many there is a verdict of, by action."""
    return {row.action: row.compared for row in shadow.actions if row.compared}


async def test_one_report_has_what_was_compared_at_each_worker(stage: Stage) -> None:
    old = await stage.csms("old", "1.6")
    new = await stage.csms("new", "2.0.1", {"Authorize": wary})
    gateway = await stage.gateway(old, shadows=[new], timeouts=TWO)
    stations = await fleet(stage, gateway)
    async with trio.open_nursery() as nursery:
        for station in stations.values():
            nursery.start_soon(charge_16, station)
    for identity, station in stations.items():
        await authorize_stolen(identity, station)
    expected = {action: STATIONS * times for action, times in OF_A_CHARGE.items()}
    expected["Authorize"] += STATIONS
    counts = await gateway.settles("shadow_comparisons_total", sum(expected.values()), csms="new")
    assert counts.of("shadow_comparisons_total", verdict="mismatched") == STATIONS

    shadow = await reported(gateway, lambda found: found.compared >= sum(expected.values()))
    assert exchanges(shadow) == expected
    assert shadow.verdicts["mismatched"] == STATIONS
    assert (shadow.verdicts.get("unanswered", 0), shadow.reasons) == (0, {})
    (path,) = shadow.paths
    assert (path.action, path.path, path.severity) == ("Authorize", "idTagInfo.status", "S0")
    assert (path.rate.differed, path.rate.of) == (STATIONS, 2 * STATIONS)
    of_each = {row.station: (row.compared, row.by_severity) for row in shadow.stations}
    assert of_each == dict.fromkeys(stations, (sum(OF_A_CHARGE.values()) + 1, {"S0": 1}))
    for held in (shadow.sessions, shadow.gateway):
        assert {what: n for what, n in held.counts.items() if n} == {"matched": STATIONS}
        assert held.left_kwh == held.right_kwh == 4 * STATIONS


async def test_a_shadow_is_switched_on_and_off_at_every_worker(stage: Stage) -> None:
    old = await stage.csms("old", "1.6")
    new = await stage.csms("new", "2.0.1", {"Authorize": wary})
    gateway = await stage.gateway(old, timeouts=TWO)
    stations = await fleet(stage, gateway)
    for station in stations.values():
        await station.call("BootNotification", boot("1.6"))

    gateway.write(configuration([old], shadows=[new], timeouts=TWO))
    gateway.signal(signal.SIGHUP)
    await gateway.settles("legs_connected", STATIONS, csms="new", role="shadow")
    await gateway.until("shadow_replays_total", STATIONS, action="BootNotification")
    for identity, station in stations.items():
        await authorize_stolen(identity, station)
    await gateway.settles("shadow_comparisons_total", STATIONS, verdict="mismatched")

    gateway.write(configuration([old, new], timeouts=TWO))
    gateway.signal(signal.SIGHUP)
    await gateway.settles("legs_connected", 0, csms="new", role="shadow")
    for identity, station in stations.items():
        await authorize_stolen(identity, station)
        assert not station.closed.is_set()
    await gateway.stop()
    (shadow,) = told(gateway.path).shadows
    assert exchanges(shadow) == {"Authorize": STATIONS}
    assert {row.station for row in shadow.stations} == stations.keys()


async def test_kill_9_of_a_worker_costs_no_evidence_that_was_written(stage: Stage) -> None:
    old = await stage.csms("old", "1.6")
    new = await stage.csms("new", "2.0.1", {"Authorize": wary})
    gateway = await stage.gateway(old, shadows=[new], timeouts=TWO)
    stations = await fleet(stage, gateway)
    numbers: dict[str, int] = {}
    for identity, station in stations.items():
        await station.call("BootNotification", boot("1.6"))
        started = await station.call("StartTransaction", start_16())
        numbers[identity] = started["transactionId"]
        await authorize_stolen(identity, station)
    expected = dict.fromkeys(("Authorize", "BootNotification", "StartTransaction"), STATIONS)
    await reported(gateway, lambda found: exchanges(found) == expected)

    for number in (1, 2):
        for station in stations.values():  # perhaps too late to be written
            await station.call("Heartbeat", {})
        await kill_9(gateway, stations.values(), number)
        for identity, station in stations.items():
            if station.closed.is_set():
                stations[identity] = await back(stage, gateway, identity)
            await stations[identity].call("MeterValues", meter_16(numbers[identity], "2000"))
        expected["MeterValues"] = number * STATIONS
        await reported(gateway, lambda found: expected.items() <= exchanges(found).items())
    for identity, station in stations.items():
        await station.call("StopTransaction", stop_16(numbers[identity]))
    expected["StopTransaction"] = STATIONS
    shadow = await reported(gateway, lambda found: expected.items() <= exchanges(found).items())
    heartbeats = exchanges(shadow).pop("Heartbeat")
    assert heartbeats <= 2 * STATIONS
    assert shadow.verdicts["mismatched"] == STATIONS
    assert shadow.reasons == {}
    for held in (shadow.sessions, shadow.gateway):
        assert {what: n for what, n in held.counts.items() if n} == {"matched": STATIONS}
