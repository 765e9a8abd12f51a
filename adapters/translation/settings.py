"""A 1.6 station's configuration: asking for it, changing it, and what is remembered of it."""

from collections.abc import Generator, Sequence
from typing import Any, TypeAlias

from adapters import v16
from adapters.translation import keys
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.topology import MOST_CONNECTORS

KEYS_AT_ONCE = 50  # where the station does not say what it takes (GetConfigurationMaxKeys)

# By casefolded key, in the station's order.
Listing: TypeAlias = dict[str, v16.KeyValue]


def everything(memory: Memory) -> Generator[Step, Any, Listing]:
    """All keys that the station lists. Raises Refusal."""
    answer = yield v16.GetConfigurationRequest()
    listing = _listed(answer)
    known = memory.station.configuration
    for name in [name for name in known if name.casefold() not in listing]:
        del known[name]
        memory.touch(memory.station)
    learn(answer, memory)
    return listing


def ask(names: Sequence[str], memory: Memory) -> Generator[Step, Any, tuple[Listing, set[str]]]:
    """These keys, in portions that the station takes; and those that got no answer."""
    listing: Listing = {}
    unanswered: set[str] = set()
    size = _at_once(memory)
    silent = False
    for start in range(0, len(names), size):
        portion = list(names[start : start + size])
        if silent:
            unanswered.update(name.casefold() for name in portion)
            continue
        try:
            answer = yield v16.GetConfigurationRequest(key=portion)
        except Refusal as refusal:
            unanswered.update(name.casefold() for name in portion)
            silent = refusal.code in ("timeout", "closed")
            continue
        listing |= _listed(answer)
        learn(answer, memory)
    return listing, unanswered


def discover(memory: Memory) -> Generator[Step, Any, None]:
    """Ask how many connectors there are (option `discover`)."""
    try:
        learn((yield v16.GetConfigurationRequest(key=["NumberOfConnectors"])), memory)
    except Refusal:
        return  # then those that report are all that are known


def _listed(answer: v16.GetConfigurationResponse) -> Listing:
    listing: Listing = {}
    for row in answer.configuration_key or []:
        listing.setdefault(row.key.casefold(), row)
    return listing


def _at_once(memory: Memory) -> int:
    text = memory.station.configuration.get("GetConfigurationMaxKeys", "")
    return min(int(text), KEYS_AT_ONCE) if _is_count(text) else KEYS_AT_ONCE


def _is_count(text: str) -> bool:
    """A number above zero, and no longer than anything that is counted here."""
    return text.isascii() and text.isdecimal() and len(text) < 9 and int(text) > 0


# What is remembered: the keys of the standards, by their standard spelling


def learn(answer: v16.GetConfigurationResponse, memory: Memory) -> None:
    """Remember what the station said that its keys stand at."""
    for row in answer.configuration_key or []:
        if row.value is not None:
            _remember(row.key, row.value, memory)
    for name in answer.unknown_key or []:
        _remember(name, None, memory)


def changed(request: v16.ChangeConfigurationRequest, status: str, memory: Memory) -> None:
    """Remember what the station let itself be set to; after a reboot only the station knows."""
    if status == "Accepted":
        _remember(request.key, request.value, memory)
    elif status == "RebootRequired":
        _remember(request.key, None, memory)


def _remember(name: str, value: str | None, memory: Memory) -> None:
    key, known = keys.find(name), memory.station.configuration
    if key is None or key.carried in ("password", "price"):  # secret, and read by nobody here
        return
    name = keys.spelling(name)
    if known.get(name) == value:
        return
    if value is None:
        del known[name]
    else:
        known[name] = value
    if name == "NumberOfConnectors" and value is not None:
        _connectors_are(value, memory)
    memory.touch(memory.station)


def _connectors_are(value: str, memory: Memory) -> None:
    """A connector that reported is there, whatever this number says (2.4)."""
    text = value.strip()
    if _is_count(text) and int(text) <= MOST_CONNECTORS:
        station = memory.station
        station.highest_connector = max(station.highest_connector, int(text))
        station.topology_known = True
