"""The admin server over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import trio

from gateway.core.tally import Tally
from gateway.ops import admin
from gateway.ops.metrics import registry


@asynccontextmanager
async def serving(reasons: list[str], tally: Tally | None = None) -> AsyncIterator[int]:
    """An admin server on a port of its own."""
    pages = admin.Admin(registry(tally or Tally()), lambda: reasons)
    async with trio.open_nursery() as nursery:
        yield await nursery.start(partial(admin.serve, pages, "127.0.0.1", 0))
        nursery.cancel_scope.cancel()


async def said(port: int, request: bytes) -> bytes:
    """All that comes back for these bytes."""
    answer = b""
    with trio.fail_after(10):
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(request)
            async for part in stream:
                answer += part
    return answer


async def got(port: int, target: str, method: str = "GET") -> tuple[int, str, str]:
    """Status, head and body of one request."""
    answer = await said(port, f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head, _, body = answer.decode().partition("\r\n\r\n")
    return int(head.split()[1]), head, body


@pytest.mark.trio
async def test_metrics_are_in_prometheus_format() -> None:
    tally = Tally()
    tally.handshakes["accepted",] += 4
    async with serving([], tally) as port:
        status, head, body = await got(port, "/metrics?x=1")
        assert status == 200
        assert "text/plain" in head
        assert 'ocpp_gateway_handshakes_total{outcome="accepted"} 4.0' in body
        tally.handshakes["accepted",] += 1
        assert 'outcome="accepted"} 5.0' in (await got(port, "/metrics"))[2]


@pytest.mark.trio
async def test_ready_means_that_nothing_speaks_against_it() -> None:
    reasons: list[str] = []
    async with serving(reasons) as port:
        assert (await got(port, "/readyz"))[0] == 200
        reasons += ["draining", "state.db: disk full"]
        status, _, body = await got(port, "/readyz")
        assert (status, body) == (503, "draining\nstate.db: disk full\n")
        assert (await got(port, "/livez"))[0] == 200


@pytest.mark.trio
async def test_head_has_no_body() -> None:
    async with serving([]) as port:
        status, head, body = await got(port, "/livez", "HEAD")
        assert (status, body) == (200, "")
        assert "content-length: 3" in head.lower()


@pytest.mark.trio
async def test_other_pages_and_methods_are_refused() -> None:
    async with serving([]) as port:
        status, _, body = await got(port, "/")
        assert status == 404
        assert "/metrics" in body
        status, head, _ = await got(port, "/metrics", "POST")
        assert status == 405
        assert "allow: get, head" in head.lower()


@pytest.mark.trio
@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        b"GET /\xff\xff HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n" * 100 + b"\x00\r\n\r\n",
    ],
)
async def test_junk_is_answered_or_dropped_and_the_next_one_served(junk: bytes) -> None:
    async with serving([]) as port:
        try:
            answer = await said(port, junk)
        except trio.BrokenResourceError:  # it was cut off while still talking
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
        assert (await got(port, "/livez"))[0] == 200


@pytest.mark.trio
async def test_silent_connections_are_cut_and_the_next_one_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admin, "REQUEST_SECONDS", 0.2)

    async def cut_off(start: bytes) -> None:
        with suppress(trio.BrokenResourceError):
            assert await said(port, start) == b""

    async with serving([]) as port:
        with trio.fail_after(10):
            async with trio.open_nursery() as nursery:
                for start in (b"", b"GET /livez HT") * admin.CONNECTIONS:
                    nursery.start_soon(cut_off, start)
        assert (await got(port, "/livez"))[0] == 200


@pytest.mark.trio
async def test_a_client_that_leaves_early_harms_nobody() -> None:
    async with serving([]) as port:
        for request in (b"", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"):
            stream = await trio.open_tcp_stream("127.0.0.1", port)
            await stream.send_all(request)
            await stream.aclose()
        assert (await got(port, "/livez"))[0] == 200
