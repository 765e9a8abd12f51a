"""Threat: frames that declare, fragment or inflate themselves into memory that we have not got."""

import zlib
from contextlib import suppress

import pytest
import trio

from tests.abuse.siege import Camp, Siege, request, siege
from tests.endtoend.bad_input import LIMIT, frame
from tests.endtoend.wire_end import ClosedError, WireEnd

pytestmark = pytest.mark.trio

SMALL = 2_000_000  # bytes by which the gateway may grow, whatever one peer sends
EMPTY = frame(0x00, b"", masked=True)
ZEROS = zlib.compress(bytes(10_000_000), 9)[2:-4]


async def code_after(end: WireEnd, data: bytes) -> int:
    """The close code that comes back; the rest of the data need not be taken."""
    heard = 0

    async def send() -> None:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await end.send_bytes(data)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        try:
            while True:
                await end.hear()
        except ClosedError as closed:
            heard = closed.code
        nursery.cancel_scope.cancel()
    return heard


async def grown(around: Siege, identity: str, data: bytes) -> tuple[int, int]:
    """Have a station send it: the close code, and how much larger the gateway got."""
    end = await around.admitted(identity)
    before = around.resident
    code = await code_after(end, data)
    return code, around.resident - before


FLOODS = {
    "declares-2^63-1": (frame(0x81, b"x" * 1000, True, 2**63 - 1), {1009}),
    "declares-2^62": (frame(0x81, b"", True, 2**62), {1009}),
    "one-byte-too-many": (frame(0x81, b"x" * (LIMIT + 1), True), {1009}),
    "fragments-over-the-limit": (
        frame(0x01, b"x" * 30_000, True) + frame(0x00, b"x" * 30_000, True) * 2,
        {1009},
    ),
    "empty-fragments": (frame(0x01, b"", True) + EMPTY * 100_000, {1008}),
    "one-byte-fragments": (frame(0x01, b"[", True) + frame(0x00, b" ", True) * 20_000, {1008}),
    "inflates": (frame(0xC1, ZEROS, True), {1002}),
}


async def test_no_frame_makes_the_gateway_grow(stage: Camp) -> None:
    warm = frame(0x81, b"x" * LIMIT, True)
    async with siege(stage) as around:
        await grown(around, "WARM", warm + frame(0x88, b"\x03\xe8", True))
        for name, (data, codes) in FLOODS.items():
            code, growth = await grown(around, "BAD", data)
            assert code in codes, name
            assert growth < SMALL, name
        counts = await around.gateway.counts()
        for reason, times in (("too_big", 4), ("fragments", 2), ("reserved_bits", 1)):
            assert counts.of("frames_refused_total", leg="station", reason=reason) >= times


@pytest.mark.soak
async def test_a_million_empty_fragments_do_not_either(stage: Camp) -> None:
    async with siege(stage) as around:
        code, growth = await grown(around, "BAD", frame(0x01, b"", True) + EMPTY * 1_000_000)
        assert code == 1008
        assert growth < SMALL


async def test_permessage_deflate_is_not_negotiated(stage: Camp) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    async with siege(stage) as around:
        said = await around.answer(request("DEFLATE", headers=offer))
        assert said.startswith(b"HTTP/1.1 101")
        assert b"xtensions" not in said


async def test_half_a_message_holds_no_more_than_its_bytes(stage: Camp) -> None:
    """Stations that begin a message each and never end it."""
    async with siege(stage) as around:
        half = frame(0x01, b"[" + b" " * 60_000, True)
        before = around.resident
        ends = []
        for number in range(30):
            ends.append(await around.admitted(f"HALF-{number}"))
            await ends[-1].send_bytes(half)
        await around.gateway.until("stations_connected", 31)
        assert around.resident - before < 30 * (2 * LIMIT + 100_000)
        for end in ends:
            await end.drop()
