"""Stories in the field's language, played against the core: `who > frame` and `who < frame`.

    station > [2,"1","Heartbeat",{}]
    csms    < [2,"$beat","Heartbeat",{}]
    csms    > [3,"$beat",{"currentTime":"2025-03-01T10:00:00Z"}]
    station < [3,"1",{"currentTime":"2025-03-01T10:00:00Z"}]

`>` is heard by the gateway, `<` must be said by it, in that order on each leg and nothing else;
`<<` is compared byte for byte. In an expected frame `*` stands for any value, and `$name` for any
at first and for the same one from then on. `who ! event` is something that happens (`connect`,
`disconnect`, `restart`, each with a time if wanted), `+ 30` lets seconds pass, `gateway ~ lost
clock` wants that told beside the frames: `lost`, `mended`, `refused` or `compared`. `# ` begins a
remark.
"""

import re
from pathlib import Path
from typing import Any

import msgspec

from gateway.core.effects import Compared, Effect, Lost, Mended, Refused
from gateway.core.route import Manners, Upstream
from gateway.testing.bench import CSMS, VERSIONS, Bench

WHO = {"station": "charger", "csms": "backend", "gateway": "proxy", "shadow": "shadow"}
LINE = re.compile(r"(station|csms|shadow|gateway)\s*(<<|[<>!~])\s*(.*)")
FACT = re.compile(r"(\w+)=(\S+)")
NAME = re.compile(r"\$\w+")
QUOTED = re.compile(r'"(\$\w+)"')
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Transcript:
    """One story. Its first line says who takes part: `pairing=A`, and options as `name=value`.

    Beside the translation's options: `accepted=no` (the station has not booted here yet),
    `shadow=1.6` (a shadow of that version), `identity=...`, `quirks_on=name,name`, and what the
    CSMS wants of its own (the fields of `Manners`, as `busy_codes=["RpcFrameworkError"]`).
    """

    def __init__(self, text: str) -> None:
        first, _, rest = text.partition("\n")
        facts = dict(FACT.findall(first))
        self.pairing = facts.pop("pairing", "A")
        self.state = {"accepted": facts.pop("accepted", "yes") == "yes"}
        self.route = _route(facts, self.pairing)
        self.options = {name: _value(fact) for name, fact in facts.items()}
        self.lines = [line.strip() for line in rest.splitlines()]

    @classmethod
    def read(cls, path: Path) -> "Transcript":
        """The story in a file."""
        return cls(path.read_text(encoding="utf-8"))

    def play(self) -> None:
        """Play it. Raises AssertionError at the first line that goes differently."""
        performance = _Performance(Bench(self.pairing, self.options, self.state, **self.route))
        for number, line in enumerate(self.lines, 2):
            if line and not line.startswith("#"):
                try:
                    performance.step(line)
                except AssertionError as error:
                    raise AssertionError(f"line {number}: {line}\n{error}") from None
        performance.nothing_left()


def _route(facts: dict[str, str], pairing: str) -> dict[str, Any]:
    """The facts that are no options of the translation, taken out of the others."""
    route: dict[str, Any] = {}
    if "shadow" in facts:
        route["shadows"] = (Upstream("shadow", facts.pop("shadow")),)  # type: ignore[arg-type]
    manners = {name: _value(facts.pop(name)) for name in Manners.__struct_fields__ if name in facts}
    if manners:
        version = VERSIONS[pairing][1]
        route["primary"] = Upstream(CSMS, version, manners=msgspec.convert(manners, Manners))
    if "identity" in facts:
        route["identity"] = facts.pop("identity")
    if "quirks_on" in facts:
        route["quirks_on"] = frozenset(facts.pop("quirks_on").split(","))
    return route


def _value(text: str) -> Any:
    try:
        return _decode(text)
    except msgspec.DecodeError:
        return text


class _Performance:
    """A story while it is played: what was said and not yet expected, and the names given."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.said: dict[str, list[bytes]] = {who: [] for who in WHO.values()}
        self.told: list[str] = []
        self.names: dict[str, Any] = {}

    def step(self, line: str) -> None:
        """One line of the story."""
        if line.startswith("+"):
            self._happened("proxy", "advance", seconds=float(line[1:]))
            return
        found = LINE.fullmatch(line)
        assert found, "not understood"
        who, sign, what = WHO[found[1]], found[2], found[3]
        match sign:
            case ">":
                self.nothing_left()
                self.bench.hear_text(who, self._filled(what))
                self._take_over()
            case "!":
                event, _, at = what.partition(" ")
                self._happened(who, event, at=at or None)
            case "~":
                assert what in self.told, f"told was only {self.told}"
            case _:
                self._expect(who, sign, what)

    def _happened(self, who: str, event: str, **when: Any) -> None:
        self.nothing_left()
        outputs = self.bench.event(who, event, **when)
        self._take_over()
        if event == "restart":  # the gateway is gone without a word, and its sockets with it
            for output in outputs:
                self.said[output["to"]].append(b"closed")

    def _take_over(self) -> None:
        for who, text in self.bench.sent():
            self.said[who].append(text)
        self.told = [word for effect in self.bench.effects if (word := _told(effect))]

    def _expect(self, who: str, sign: str, what: str) -> None:
        heard = self.said[who].pop(0) if self.said[who] else b"nothing"
        if sign == "<<" or what == "closed":
            assert what.encode() == heard, f"got {heard.decode()}"
            return
        assert heard not in (b"closed", b"nothing"), f"got {heard.decode()}"
        assert same(_decode(what), _decode(heard), self.names), f"got {heard.decode()}"

    def nothing_left(self) -> None:
        """All that was said has been expected."""
        for who, left in self.said.items():
            assert not left, f"{who} also got {b' '.join(left).decode()}"

    def _filled(self, text: str) -> bytes:
        """What a peer says, with the values of the names that were bound before."""
        return QUOTED.sub(self._bound, text).encode()

    def _bound(self, found: re.Match[str]) -> str:
        return _encode(self.names.get(found[1], found[1])).decode()


def _told(effect: Effect) -> str:
    match effect:
        case Lost(rule):
            return f"lost {rule}"
        case Mended(quirk):
            return f"mended {quirk}"
        case Refused(_, reason):
            return f"refused {reason}"
        case Compared(_, action, verdict):
            return f"compared {action} {verdict}"
    return ""


def same(expected: Any, got: Any, names: dict[str, Any]) -> bool:
    """JSON equality, where `*` is anything and a name is what it was at first."""
    if expected == "*":
        return True
    if isinstance(expected, str) and NAME.fullmatch(expected):
        value = names.setdefault(expected, got)
        return type(value) is type(got) and bool(value == got)
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(
            same(expected[key], got[key], names) for key in expected
        )
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(
            same(one, other, names) for one, other in zip(expected, got, strict=True)
        )
    return bool(expected == got) and isinstance(expected, bool) == isinstance(got, bool)
