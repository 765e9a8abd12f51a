"""Security profiles 2 and 3 towards stations, and TLS towards CSMSs, with real certificates."""

from pathlib import Path

import pytest

from tests.endtoend.certificates import Authority
from tests.endtoend.sessions import CSMS_ANSWERS, charge_16, transaction_201
from tests.endtoend.stage import Stage
from tests.endtoend.test_handshakes import PASSWORD, basic, beats
from tests.endtoend.wire_end import NoHandshakeError, RefusedError

pytestmark = pytest.mark.trio


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom everybody trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


def secured(chain: tuple[Path, Path], profile: int, more: str) -> str:
    """The keys of a listener with TLS."""
    files = f'certificate = "{chain[0]}"\nprivate_key = "{chain[1]}"'
    return f"security_profile = {profile}\n{files}\n{more}"


async def test_profile_2_is_basic_in_tls(stage: Stage, authority: Authority) -> None:
    csms = await stage.csms("far", "2.0.1")
    passwords = f'[listen.credentials]\nCS-1 = "{PASSWORD.decode()}"'
    listen = secured(authority.issue("gateway"), 2, passwords)
    gateway = await stage.gateway(csms, scheme="wss", listen=listen)
    right = [basic("CS-1", PASSWORD)]
    station = await stage.station(gateway, "CS-1", headers=right, tls=authority.client())
    await charge_16(station)
    assert transaction_201(csms.stations["CS-1"].heard)
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1", tls=authority.client())
    assert refused.value.status == 401
    with pytest.raises(NoHandshakeError):  # no TLS
        await stage.station(gateway, "CS-1", headers=right)
    await gateway.until("handshakes_total", 1, outcome="tls_failed")
    assert await beats(station)


async def test_profile_3_is_a_certificate_that_bears_the_identity(
    stage: Stage, authority: Authority, tmp_path: Path
) -> None:
    csms = await stage.csms("far", "2.0.1")
    listen = secured(authority.issue("gateway"), 3, f'client_ca = "{authority.path}"')
    gateway = await stage.gateway(csms, scheme="wss", listen=listen)
    own = authority.client(authority.issue("CS-1"))
    assert await beats(await stage.station(gateway, "CS-1", tls=own))
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-2", tls=own)
    assert refused.value.status == 401
    elsewhere = Authority(tmp_path / "elsewhere", "elsewhere")
    for nobody in (authority.client(), authority.client(elsewhere.issue("CS-1"))):
        with pytest.raises(NoHandshakeError):
            await stage.station(gateway, "CS-1", tls=nobody)
    assert [*csms.stations] == ["CS-1"]


async def test_a_csms_in_tls_is_verified_and_shown_our_certificate(
    stage: Stage, authority: Authority, tmp_path: Path
) -> None:
    server = authority.server(authority.issue("csms"), asks=True)
    csms = await stage.wire_csms("far", "2.0.1", server)
    certificate, key = authority.issue("gateway-at-csms")
    trusting = f'ca = "{authority.path}"\ncertificate = "{certificate}"\nprivate_key = "{key}"'
    shown = await stage.gateway(csms, csms_keys=f'{trusting}\nuser = "gw"\npassword = "secret"')
    station = await stage.station(shown, "CS-1")
    desk = await csms.talker("CS-1", CSMS_ANSWERS["2.0.1"])
    assert desk.end.headers[b"authorization"] == basic("gw", b"secret")[1]
    assert await beats(station)
    other = Authority(tmp_path / "elsewhere", "elsewhere")
    wary = await stage.gateway(csms, csms_keys=f'ca = "{other.path}"')
    with pytest.raises(RefusedError) as refused:
        await stage.station(wary, "CS-1")
    assert refused.value.status == 503
