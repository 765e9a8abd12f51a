"""What holds whatever the far ends do: chance messages, answers, silence, outages and restarts."""

import base64
import re
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.core.effects import STATION
from gateway.testing import Bench
from tests.gateway.core_world import World

PAIRINGS = [("1.6", "2.0.1"), ("2.0.1", "1.6"), ("1.6", "1.6"), ("2.0.1", "2.0.1")]
KINDS = (
    ("call station",) * 12
    + ("call csms",) * 4
    + ("answer csms",) * 14
    + ("answer station",) * 6
    + ("call shadow",) * 2
    + ("answer shadow",) * 6
    + ("noise station", "noise csms", "noise shadow", "wait", "wait", "wait")
    + ("toggle csms", "toggle shadow", "restart")
)
STEP = st.tuples(st.sampled_from(KINDS), st.integers(0, 2**32 - 1))
# A list of lists is long as a rule, and can still be made short where something fails.
STEPS = st.lists(st.lists(STEP, min_size=1, max_size=20), min_size=1, max_size=20).map(
    lambda parts: [step for part in parts for step in part]
)
FRESH = re.compile(rb"gw-\d+")


def chance(examples: int) -> Any:
    """The same examples each time; a failure is made short, but not explained for minutes."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
    )


def happen(world: World, kind: str, seed: int) -> None:
    """One thing happens; a connection that is over is followed by the next."""
    what, _, leg = kind.partition(" ")
    rng = Random(seed)
    if world.is_over:
        world.connect()
    if leg and leg not in world.ends:
        return
    match what:
        case "call":
            world.call(leg, rng)
        case "answer":
            world.answer(leg, rng)
        case "noise":
            world.noise(leg, rng)
        case "wait":
            world.wait(rng.choice((0.5, 5.0, 31.0, 61.0, 700.0)))
        case "toggle":
            world.toggle(leg)
        case "restart":
            world.connect()


@pytest.mark.parametrize("policy", ["mirror", "buffer"])
@pytest.mark.parametrize(("station", "csms"), PAIRINGS)
@chance(150)
@given(steps=STEPS, answering=st.booleans(), shadow=st.sampled_from(["", "1.6", "2.0.1"]))
def test_every_call_is_answered_once_by_valid_frames_one_at_a_time(
    station: str, csms: str, policy: str, steps: list[Any], answering: bool, shadow: str
) -> None:
    world = World(station, csms, shadow=shadow, link_policy=policy, topology="discover")
    for kind, seed in steps:
        happen(world, kind, seed)
    world.settle(Random(0), answering=answering)
    assert not world.unanswered()


def heard_outside(world: World) -> list[tuple[str, bytes]]:
    """What the station and the primary were sent; the gateway's own ids by their order."""
    names: dict[bytes, bytes] = {}
    return [
        (leg, FRESH.sub(lambda found: names.setdefault(found[0], b"id-%d" % len(names)), text))
        for leg, text in world.said
        if leg != "shadow"
    ]


@pytest.mark.parametrize("shadow", ["1.6", "2.0.1"])
@pytest.mark.parametrize(("station", "csms"), PAIRINGS)
@chance(150)
@given(steps=STEPS)
def test_nobody_can_tell_whether_there_is_a_shadow(
    station: str, csms: str, shadow: str, steps: list[Any]
) -> None:
    with_it, without = World(station, csms, shadow=shadow), World(station, csms)
    for kind, seed in steps:
        happen(with_it, kind, seed)
        happen(without, kind, seed)
    assert heard_outside(with_it) == heard_outside(without)


TEXTS = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
        max_leaves=12,
    ).map(msgspec.json.encode),
    st.tuples(
        st.sampled_from([2, 3, 4]),
        st.text(max_size=40),
        st.sampled_from(["Heartbeat", "StopTransaction", "TransactionEvent", "Reset", "Ünknown"]),
        st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers(), max_size=3),
    ).map(lambda frame: msgspec.json.encode(list(frame))),
)


@pytest.mark.parametrize("shadow", ["1.6", "2.0.1"])
@pytest.mark.parametrize(("station", "csms"), PAIRINGS)
@chance(100)
@given(said=st.lists(st.tuples(st.sampled_from([STATION, "csms", "shadow"]), TEXTS), max_size=12))
def test_no_text_of_any_leg_can_raise(
    station: str, csms: str, shadow: str, said: list[tuple[str, bytes]]
) -> None:
    world = World(station, csms, shadow=shadow)
    for leg, text in said:
        world.session.hear(leg, text, world.now)
        world.session.tick(world.now)
    world.session.tick(world.now + 100)
    world.session.closed(STATION, world.now + 101)


# Signed values


SIGNATURES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
    st.binary(min_size=1, max_size=200).map(lambda data: base64.b64encode(data).decode()),
    st.text("0123456789abcdefABCDEF", min_size=2, max_size=64),
    st.text(max_size=60).map(lambda text: f'OCMF|{{"RD":[{{"RV":1.10}}]}}|{text}'),
)
FIELDS = st.fixed_dictionaries(
    {
        "signedMeterData": st.text(max_size=200),
        "signingMethod": st.text(max_size=20),
        "encodingMethod": st.text(max_size=20),
        "publicKey": st.text(max_size=100),
    }
)


def heard_by_201(signature: str) -> dict[str, Any]:
    """What the 2.0.1 CSMS gets for a signed value of a 1.6 station."""
    bench = Bench("A", {})
    samples = [{"value": "7"}, {"value": signature, "format": "SignedData"}]
    element = {"timestamp": "2025-03-01T10:00:00Z", "sampledValue": samples}
    call = [2, "1", "MeterValues", {"connectorId": 1, "meterValue": [element]}]
    (out,) = bench.hear("charger", call)
    (sample,) = out["frame"][3]["meterValue"][0]["sampledValue"]
    found: dict[str, Any] = sample["signedMeterValue"]
    return found


@chance(200)
@given(signature=SIGNATURES)
def test_a_signed_text_of_16_can_be_had_back_from_201(signature: str) -> None:
    data = heard_by_201(signature)["signedMeterData"]
    assert data == signature or base64.b64decode(data, validate=True).decode() == signature


@chance(100)
@given(fields=FIELDS)
def test_a_signed_object_in_16_is_the_same_object_in_201(fields: dict[str, str]) -> None:
    text = msgspec.json.encode(fields).decode()
    assert heard_by_201(text) == fields


@chance(100)
@given(fields=FIELDS)
def test_a_signed_value_of_201_is_carried_whole_by_16(fields: dict[str, str]) -> None:
    bench = Bench("B", {})
    sample = {"value": 7, "signedMeterValue": fields}
    element = {"timestamp": "2025-03-01T10:00:00Z", "sampledValue": [sample]}
    call = [2, "1", "MeterValues", {"evseId": 1, "meterValue": [element]}]
    (out,) = bench.hear("charger", call)
    plain, signed = out["frame"][3]["meterValue"][0]["sampledValue"]
    assert plain == {"value": "7"}
    assert signed["format"] == "SignedData"
    assert msgspec.json.decode(signed["value"]) == fields
