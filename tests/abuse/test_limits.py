"""Each limit of gateway/limits.py: that it holds, and that README.md tells it as it is."""

import re
from base64 import b64encode
from pathlib import Path

import msgspec
import pytest
import trio

from gateway.addresses import endpoint
from gateway.core import passage, session
from gateway.core.effects import STATION, Effect, Persist, Refused, Send
from gateway.limits import LIMITS, SHORT, Limits, is_deep
from gateway.wire.decoder import Decoder
from gateway.wire.framing import FramingError
from gateway.wire.handshake import HandshakeError, identity_in, parse_request
from gateway.wire.keepalive import ALIVE, DEAD, SILENT, check
from gateway.wire.upgrade import Upgrade, UpgradeError
from tests.abuse.siege import request
from tests.endtoend.bad_input import frame
from tests.gateway.front_bench import Clerk, front
from tests.gateway.test_lane import HeldStore
from tests.gateway.wire_bench import Forwarding, Scripted, harbour, round_trip_of

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_has_every_limit_with_its_default() -> None:
    section = README.read_text("utf-8").partition("\n## Limits\n")[2].partition("\n#")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", section, re.MULTILINE))
    assert rows == {key: str(value) for key, value in msgspec.structs.asdict(LIMITS).items()}
    assert f"texts over {SHORT} bytes" in section
    assert f"their turn, {session.PIPELINED}," in section
    assert f"commands of a CSMS, {passage.WAITING_COMMANDS}," in section


def test_every_limit_has_its_test_here() -> None:
    tested = re.findall(r"def test_(\w+?)_is_a_limit", Path(__file__).read_text("utf-8"))
    assert set(tested) == set(Limits.__struct_fields__)


def refusal(data: bytes) -> int:
    """With which status a request is refused; 0 if it is not."""
    try:
        assert parse_request(data) is not None
    except HandshakeError as error:
        return error.status
    return 0


def broken_by(*frames: bytes) -> str:
    """Which rule a station's frames break."""
    decoder = Decoder(from_client=True, limit=LIMITS.message)
    try:
        for each in frames:
            decoder.receive(each)
            while decoder.next() is not None:
                pass
    except FramingError as error:
        return error.reason
    return ""


def test_request_is_a_limit() -> None:
    room = LIMITS.request - len(request(headers="X: \r\n"))
    assert refusal(request(headers=f"X: {'y' * room}\r\n")) == 0
    assert refusal(request(headers=f"X: {'y' * (room + 1)}\r\n")) == 431
    upgrade = Upgrade(endpoint("ws://far/x"), "ocpp1.6")
    with pytest.raises(UpgradeError):
        upgrade.accepted(b"HTTP/1.1 101 X\r\nX: " + b"y" * LIMITS.request)


def test_headers_is_a_limit() -> None:
    own = request().count(b"\r\n") - 2
    more = "".join(f"X-{n}: y\r\n" for n in range(LIMITS.headers - own))
    assert refusal(request(headers=more)) == 0
    assert refusal(request(headers=f"{more}One: more\r\n")) == 431


def test_identity_is_a_limit() -> None:
    assert identity_in("/" + "%41" * LIMITS.identity, "") == "A" * LIMITS.identity
    with pytest.raises(HandshakeError):
        identity_in("/" + "A" * (LIMITS.identity + 1), "")


@pytest.mark.trio
async def test_password_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []

    async def authenticate(self: Clerk, identity: str, user: bytes, password: bytes) -> bool:
        hashed.append(len(password))
        return False

    monkeypatch.setattr(Clerk, "authenticate", authenticate)
    async with front(profile=1) as gateway:
        for size in (LIMITS.password, LIMITS.password + 1, 9000):
            pair = b64encode(b"CS1:" + b"x" * size)
            headers = [(b"Authorization", b"Basic " + pair)]
            assert (await gateway.refusal("CS1", headers))[0] == 401
    assert hashed == [LIMITS.password]


def test_message_is_a_limit() -> None:
    assert broken_by(frame(0x81, b"x" * LIMITS.message, True)) == ""
    assert broken_by(frame(0x81, b"", True, LIMITS.message + 1)[:10]) == "too_big"
    halves = [frame(head, b"x" * 33_000, True) for head in (0x01, 0x80)]
    assert broken_by(*halves) == "too_big"


def test_fragments_is_a_limit() -> None:
    empty = frame(0x00, b"", True)
    most = [frame(0x01, b"", True), *[empty] * (LIMITS.fragments - 2)]
    assert broken_by(*most, frame(0x80, b"", True)) == ""
    assert broken_by(*most, empty, frame(0x80, b"", True)) == "fragments"


def test_depth_is_a_limit() -> None:
    for depth, is_too_deep in ((LIMITS.depth, False), (LIMITS.depth + 1, True)):
        assert is_deep(b"[" * depth + b" " * SHORT + b"]" * depth, LIMITS.depth) is is_too_deep


@pytest.mark.trio
async def test_bad_frames_is_a_limit() -> None:
    async with harbour(bad_frames=3) as port:
        _, station, _ = port.adopt(Scripted(junk=[Refused(STATION, "bad_frame", "")]))
        for _ in range(4):
            await station.say(b"junk")
        assert await station.closing() == 1008


@pytest.mark.trio
async def test_outbox_is_a_limit() -> None:
    async with harbour(outbox=20_000, low_water=1_000_000) as port:
        _, station, primary = port.adopt(Scripted(go=[Send("legacy", b"x" * 9000)] * 9))
        await station.say(b"go")
        assert await station.closing() == 1001
        assert port.tally.legs_connected["legacy", "primary"] == 0
        primary.sock.close()


@pytest.mark.trio
async def test_low_water_is_a_limit() -> None:
    async with harbour(low_water=5000) as port:
        session = Scripted(go=[Send("legacy", b"x" * 40_000)], on=[])
        _, station, primary = port.adopt(session)
        await station.say(b"go")
        await trio.testing.wait_all_tasks_blocked(0.05)
        leg = next(one for one in port.lane._by_fd.values() if one.role == "station")
        assert leg.paused
        await primary.hear()
        await station.say(b"on")
        await round_trip_of(station)


@pytest.mark.trio
async def test_held_is_a_limit() -> None:
    class Journalling(Forwarding):
        def hear(self, leg: str, text: bytes, now: float) -> list[Effect]:
            return [Persist("legacy", {"k": text}), Send("legacy", text)]

    store = HeldStore()
    async with harbour(store, held=4) as port:
        link, station, _ = port.adopt(Journalling())
        for number in range(10):
            await station.say(b"%d" % number)
        await trio.testing.wait_all_tasks_blocked(0.05)
        assert len(link._held) <= 4 + 2 * 2
        leg = next(one for one in port.lane._by_fd.values() if one.role == "station")
        assert leg.paused


def test_ping_interval_is_a_limit() -> None:
    last = 100.0
    early, again = check(last + LIMITS.ping_interval - 1, last, float("inf"), LIMITS)
    late, _ = check(last + LIMITS.ping_interval, last, float("inf"), LIMITS)
    assert (early, again, late) == (ALIVE, last + LIMITS.ping_interval, SILENT)


def test_pong_within_is_a_limit() -> None:
    pinged = 100.0
    early, again = check(pinged + LIMITS.pong_within - 1, 50.0, pinged, LIMITS)
    late, _ = check(pinged + LIMITS.pong_within, 50.0, pinged, LIMITS)
    assert (early, again, late) == (ALIVE, pinged + LIMITS.pong_within, DEAD)


@pytest.mark.trio
async def test_write_within_is_a_limit() -> None:
    async with harbour(write_within=0.05) as port:
        _, station, primary = port.adopt(Scripted(go=[Send("legacy", b"x" * 100_000)]))
        await station.say(b"go")
        assert await station.closing() == 1001
        primary.sock.close()


@pytest.mark.trio
async def test_close_within_is_a_limit() -> None:
    async with harbour(close_within=0.05) as port:
        link, station, _ = port.adopt(Forwarding())
        port.lane.retire(link, 1012, "")
        assert await station.closing() == 1012
        assert await station.hear() is None  # though we never answered
