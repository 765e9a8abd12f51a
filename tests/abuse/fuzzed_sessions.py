"""Whole sessions of any bytes: parsed, mended by all quirks at once, translated, answered."""

from adapters import frame, v16, v201
from adapters.frame import Call
from adapters.payload import Action, decoder, encode
from gateway.core.effects import Send
from gateway.core.urls import UrlRules
from gateway.examples import request
from gateway.testing.bench import Bench
from vendor_quirks.registry import REGISTRY

PAIRINGS = ("A", "B", "same16", "same201")
ACTIONS: dict[str, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
SPOKEN = {"A": ("1.6", "2.0.1"), "B": ("2.0.1", "1.6"), "same16": ("1.6",) * 2}
SPOKEN |= {"same201": ("2.0.1",) * 2}
RULES = UrlRules(schemes=("https",), hosts=("*.example",))
MOST = 12  # messages of one session


def sessions(data: bytes) -> None:
    """The first byte says who is connected; each line is a message, its first byte says whose."""
    kind, *lines = data.split(b"\n") if data else (b"",)
    number = kind[0] if kind else 0
    pairing, has_quirks = PAIRINGS[number % 4], number & 4
    everything = frozenset(REGISTRY.by_name) if has_quirks else frozenset()
    bench = Bench(pairing, {}, urls=RULES, quirks_on=everything)
    for line in lines[:MOST]:
        if not _is_text(line[1:]):
            continue  # the framing lets no such thing through
        bench.hear_text("backend" if line[:1] == b"c" else "charger", line[1:])
        assert bench.tally.station_crashes == 0
        for effect in bench.effects:
            if isinstance(effect, Send):
                told(effect, pairing, is_strict=not has_quirks)
    bench.event("charger", "advance", seconds=120)


def told(effect: Send, pairing: str, *, is_strict: bool) -> None:
    """What is sent is a frame; a CALL that was translated has the other version's schema."""
    message = frame.parse(effect.text)
    if not isinstance(message, Call) or not is_strict or pairing not in ("A", "B"):
        return
    version = SPOKEN[pairing][effect.leg != "station"]
    known = ACTIONS[version][message.action]
    decoder(known.request).decode(message.payload)


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _seed(number: int, pairing: str) -> bytes:
    station, csms = SPOKEN[pairing]
    lines = [bytes([48 + number])]
    for version, mark in ((station, b"s"), (csms, b"c")):
        for at, (action, known) in enumerate(sorted(ACTIONS[version].items())):
            text = frame.emit_call(f"{at}", action, encode(request(known.request)))
            lines.append(mark + text)
    return b"\n".join(lines)


def _seeds() -> tuple[bytes, ...]:
    """For each pairing, and with quirks or without: a few messages of either side at a time."""
    found = []
    for number in range(8):
        kind, *lines = _seed(number, PAIRINGS[number % 4]).split(b"\n")
        for start in range(0, len(lines), 4):
            group = lines[start : start + 4]
            yes = b'[3,"gw-%d",{"status":"Accepted"}]'
            answers = [side + yes % at for side in (b"c", b"s") for at in (1, 2)]
            found.append(b"\n".join((kind, *group, *answers)))
    return tuple(found)


SESSION_SEEDS = _seeds()
