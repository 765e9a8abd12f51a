"""Threat: a secret that turns up where others read: logs, metrics, the command line."""

import base64
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from gateway.passwords import hashed
from gateway.testing.fakes import CallFailed
from tests import planted
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.wire_end import RefusedError
from tests.planted import CARD, KEY, PASSWORDS, found_in

pytestmark = pytest.mark.trio

PLANTED = PASSWORDS | {"key": KEY}


def authorization(identity: str, password: str) -> list[tuple[bytes, bytes]]:
    """The header."""
    pair = base64.b64encode(f"{identity}:{password}".encode())
    return [(b"Authorization", b"Basic " + pair)]


async def checked(path: Path, *options: str) -> str:
    """What `check-config` prints."""
    command = [sys.executable, "-m", "gateway.cli", "check-config", "--config", str(path), *options]
    done = await trio.run_process(command, capture_stdout=True, capture_stderr=True, check=False)
    return (done.stdout + done.stderr).decode()


async def test_no_secret_is_in_a_log_a_metric_or_what_the_command_line_shows(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    listen = (
        "security_profile = 1\n[listen.credentials]\n"
        f'CS-1 = "{hashed(PLANTED["station"].encode())}"\nCS-2 = "{PLANTED["other"]}"\n'
        '[log]\nlevel = "debug"\n'
    )
    keys = f'user = "gateway"\npassword = "{PLANTED["csms"]}"\n'
    gateway = await stage.gateway(csms, listen=listen, csms_keys=keys)
    for identity, password in (("CS-1", "wrong"), ("CS-2", "wrong"), ("NOBODY", "station")):
        headers = authorization(identity, PLANTED[password])
        with pytest.raises(RefusedError):
            await stage.station(gateway, identity, headers=headers)
    for identity, password in (("CS-1", "station"), ("CS-2", "other")):
        headers = authorization(identity, PLANTED[password])
        station = await stage.station(gateway, identity, headers=headers)
        desk = await csms.talker(identity, CSMS_ANSWERS["1.6"])
        await station.call("Heartbeat", {})
    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    payload = {"key": "AuthorizationKey", "value": PLANTED["key"]}
    await desk.call("ChangeConfiguration", payload)
    station.answers["GetDiagnostics"] = {}
    for host in ("127.0.0.1", "files.example"):
        location = f"ftp://me:{PLANTED['file server']}@{host}/{PLANTED['path']}"
        with suppress(CallFailed):
            await desk.call("GetDiagnostics", {"location": location})
    await station.call("Authorize", {"idTag": CARD})
    said = await checked(gateway.path) + await checked(gateway.path, "--all")
    gateway.path.write_text(gateway.path.read_text().replace("[log]", "[log]\nsurprise = 1"))
    said += await checked(gateway.path)
    said += gateway.log + (await gateway.get("/metrics"))[1]
    assert not found_in(said.encode())
    assert "station refused" in gateway.log


async def test_a_csms_sees_the_stations_credentials_only_where_that_is_wanted(stage: Stage) -> None:
    headers = authorization("CS-1", PLANTED["station"])
    for keys, told in (("", None), ("station_credentials = true", headers[0][1])):
        csms = await stage.wire_csms("far", "1.6")
        gateway = await stage.gateway(csms, csms_keys=keys)
        await stage.station(gateway, "CS-1", headers=headers)
        end = await csms.connection("CS-1")
        assert end.headers.get(b"authorization") == told


async def test_whatever_turns_up_is_found_in_any_form() -> None:
    for name, secret in PLANTED.items():
        raw = secret.encode()
        for shown in (raw, base64.b64encode(b"CS-1:" + raw), raw.hex().encode()):
            assert name in found_in(b"... " + shown + b" ..."), name
    assert found_in(f"tag {CARD.lower()}".encode()) == {"card"}
    assert not found_in(b"nothing of the kind")


async def test_what_turns_up_is_told_with_its_place_and_what_may_hold_it_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planted, "FOLDERS", [tmp_path, tmp_path / "gone"])
    for name in ("gateway.toml", "state.db", "server.key"):
        (tmp_path / name).write_text(f"all of {CARD}")
    assert not list(planted.turned_up())
    (tmp_path / "evidence.db").write_text(f"{CARD} {PASSWORDS['csms']}")
    found = {f"{what} in {tmp_path / 'evidence.db'}" for what in ("card", "csms")}
    assert set(planted.turned_up()) == found
