"""Threat: bytes that no handshake should have. One of them ended a well-known server's process."""

from functools import partial

import pytest
import trio

from tests.abuse.siege import KEY, Camp, Siege, request, siege

pytestmark = pytest.mark.trio

ODD = "\xff\xe4\x80"
PLACES = {
    "host": request().replace(b"Host: x", b"Host: \xff\xe4"),
    "connection": request().replace(b"Connection: Upgrade", b"Connection: \xff"),
    "upgrade": request().replace(b"Upgrade: websocket", b"Upgrade: \xff"),
    "key": request().replace(KEY.encode(), b"\xff" * 24),
    "protocol": request().replace(b"ocpp1.6", b"ocpp\xff"),
    "extensions": request(headers=f"Sec-WebSocket-Extensions: {ODD}\r\n"),
    "version": request().replace(b": 13", b": 1\xff"),
    "authorization": request(headers=f"Authorization: Basic {ODD}\r\n"),
    "target": request(target=f"/ocpp/{ODD}"),
    "name": request(headers=f"X-{ODD}: y\r\n"),
}
MISSHAPEN = {
    "a long request line": (request(target="/ocpp/" + "x" * 65_536), {431}),
    "200 headers": (request(headers="".join(f"X-{n}: y\r\n" for n in range(200))), {431}),
    "a header of 40 KB": (request(headers=f"X: {'y' * 40_000}\r\n"), {431}),
    "a folded header": (request(headers="X: a\r\n b\r\n"), {400, 101}),
    "two hosts": (request(headers="Host: y\r\n"), {400}),
    "two lengths": (request(headers="Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), {400}),
    "a body": (request(headers="Content-Length: 5\r\n") + b"hello", {400}),
    "HTTP/1.0": (request().replace(b"HTTP/1.1", b"HTTP/1.0"), {400}),
    "HTTP/9.9": (request().replace(b"HTTP/1.1", b"HTTP/9.9"), {400}),
    "a second request": (request("TWICE") + request("TWICE"), {101}),
    "smuggled in the target": (request(target="/ocpp/a%0d%0aX:%20y"), {400}),
}


async def many(around: Siege, each: list[bytes], at_once: int = 20) -> list[int]:
    """Send them all, some at the same time; the statuses."""
    statuses: list[int] = []
    waiting = each[::-1]

    async def worker() -> None:
        while waiting:
            statuses.append(await around.status(waiting.pop()))

    async with trio.open_nursery() as nursery:
        for _ in range(at_once):
            nursery.start_soon(worker)
    return statuses


async def strange_bytes(stage: Camp, times: int) -> None:
    """Every place, that many times."""
    async with siege(stage) as around:
        for name, data in PLACES.items():
            assert await around.status(data) in (101, 400, 426), name
        statuses = await many(around, [*PLACES.values()] * times)
        assert len(statuses) == times * len(PLACES)
        # Some are let in, so that others come too often, or too soon after them.
        assert set(statuses) <= {101, 400, 426, 429, 503}
        await around.gateway.settles("stations_connected", 1)


async def test_bytes_beyond_ascii_anywhere_in_a_request_harm_nobody(stage: Camp) -> None:
    await strange_bytes(stage, 30)


@pytest.mark.soak
async def test_ten_thousand_of_them_harm_nobody(stage: Camp) -> None:
    await strange_bytes(stage, 1000)


async def test_requests_that_are_too_much_or_too_clever_are_refused(stage: Camp) -> None:
    async with siege(stage) as around:
        for name, (data, expected) in MISSHAPEN.items():
            assert await around.status(data) in expected, name


async def passers_by(stage: Camp, times: int) -> None:
    """Connections that say nothing, and requests for pages: nothing of them stays."""
    async with siege(stage) as around:
        at_first = around.descriptors

        async def pass_by(number: int) -> None:
            if number % 2:
                await trio.aclose_forcefully(await around.knock())
            else:
                assert await around.status(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == 426

        for start in range(0, times, 50):
            async with trio.open_nursery() as nursery:
                for number in range(start, start + 50):
                    nursery.start_soon(partial(pass_by, number))
        await around.until_descriptors(lambda now: now <= at_first + 10)
        ended = await around.outcomes()
        assert sum(ended.values()) >= times
        assert "timeout" not in ended


async def test_whoever_connects_and_goes_leaves_nothing_behind(stage: Camp) -> None:
    await passers_by(stage, 400)


@pytest.mark.soak
async def test_two_thousand_who_connect_and_go_leave_nothing_behind(stage: Camp) -> None:
    await passers_by(stage, 2000)
