"""What stations do with their passwords, and what becomes of it."""

import base64

import pytest

from gateway.passwords import hashed
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage

pytestmark = pytest.mark.trio

DIGITS = b"00112233445566778899aabbccddeeff00112233"


def basic(identity: str, password: bytes) -> tuple[bytes, bytes]:
    """The header of HTTP Basic."""
    return b"authorization", b"Basic " + base64.b64encode(identity.encode() + b":" + password)


async def test_an_empty_password_is_no_matter_where_none_is_asked_for(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "GRS-1700", headers=[basic("GRS-1700", b"")])
    desk = await csms.talker("GRS-1700", CSMS_ANSWERS["1.6"])
    assert "currentTime" in await station.call("Heartbeat", {})
    assert b"authorization" not in {name.lower() for name in desk.end.headers}


async def test_a_key_is_known_as_its_digits_and_as_its_bytes(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    kept = hashed(bytes.fromhex(DIGITS.decode()))
    listen = f'security_profile = 1\n[listen.credentials]\nCS-1 = "{kept}"'
    gateway = await stage.gateway(csms, listen=listen)
    for password in (DIGITS, bytes.fromhex(DIGITS.decode())):
        station = await stage.station(gateway, "CS-1", headers=[basic("CS-1", password)])
        assert "currentTime" in await station.call("Heartbeat", {})
