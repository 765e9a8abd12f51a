"""Where a variable that a 2.0.1 CSMS names is found on a 1.6 station (specification 13.3)."""

from typing import Literal, TypeAlias, TypeVar

import msgspec

from adapters import v201
from adapters.translation import keys
from adapters.translation.facts import FACTS, Fact
from adapters.translation.keys import Identity, Key, identity
from adapters.translation.memory import Memory

_VARIABLES = frozenset(keys.BY_VARIABLE) | frozenset(FACTS)
_STATION_ROTATION = identity("ChargingStation", "PhaseRotation")
_COMPONENTS = {component for component, _, _ in _VARIABLES} | {keys.CUSTOM.casefold()}
_OF_EVSE = frozenset({"evse", "connector", "fiscalmetering"})

Unknown: TypeAlias = Literal["UnknownComponent", "UnknownVariable"]
Named = TypeVar("Named", v201.Component, v201.Variable)


class Place(msgspec.Struct, frozen=True):
    """What a variable is here: a key of the station, a fact, or neither."""

    unknown: Unknown | None = None
    key: Key | None = None
    name: str = ""  # of the 1.6 key
    number: int = 0  # of the connector, or of the EVSE of a fact
    fact: Fact | None = None


def echoed(asked: Named) -> Named:
    """What a CSMS named, as the answer names it: customData is not said (appendix A)."""
    if isinstance(asked, v201.Component) and asked.evse is not None:
        asked = msgspec.structs.replace(
            asked, evse=msgspec.structs.replace(asked.evse, custom_data=None)
        )
    return msgspec.structs.replace(asked, custom_data=None)


def find(component: v201.Component, variable: v201.Variable, memory: Memory) -> Place:
    """Where a variable that a CSMS names is found."""
    unknown = unknown_by_name(component, variable)
    if unknown == "UnknownComponent":
        return Place(unknown)
    number = _number(component, memory)
    if number is None:
        return Place("UnknownComponent")
    if unknown:
        return Place(unknown)
    if component.name.casefold() == keys.CUSTOM.casefold():
        return Place(name=variable.name)
    return _known(identity(component.name, variable.name, variable.instance), number, memory)


def unknown_by_name(component: v201.Component, variable: v201.Variable) -> Unknown | None:
    """What of a variable's name no 1.6 station has; None if there may be such a variable."""
    name = component.name.casefold()
    if name not in _COMPONENTS or component.instance is not None:
        return "UnknownComponent"
    if (component.evse is None) == (name in _OF_EVSE):  # each EVSE has its own, or the station one
        return "UnknownComponent"
    if name == keys.CUSTOM.casefold():
        is_other = variable.instance is not None or keys.find(variable.name) is not None
        return "UnknownVariable" if is_other else None
    wanted = identity(name, variable.name, variable.instance)
    is_known = wanted in _VARIABLES or wanted == _STATION_ROTATION or _fallback_language(wanted)
    return None if is_known else "UnknownVariable"


def _fallback_language(wanted: Identity) -> str:
    """The key of a fallback price in another language; empty for any other variable."""
    component, variable, instance = wanted
    if (component, variable) != ("tariffcostctrlr", "tarifffallbackmessage") or not instance:
        return ""
    name = f"{keys.PRICE_TEXT.name},{instance}"
    return name if keys.find(name) else ""


def _number(component: v201.Component, memory: Memory) -> int | None:
    """The connector (or EVSE) that a component is of, 0 for the station; None: there is none."""
    name, evse = component.name.casefold(), component.evse
    if evse is None:
        return 0
    if not memory.topology.connectors_of(evse.id):
        return None
    if name == "evse":
        return evse.id if evse.connector_id is None else None
    if name == "connector" and evse.connector_id is None:
        return None
    return memory.topology.connector_of(evse.id, evse.connector_id)


def _known(wanted: Identity, number: int, memory: Memory) -> Place:
    if wanted == _STATION_ROTATION:
        return Place(key=keys.ROTATION, name=keys.ROTATION.name)
    if name := _fallback_language(wanted):
        return Place(key=keys.PRICE_TEXT, name=name)
    fact, key = FACTS.get(wanted), keys.BY_VARIABLE.get(wanted)
    if key is None:
        return Place(fact=fact, number=number)
    if fact is not None and key.name not in memory.station.configuration:
        return Place(fact=fact, number=number, key=key, name=key.name)
    name = f"{key.name}{number}" if key.carried == "public_key" else key.name
    return Place(key=key, name=name, number=number)
