"""Autobahn's classes 1 to 7, 9 and 10 as bytes of our own, through sockets, in both roles.

A station's leg, where we are the server, and a CSMS's, where we are the client. Our session passes
texts on, so an echo is what the other leg hears. Its compression (12, 13) is never negotiated, and
binary messages (1.2) are refused, because OCPP-J is text.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import pytest

from gateway.wire.framing import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT
from tests.endtoend.bad_input import frame
from tests.gateway.wire_bench import End, Forwarding, harbour

pytestmark = pytest.mark.trio

FIN = 0x80
LIMIT = 65_536
GREEK = "κόσμε".encode()
BAD = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"


class Case(NamedTuple):
    """What one end sends as (first byte, payload), and what follows from it."""

    sent: list[tuple[int, bytes]]
    passed: Sequence[bytes] = ()  # texts that the other leg hears
    answered: Sequence[tuple[int, bytes]] = ()  # frames that come back
    closed: int = 0  # the code; 0: the connection stays


def text(payload: bytes) -> tuple[int, bytes]:
    """A whole text."""
    return FIN | TEXT, payload


def parts(*payloads: bytes, opcode: int = TEXT) -> list[tuple[int, bytes]]:
    """A text in fragments."""
    *front, last = payloads
    heads = [opcode] + [CONTINUATION] * (len(payloads) - 1)
    frames = [(head, payload) for head, payload in zip(heads, front, strict=False)]
    return [*frames, (FIN | heads[-1], last)]


def cut(payload: bytes, size: int) -> list[tuple[int, bytes]]:
    """A text in fragments of a size."""
    return parts(*(payload[at : at + size] for at in range(0, len(payload), size)))


PINGED = [(FIN | PING, b"ping")]
PONGED = [(PONG, b"ping")]
CASES: dict[str, Case] = {
    **{
        f"1.1 a text of {size}": Case([text(b"*" * size)], [b"*" * size])
        for size in (0, 1, 125, 126, 127, 128, 32_767, LIMIT - 1, LIMIT)
    },
    "1.2 a binary message": Case([(FIN | BINARY, b"\xfe" * 125)], closed=1003),
    "2.1 an empty ping": Case([(FIN | PING, b"")], answered=[(PONG, b"")]),
    "2.4 a ping of 125": Case([(FIN | PING, b"\xfe" * 125)], answered=[(PONG, b"\xfe" * 125)]),
    "2.5 a ping of 126": Case([(FIN | PING, b"\xfe" * 126)], closed=1002),
    "2.7 a pong unasked": Case([(FIN | PONG, b"x"), *PINGED], answered=PONGED),
    "2.10 ten pings": Case(
        [(FIN | PING, b"%d" % number) for number in range(10)],
        answered=[(PONG, b"%d" % number) for number in range(10)],
    ),
    **{
        f"3 reserved bits {bits:x}": Case(
            [text(b"before"), (FIN | bits | TEXT, b"x")], [b"before"], closed=1002
        )
        for bits in range(0x10, 0x80, 0x10)
    },
    **{
        f"4 opcode {opcode}": Case([text(b"a"), (FIN | opcode, b"x")], [b"a"], closed=1002)
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    },
    "5.1 a ping in fragments": Case([(PING, b"a"), (FIN | CONTINUATION, b"b")], closed=1002),
    "5.3 two fragments": Case(parts(b"frag1", b"frag2"), [b"frag1frag2"]),
    "5.6 a ping between": Case(
        [(TEXT, b"a"), *PINGED, (FIN | CONTINUATION, b"b")], [b"ab"], PONGED
    ),
    "5.9 continues nothing": Case([(FIN | CONTINUATION, b"x")], closed=1002),
    "5.15 continues what is over": Case(
        [*parts(b"a", b"b"), (CONTINUATION, b"c"), (FIN | TEXT, b"d")], [b"ab"], closed=1002
    ),
    "5.18 begins twice": Case([(TEXT, b"a"), (FIN | TEXT, b"b")], closed=1002),
    "5.19 pings between five": Case(
        [(TEXT, b"a"), *PINGED, (0, b"b"), *PINGED, (FIN, b"c")], [b"abc"], PONGED * 2
    ),
    "6.1 empty fragments": Case(parts(b"", b"", b""), [b""]),
    "6.2 valid, cut in a character": Case(parts(GREEK[:3], GREEK[3:]), [GREEK]),
    "6.3 invalid": Case([text(BAD)], closed=1007),
    "6.4 invalid in the second fragment": Case(parts(GREEK, BAD), closed=1007),
    **{
        f"6.{name}": Case([text(payload)], [payload])
        for name, payload in {
            "7 longest sequences": "\U0010ffff\uffff\u07ff\x7f".encode(),
            "9 shortest sequences": "\U00010000\u0800\u0080\x00".encode(),
            "22 non-characters": "\ufdd0\U0001fffe\U0010fffe".encode(),
        }.items()
    },
    **{
        f"6.{name}": Case([text(b"ab" + payload)], closed=1007)
        for name, payload in {
            "6 cut short": b"\xce\xba\xe1\xbd",
            "8 five bytes": b"\xf8\x88\x80\x80\x80",
            "10 beyond unicode": b"\xf4\x90\x80\x80",
            "11 continuation first": b"\x80",
            "14 overlong": b"\xc0\xaf",
            "18 overlong nul": b"\xe0\x80\x80",
            "20 a surrogate": b"\xed\xa0\x80",
            "21 two surrogates": b"\xed\xad\xbf\xed\xbf\xbf",
        }.items()
    },
    "7.1 a close": Case([(FIN | CLOSE, b"\x03\xe8")], closed=1000),
    "7.1.4 a text behind a close": Case([(FIN | CLOSE, b"\x03\xe8"), text(b"late")], closed=1000),
    "7.3.1 a close without code": Case([(FIN | CLOSE, b"")], closed=1005),
    "7.3.2 half a code": Case([(FIN | CLOSE, b"\x03")], closed=1002),
    "7.3.4 with a reason": Case([(FIN | CLOSE, b"\x03\xe8bye")], closed=1000),
    "7.3.5 a reason of 123": Case([(FIN | CLOSE, b"\x03\xe8" + b"*" * 123)], closed=1000),
    "7.3.6 a reason of 124": Case([(FIN | CLOSE, b"\x03\xe8" + b"*" * 124)], closed=1002),
    "7.5.1 a reason that is no UTF-8": Case([(FIN | CLOSE, b"\x03\xe8" + BAD)], closed=1007),
    **{
        f"7.7 code {code}": Case([(FIN | CLOSE, code.to_bytes(2, "big"))], closed=code)
        for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
    },
    **{
        f"7.9 code {code}": Case([(FIN | CLOSE, code.to_bytes(2, "big"))], closed=1002)
        for code in (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535)
    },
    **{
        f"9.3 fragments of {size}": Case(cut(b"*" * 60_000, size), [b"*" * 60_000])
        for size in (64, 256, 1024, 4096, 16_384)
    },
    "9 over our limit": Case([text(b"*" * (LIMIT + 1))], closed=1009),
    "9 fragments over our limit": Case(cut(b"*" * (LIMIT + 1), 8192), closed=1009),
    "9.7 a thousand small ones": Case([text(b"*" * 16)] * 1000, [b"*" * 16] * 1000),
    "10.1 cut by whom it passes": Case(cut(b"*" * 65_000, 1300), [b"*" * 65_000]),
}


@asynccontextmanager
async def both(is_server: bool) -> AsyncIterator[tuple[End, End]]:
    """The end that is tested, and the other leg's."""
    async with harbour() as port:
        _, station, primary = port.adopt(Forwarding())
        yield (station, primary) if is_server else (primary, station)


async def check(case: Case, is_server: bool, chop: int) -> None:
    """Play one case; what is sent may be chopped into writes of a few bytes."""
    async with both(is_server) as (ours, other):
        data = b"".join(frame(head, payload, is_server) for head, payload in case.sent)
        size = chop or len(data)
        with suppress(BrokenPipeError):  # it may be closed before all of it is sent
            for at in range(0, len(data), size):
                await ours.send(data[at : at + size])
        for passed in case.passed:
            assert await other.hear() == (TEXT, passed)
        for answered in case.answered:
            assert await ours.hear() == answered
        if case.closed:
            opcode, payload = await ours.hear() or (0, b"")
            code = int.from_bytes(payload[:2], "big") if payload else 1005
            assert (opcode, code) == (CLOSE, case.closed)
        else:
            await ours.say(b"?", PING)
            assert await ours.hear() == (PONG, b"?")


@pytest.mark.parametrize("is_server", [True, False], ids=["as-server", "as-client"])
async def test_every_case_ends_as_the_standard_wants(is_server: bool) -> None:
    for name, case in CASES.items():
        try:
            await check(case, is_server, chop=0)
        except BaseException as error:
            error.add_note(name)
            raise


@pytest.mark.parametrize("is_server", [True, False], ids=["as-server", "as-client"])
async def test_every_case_ends_the_same_when_bytes_come_one_by_one(is_server: bool) -> None:
    for name, case in CASES.items():
        if sum(len(payload) for _, payload in case.sent) < 300:
            try:
                await check(case, is_server, chop=1)
            except BaseException as error:
                error.add_note(name)
                raise
