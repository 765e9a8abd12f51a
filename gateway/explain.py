"""What becomes of a message, for the person on call: the ledger's rows of it, and an example."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from adapters import v16, v201
from adapters.frame import Version
from adapters.payload import Action, encode
from adapters.translation import FROM_CSMS, FROM_STATION, ledger
from adapters.translation.conversation import Entry, Untranslatable
from adapters.translation.ledger import Row
from gateway import examples
from gateway.testing.bench import Bench, Output
from vendor_quirks.registry import Registry

ACTIONS: dict[Version, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
OTHER: dict[Version, Version] = {"1.6": "2.0.1", "2.0.1": "1.6"}
LEGS = {"charger": "station", "backend": "csms"}
# Who says it, and then who hears it; the pairing as metrics and as a Bench call it.
PAIRINGS: dict[tuple[str, Version], tuple[str, str]] = {
    ("station", "1.6"): ("16_to_201", "A"),
    ("csms", "2.0.1"): ("16_to_201", "A"),
    ("station", "2.0.1"): ("201_to_16", "B"),
    ("csms", "1.6"): ("201_to_16", "B"),
}

NO_QUIRKS = Registry(())  # an example of the translation alone


class UnknownAction(Exception):
    """There is no such message; `nearest` are names that look like it."""

    def __init__(self, action: str, version: Version | None) -> None:
        known = sorted({name for v in ACTIONS if version in (None, v) for name in ACTIONS[v]})
        by_name = {name.casefold(): name for name in known}
        found = get_close_matches(action.casefold(), by_name, n=4, cutoff=0.5)
        self.nearest = [by_name[name] for name in found]
        spoken = f"OCPP {version}" if version else "OCPP 1.6 or 2.0.1"
        hint = f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""
        super().__init__(f"{action} is no action of {spoken}{hint}")


def explained(action: str, version: Version | None = None) -> str:
    """Every row of an action, as text. Raises UnknownAction."""
    found = [
        "\n".join(_told(action, sender, spoken, rows[action]))
        for (sender, spoken), rows in ledger.ROWS.items()
        if action in rows and version in (None, spoken)
    ]
    if not found:
        raise UnknownAction(action, version)
    return "\n\n".join(found)


def _told(action: str, sender: str, version: Version, row: Row) -> Iterator[str]:
    """One row with its example, line by line."""
    pairing, _ = PAIRINGS[sender, version]
    table = FROM_STATION if sender == "station" else FROM_CSMS
    where, what = described(table[version, action])
    hearer = "CSMS" if sender == "station" else "station"
    speaker = "CSMS" if sender == "csms" else "station"
    yield f"{action}, from a {version} {speaker} to a {OTHER[version]} {hearer} ({pairing})"
    yield f"  kind     {row.kind}: {ledger.KINDS[row.kind]}"
    yield f"  becomes  {what}"
    for number, loss in enumerate(row.losses or ("nothing",)):
        yield f"  {'         ' if number else 'lost     '}{_meant(loss)}"
    yield f"  read     specification {row.read}; adapters/translation/{where}"
    yield "  example"
    for line in example(action, sender, version):
        yield f"    {line}"


def _meant(loss: str) -> str:
    """A loss with its meaning and its fields."""
    rule, _, fields = loss.partition(": ")
    if rule not in ledger.RULES:
        return loss
    return f"{rule}: {ledger.RULES[rule]}" + (f" ({fields})" if fields else "")


def described(entry: Entry) -> tuple[str, str]:
    """Where an entry of the table of translations is, and what it does."""
    if not isinstance(entry, Untranslatable):
        file = entry.__module__.rpartition(".")[2]
        return f"{file}.py {entry.__name__}", (entry.__doc__ or "").partition("\n")[0]
    return "local.py", f"{entry.why}; answer: {answered(entry)}"


def answered(entry: Untranslatable) -> str:
    """The answer as the peer gets it, where it is always the same."""
    if isinstance(entry.answer, str):
        return f"CALLERROR {entry.answer}"
    try:
        return f"`{encode(entry.answer(None)).decode()}`"
    except AttributeError:  # it looks into the request
        return "a refusal of each item"


def example(action: str, sender: str, version: Version) -> list[str]:
    """The frames of one exchange, played through the core: the same each time."""
    _, pairing = PAIRINGS[sender, version]
    runs = action in examples.WHILE_IT_RUNS
    state = examples.RUNNING if runs else examples.IDLE
    bench = Bench(pairing, {"provision": "off"}, state, registry=NO_QUIRKS)
    who = "charger" if sender == "station" else "backend"
    payload = examples.request(ACTIONS[version][action].request)
    call = [2, "1", action, payload]
    lines, outputs = [_line(who, ">", call)], bench.hear(who, call)
    while outputs:
        output = outputs.pop(0)
        lines.append(_line(output["to"], "<", output["frame"]))
        if output["frame"][0] == 2:
            outputs += _replied(bench, pairing, output, lines)
    return lines


def _replied(bench: Bench, pairing: str, output: Output, lines: list[str]) -> list[Output]:
    """A content peer answers; what the gateway says to that."""
    who, (_, message_id, action, asked) = output["to"], output["frame"]
    station: Version = "1.6" if pairing == "A" else "2.0.1"
    version = station if who == "charger" else OTHER[station]
    given = examples.response(ACTIONS[version][action].response, asked)
    lines.append(_line(who, ">", [3, message_id, given]))
    return bench.hear(who, [3, message_id, given])


def _line(who: str, sign: str, frame: list[Any]) -> str:
    """A frame as people read it: without its id."""
    match frame:
        case [2, _, action, payload]:
            text = f"{action} {encode(payload).decode()}"
        case [3, _, payload]:
            text = f"answer {encode(payload).decode()}"
        case _:
            text = f"error {frame[2]}"
    return f"{LEGS[who]:7} {sign} {text}"
