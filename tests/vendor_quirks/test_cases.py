"""Every quirk mends what its case file says, and nothing else."""

from typing import Any

import msgspec
import pytest

from tests.vendor_quirks.case_files import CASES, OF, Step, decode, hooks, kind_of, pair, read
from vendor_quirks.answers import Verdict
from vendor_quirks.command import Answered
from vendor_quirks.compiled import DIRECTIONS, Repairs
from vendor_quirks.mending import Named, mend, mend_envelope, mend_text
from vendor_quirks.pace import NO_PACE
from vendor_quirks.quirk import Quirk, Repair
from vendor_quirks.registry import QUIRKS, repairs_for, rewritten_target
from vendor_quirks.situation import Situation

NAMES = frozenset(quirk.name for quirk in QUIRKS)
every_quirk = pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)


def repairs(quirk: Quirk, step: Step) -> Repairs:
    """What this quirk alone does for the station of a step."""
    return repairs_for(step.nameplate(), off=NAMES - {quirk.name}, on=step.on())


def play(quirk: Quirk, step: Step) -> None:
    """Do what the step says, and compare."""
    kind, mending = kind_of(quirk, step), repairs(quirk, step)
    first, _, rest = kind.partition(" ")
    match first:
        case "GET":
            target, name = rewritten_target(step.text, off=NAMES - {quirk.name})
            assert (target != step.text) == (name == quirk.name)
            expect(step, target)
        case "TEXT":
            play_text(quirk, mending, step)
        case "FRAME":
            play_frame(quirk, mending, step)
        case "CALL":
            play_call(quirk, mending, step, rest)
        case "HEARD" | "TOLD":
            play_answer(mending, step, OF[first], rest)
        case "TIMING":
            play_timing(mending, step, rest)
        case _:
            play_payload(quirk, mending, step, kind)


def expect(step: Step, became: str) -> None:
    assert became == (step.text if step.stays else outcome(step))


def outcome(step: Step) -> str:
    """What a step becomes; `nothing` where the message is dropped."""
    ((word, text),) = step.outcome
    assert word == "becomes"
    return "" if text == "nothing" else text


def play_text(quirk: Quirk, mending: Repairs, step: Step) -> None:
    ours = mending.raw_text if quirk.side == "station" else mending.csms_text
    text, done = mend_text(ours, step.text.encode())
    assert done == ([(quirk.name, 1)] if text != step.text.encode() else [])
    expect(step, text.decode())
    if not step.stays and text:
        with pytest.raises(msgspec.DecodeError):
            decode(step.text)
        decode(text)  # mended text parses


def play_frame(quirk: Quirk, mending: Repairs, step: Step) -> None:
    frame = decode(step.text)
    ours = mending.envelope if quirk.side == "station" else mending.csms_envelope
    done = mend_envelope(ours, frame, step.facts.get("open", ""))
    assert done == ([(quirk.name, 1)] if frame != decode(step.text) else [])
    assert frame == decode(step.text if step.stays else outcome(step))


def play_call(quirk: Quirk, mending: Repairs, step: Step, action: str) -> None:
    payload, known = decode(step.text), step.situation()
    ours = [one for _, one in mending.commands.get(action, ()) if one.concerns(payload, known)]
    if step.stays:
        assert not ours
        return
    talk = ours[0].talk(payload, known)
    asked: Any = next(talk)
    lines = iter(step.outcome)
    for word, text in lines:
        if word == "answers":
            assert asked == answer(text)
            return
        assert word == "sends"
        sent, wanted = pair(text)
        assert asked == (sent, decode(wanted))
        heard, text = next(lines)
        assert heard == "hears"
        try:
            asked = talk.send(answer(text))
        except StopIteration as done:
            asked = done.value
    raise AssertionError("a CALL without its answer")


def answer(text: str) -> Answered:
    """`{...}`, `CALLERROR code`, or `nothing`."""
    if text == "nothing":
        return Answered(code="timeout")
    if text.startswith("CALLERROR "):
        return Answered(code=text.removeprefix("CALLERROR "))
    return Answered(decode(text))


def play_answer(mending: Repairs, step: Step, of: Any, action: str) -> None:
    known, payload = step.situation(), decode(step.text)
    # A limit or a repeat needs the CALL before it: `given:` lines that begin with HEARD or TOLD.
    for key, text in step.given:
        if key in OF:
            known.now -= step.later
            earlier, said = pair(text)
            for _, one in mending.answers.get((of, earlier), ()):
                one.heard(decode(said), known, "earlier")
            known.now += step.later
    found = [one.heard(payload, known, "this") for _, one in mending.answers.get((of, action), ())]
    verdict = next((one for one in found if one is not None), None)
    if step.stays:
        assert verdict is None
        return
    assert verdict is not None
    assert verdict == wanted_verdict(step)


def wanted_verdict(step: Step) -> Verdict:
    ((word, text), *more) = step.outcome
    assert word == "answers"
    then = None
    for word, rest in more:
        assert word == "then"
        action, payload = pair(rest)
        then = (action, decode(payload))
    if text == "the same":
        return Verdict(None, same_as="earlier")
    if text.startswith("CALLERROR "):
        return Verdict({}, error=text.removeprefix("CALLERROR "))
    return Verdict(decode(text), then=then)


def play_timing(mending: Repairs, step: Step, field: str) -> None:
    is_set = getattr(mending.pace, field)
    wanted = getattr(NO_PACE, field) if step.stays else decode(outcome(step))
    assert is_set == wanted


def play_payload(quirk: Quirk, mending: Repairs, step: Step, kind: str) -> None:
    assert kind in hooks(quirk), "a step of no repair"
    payload, known = decode(step.text), step.situation()
    had_before(mending, step, known)
    done = mend(pairs(mending, kind), payload, known)
    assert bool(done) == (payload != decode(step.text)), "counted as it changed"
    assert all(changes > 0 for _, changes in done)
    assert payload == decode(step.text if step.stays else outcome(step))
    assert not mend(pairs(mending, kind), payload, known), "nothing is left to do"


def had_before(mending: Repairs, step: Step, known: Situation) -> None:
    """What `given: CALL` left behind: refused as it was, accepted in its other form."""
    for key, text in step.given:
        if key == "CALL":
            action, payload = pair(text)
            for _, one in mending.commands[action]:
                talk = one.talk(decode(payload), known)
                next(talk)
                talk.send(Answered({"status": "Rejected"}))
                with pytest.raises(StopIteration):
                    talk.send(Answered({"status": "Accepted"}))


def pairs(mending: Repairs, kind: str) -> Named[Repair]:
    direction, action = kind.split(" ")
    gate = mending.gates.get(direction, {}).get(action)  # type: ignore[call-overload]
    own: Named[Repair] = getattr(mending, direction).get(action, ())
    return (*(gate.repairs if gate else ()), *own)


def steps_of(quirk: Quirk) -> list[Step]:
    return read((CASES / f"{quirk.name}.txt").read_text("utf-8"))


@every_quirk
def test_a_quirk_does_what_its_case_says(quirk: Quirk) -> None:
    steps = steps_of(quirk)
    for step in steps:
        play(quirk, step)
    assert {kind_of(quirk, step) for step in steps if not step.stays} == hooks(quirk)
    assert any(step.stays for step in steps), "something must stay untouched"


@every_quirk
def test_a_quirk_mends_something(quirk: Quirk) -> None:
    assert hooks(quirk)


def test_every_case_file_belongs_to_a_quirk() -> None:
    assert {path.name for path in CASES.iterdir()} == {f"{name}.txt" for name in NAMES}


@every_quirk
def test_a_quirk_that_is_switched_off_does_nothing(quirk: Quirk) -> None:
    for step in steps_of(quirk):
        nothing = repairs_for(step.nameplate(), off=NAMES, on=NAMES)
        assert nothing.names == nothing.shared == ()
        if step.kind == "GET":
            assert rewritten_target(step.text, off=NAMES) == (step.text, None)


@pytest.mark.parametrize(
    "quirk", [quirk for quirk in QUIRKS if quirk.is_shared], ids=lambda quirk: quirk.name
)
def test_what_a_shared_quirk_mends_is_never_taken_for_clean(quirk: Quirk) -> None:
    steps = [step for step in steps_of(quirk) if kind_of(quirk, step).startswith(DIRECTIONS)]
    for clean in steps:
        for faulty in steps:
            kind = kind_of(quirk, faulty)
            if not clean.stays or faulty.stays or kind_of(quirk, clean) != kind:
                continue
            direction, action = kind.split(" ")
            gate = repairs(quirk, faulty).gates[direction].get(action)  # type: ignore[index]
            if gate is not None:
                gate.learn(clean.text.encode())
                assert not gate.is_clean(faulty.text.encode()), "its shape hides it: it needs signs"


@pytest.mark.parametrize(
    "quirk", [quirk for quirk in QUIRKS if quirk.is_shared], ids=lambda quirk: quirk.name
)
def test_a_shape_that_was_mended_is_mended_the_same_by_what_is_remembered(quirk: Quirk) -> None:
    for step in steps_of(quirk):
        kind = kind_of(quirk, step)
        if step.stays or not kind.startswith(DIRECTIONS):
            continue
        direction, action = kind.split(" ")
        gate = repairs_for(step.nameplate(), on=step.on()).gates[direction].get(action)  # type: ignore[index]
        if gate is None:
            continue
        first, again = decode(step.text), decode(step.text)
        mending = repairs(quirk, step)
        had_before(mending, step, known := step.situation())
        done = mend(gate.repairs, first, known)
        gate.learn(step.text.encode(), frozenset(name for name, _ in done))
        needed = gate.needed(step.text.encode())
        assert not gate.is_clean(step.text.encode())
        if needed is not None:
            had_before(mending, step, known := step.situation())
            assert mend(needed, again, known) == done
            assert again == first
