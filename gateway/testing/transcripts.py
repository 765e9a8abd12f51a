"""Stories in the field's language, played against the core: `who > frame` and `who < frame`.

    station > [2,"1","Heartbeat",{}]
    csms    < [2,"gw-1","Heartbeat",{}]
    csms    > [3,"gw-1",{"currentTime":"2025-03-01T10:00:00Z"}]
    station < [3,"1",{"currentTime":"2025-03-01T10:00:00Z"}]

`>` is heard by the gateway, `<` must be said by it, in that order on each leg and nothing else.
`who ! event` is something that happens (`disconnect`, `connect`, `restart`), `+ 30` lets seconds
pass, `# ` begins a remark, and `*` in an expected frame stands for any value.
"""

import re
from pathlib import Path
from typing import Any

import msgspec

from gateway.testing.bench import Bench

WHO = {"station": "charger", "csms": "backend", "gateway": "proxy"}
LINE = re.compile(r"(station|csms|gateway)\s*([<>!])\s*(.*)")
FACT = re.compile(r"(\w+)=(\S+)")
_decode = msgspec.json.Decoder().decode


class Transcript:
    """One story. Its first line says who takes part: `pairing=A`, and options as `name=value`."""

    def __init__(self, text: str) -> None:
        first, _, rest = text.partition("\n")
        facts: dict[str, Any] = dict(FACT.findall(first))
        self.pairing = facts.pop("pairing", "A")
        self.state = {"accepted": facts.pop("accepted", "yes") == "yes"}
        self.options = facts
        self.lines = [line.strip() for line in rest.splitlines()]

    @classmethod
    def read(cls, path: Path) -> "Transcript":
        """The story in a file."""
        return cls(path.read_text(encoding="utf-8"))

    def play(self) -> None:
        """Play it. Raises AssertionError at the first line that goes differently."""
        bench = Bench(self.pairing, self.options, self.state)
        said: dict[str, list[Any]] = {"charger": [], "backend": []}
        for number, line in enumerate(self.lines, 2):
            if not line or line.startswith("#"):
                continue
            if line.startswith("+"):
                outputs = bench.event("proxy", "advance", seconds=float(line[1:]))
            else:
                found = LINE.fullmatch(line)
                assert found, f"line {number}: not understood: {line}"
                who, sign, what = WHO[found[1]], found[2], found[3]
                if sign == "<":
                    expected = "closed" if what == "closed" else _decode(what)
                    heard = said[who].pop(0) if said[who] else "nothing"
                    assert same(expected, heard), f"line {number}: {expected!r}, got {heard!r}"
                    continue
                self._nothing_left(said, number)
                event, _, at = what.partition(" ")
                outputs = (
                    bench.event(who, event, at=at or None)
                    if sign == "!"
                    else bench.hear_text(who, what.encode())
                )
            for output in outputs:
                said[output["to"]].append(output.get("frame", "closed"))
        self._nothing_left(said, len(self.lines) + 1)

    def _nothing_left(self, said: dict[str, list[Any]], number: int) -> None:
        for who, left in said.items():
            assert not left, f"before line {number}: {who} also got {left!r}"


def same(expected: Any, got: Any) -> bool:
    """JSON equality, where `*` is anything."""
    if expected == "*":
        return True
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(expected[k], got[k]) for k in expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    return bool(expected == got)
