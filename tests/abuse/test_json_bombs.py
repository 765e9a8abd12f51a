"""Threat: JSON that is deep, huge, ambiguous or no JSON: answered in kind, never raised."""

import time

import msgspec
import pytest

from adapters import frame
from gateway.core.ambiguity import has_names_twice
from gateway.core.effects import STATION, Refused, Send
from gateway.limits import LIMITS, SHORT, is_deep
from gateway.testing.bench import Bench
from gateway.wire.connection import INSPECT_EVERY
from tests.abuse.siege import Camp, siege, staffed
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.talker import Talker
from tests.gateway.wire_bench import Scripted, harbour, round_trip_of

ARRAYS = {"100": 100, "1000": 1000, "30000": 30_000}
BOMBS = {
    **{
        name: '[2,"7","DataTransfer",{"data":' + "[" * n + "]" * n + "}]"
        for name, n in ARRAYS.items()
    },
    "1e400": '[2,"7","MeterValues",{"connectorId":1e400}]',
    "5000 digits": '[2,"7","MeterValues",{"connectorId":' + "9" * 5000 + "}]",
    "NaN": '[2,"7","MeterValues",{"connectorId":NaN}]',
    "a byte order mark": '\ufeff[2,"7","Heartbeat",{}]',
    "a lone surrogate": '[2,"7","Authorize",{"idTag":"\\ud800"}]',
    "NUL": '[2,"7","Authorize",{"idTag":"a\\u0000b"}]',
    "bytes behind the end": '[2,"7","Heartbeat",{}] x',
    "an object": '{"2":"7"}',
    "too few": '[2,"7"]',
    "too many": '[2,"7","Heartbeat",{},1]',
    "an id of 37": f'[2,"{"i" * 37}","Heartbeat",{{}}]',
    "an empty id": '[2,"","Heartbeat",{}]',
    "a number as id": '[2,7,"Heartbeat",{}]',
    "wide": '[2,"7","DataTransfer",{"data":[' + ",".join(["{},[]"] * 10_000) + "]}]",
    "many keys": '[2,"7","DataTransfer",{' + ",".join(f'"{n}":1' for n in range(6000)) + "}]",
}


@pytest.mark.trio
@pytest.mark.parametrize("csms_speaks", ["1.6", "2.0.1"])
async def test_no_text_ends_more_than_its_own_connection(stage: Camp, csms_speaks: str) -> None:
    csms = await staffed(stage, "far", csms_speaks)
    async with siege(stage, csms=csms, timeouts="call = 2.0") as around:
        for version in ("1.6", "2.0.1"):
            for number, text in enumerate(BOMBS.values()):
                bad = Talker(await around.admitted(f"BAD-{version}-{number}"))
                await bad.end.say(text)
                await bad.end.drop()
        await around.gateway.settles("stations_connected", 1)


@pytest.mark.trio
async def test_what_is_too_deep_is_closed_and_counted(stage: Camp) -> None:
    async with siege(stage) as around:
        bad = await stage.station(around.gateway, "BAD")
        await bad.end.say(BOMBS["1000"])
        assert await bad.is_closed() == 1008
        await around.gateway.until("frames_refused_total", 1, leg="station", reason="too_deep")


@pytest.mark.trio
async def test_whoever_goes_on_saying_what_is_no_frame_is_sent_away() -> None:
    async with harbour() as port:
        script = Scripted(junk=[Refused(STATION, "bad_frame", "")], fine=[Send("legacy", b"fine")])
        _, station, primary = port.adopt(script)
        for _ in range(LIMITS.bad_frames):
            await station.say(b"junk")
        await station.say(b"fine")
        assert await primary.hear() == (1, b"fine")
        await station.say(b"junk")
        assert await station.closing() == 1008
        assert port.tally.frames_refused["station", "bad_frames"] == 1


def test_depth_is_told_whatever_is_in_the_strings() -> None:
    deep, strings = b"[" * 65 + b"]" * 65, b'"' + b"[" * SHORT + b'\\"{{"'
    assert is_deep(b" " * SHORT + deep, 64)
    assert not is_deep(b" " * SHORT + deep, 65)
    assert not is_deep(b"[" + strings + b"]", 64)
    assert is_deep(b"[" + strings + b"," + deep + b"]", 64)
    assert is_deep(b'["\\\\",' + deep + b" " * SHORT + b"]", 64)
    assert not is_deep(b"[" + b"{}," * 5000 + b"0]", 64)
    assert not is_deep(b'["' + b'\\"' * 30_000, 64)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_an_answer_names_the_id_where_one_can_be_read(version: frame.Version) -> None:
    bench = Bench("A" if version == "1.6" else "B", {})
    said = bench.hear("charger", [2, "7", "Heartbeat"])
    errors = [one["frame"] for one in said if one["to"] == "charger"]
    expected = {"1.6": "FormationViolation", "2.0.1": "FormatViolation"}[version]
    assert [(error[0], error[1], error[2]) for error in errors] == [(4, "7", expected)]


def test_of_duplicate_keys_the_last_one_counts_and_goes_on_alone() -> None:
    found = frame.parse(b'[2,"7","Authorize",{"idTag":"FIRST","idTag":"LAST"}]')
    assert isinstance(found, frame.Call)
    assert msgspec.json.decode(found.payload) == {"idTag": "LAST"}
    assert b"FIRST" not in msgspec.json.encode(msgspec.json.decode(found.payload))


@pytest.mark.trio
async def test_between_equal_versions_duplicate_keys_pass_as_they_came(stage: Camp) -> None:
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms)
    station = await stage.station(gateway, "CS-1")
    desk = await csms.talker("CS-1", CSMS_ANSWERS["1.6"])
    text = '[2,"7","Authorize",{"idTag":"FIRST", "idTag":"LAST"}]'
    await station.ask_text(text, "7")
    await station.answer_to("7")
    assert desk.texts == [text]
    await gateway.until("ambiguous_frames_total", 1, leg="station")
    (line,) = [line for line in gateway.log.splitlines() if "ambiguous message" in line]
    assert '"station":"CS-1"' in line
    assert "FIRST" not in gateway.log


@pytest.mark.parametrize(
    ("text", "is_twice"),
    [
        (b'[2,"7","Authorize",{"idTag":"A","idTag":"B"}]', True),
        (b'[2,"7","X",{"a":[{"b":1,"c":{}},{"b":1,"b":2}]}]', True),
        (b'[2,"7","X",{"\\u0061":1,"a":2}]', True),
        (b'[2,"7","X",{"a":"x:y\\":{","b":[{"a":1},{"a":2}]}]', False),
        (b'[3,"7",{}]', False),
        (b'[2,"7","X",{"a":1,"a":', False),
        (b"[" * 5000, False),
    ],
)
def test_a_name_that_stands_twice_is_seen_wherever_it_is(text: bytes, is_twice: bool) -> None:
    assert has_names_twice(text) == is_twice


@pytest.mark.trio
async def test_no_more_messages_are_looked_at_than_costs_nothing() -> None:
    twice = '[2,"7","Authorize",{"idTag":"A","idTag":"B"}]'
    async with harbour() as port:
        _, station, _ = port.adopt(Scripted(**{twice: []}))
        begun = time.monotonic()
        for _ in range(50):
            await station.say(twice.encode())
        await round_trip_of(station)
        seconds = time.monotonic() - begun
        assert 1 <= port.tally.ambiguous["station",] <= 1 + seconds / INSPECT_EVERY
