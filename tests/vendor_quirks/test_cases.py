"""Every quirk mends what its case file says, and nothing else."""

import re
from pathlib import Path

import msgspec
import pytest

from vendor_quirks.quirk import Nameplate, Quirk
from vendor_quirks.registry import (
    QUIRKS,
    Repairs,
    mend,
    mend_text,
    repairs_for,
    rewritten_target,
)

CASES = Path(__file__).parent / "cases"
NAMES = frozenset(quirk.name for quirk in QUIRKS)

FACT = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')
STEP = re.compile(r"([A-Za-z]+) +(.+)\n(?:becomes +(.+)|stays)")
TIMINGS = ("prompt_boot_after",)

decode = msgspec.json.decode


class Step(msgspec.Struct):
    """What a station of the case does, and what becomes of it; `after` is None where it stays."""

    facts: dict[str, str]
    kind: str
    before: str
    after: str | None


def read(text: str) -> list[Step]:
    steps: list[Step] = []
    facts: dict[str, str] = {}
    for block in re.sub(r"(?m)^#.*\n", "", text).split("\n\n"):
        if block.startswith("station: "):
            facts = {name: quoted or plain for name, quoted, plain in FACT.findall(block)}
            continue
        step = STEP.fullmatch(block.strip("\n"))
        assert step, f"not a step of a case: {block!r}"
        steps.append(Step(facts, *step.groups()))
    return steps


def hooks(quirk: Quirk) -> set[str]:
    """The kinds of step that a quirk's case file must show."""
    found = {*quirk.from_station, *quirk.to_station}
    found |= {"GET"} if quirk.handshake else set()
    found |= {"TEXT"} if quirk.raw_text else set()
    found |= {"RETRY"} if quirk.answer else set()
    return found | {"TIMING" for field in TIMINGS if getattr(quirk, field) is not None}


def repairs(quirk: Quirk, facts: dict[str, str]) -> Repairs:
    """What this quirk alone does for a station."""
    known = {"identity": "CS-1"} | {name: fact for name, fact in facts.items() if name != "on"}
    return repairs_for(
        Nameplate(**known), off=NAMES - {quirk.name}, on=frozenset({facts.get("on", "")})
    )


def played(quirk: Quirk, step: Step) -> object:
    """What becomes of a step; None where it stays."""
    mending = repairs(quirk, step.facts)
    match step.kind:
        case "GET":
            target, name = rewritten_target(step.before, off=NAMES - {quirk.name})
            assert (target != step.before) == (name == quirk.name)
            return target if name else None
        case "TEXT":
            text, done = mend_text(mending.raw_text, step.before.encode())
            assert done == ([(quirk.name, 1)] if text != step.before.encode() else [])
            return text.decode() if done else None
        case "RETRY":
            action, payload = step.before.split(" ", 1)
            for _, retry in mending.retries.get(action, ()):
                return retry.changed(decode(payload))
            return None
        case "TIMING":
            return getattr(mending, step.before)
    return _mended(quirk, mending, step)


def _mended(quirk: Quirk, mending: Repairs, step: Step) -> object:
    assert step.kind in hooks(quirk), "a step of no repair"
    payload = decode(step.before)
    side = mending.from_station if step.kind in quirk.from_station else mending.to_station
    done = mend(side.get(step.kind, ()), payload)
    assert bool(done) == (payload != decode(step.before)), "counted as it changed"
    assert all(changes > 0 for _, changes in done)
    return payload if done else None


def expected(step: Step) -> object:
    if step.after is None or step.kind == "GET":
        return step.after
    if step.kind == "TEXT":
        with pytest.raises(msgspec.DecodeError):
            decode(step.before)
        decode(step.after)  # mended text parses
        return step.after
    return decode(step.after)


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_a_quirk_does_what_its_case_says(quirk: Quirk) -> None:
    steps = read((CASES / f"{quirk.name}.txt").read_text())
    for step in steps:
        assert played(quirk, step) == expected(step), step
    assert {step.kind for step in steps if step.after} == hooks(quirk)
    assert any(step.after is None for step in steps), "something must stay untouched"


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_a_quirk_mends_something(quirk: Quirk) -> None:
    assert hooks(quirk)


def test_every_case_file_belongs_to_a_quirk() -> None:
    assert {path.name for path in CASES.iterdir()} == {f"{name}.txt" for name in NAMES}


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_a_quirk_that_is_switched_off_does_nothing(quirk: Quirk) -> None:
    for step in read((CASES / f"{quirk.name}.txt").read_text()):
        facts = {"identity": "CS-1"} | {k: v for k, v in step.facts.items() if k != "on"}
        assert repairs_for(Nameplate(**facts), off=NAMES, on=NAMES) == Repairs()
        if step.kind == "GET":
            assert rewritten_target(step.before, off=NAMES) == (step.before, None)
