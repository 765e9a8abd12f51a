"""Quirks by their case files over real sockets: one gateway, and peers that go by the schema."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trio

from tests.endtoend.field import AT_ONCE, AnyAnswer, Field
from tests.endtoend.field_scenes import FOLDER, HERTZ, SCENES, SILENT, World
from tests.endtoend.gateway_process import Counts
from tests.endtoend.stage import Stage
from tests.schema_oracle import encode, faults, schemas
from tests.toml_text import inline
from tests.vendor_quirks.case_files import CASES, NOON, Step, kind_of, pair, read, setting
from vendor_quirks.quirk import Quirk
from vendor_quirks.registry import QUIRKS

HOOKS = {
    "from_station", "to_station", "from_csms", "to_csms", "TEXT", "FRAME", "CALL", "HEARD", "TOLD",
}  # fmt: skip
# Quirks whose case is not what comes of it on a wire, and why.
LEFT_OUT = {
    "enplus.datatransfer-before-boot": "what it is told by is what it answers",
    "generic.getconfiguration-without-unknown-keys": "its case comes after a CALL in vain",
    "easee.profile-restrictions": "its outcome is the present time",
    "generic.profile-from-now-is-late": "its case is about the time that it was played at",
    "ocular.drop-without-heartbeat": "its case answers no boot of this station",
    "aefa.empty-transactionid-json": "its moments are respelled, too",
    "wallbox.measurands-not-delivered": "this make is asked after 20 s",
    "shared.current-time-with-zone-name": "its moment is respelled, too",
    "csms.one-bad-sample-refuses-all": "its samples are mended by what is everyone's",
    "csms.same-transaction-id-twice": "a number is made of its own",
}
OVER = "OVER-"  # how identities begin whose CSMS speaks the other version
SEEN = "OBS-"  # and of those that are only observed
SEGMENTS = f"""
[[csms]]
name = "picky"
url = "{{picky}}"
version = "1.6"
quirks = {{{{ on = ["csms.celcius-only"] }}}}
[[segment]]
name = "new"
match = {{{{ identity = "V2-*" }}}}
primary = "new"
[[segment]]
name = "over-to-new"
match = {{{{ identity = "{OVER}V1-*" }}}}
primary = "new"
[[segment]]
name = "over-to-old"
match = {{{{ identity = "{OVER}V2-*" }}}}
primary = "old"
[[segment]]
name = "picky"
match = {{{{ identity = "PICKY-*" }}}}
primary = "picky"
[[segment]]
name = "observed-new"
match = {{{{ identity = "{SEEN}V2-*" }}}}
primary = "new"
quirks = {{{{ observe = ["*"] }}}}
[[segment]]
name = "observed"
match = {{{{ identity = "{SEEN}*" }}}}
primary = "old"
quirks = {{{{ observe = ["*"] }}}}
[[segment]]
name = "raw"
match = {{{{ identity = "RAW-*" }}}}
primary = "old"
quirks = {{{{ off = ["{HERTZ}"] }}}}
[[segment]]
name = "all"
primary = "old"
"""


class Part(NamedTuple):
    """One step of one quirk's case file, at a station of its own."""

    quirk: Quirk
    step: Step
    identity: str

    @property
    def name(self) -> str:
        """The quirk, and the hook that is shown at work."""
        return f"{self.quirk.name} {self.hook}"

    @property
    def hook(self) -> str:
        """What kind of step it is."""
        return kind_of(self.quirk, self.step).partition(" ")[0]

    @property
    def version(self) -> str:
        """Of OCPP, as both ends speak it."""
        return self.step.facts.get("version", "1.6")

    @property
    def is_refused(self) -> bool:
        """Whether whoever goes by the schema would refuse it as it is."""
        message = message_of(self.quirk, self.step)
        return self.hook in ("TEXT", "FRAME") or (
            self.hook in ("from_station", "from_csms")
            and bool(faults(self.version, message, self.step.text.encode()))
        )


def parts() -> Iterator[Part]:
    """For each quirk the first step of each hook that can be played as it stands."""
    for number, quirk in enumerate(quirk for quirk in QUIRKS if quirk.name not in LEFT_OUT):
        shown: set[str] = set()
        for step in read((CASES / f"{quirk.name}.txt").read_text("utf-8")):
            begin = "V2" if step.facts.get("version") == "2.0.1" else "V1"
            part = Part(quirk, step, f"{step.facts.get('identity', begin)}-{number}-{len(shown)}")
            if part.hook not in shown and is_playable(part):
                shown.add(part.hook)
                yield part


def is_playable(part: Part) -> bool:
    """Whether it needs no other time, no earlier failure, and is a whole message."""
    step, told = part.step, " ".join(text for _, text in part.step.outcome)
    if step.stays or part.hook not in HOOKS or ("hears", "nothing") in step.outcome:
        return False
    if part.hook == "CALL" and is_plain(step):
        return False
    if step.later or not step.facts.keys().isdisjoint(("now", "shown")):
        return False
    if (NOON in told and NOON not in step.text) or any(key == "CALL" for key, _ in step.given):
        return False
    if part.hook not in ("from_station", "from_csms"):
        return True
    message = message_of(part.quirk, step)
    return message in schemas(part.version) and not faults(part.version, message, told.encode())


def is_plain(step: Step) -> bool:
    """Whether a CALL goes as it would without the quirk, and so does its answer."""
    (_, sent), (_, heard), (_, told) = step.outcome[:3]
    return len(step.outcome) == 3 and heard == told and pair(sent)[1] == step.text


def message_of(quirk: Quirk, step: Step) -> str:
    """The name of the message's schema."""
    key = kind_of(quirk, step).partition(" ")[2]
    return key if key.endswith("Response") else f"{key}Request"


def is_carried(part: Part) -> bool:
    """Whether it is a CALL of the station that needs nothing before it: any CSMS can hear it."""
    key = kind_of(part.quirk, part.step).partition(" ")[2]
    return (
        part.hook == "from_station"
        and not key.endswith("Response")
        and not part.step.given
        and "identity" not in part.step.facts
    )


PARTS = {part.name: part for part in parts()}
CARRIED = {
    f"{part.name} between versions": part._replace(identity=f"{OVER}{part.identity}")
    for part in PARTS.values()
    if is_carried(part)
}

OBSERVED = {
    f"{part.name} observed": part._replace(identity=f"{SEEN}{part.identity}")
    for part in PARTS.values()
    if is_carried(part)
}


def quirk_keys() -> str:
    """What the operator says of the quirks of these stations."""
    values: dict[str, Any] = {}
    for part in PARTS.values():
        told = part.step.facts.items()
        values |= {name[4:]: setting(fact) for name, fact in told if name.startswith("set.")}
    on = {
        part.identity: {"on": part.step.facts["on"].split(",")}
        for part in (*PARTS.values(), *CARRIED.values())
        if "on" in part.step.facts
    } | {"RAW-2": {"on": [HERTZ]}}
    on |= {part.identity: {"observe": [part.quirk.name]} for part in OBSERVED.values()}
    keys = {"folder": FOLDER, "values": values, "station": on}
    return "\n".join(["[quirks]", *(f"{key} = {inline(keys[key])}" for key in keys)])


async def all_played(folder: Path) -> tuple[dict[str, BaseException | None], Counts]:
    """Every part and every scene, one after the other; what went wrong, and what was counted."""
    found: dict[str, BaseException | None] = {}
    async with trio.open_nursery() as nursery:
        stage = Stage(folder, nursery)
        csmss = [
            await stage.wire_csms(name, version)
            for name, version in (("old", "1.6"), ("new", "2.0.1"), ("picky", "1.6"))
        ]
        (folder / "gateway-0" / FOLDER).mkdir(parents=True)
        (folder / "gateway-0" / FOLDER / "ours.toml").write_text(SILENT)
        segments = SEGMENTS.format(picky=csmss[2].url)
        options = f'provision = "off"\n{quirk_keys()}'
        gateway = await stage.gateway(*csmss[:2], segments=segments, options=options)
        world = World(stage, gateway, csmss)
        played = {name: partial(play, world, part) for name, part in PARTS.items()}
        played |= {name: partial(carry, world, part) for name, part in CARRIED.items()}
        played |= {name: partial(watch, world, part) for name, part in OBSERVED.items()}
        played |= {scene.__name__: partial(scene, world) for scene in SCENES}
        for name, work in played.items():
            found[name] = await outcome(work)
        counts = await gateway.counts()
        await stage.end()
        nursery.cancel_scope.cancel()
    return found, counts


async def outcome(work: Any) -> BaseException | None:
    """What goes wrong, if anything does."""
    try:
        await work()
    except Exception as error:
        return error
    return None


async def play(world: World, part: Part) -> None:
    """One part: the station comes, says who it is, and does as its case has it."""
    csms = world.new if part.version == "2.0.1" else world.old
    station, desk = await world.pair(part.identity, csms)
    field = Field(part.quirk, part.version, station, desk)
    await field.introduce(part.step.facts)
    await field.play(part.step)
    await station.end.drop()


async def carry(world: World, part: Part) -> None:
    """The same behind a CSMS of the other version: it hears nothing but what its schema has."""
    csms = world.old if part.version == "2.0.1" else world.new
    station, desk = await world.pair(part.identity, csms, part.version)
    field = Field(part.quirk, part.version, station, desk)
    desk.answers = AnyAnswer(csms.version)
    with trio.fail_after(AT_ONCE):
        await field.tell(part.step.facts)
        key = kind_of(part.quirk, part.step).partition(" ")[2]
        await station.ask_text(f'[2,"this","{key}",{part.step.text}]', "this")
        await station.answer_to("this")
    await station.end.drop()
    for action, payload in desk.heard:
        assert not faults(csms.version, f"{action}Request", encode(payload)), payload


async def watch(world: World, part: Part) -> None:
    """The same where quirks only observe: the CSMS hears what the station said."""
    csms = world.new if part.version == "2.0.1" else world.old
    station, desk = await world.pair(part.identity, csms)
    field = Field(part.quirk, part.version, station, desk)
    desk.answers = AnyAnswer(csms.version)
    with trio.fail_after(AT_ONCE):
        await field.tell(part.step.facts)
        key = kind_of(part.quirk, part.step).partition(" ")[2]
        text = f'[2,"this","{key}",{part.step.text}]'
        await station.ask_text(text, "this")
        await station.answer_to("this")
    await station.end.drop()
    assert desk.texts[-1] == text


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Counts]:
    """Everything, played once."""
    return trio.run(all_played, tmp_path_factory.mktemp("field"))


@pytest.mark.parametrize(
    "name", [*PARTS, *CARRIED, *OBSERVED, *(scene.__name__ for scene in SCENES)]
)
def test_every_quirk_acts_over_sockets_as_its_case_says(
    played: tuple[dict[str, Any], Counts], name: str
) -> None:
    error = played[0][name]
    if error is not None:
        raise error


@pytest.mark.parametrize("quirk", sorted({part.quirk.name for part in PARTS.values()}))
def test_what_a_quirk_mended_was_counted(played: tuple[dict[str, Any], Counts], quirk: str) -> None:
    assert played[1].of("quirk_repairs_total", quirk=quirk) >= 1


@pytest.mark.parametrize("quirk", sorted({part.quirk.name for part in OBSERVED.values()}))
def test_what_an_observed_quirk_would_have_mended_was_counted(
    played: tuple[dict[str, Any], Counts], quirk: str
) -> None:
    assert played[1].of("quirk_observed_total", quirk=quirk) >= 1


def test_no_quirk_failed_and_nobody_fell(played: tuple[dict[str, Any], Counts]) -> None:
    assert played[1].of("frames_refused_total", reason="quirk_failed") == 0
    assert played[1].of("station_crashes_total") == 0


def test_there_are_many_of_every_hook_and_many_that_would_have_been_refused() -> None:
    assert {part.hook for part in PARTS.values()} == HOOKS
    assert len({part.quirk.name for part in PARTS.values()}) >= 180
    assert len({part.quirk.name for part in PARTS.values() if part.is_refused}) >= 30
    assert len(CARRIED) >= 50
    assert LEFT_OUT.keys() <= {quirk.name for quirk in QUIRKS}
