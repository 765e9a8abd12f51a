"""What an operator does to the process: signals, configurations good and bad."""

import os
import signal
import sys
from pathlib import Path

import pytest
import trio

from tests.endtoend import sessions
from tests.endtoend.gateway_process import ACCESS, PATIENCE, Gateway, configuration, until
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.test_handshakes import PASSWORD, basic
from tests.endtoend.wire_end import RefusedError

pytestmark = pytest.mark.trio

RESTART = 1012
STATIONS = 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains(stage: Stage, number: signal.Signals) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms)
    stations, desks = [], []
    for n in range(STATIONS):
        stations.append(await stage.station(gateway, f"CS-{n}"))
        desks.append(await csms.talker(f"CS-{n}", CSMS_ANSWERS["2.0.1"]))
    gateway.signal(number)
    assert {await station.is_closed() for station in stations} == {RESTART}
    for desk in desks:
        assert await desk.is_closed() in (1001, RESTART)
    assert await gateway.ended() == 0
    assert "Traceback" not in gateway.log
    with pytest.raises(OSError, match="failed"):
        await trio.open_tcp_stream(ACCESS, gateway.port)


async def test_a_reload_that_is_asked_for_during_the_start_is_done_after_it(tmp_path: Path) -> None:
    csms = '[[csms]]\nname = "far"\nurl = "ws://127.0.0.1:1"\nversion = "1.6"\n'
    text = f'[listen]\nurl = "ws://{ACCESS}:0"\n{csms}[[segment]]\nname = "all"\nprimary = "far"\n'
    text += '[store]\nurl = "memory:"\n[admin]\nlisten = "127.0.0.1:0"\n'
    path, log = tmp_path / "gateway.toml", tmp_path / "log"
    os.mkfifo(path)  # so that the start lasts as long as it should
    command = [sys.executable, "-m", "gateway.cli", "run", "--config", str(path)]
    with log.open("wb") as written:
        process = await trio.lowlevel.open_process(command, stderr=written)
    try:
        with await trio.to_thread.run_sync(path.open, "w", abandon_on_cancel=True) as file:
            process.send_signal(signal.SIGHUP)
            file.write(text)
        for has_come in (
            lambda: "listening" in log.read_text(),
            lambda: is_read(path, text),
            lambda: "configuration loaded" in log.read_text(),
        ):
            await until(lambda has_come=has_come: process.poll() is not None or has_come())
        process.send_signal(signal.SIGTERM)
        with trio.fail_after(PATIENCE):
            assert await process.wait() == 0
    finally:
        process.kill()
        await process.wait()


def is_read(path: Path, text: str) -> bool:
    """Write into a pipe, if somebody reads there."""
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    with open(pipe, "w") as file:
        file.write(text)
    return True


async def test_a_drain_does_not_wait_for_those_who_do_not_answer(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "CS-1")
    await csms.connection("CS-1")  # which nobody listens to
    await station.ask("Heartbeat", {})
    gateway.signal(signal.SIGTERM)
    assert await station.is_closed() == RESTART
    assert await gateway.ended() == 0


async def test_a_transaction_goes_on_after_an_orderly_restart(stage: Stage) -> None:
    csms = await stage.csms("far", "2.0.1")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "CS-1")
    await station.call("BootNotification", sessions.boot("1.6"))
    number = (await station.call("StartTransaction", sessions.start_16()))["transactionId"]
    gateway.signal(signal.SIGTERM)
    assert await gateway.ended() == 0
    await gateway.start()
    station = await stage.station(gateway, "CS-1")
    await station.call("MeterValues", sessions.meter_16(number, "2000"))
    await station.call("StopTransaction", sessions.stop_16(number))
    sessions.transaction_201(csms.stations["CS-1"].heard)


async def test_a_reload_is_for_those_who_connect_from_now_on(stage: Stage) -> None:
    first, second = await stage.csms("first", "1.6"), await stage.csms("second", "2.0.1")
    gateway = await stage.gateway(first)
    old = await stage.station(gateway, "CS-OLD")
    gateway.write(configuration([second]))
    gateway.signal(signal.SIGHUP)
    await logged(gateway, "configuration loaded")
    new = await stage.station(gateway, "CS-NEW")
    await new.call("BootNotification", sessions.boot("1.6"))
    await old.call("BootNotification", sessions.boot("1.6"))
    assert ([*first.stations], [*second.stations]) == (["CS-OLD"], ["CS-NEW"])


async def test_a_reload_of_a_bad_configuration_keeps_the_old_one(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "CS-1")
    for bad in ("[[[", 'listen.surprise = 1\n[listen]\nurl = "ws://127.0.0.1:1"\n'):
        seen = gateway.log.count("configuration kept")
        gateway.path.write_text(bad)
        gateway.signal(signal.SIGHUP)
        await logged(gateway, "configuration kept", seen + 1)
        await station.call("Heartbeat", {})
        await (await stage.station(gateway, "CS-2")).call("Heartbeat", {})
    assert gateway.is_alive
    assert not station.closed.is_set()


async def test_many_reloads_drop_nobody(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "CS-1")
    for _ in range(30):
        gateway.signal(signal.SIGHUP)
        await station.call("Heartbeat", {})
    await logged(gateway, "configuration loaded")
    assert not station.closed.is_set()
    assert (await gateway.counts()).of("stations_connected") == 1


async def test_a_password_that_was_taken_away_opens_no_door_after_a_reload(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    keys = "security_profile = 1\n[listen.credentials]\n"
    both = f'CS-1 = "{PASSWORD.decode()}"\nCS-2 = "{PASSWORD.decode()}"\n'
    gateway = await stage.gateway(csms, listen=keys + both)
    headers = [basic("CS-1", PASSWORD)]
    station = await stage.station(gateway, "CS-1", headers=headers)
    await station.call("Heartbeat", {})
    gateway.write(configuration([csms], listen=keys + both.replace("CS-1", "CS-3")))
    gateway.signal(signal.SIGHUP)
    await logged(gateway, "configuration loaded")
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1", headers=headers)
    assert refused.value.status == 401


GOOD = """
[listen]
url = "ws://127.0.0.1:0/ocpp"
[[csms]]
name = "far"
url = "ws://127.0.0.1:9/x"
version = "1.6"
[[segment]]
name = "default"
primary = "far"
"""
BAD = {
    "listen.url": ('url = "ws://127.0.0.1:0/ocpp"', 'url = "http://127.0.0.1/"'),
    "listen.security_profile": ("[[csms]]", "security_profile = 7\n[[csms]]"),
    "csms[0].version": ('version = "1.6"', 'version = "2.1"'),
    "segment[0].primary": ('primary = "far"', 'primary = "near"'),
    "surprise": ("[listen]", "surprise = 1\n[listen]"),
    "timeouts.call": ("[[csms]]", "[timeouts]\ncall = -1.0\n[[csms]]"),
    "translation.link_policy": ("[[csms]]", '[translation]\nlink_policy = "hope"\n[[csms]]'),
}


@pytest.mark.parametrize("key", BAD)
async def test_a_bad_configuration_ends_with_2_and_says_where(tmp_path: Path, key: str) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(GOOD.replace(*BAD[key]))
    status, said = await run(path)
    assert status == 2
    assert f"{path}: {key}: " in said
    assert "expected" in said


async def run(path: Path) -> tuple[int, str]:
    """Run a gateway that ends by itself: exit status and stderr."""
    command = [sys.executable, "-m", "gateway.cli", "run", "--config", str(path)]
    with trio.fail_after(PATIENCE):
        done = await trio.run_process(command, capture_stderr=True, check=False)
    return done.returncode, done.stderr.decode()


async def test_a_port_that_is_taken_is_status_1(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await stage.gateway(csms)
    status, said = await run(gateway.path)
    assert status == 1
    assert "Traceback" not in said
    assert gateway.is_alive


async def logged(gateway: Gateway, event: str, times: int = 1) -> None:
    """Wait until the gateway says so."""
    await until(lambda: gateway.log.count(event) >= times)
