"""Misbehaviour that no quirk is needed for: the gateway takes it from everyone."""

import base64

import pytest

from gateway.wire.handshake import basic_credentials, parse_request

REQUEST = b"\r\n".join(
    [
        b"GET /ocpp/CS1 HTTP/1.1",
        b"Host: gateway",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        b"Sec-WebSocket-Version: 13",
        b"Origin: %b",
        b"",
        b"",
    ]
)


@pytest.mark.parametrize("origin", [b"file://", b"null", b"", b"http://another.example"])
def test_whatever_a_station_says_is_its_origin_it_is_let_in(origin: bytes) -> None:
    request = parse_request(REQUEST % origin)
    assert request is not None
    assert request.target == "/ocpp/CS1"


def test_a_colon_in_the_identity_is_not_where_the_password_begins() -> None:
    pair = base64.b64encode(b"DE:CS:1:\xff:secret")
    headers = {b"authorization": b"Basic " + pair}
    assert basic_credentials(headers, "DE:CS:1") == (b"DE:CS:1", b"\xff:secret")
