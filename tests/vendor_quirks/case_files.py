"""Case files of quirks: what comes, what it becomes, what stays; see vendor_quirks/README.md."""

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from vendor_quirks.compiled import DIRECTIONS
from vendor_quirks.match import Nameplate
from vendor_quirks.pace import NO_PACE
from vendor_quirks.quirk import Quirk
from vendor_quirks.situation import Situation

CASES = Path(__file__).parent / "cases"
NOON = "2026-01-01T12:00:00Z"
OF = {"HEARD": "station", "TOLD": "csms"}
SETS = ("vendor_ids", "keys", "shown")

FACT = re.compile(r'([\w.]+)=(?:"([^"]*)"|(\S+))')
LINE = re.compile(r"(\S+) *(.*)")
decode = msgspec.json.Decoder(float_hook=Decimal).decode


class Step(msgspec.Struct, kw_only=True):
    """One block: what it begins with, and the lines below it as (word, rest) pairs."""

    facts: dict[str, str]
    given: list[tuple[str, str]]  # what was heard before
    later: float  # seconds after the case's time
    kind: str
    text: str
    outcome: list[tuple[str, str]]

    @property
    def stays(self) -> bool:
        """Whether nothing is done."""
        return self.outcome == [("stays", "")]

    def nameplate(self) -> Nameplate:
        """The station of this step."""
        known: dict[str, Any] = {"identity": "CS-1"}
        for name, fact in self.facts.items():
            if name in SETS:
                known[name] = frozenset(fact.split(","))
            elif name in Nameplate.__struct_fields__:
                known[name] = fact
        return Nameplate(**known)

    def situation(self) -> Situation:
        """What is known when it comes."""
        now = datetime.fromisoformat(self.facts.get("now", NOON)).timestamp()
        settings = {k[4:]: setting(v) for k, v in self.facts.items() if k.startswith("set.")}
        known = Situation(now=now, nameplate=self.nameplate(), settings=settings)
        for key, payload in self.given:
            if key not in (*OF, "CALL"):
                known.note(key, decode(payload), "given")
        known.now += self.later
        return known

    def on(self) -> frozenset[str]:
        """The quirks that the configuration switches on."""
        return frozenset(self.facts.get("on", "").split(","))


def setting(text: str) -> Any:
    """A value of the configuration: JSON, or a text as it stands."""
    try:
        return decode(text)
    except msgspec.DecodeError:
        return text


def read(text: str) -> list[Step]:
    """The steps of a case file."""
    steps: list[Step] = []
    facts: dict[str, str] = {}
    given: list[tuple[str, str]] = []
    later = 0.0
    for block in re.sub(r"(?m)^#.*\n", "", text + "\n").strip("\n").split("\n\n"):
        lines = [pair(line) for line in block.strip("\n").splitlines()]
        match lines[0]:
            case ("station:", rest):
                facts = {name: quoted or plain for name, quoted, plain in FACT.findall(rest)}
                given, later = [], 0.0
            case ("given:", _):
                given = given + [pair(rest) for _, rest in lines]
            case ("later:", seconds):
                later += float(seconds)
            case (kind, rest):
                if kind in (*DIRECTIONS, "CALL", "HEARD", "TOLD"):
                    action, rest = pair(rest)
                    kind = f"{kind} {action}"
                assert lines[1:], f"nothing comes of it: {block!r}"
                steps.append(
                    Step(facts=facts, given=given, later=later, kind=kind, text=rest,
                         outcome=lines[1:])
                )  # fmt: skip
    return steps


def pair(line: str) -> tuple[str, str]:
    """The first word of a line, and the rest."""
    found = LINE.fullmatch(line)
    assert found, f"not a line of a case: {line!r}"
    return found[1], found[2].rstrip()


def hooks(quirk: Quirk) -> set[str]:
    """The kinds of step that a quirk's case file must show at work."""
    found = {f"{direction} {key}" for direction in DIRECTIONS for key in getattr(quirk, direction)}
    found |= {"GET"} if quirk.handshake else set()
    found |= {"TEXT"} if quirk.raw_text else set()
    found |= {"FRAME"} if quirk.envelope else set()
    found |= {f"CALL {one.action}" for one in quirk.command}
    words = {of: word for word, of in OF.items()}
    found |= {f"{words[one.of]} {one.action}" for one in quirk.answer_here}
    fields = type(NO_PACE).__struct_fields__
    changed = [f for f in fields if getattr(quirk.timing, f) != getattr(NO_PACE, f)]
    return found | {f"TIMING {field}" for field in changed}


def kind_of(quirk: Quirk, step: Step) -> str:
    """The hook that a step is about; an action alone stands for the one table that has it."""
    if step.kind == "TIMING":
        return f"TIMING {step.text}"
    tables = [d for d in DIRECTIONS if step.kind in getattr(quirk, d)]
    assert len(tables) <= 1, f"in several directions: write {' or '.join(tables)} before it"
    return f"{tables[0]} {step.kind}" if tables else step.kind
