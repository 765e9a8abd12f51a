"""What must hold for any bytes: framing, handshakes, frames, whole sessions with all quirks.

    python -m tests.abuse.fuzzing SECONDS

searches for that long and ends with another status than 0 if something was found. Half of the time
by properties (hypothesis: what is found is kept in `.hypothesis`, and tried first the next time),
half guided by coverage where atheris is installed (`guided.py`: its corpus is kept in `.fuzz`).
`test_fuzz.py` does the first for a moment.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec

import h11
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from wsproto.utilities import generate_accept_token

from adapters import frame
from gateway.addresses import endpoint
from gateway.limits import is_deep
from gateway.wire.decoder import Decoder
from gateway.wire.framing import FramingError, close_code, encoded, whole_text
from gateway.wire.handshake import (
    HandshakeError,
    basic_credentials,
    identity_in,
    parse_request,
    rejection,
)
from gateway.wire.upgrade import Upgrade, UpgradeError
from tests.abuse.fuzzed_sessions import SESSION_SEEDS, sessions
from tests.abuse.siege import KEY, request
from tests.endtoend.bad_input import REQUESTS, TEXTS, frames
from tests.endtoend.bad_input import frame as framed

SEEDS = (*frames(True).values(), *frames(False).values(), framed(0x81, b"[]", True) * 3)
SMALL_SEEDS = tuple(seed[:400] for seed in SEEDS)
ANSWER = (
    b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A seed with some bytes changed, cut out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        what = draw(st.sampled_from(["set", "cut", "put", "twice"]))
        if what == "set" and data:
            data[at] = draw(st.integers(0, 255))
        elif what == "cut":
            del data[at : at + draw(st.integers(1, 20))]
        elif what == "put":
            data[at:at] = draw(st.binary(max_size=20))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
    return bytes(data)


def framing(data: bytes, is_server: bool, sizes: list[int]) -> None:
    """However it is cut, the same comes out; nothing but a FramingError is raised."""
    found = []
    for chunks in ([len(data)], sizes):
        decoder, heard, rest = Decoder(from_client=is_server, limit=1000), [], data
        try:
            for size in [*chunks, len(data)]:
                decoder.receive(rest[:size])
                rest = rest[size:]
                while (one := decoder.next()) is not None:
                    heard.append(one)
                    if one[0] == 8:
                        close_code(one[1])
        except FramingError as error:
            heard.append((error.code, error.reason.encode()))
        found.append(heard)
        assert len(decoder.buffer) <= len(data)
    assert found[0] == found[1]
    fast = whole_text(data, is_server, 1000)
    assert fast is None or found[0] == [(1, fast)]


def requests(data: bytes) -> None:
    """A station's request is one, none, or refused with a status that h11 can read."""
    try:
        asked = parse_request(data)
        if asked is not None:
            identity = identity_in(asked.target, "/ocpp")
            assert 0 < len(identity) <= 48
            assert identity.isprintable()
            basic_credentials(asked.headers, identity)
    except HandshakeError as error:
        parser = h11.Connection(h11.CLIENT)
        parser.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        parser.send(h11.EndOfMessage())
        parser.receive_data(rejection(error.status, error.retry_after))
        assert isinstance(parser.next_event(), h11.Response)


def answers(data: bytes, size: int) -> None:
    """A CSMS's answer is one, none, or an UpgradeError."""
    upgrade = Upgrade(endpoint("ws://far/x"), "ocpp1.6")
    upgrade._key = KEY.encode()
    with suppress(UpgradeError):
        for at in range(0, len(data), size):
            if upgrade.accepted(data[at : at + size]) is not None:
                return


def texts(data: bytes) -> None:
    """A text is a frame or a FrameError, which can be answered; what is emitted is a frame."""
    is_deep(data, 64)
    try:
        message = frame.parse(data)
    except frame.FrameError as error:
        for version in ("1.6", "2.0.1"):
            answer = frame.emit_error(version, error.message_id, error.code, error.reason)
            assert isinstance(frame.parse(answer), frame.CallError)
        return
    if isinstance(message, frame.Call):
        again = frame.emit_call(message.message_id, message.action, bytes(message.payload))
        assert frame.parse(again) == message
    assert encoded(1, data)


STEP = 200  # examples, until it is the next one's turn
CHUNKS = st.lists(st.integers(1, 300), max_size=20)
TEXT_SEEDS = tuple(text.encode("utf-8", "surrogatepass")[:600] for text in TEXTS.values())
REQUEST_SEEDS = (request(), *(data[:3000] for data in REQUESTS.values()))
GOOD_ANSWER = ANSWER.replace(
    b"\r\n\r\n", b"\r\nSec-WebSocket-Accept: " + generate_accept_token(KEY.encode()) + b"\r\n\r\n"
)
TARGETS: dict[str, tuple[Callable[..., None], dict[str, st.SearchStrategy[object]]]] = {
    "framing": (
        framing,
        {"data": mutated(SMALL_SEEDS), "is_server": st.booleans(), "sizes": CHUNKS},
    ),
    "requests": (requests, {"data": mutated(REQUEST_SEEDS)}),
    "answers": (
        answers,
        {"data": mutated((ANSWER, GOOD_ANSWER)), "size": st.integers(1, 200)},
    ),
    "texts": (texts, {"data": mutated(TEXT_SEEDS)}),
    "sessions": (sessions, {"data": mutated(SESSION_SEEDS)}),
}
# The same from bytes alone, and what to begin with.
BYTES: dict[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]] = {
    "framing": (
        lambda data: framing(data[8:], bool(data[:1] > b"\x7f"), [one + 1 for one in data[1:8]]),
        tuple(b"\xff" + bytes(7) + seed for seed in SMALL_SEEDS),
    ),
    "requests": (requests, REQUEST_SEEDS),
    "answers": (lambda data: answers(data[1:], data[0] + 1 if data else 1), (GOOD_ANSWER,)),
    "texts": (texts, TEXT_SEEDS),
    "sessions": (sessions, SESSION_SEEDS),
}


def search(name: str, examples: int) -> None:
    """Try so many; raises what is found, in its smallest form."""
    check, arguments = TARGETS[name]

    def one(**given_: object) -> None:
        check(**given_)

    one.__name__ = one.__qualname__ = f"fuzz_{name}"
    settled = settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.reuse, Phase.generate, Phase.target, Phase.shrink),
    )
    settled(given(**arguments)(one))()


def main(seconds: float) -> int:
    """Search in all of them, in turn, until the time is over; the status to end with."""
    is_guided = find_spec("atheris") is not None
    ends, rounds = time.monotonic() + seconds / (2 if is_guided else 1), 0
    while time.monotonic() < ends:
        rounds += 1
        for name in TARGETS:
            search(name, STEP)
    print(f"{rounds * STEP} examples for each of {', '.join(TARGETS)}: nothing found")
    if not is_guided:
        print("atheris is not installed: nothing was guided by coverage")
        return 0
    each = max(1, round(seconds / 2 / len(BYTES)))
    for name in BYTES:
        command = [sys.executable, "-m", "tests.abuse.guided", name, str(each)]
        if status := subprocess.run(command, check=False).returncode:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
