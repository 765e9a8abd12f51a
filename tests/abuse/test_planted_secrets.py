"""Threat: a secret that turns up where others read: logs, metrics, the command line."""

import base64
import sys
from pathlib import Path

import pytest
import trio

from gateway.passwords import hashed
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.wire_end import RefusedError

pytestmark = pytest.mark.trio

PLANTED = {
    "station": "planted-station-password",
    "other": "planted-plain-password",
    "wrong": "planted-wrong-password",
    "csms": "planted-csms-password",
    "key": "706c616e7465642d6b65792d6f662d32302d6279",
}


def forms(secret: str) -> set[str]:
    """How a secret may look: as it is, in base64 at any offset, in hex."""
    raw = secret.encode()
    encoded = {base64.b64encode(b"x" * pad + raw).decode()[4:-4] for pad in range(3)}
    return {secret, raw.hex(), *encoded}


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
    said = await checked(gateway.path) + await checked(gateway.path, "--all")
    gateway.path.write_text(gateway.path.read_text().replace("[log]", "[log]\nsurprise = 1"))
    said += await checked(gateway.path)
    said += gateway.log + (await gateway.get("/metrics"))[1]
    for name, secret in PLANTED.items():
        for form in forms(secret):
            assert form not in said, name
    assert "station refused" in gateway.log


async def test_a_csms_sees_the_stations_credentials_only_where_that_is_wanted(stage: Stage) -> None:
    headers = authorization("CS-1", PLANTED["station"])
    for keys, told in (("", None), ("station_credentials = true", headers[0][1])):
        csms = await stage.wire_csms("far", "1.6")
        gateway = await stage.gateway(csms, csms_keys=keys)
        await stage.station(gateway, "CS-1", headers=headers)
        end = await csms.connection("CS-1")
        assert end.headers.get(b"authorization") == told
