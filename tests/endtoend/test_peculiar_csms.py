"""CSMSs that want to be spoken to in a way of their own: what `[[csms]]` says of each."""

import base64

import pytest
import trio

from gateway.wire.brevity import FIRST
from tests.endtoend.gateway_process import Gateway
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import RefusedError

pytestmark = pytest.mark.trio


@pytest.mark.parametrize(
    ("keys", "target"), [("", "/far/CS%201"), ("trailing_slash = true", "/far/CS%201/")]
)
async def test_a_csms_may_want_a_slash_behind_the_identity(
    stage: Stage, keys: str, target: str
) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms, csms_keys=keys)
    station = await stage.station(gateway, "CS%201")
    far = await csms.talker("", CSMS_ANSWERS["1.6"])
    assert far.end.target == target
    assert "currentTime" in await station.call("Heartbeat", {})


@pytest.mark.parametrize(
    ("keys", "pair"),
    [
        ("", None),
        ("empty_password = true", b"CS-1:"),
        ('empty_password = true\nuser = "us"', b"us:"),
        ('password = "p:w"', b"CS-1:p:w"),
        ('password = "pw"\nuser = "us"', b"us:pw"),
    ],
)
async def test_a_csms_may_want_basic_credentials(
    stage: Stage, keys: str, pair: bytes | None
) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms, csms_keys=keys)
    await stage.station(gateway, "CS-1")
    far = await csms.connection("CS-1")
    shown = far.headers.get(b"authorization")
    expected = None if pair is None else b"Basic " + base64.b64encode(pair)
    assert shown == expected


async def closed_at_once(stage: Stage, gateway: Gateway, csms: WireCsms) -> None:
    """The station is let in, and sent away when its CSMS closes."""
    station = await stage.station(gateway, "CS-1")
    far = await csms.connection("CS-1")
    await far.close()
    assert await station.is_closed() == 1001


async def test_a_csms_that_closes_at_once_is_not_dialled_again_at_once(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms)
    await closed_at_once(stage, gateway, csms)
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1")
    assert refused.value.status == 503
    assert 1 <= int(refused.value.headers["retry-after"]) <= 3
    assert csms.knocked == 1
    await stage.station(gateway, "CS-2")  # others are others
    assert "csms closes at once" in gateway.log
    counts = await gateway.counts()
    assert counts.of("short_lived_legs_total", csms="far") == 1
    assert counts.of("handshakes_total", outcome="csms_closes") == 1


async def test_a_csms_that_has_spoken_may_close_when_it_likes(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms)
    for _ in range(3):
        station = await stage.station(gateway, "CS-1")
        far = await csms.talker("CS-1", CSMS_ANSWERS["1.6"])
        assert "currentTime" in await station.call("Heartbeat", {})
        await far.end.close()
        await station.is_closed()
    assert (await gateway.counts()).of("short_lived_legs_total") == 0


async def test_a_csms_that_closes_whatever_comes_may_be_left_to_do_so(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms, csms_keys="short_lived = 0")
    for _ in range(3):
        await closed_at_once(stage, gateway, csms)
    assert csms.knocked == 3


async def test_a_station_that_stays_has_its_csms_dialled_as_rarely(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms, options='provision = "off"\nlink_policy = "buffer"')
    station = await stage.station(gateway, "CS-1")
    far = await csms.connection("CS-1")
    await far.close()
    closed_at = trio.current_time()
    assert "currentTime" in await station.call("Heartbeat", {})
    await csms.talker("CS-1", CSMS_ANSWERS["2.0.1"])  # and it stays: the station is served
    assert trio.current_time() - closed_at > FIRST - 0.1
    assert csms.knocked == 2
    await gateway.settles("legs_connected", 1, csms="far", role="primary")
