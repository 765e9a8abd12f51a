"""The opening handshake, both sides, without a socket."""

import base64

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection
from wsproto.events import Request as Asked

from adapters.frame import Version
from adapters.translation.options import Options
from gateway.addresses import endpoint
from gateway.core.route import Route, Upstream
from gateway.wire.handshake import (
    HandshakeError,
    Request,
    accept_key,
    acceptance,
    basic_credentials,
    identity_in,
    parse_request,
    rejection,
)
from gateway.wire.reception import refuse_unmapped
from gateway.wire.upgrade import Upgrade, UpgradeError

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
HEADERS = (
    (b"Host", b"gateway"),
    (b"Upgrade", b"websocket"),
    (b"Connection", b"Upgrade"),
    (b"Sec-WebSocket-Key", KEY),
    (b"Sec-WebSocket-Version", b"13"),
    (b"Sec-WebSocket-Protocol", b"ocpp1.6"),
)


def request(
    *more: tuple[bytes, bytes], without: bytes = b"", line: bytes = b"GET /ocpp/CS1 HTTP/1.1"
) -> bytes:
    """A station's request, more or less right."""
    kept = [pair for pair in HEADERS if pair[0] != without]
    lines = [line, *(b"%b: %b" % pair for pair in (*kept, *more)), b"", b""]
    return b"\r\n".join(lines)


def parsed(data: bytes) -> Request:
    """A request that is whole."""
    result = parse_request(data)
    assert result is not None
    return result


def status(data: bytes) -> int:
    """With what a request is refused."""
    with pytest.raises(HandshakeError) as caught:
        parse_request(data)
    return caught.value.status


def test_a_request_is_awaited_byte_by_byte_and_what_follows_is_kept() -> None:
    data = request()
    for end in range(len(data)):
        assert parse_request(data[:end]) is None
    found = parsed(data + b"\x81\x80")
    assert (found.target, found.key, found.offered) == ("/ocpp/CS1", KEY, ("ocpp1.6",))
    assert found.early == b"\x81\x80"


def test_the_key_of_the_standard_gets_the_answer_of_the_standard() -> None:
    assert accept_key(KEY) == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_subprotocols_may_come_in_several_headers_and_any_spacing() -> None:
    more = (b"sec-websocket-protocol", b" ocpp2.0.1 ,foo")
    assert parsed(request(more)).offered == ("ocpp1.6", "ocpp2.0.1", "foo")
    assert parsed(request(without=b"Sec-WebSocket-Protocol")).offered == ()


def test_stations_that_forget_the_connection_header_are_forgiven() -> None:
    assert parsed(request(without=b"Connection")).target == "/ocpp/CS1"


@pytest.mark.parametrize(
    "name", [b"Host", b"User-Agent", b"Sec-WebSocket-Protocol", b"Sec-WebSocket-Extensions"]
)
def test_bytes_beyond_ascii_in_a_header_harm_nobody(name: bytes) -> None:
    assert parsed(request((name, b"\xff\xe4\x80"), without=name)).target == "/ocpp/CS1"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (request(without=b"Upgrade"), 426),
        (request((b"Upgrade", b"h2c"), without=b"Upgrade"), 426),
        (request((b"Upgrade", b"\xff"), without=b"Upgrade"), 426),
        (request(without=b"Sec-WebSocket-Version"), 426),
        (request((b"Sec-WebSocket-Version", b"8"), without=b"Sec-WebSocket-Version"), 426),
        (request(without=b"Sec-WebSocket-Key"), 400),
        (request((b"Sec-WebSocket-Key", b"short"), without=b"Sec-WebSocket-Key"), 400),
        (request((b"Sec-WebSocket-Key", b"\xff" * 24), without=b"Sec-WebSocket-Key"), 400),
        (request((b"Sec-WebSocket-Key", KEY)), 400),
        (request(line=b"POST /ocpp/CS1 HTTP/1.1"), 426),
        (request(line=b"GET /ocpp/\xff HTTP/1.1"), 400),
        (request((b"Content-Length", b"5")) + b"hello", 400),
        (request((b"Transfer-Encoding", b"chunked")) + b"0\r\n\r\n", 400),
        (request((b"Host", b"another")), 400),
        (request(without=b"Host"), 400),
        (request(*((b"X-%d" % n, b"y") for n in range(120))), 431),
        (b"GET /" + b"x" * 20_000, 431),
        (request((b"X", b"y" * 20_000)), 431),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"SSH-2.0-scan\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_to_speak_websocket_gets_a_status(data: bytes, expected: int) -> None:
    assert status(data) == expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"GET ", request()[:-2], request()]))
def test_whatever_comes_is_a_request_or_none_or_a_handshake_error(
    junk: bytes, front: bytes
) -> None:
    try:
        parse_request(front + junk + b"\r\n\r\n")
    except HandshakeError as error:
        assert rejection(error.status).startswith(b"HTTP/1.1 4")  # noqa: PT017 (or no error)


@pytest.mark.parametrize(
    ("target", "identity"),
    [
        ("/ocpp/CS1", "CS1"),
        ("//ocpp//CS1", "CS1"),
        ("/ocpp/CS1/", "CS1"),
        ("/ocpp/vendor/CS1", "CS1"),
        ("/ocpp/CS1?token=x/y", "CS1"),
        ("http://gateway:9000/ocpp/CS1", "CS1"),
        ("/ocpp/DE%2ACS%201", "DE*CS 1"),
        ("/ocpp/100%2525", "100%25"),
        ("/ocpp/M%C3%BCnchen", "München"),
        ("/ocpp/" + "x" * 48, "x" * 48),
    ],
)
def test_the_identity_is_the_last_segment_percent_decoded_once(target: str, identity: str) -> None:
    assert identity_in(target, "/ocpp") == identity


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/ocpp", 404),
        ("/ocpp/", 404),
        ("/other/CS1", 404),
        ("*", 404),
        ("/ocpp/a%2Fb", 400),
        ("/ocpp/a%00b", 400),
        ("/ocpp/a%0Ab", 400),
        ("/ocpp/a%E2%80%AEb", 400),
        ("/ocpp/%ff", 400),
        ("/ocpp/..", 404),
        ("/ocpp/../CS1", 404),
        ("/ocpp/%2e", 400),
        ("/ocpp/%20", 400),
        ("/ocpp/" + "x" * 49, 400),
    ],
)
def test_an_identity_that_could_mislead_is_refused(target: str, expected: int) -> None:
    with pytest.raises(HandshakeError) as caught:
        identity_in(target, "/ocpp")
    assert caught.value.status == expected


def test_basic_credentials_are_bytes_and_the_scheme_has_no_case() -> None:
    for scheme in (b"Basic", b"basic", b"BASIC"):
        header = scheme + b" " + base64.b64encode(b"CS1:\xff\x00:pass")
        assert basic_credentials({b"authorization": header}) == (b"CS1", b"\xff\x00:pass")


@pytest.mark.parametrize("header", [b"", b"Bearer abc", b"Basic", b"Basic !!", b"Basic Q1Mx"])
def test_other_credentials_are_none(header: bytes) -> None:
    assert basic_credentials({b"authorization": header}) is None


def test_rejections_are_http_that_h11_reads() -> None:
    for code in (400, 401, 404, 426, 431, 503):
        parser = h11.Connection(h11.CLIENT)
        parser.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        parser.send(h11.EndOfMessage())
        parser.receive_data(rejection(code))
        event = parser.next_event()
        assert isinstance(event, h11.Response)
        assert event.status_code == code
        assert (b"retry-after" in dict(event.headers)) == (code == 503)


def test_wsproto_as_client_takes_our_acceptance_and_we_its_request() -> None:
    oracle = WSConnection(ConnectionType.CLIENT)
    data = oracle.send(Asked(host="gateway", target="/ocpp/CS1", subprotocols=["ocpp2.0.1"]))
    ours = parsed(data)
    assert ours.offered == ("ocpp2.0.1",)
    oracle.receive_data(acceptance(ours.key, "ocpp2.0.1"))
    (event,) = oracle.events()
    assert isinstance(event, AcceptConnection)
    assert event.subprotocol == "ocpp2.0.1"


def attempt() -> Upgrade:
    """What we send to a CSMS."""
    return Upgrade(endpoint("ws://csms:8080/ocpp/CS%201"), "ocpp1.6", "Basic eA==")


def test_wsproto_as_server_takes_our_request_and_we_its_acceptance() -> None:
    ours, oracle = attempt(), WSConnection(ConnectionType.SERVER)
    oracle.receive_data(ours.request)
    (event,) = oracle.events()
    assert isinstance(event, Asked)
    assert (event.host, event.target) == ("csms:8080", "/ocpp/CS%201")
    assert event.subprotocols == ["ocpp1.6"]
    assert (b"authorization", b"Basic eA==") in event.extra_headers
    answer = oracle.send(AcceptConnection(subprotocol="ocpp1.6")) + b"\x81\x00"
    assert ours.accepted(answer[:20]) is None
    assert ours.accepted(answer[20:]) == b"\x81\x00"


@pytest.mark.parametrize("code", [401, 403, 404, 500])
def test_a_csms_that_refuses_is_quoted(code: int) -> None:
    ours, oracle = attempt(), WSConnection(ConnectionType.SERVER)
    oracle.receive_data(ours.request)
    with pytest.raises(UpgradeError) as caught:
        ours.accepted(oracle.send(RejectConnection(status_code=code)))
    assert caught.value.status == code


SWITCH = b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        SWITCH + b"Sec-WebSocket-Accept: wrong\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n",
        SWITCH + b"\r\n",
        b"HTTP/1.1 101 X\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20_000,
    ],
)
def test_an_answer_without_sense_is_no_leg(answer: bytes) -> None:
    with pytest.raises(UpgradeError):
        attempt().accepted(answer)


@pytest.mark.parametrize("extra", [{"subprotocol": None}, {"subprotocol": "ocpp1.6"}])
def test_a_csms_has_to_choose_our_version_and_no_extension(extra: dict[str, str]) -> None:
    ours, oracle = attempt(), WSConnection(ConnectionType.SERVER)
    oracle.receive_data(ours.request)
    answer = oracle.send(AcceptConnection(**extra))
    if extra["subprotocol"]:
        answer = answer.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: x\r\n\r\n")
    with pytest.raises(UpgradeError):
        ours.accepted(answer)


@pytest.mark.parametrize(
    ("identity", "station", "csms", "is_fine"),
    [
        ("CS-1_a*=:+|@.", "1.6", "2.0.1", True),
        ("x" * 48, "1.6", "2.0.1", True),
        ("CS 1", "1.6", "2.0.1", False),
        ("Z\u00fcrich", "1.6", "2.0.1", False),
        ("MAPPED 1", "1.6", "2.0.1", True),
        ("MAPPED 2", "1.6", "2.0.1", False),
        ("CS 1", "1.6", "1.6", True),
        ("CS 1", "2.0.1", "1.6", True),
        ("CS 1", "2.0.1", "2.0.1", True),  # theirs to settle
    ],
)
def test_an_identity_that_201_does_not_allow_has_to_be_mapped(
    identity: str, station: Version, csms: Version, is_fine: bool
) -> None:
    names = {"MAPPED 1": "M-1", "MAPPED 2": "M/2"}
    route = Route(
        identity, station, "default", Upstream("far", csms), options=Options(identity_map=names)
    )
    if is_fine:
        refuse_unmapped(route)
        return
    with pytest.raises(HandshakeError) as refused:
        refuse_unmapped(route)
    assert (refused.value.status, refused.value.outcome) == (400, "bad_identity")
