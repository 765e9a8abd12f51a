"""GetConfiguration and ChangeConfiguration for a 2.0.1 station (specification 13.4 and 17.1)."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeAlias

import msgspec

from adapters import v16, v201
from adapters.translation import conversions, device, keys, targets
from adapters.translation.conversation import Conversation, Step
from adapters.translation.keys import KEYS, Key
from adapters.translation.memory import Memory
from adapters.translation.targets import Target

LONGEST_16 = 500
KEYS_AT_ONCE = 50
ALWAYS = ("Core", "FirmwareManagement", "RemoteTrigger")
BOUNDS = ("limit", "choices")
KNOWN: v201.GetVariableStatus = "Accepted"
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")
STATUS_TO_16: dict[v201.SetVariableStatus, v16.ConfigurationStatus] = {
    "Accepted": "Accepted",
    "Rejected": "Rejected",
    "RebootRequired": "RebootRequired",
    "UnknownComponent": "NotSupported",
    "UnknownVariable": "NotSupported",
    "NotSupportedAttributeType": "NotSupported",
}
TAKEN = frozenset({"Accepted", "RebootRequired"})


# What no variable of the station is


def _connectors(memory: Memory) -> str:
    return str(len(memory.topology.all_connectors()))


def _profiles(memory: Memory) -> str:
    available = memory.device.available
    optional = [name for name, component in device.OPTIONAL.items() if available.get(component)]
    return ",".join([*ALWAYS, *optional])


MADE_HERE: dict[str, Callable[[Memory], str]] = {
    "GetConfigurationMaxKeys": lambda memory: str(KEYS_AT_ONCE),
    "NumberOfConnectors": _connectors,
    "SupportedFeatureProfiles": _profiles,
    "SupportedFeatureProfilesMaxLength": lambda memory: str(len(ALWAYS) + len(device.OPTIONAL)),
}


# GetConfiguration


Results: TypeAlias = dict[Target, v201.GetVariableResult]


class Asked(msgspec.Struct, frozen=True):
    """A key that is asked for, as it was spelled, and the variables that answer it."""

    name: str
    key: Key | None
    targets: tuple[Target, ...]

    @property
    def carried(self) -> str:
        """How 2.0.1 has it; empty for a key that no table knows."""
        return self.key.carried if self.key else ""


def v16_get(call: v16.GetConfigurationRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station; without keys, all that the table knows and the station has."""
    wants_all = not call.key
    names = call.key or _all_names(memory)
    asked = [_asked(name, memory) for name in {n.casefold(): n for n in names}.values()]
    bounds = {each.key.name for each in asked if each.key and each.carried in BOUNDS}
    if not wants_all and not bounds <= memory.device.bounds.keys():
        yield from device.ask_for_bounds(memory)
    results = yield from _read(_wanted(asked, memory), memory)
    listed, unknown = [], []
    for each in asked:
        row = _listed(each, results, memory)
        if row is None:
            unknown.append(each.name)
        else:
            listed.append(row)
    return v16.GetConfigurationResponse(
        configuration_key=listed or None, unknown_key=None if wants_all else unknown or None
    )


def _all_names(memory: Memory) -> Iterator[str]:
    """Every key of the table; those of which each connector has one, for each connector."""
    for key in KEYS:
        if key.carried == "public_key":
            yield from (f"{key.name}{number}" for number in memory.topology.all_connectors())
        else:
            yield key.name


def _asked(name: str, memory: Memory) -> Asked:
    key = keys.find(name)
    if key is None:
        target = targets.dotted(name)
        return Asked(name, None, (target,) if target and not target.is_of_a_leg else ())
    if key.is_legacy or key.carried in (*BOUNDS, "gateway", "password"):
        return Asked(name, key, ())
    return Asked(name, key, tuple(targets.read(name, key, memory)))


def _wanted(asked: Iterable[Asked], memory: Memory) -> list[Target]:
    """The variables to read; with them, once, which optional controllers there are."""
    wanted = dict.fromkeys(target for each in asked for target in each.targets)
    if any(each.key and each.key.name == "SupportedFeatureProfiles" for each in asked):
        missing = set(device.OPTIONAL.values()) - memory.device.available.keys()
        wanted |= dict.fromkeys(Target(name, "Available") for name in sorted(missing))
    return list(wanted)


def _read(wanted: list[Target], memory: Memory) -> Generator[Step, Any, Results]:
    """Read variables, as many at once as the station takes."""
    results: Results = {}
    size = memory.device.variables_at_once
    for start in range(0, len(wanted), size):
        answer = yield v201.GetVariablesRequest(
            get_variable_data=[
                v201.GetVariableData(component=target.where, variable=target.what)
                for target in wanted[start : start + size]
            ]
        )
        results |= {targets.named(result): result for result in answer.get_variable_result}
    _learn_features(wanted, results, memory)
    return results


def _learn_features(wanted: list[Target], results: Results, memory: Memory) -> None:
    """An optional controller is there if it says so, or has any variable and does not deny it."""
    present = {name.component for name, told in results.items() if told.attribute_status == KNOWN}
    for target in wanted:
        if target.variable == "Available" and target.component in device.OPTIONAL.values():
            told = results.get(target.folded())
            if told is not None and told.attribute_status == KNOWN:
                is_there = (told.attribute_value or "").lower() == "true"
            else:
                is_there = target.component.casefold() in present
            device.heard_available(target.component, is_there, memory)


def _listed(asked: Asked, results: Results, memory: Memory) -> v16.KeyValue | None:
    """The key as 1.6 is told it; None if there is no such key."""
    key, name = asked.key, asked.name
    if key is not None and key.name in MADE_HERE:
        return v16.KeyValue(name, True, MADE_HERE[key.name](memory))
    if asked.carried == "password":
        return v16.KeyValue(name, False)  # it is never told
    if key is not None and asked.carried in BOUNDS:
        bound = memory.device.bounds.get(key.name)
        return None if bound is None else v16.KeyValue(name, True, _cut(bound, memory))
    known = [
        result
        for target in asked.targets
        if (result := results.get(target.folded()))
        and result.attribute_status in ("Accepted", "Rejected")
    ]
    if not known:
        return None
    value = known[0].attribute_value if known[0].attribute_status == "Accepted" else None
    if key is keys.ROTATION:
        value = conversions.rotation_list(_rotations(known, memory), memory)
    elif key is not None and value is not None:
        value = conversions.to_16(key, value)
        device.heard_value(key, value, memory)
    return v16.KeyValue(name, _is_fixed(key, memory), value and _cut(value, memory))


def _rotations(known: list[v201.GetVariableResult], memory: Memory) -> dict[int, str]:
    found = {}
    for result in known:
        evse, number = result.component.evse, 0
        if evse is not None:
            number = memory.topology.connector_of(evse.id, evse.connector_id) or 0
        found[number] = result.attribute_value or ""
    return found


def _cut(value: str, memory: Memory) -> str:
    if len(value) > LONGEST_16:
        memory.lose("value_truncated", "value")
    return value[:LONGEST_16]


def _is_fixed(key: Key | None, memory: Memory) -> bool:
    """Whether the standard or the station lets nobody write this."""
    if key is None:
        return False
    return key.access == "R" or memory.device.mutability.get(key.name) == "ReadOnly"


# ChangeConfiguration


def v16_change(call: v16.ChangeConfigurationRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station; what is of one leg only is settled here."""
    key = keys.find(call.key)
    if key is None:
        target = targets.dotted(call.key)
        if target is None:
            return v16.ChangeConfigurationResponse("NotSupported")
        if target.is_of_a_leg:
            return v16.ChangeConfigurationResponse("Rejected")
        wanted = [(target, call.value)]
    elif (settled := _settled(key, call.value, memory)) is not None:
        return v16.ChangeConfigurationResponse(settled)
    elif key is keys.ROTATION:
        return (yield from _change_rotations(call.value, memory))
    else:
        value = conversions.to_201(key, call.value)
        wanted = [(target, value) for target in targets.written(key)]
    statuses = yield from _set(wanted)
    for (target, _), status in list(zip(wanted, statuses, strict=True))[1:]:
        if status not in TAKEN:
            memory.lose("best_effort", target.variable)
    return v16.ChangeConfigurationResponse(STATUS_TO_16[statuses[0]])


def _settled(key: Key, value: str, memory: Memory) -> v16.ConfigurationStatus | None:
    """What is answered without asking the station; None if it has to be asked."""
    if key.carried == "password":
        return _password(value, memory)
    if key.name in MADE_HERE:
        return "Rejected"
    if key.is_legacy:
        return "NotSupported"
    is_negative = key.name == "WebSocketPingInterval" and value.strip().startswith("-")
    return "Rejected" if is_negative or _is_fixed(key, memory) else None


def _change_rotations(value: str, memory: Memory) -> Conversation:
    """One variable a connector; all must take their part."""
    known = conversions.rotations(value)
    if not known or not known.keys() <= {0, *memory.topology.all_connectors()}:
        return v16.ChangeConfigurationResponse("Rejected")
    wanted = [(targets.rotation_of(number, memory), text) for number, text in known.items()]
    statuses = set((yield from _set(wanted)))
    if not statuses <= TAKEN:
        return v16.ChangeConfigurationResponse("Rejected")
    needs_reboot = "RebootRequired" in statuses
    return v16.ChangeConfigurationResponse("RebootRequired" if needs_reboot else "Accepted")


def _set(
    wanted: list[tuple[Target, str]],
) -> Generator[Step, Any, list[v201.SetVariableStatus]]:
    """Set variables; what became of each, and Rejected where the station forgot to say."""
    answer = yield v201.SetVariablesRequest(
        set_variable_data=[
            v201.SetVariableData(component=target.where, variable=target.what, attribute_value=text)
            for target, text in wanted
        ]
    )
    told: dict[Target, v201.SetVariableStatus] = {
        targets.named(result): result.attribute_status for result in answer.set_variable_result
    }
    return [told.get(target.folded(), "Rejected") for target, _ in wanted]


def _password(value: str, memory: Memory) -> v16.ConfigurationStatus:
    """A password proves who we are on the CSMS's leg; the station's own is another (D-28)."""
    if not _HEX.fullmatch(value):
        return "Rejected"
    memory.show(bytes.fromhex(value))
    return "Accepted"
