"""Played through sockets or without, a story goes the same way, byte for byte on every leg."""

from typing import Any

import msgspec
import pytest
import trio

from tests.endtoend.both_ways import Story, stories, without_now
from tests.endtoend.gateway_process import PATIENCE, Gateway
from tests.endtoend.stage import Stage
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import ClosedError, WireEnd, dialled

pytestmark = pytest.mark.trio
STORIES = stories()


def toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {toml(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return msgspec.json.encode(value).decode()


def segment(story: Story) -> str:
    """The segment of one story's station, with the story's options."""
    options = "".join(f"{name} = {toml(value)}\n" for name, value in story.options.items())
    head = f'[[segment]]\nname = "{story.segment}"\nmatch = {{ identity = "{story.name}" }}\n'
    return f'{head}primary = "csms-{story.csms}"\n[segment.translation]\n{options}'


async def test_a_story_goes_the_same_way_through_sockets(stage: Stage) -> None:
    csmss = {
        version: await stage.wire_csms(f"csms-{version}", version) for version in ("1.6", "2.0.1")
    }
    segments = "\n".join(map(segment, STORIES))
    gateway = await stage.gateway(*csmss.values(), segments=segments)
    assert len(STORIES) > 40
    different = {}
    for story in STORIES:
        try:
            await played(story, gateway, csmss[story.csms])
        except AssertionError as error:
            different[story.name] = str(error)
    assert not different, "\n".join(f"{name}: {why}" for name, why in different.items())


async def played(story: Story, gateway: Gateway, csms: WireCsms) -> None:
    """One story with a station of its own. Raises AssertionError where it goes otherwise."""
    station = await dialled(gateway.port, f"/ocpp/{story.name}", story.station)
    legs = {"charger": station}
    try:
        legs["backend"] = await csms.connection(story.name)
        for number, step in enumerate(story.taken_down()):
            await legs[step.who].say(step.text.decode())
            for leg, text in step.said:
                heard = await heard_by(legs[leg])
                assert heard == without_now(text), f"step {number}, {leg}: {heard!r}, not {text!r}"
        await nothing_more(legs)
    finally:
        for end in legs.values():
            await end.drop()


async def heard_by(end: WireEnd) -> bytes:
    """The next text of a leg."""
    with trio.move_on_after(PATIENCE / 3):
        return without_now((await end.hear()).encode())
    return b"nothing"


async def nothing_more(legs: dict[str, WireEnd]) -> None:
    """The station goes, and its CSMS's leg with it: nothing else was said on either."""
    await legs["charger"].close()
    for leg, end in legs.items():
        try:
            heard = await heard_by(end)
        except ClosedError:
            continue
        raise AssertionError(f"{leg} also got {heard!r}")
