"""Who is let in, who is not, and what those outside are told."""

import base64
from contextlib import suppress

import pytest
import trio

from gateway.passwords import hashed
from tests.endtoend import sessions
from tests.endtoend.gateway_process import ACCESS, PATIENCE, Gateway, free_port
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import RefusedError

pytestmark = pytest.mark.trio

RAW = b"\x00\xff:\xc3(\x80\r\n raw bytes"
PASSWORD = b"a password of sixteen"


def basic(user: str, password: bytes, scheme: bytes = b"Basic") -> tuple[bytes, bytes]:
    """The header of HTTP Basic."""
    return b"authorization", scheme + b" " + base64.b64encode(user.encode() + b":" + password)


async def beats(station: Talker) -> bool:
    """Whether a station is served."""
    return "currentTime" in await station.call("Heartbeat", {})


async def test_a_csms_that_refuses_is_quoted_to_the_station(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms)
    for csms.status, told in ((401, 401), (403, 403), (404, 404), (400, 503), (500, 503)):
        with pytest.raises(RefusedError) as refused:
            await stage.station(gateway, "CS-1")
        assert refused.value.status == told
    counts = await gateway.counts()
    assert counts.of("handshakes_total", outcome="csms_refused") == 3
    assert counts.of("handshakes_total", outcome="csms_unavailable") == 2
    csms.status = 0
    station = await stage.station(gateway, "CS-1")
    await csms.talker("CS-1", CSMS_ANSWERS["2.0.1"])
    assert await beats(station)


class Down:
    """A CSMS that nobody has started."""

    name, version = "down", "1.6"

    def __init__(self) -> None:
        self.url = f"ws://{ACCESS}:{free_port()}/down"


async def test_without_a_csms_a_station_is_asked_to_come_again(stage: Stage) -> None:
    gateway = await stage.gateway(Down())
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1")
    assert refused.value.status == 503
    assert int(refused.value.headers["retry-after"]) > 0
    assert (await gateway.counts()).of("handshakes_total", outcome="csms_unavailable") == 1


async def test_a_csms_that_takes_tcp_and_says_nothing_is_given_up(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    csms.gate = trio.Event()
    gateway = await stage.gateway(csms, timeouts="dial = 0.5")
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1")
    assert refused.value.status == 503


async def test_basic_credentials_are_asked_for_and_compared(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    listen = f'security_profile = 1\n[listen.credentials]\nCS-1 = "{PASSWORD.decode()}"'
    gateway = await stage.gateway(csms, listen=listen)
    wrong = [
        basic("CS-1", b"another password"),
        basic("CS-2", PASSWORD),
        (b"authorization", b"Bearer x"),
        (b"authorization", b"Basic ###"),
    ]
    for header in wrong:
        with pytest.raises(RefusedError) as refused:
            await stage.station(gateway, "CS-1", headers=[header])
        assert refused.value.status == 401
        assert refused.value.headers["www-authenticate"].startswith("Basic ")
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1")
    assert refused.value.status == 401
    assert csms.stations == {}
    assert (await gateway.counts()).of("handshakes_total", outcome="unauthorised") == 5
    assert await beats(await stage.station(gateway, "CS-1", headers=[basic("CS-1", PASSWORD)]))


async def test_a_lower_case_header_and_scheme_and_a_password_of_raw_bytes(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    listen = f'security_profile = 1\n[listen.credentials]\nCS-1 = "{hashed(RAW)}"'
    gateway = await stage.gateway(csms, listen=listen)
    header = basic("CS-1", RAW, b"basic")
    assert await beats(await stage.station(gateway, "CS-1", headers=[header]))
    assert RAW.decode("latin-1") not in gateway.log


IDENTITIES = [  # as the station writes it, as it is, as the CSMS is told
    ("CS%201", "CS 1", "CS%201"),
    ("CS%3A1%25", "CS:1%", "CS%3A1%25"),
    ("Z%C3%BCrich", "Zürich", "Z%C3%BCrich"),
    ("a/b/CS-1?x=y", "CS-1", "CS-1"),
    ("CS%2D2", "CS-2", "CS-2"),
]


async def test_an_identity_is_the_same_on_both_sides(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms)
    for sent, identity, told in IDENTITIES:
        station = await stage.station(gateway, sent)
        desk = await csms.talker(identity, CSMS_ANSWERS["1.6"])
        assert desk.end.target == f"/far/{told}"
        assert await beats(station)


async def test_what_cannot_be_an_identity_is_refused(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await stage.gateway(csms)
    for target in ("a%2Fb", "%FF", "%00", "%2E%2E", "x" * 60, ""):
        with pytest.raises(RefusedError) as refused:
            await stage.station(gateway, target)
        assert refused.value.status in (400, 404)
    assert csms.stations == {}


async def test_the_newest_socket_wins_and_the_old_ones_close_does_not_disturb_it(
    stage: Stage,
) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms)
    old, old_desk = await both_ends(stage, gateway, csms)
    await old.call("BootNotification", sessions.boot("1.6"))
    new, new_desk = await both_ends(stage, gateway, csms)
    assert await old.is_closed() == 1008
    await old_desk.is_closed()
    number = (await new.call("StartTransaction", sessions.start_16()))["transactionId"]
    assert await beats(new)
    newest, newest_desk = await both_ends(stage, gateway, csms)
    await new.is_closed()
    await newest.call("StopTransaction", sessions.stop_16(number))
    assert sessions.transaction_201(new_desk.heard + newest_desk.heard)
    counts = await gateway.settles("legs_connected", 1, csms="far", role="primary")
    assert counts.of("stations_connected") == 1


async def test_a_socket_that_is_not_authenticated_replaces_nobody(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    listen = f'security_profile = 1\n[listen.credentials]\nCS-1 = "{PASSWORD.decode()}"'
    gateway = await stage.gateway(csms, listen=listen)
    station = await stage.station(gateway, "CS-1", headers=[basic("CS-1", PASSWORD)])
    with pytest.raises(RefusedError):
        await stage.station(gateway, "CS-1", headers=[basic("CS-1", b"guess")])
    assert await beats(station)
    assert not station.closed.is_set()


async def test_a_station_that_comes_again_and_again_ends_with_one_connection(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    gateway = await stage.gateway(csms)
    stations: list[Talker] = []

    async def connect() -> None:
        with suppress(RefusedError):  # a newer one came while it was in its handshake
            stations.append(await stage.station(gateway, "CS-1"))

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(connect)
    last = await stage.station(gateway, "CS-1")
    for station in stations:
        await station.is_closed()
    assert await beats(last)
    counts = await gateway.settles("legs_connected", 1)
    assert counts.of("stations_connected") == 1


async def both_ends(stage: Stage, gateway: Gateway, csms: WireCsms) -> tuple[Talker, Talker]:
    """A connection of the same station, and the CSMS's end of it."""
    station = await stage.station(gateway, "CS-1")
    return station, await csms.talker("CS-1", CSMS_ANSWERS["2.0.1"])
