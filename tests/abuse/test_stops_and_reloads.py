"""Threat: an operator's own hand: a stop or a bad file that costs more connections than it must."""

import signal
import time

import pytest
import trio

from tests.abuse.siege import Camp, siege
from tests.endtoend.certificates import Authority
from tests.endtoend.gateway_process import ACCESS, configuration, until
from tests.endtoend.talker import Talker

pytestmark = pytest.mark.trio


async def drained(stage: Camp, number: int, pace: float) -> None:
    """All are sent away in an even stream, the readiness first."""
    timeouts = f"drain_pace = {pace}"
    gateway = await stage.gateway(await stage.csms("far", "1.6"), timeouts=timeouts)
    stations = [await stage.station(gateway, f"CS-{n}") for n in range(number)]
    closed: list[float] = []

    async def note(station: Talker) -> None:
        assert await station.is_closed() == 1012
        closed.append(time.monotonic())

    async with trio.open_nursery() as nursery:
        for station in stations:
            nursery.start_soon(note, station)
        await trio.testing.wait_all_tasks_blocked()
        gateway.signal(signal.SIGTERM)
        status, _ = await gateway.get("/readyz")
        while status == 200:
            status, _ = await gateway.get("/readyz")
        assert status == 503
        assert len(closed) < number / 2
        with pytest.raises(OSError, match="failed"):
            await trio.open_tcp_stream(ACCESS, gateway.port)
    took = closed[-1] - closed[0]
    assert took > 0.7 * number * pace
    tenth = took / 10
    busiest = max(sum(at <= one < at + tenth for one in closed) for at in closed)
    assert busiest <= 1.5 * number / 10 + 3
    assert await gateway.ended() == 0
    assert "Traceback" not in gateway.log


async def test_stations_are_sent_away_in_an_even_stream(stage: Camp) -> None:
    await drained(stage, 100, 0.02)


@pytest.mark.soak
async def test_a_thousand_stations_are_sent_away_in_an_even_stream(stage: Camp) -> None:
    await drained(stage, 1000, 0.01)


async def test_a_hundred_reloads_good_and_bad_drop_nobody_and_leak_nothing(stage: Camp) -> None:
    csms = await stage.csms("far", "1.6")
    async with siege(stage, csms=csms) as around:
        gateway = around.gateway
        files = [
            configuration([csms]),
            "[[[",
            configuration([csms]).replace('version = "1.6"', 'version = "9"'),
            configuration([csms], listen="surprise = 1"),
        ]
        at_first = around.descriptors
        for turn in range(100):
            gateway.write(files[turn % len(files)])
            gateway.signal(signal.SIGHUP)
            await trio.sleep(0.01)
        gateway.write(files[0])
        gateway.signal(signal.SIGHUP)
        await until(lambda: "configuration loaded" in gateway.log.splitlines()[-1])
        kept = [line for line in gateway.log.splitlines() if "configuration kept" in line]
        assert kept
        assert all("expected" in line for line in kept)
        await stage.station(gateway, "NEW")
        await around.until_descriptors(lambda now: now <= at_first + 4)


async def test_a_certificate_is_changed_under_living_connections(
    stage: Camp, authority: Authority
) -> None:
    csms = await stage.csms("far", "1.6")
    (certificate, key), (other, other_key) = authority.issue("first"), authority.issue("second")
    listen = f'certificate = "{certificate}"\nprivate_key = "{key}"'
    gateway = await stage.gateway(csms, scheme="wss", listen=listen)
    assert '"certificate expires"' in gateway.log  # in a day, as all of this authority
    end = (await gateway.counts()).of(
        "certificate_expiry_timestamp_seconds", certificate="listener"
    )
    assert 0 < end - time.time() < 3 * 86_400
    old = await stage.station(gateway, "OLD", tls=authority.client())
    assert shown(old) == "first"
    certificate.write_bytes(other.read_bytes())  # but the key is not there yet
    gateway.signal(signal.SIGHUP)
    await until(lambda: "configuration kept" in gateway.log)
    assert shown(await stage.station(gateway, "BETWEEN", tls=authority.client())) == "first"
    key.write_bytes(other_key.read_bytes())
    gateway.signal(signal.SIGHUP)
    await until(lambda: "configuration loaded" in gateway.log)
    assert shown(await stage.station(gateway, "NEW", tls=authority.client())) == "second"
    assert "currentTime" in await old.call("Heartbeat", {})
    assert (await gateway.counts()).of("stations_connected") == 3


def shown(station: Talker) -> str:
    """The common name of the certificate that the gateway showed."""
    told = station.end.stream.getpeercert()  # type: ignore[attr-defined]
    return next(value for ((name, value),) in told["subject"] if name == "commonName")
