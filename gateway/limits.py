"""Every bound on what a peer may send or hold, in one table; README.md shows it row by row."""

import re

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Bytes, characters, numbers and seconds; for every connection alike, CSMSs' too."""

    # A handshake
    request: int = 16_384  # bytes of request line and headers; of a CSMS's answer, too
    headers: int = 100
    identity: int = 48  # characters, OCPP 2.0.1 part 2: identifierString[48]
    password: int = 128  # bytes of a Basic password; OCPP's longest has 64
    # A message
    message: int = 65_536  # bytes of one message, its fragments together
    fragments: int = 1024  # frames of one message: empty ones cost no bytes, but time and memory
    depth: int = 64  # arrays and objects within each other, in texts over SHORT; OCPP's own have 8
    bad_frames: int = 20  # texts that are no OCPP-J frame, of one peer within a minute
    # What waits in memory, for one connection
    outbox: int = 262_144  # bytes that the peer has not taken yet
    low_water: int = 32_768  # with more than this unsent, the session's other side is not read
    held: int = 256  # effects that wait for the store before a session is no longer read
    # Time
    ping_interval: float = 30.0  # of silence; 0 for no pings
    pong_within: float = 10.0
    write_within: float = 10.0  # without a byte taken by the peer
    close_within: float = 5.0


LIMITS = Limits()  # those that no configuration changes are read from here


SHORT = 1024  # bytes: no longer texts nest deeper than 512, as deep as the strictest parsers go

# A string of JSON; at the end of the text it may lack its quote, so that no text is read twice.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_ALIKE = bytes.maketrans(b"[]", b"{}")
_OTHERS = bytes(set(range(256)) - set(b"[]{}"))


def is_deep(text: bytes, depth: int) -> bool:
    """Whether JSON is nested deeper than `depth`. Cheap for all that has few brackets at all."""
    if len(text) <= SHORT or text.count(b"[") + text.count(b"{") <= depth:
        return False
    brackets = _STRING.sub(b"", text).translate(_ALIKE, _OTHERS)
    for _ in range(depth):  # each time the innermost level goes
        brackets = brackets.replace(b"{}", b"")
    return b"{" in brackets
