"""GetVariables and SetVariables for a 1.6 station (specification 13.3 and 17.1)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.translation import conversions, device_model, keys, settings
from adapters.translation.conversation import Conversation, Refusal, Start, Step, Wait
from adapters.translation.device_model import Place
from adapters.translation.memory import Memory
from adapters.translation.refusals import info

BUDGET = 25.0  # seconds for all changes of one SetVariables; a CSMS waits 30
LONGEST_16, LONGEST_PASSWORD = 500, 40
DONE = "variables set"
STATUS_TO_201: dict[v16.ConfigurationStatus, v201.SetVariableStatus] = {
    "Accepted": "Accepted",
    "Rejected": "Rejected",
    "RebootRequired": "RebootRequired",
    "NotSupported": "UnknownVariable",
}
TAKEN = frozenset({"Accepted", "RebootRequired"})


# GetVariables


def v201_get(call: v201.GetVariablesRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, which is asked for all that is not known here, in few questions."""
    places = [
        device_model.find(asked.component, asked.variable, memory)
        if asked.attribute_type in (None, "Actual")
        else None
        for asked in call.get_variable_data
    ]
    names = [_asks(place) for place in places if place is not None]
    wanted = {name.casefold(): name for name in names if name}
    listing, unanswered = yield from settings.ask(list(wanted.values()), memory)
    results = []
    for asked, place in zip(call.get_variable_data, places, strict=True):
        status, reason, value = _told(place, listing, unanswered, memory)
        results.append(
            v201.GetVariableResult(
                attribute_status=status,
                component=device_model.echoed(asked.component),
                variable=device_model.echoed(asked.variable),
                attribute_status_info=info(reason) if reason else None,
                attribute_type=asked.attribute_type or "Actual",
                attribute_value=value,
            )
        )
    return v201.GetVariablesResponse(get_variable_result=results)


def _asks(place: Place) -> str:
    """The key that the station has to be asked for; empty if none."""
    if place.unknown or (place.key is not None and place.key.access == "W"):
        return ""
    return place.fact.asks if place.fact is not None else place.name


_Told = tuple[v201.GetVariableStatus, str, str | None]  # status, reason code, value


def _told(
    place: Place | None, listing: settings.Listing, unanswered: set[str], memory: Memory
) -> _Told:
    if place is None:
        return "NotSupportedAttributeType", "", None
    if place.unknown:
        return place.unknown, "", None
    asked = _asks(place).casefold()
    if asked in unanswered:
        return "Rejected", "InternalError", None
    if place.fact is not None:
        value = place.fact.stands_at(memory, place.number)
        is_missing = value is None and bool(asked or place.fact.component == keys.LEGACY)
        return ("UnknownVariable" if is_missing else "Accepted"), "", value
    if not asked:
        return "Rejected", "WriteOnly", None
    if asked not in listing:
        return "UnknownVariable", "", None
    raw = listing[asked].value
    if raw is None:
        return "Accepted", "", None
    if place.key is None:
        return "Accepted", "", conversions.plain(conversions.kind_of(raw), raw)
    if place.key is keys.ROTATION:
        rotation = conversions.told_rotations(raw).get(place.number)
        return ("UnknownVariable" if rotation is None else "Accepted"), "", rotation
    return "Accepted", "", conversions.to_201(place.key, raw)


# SetVariables


class Outcome(msgspec.Struct, frozen=True):
    """What became of one variable to set."""

    status: v201.SetVariableStatus
    reason: str = ""
    words: str | None = None


class Change(msgspec.Struct, frozen=True):
    """What the station is asked to change: a key, or one connector's part of the rotations."""

    key: str
    value: str
    connector: int | None = None


class Work(msgspec.Struct):
    """The changes that the station is asked for, one after the other, and what became of each."""

    changes: list[tuple[int, Change]]
    outcomes: dict[int, Outcome]
    rotations: dict[int, str]  # of each connector, with those that were changed so far
    is_done: bool = False
    is_abandoned: bool = False  # nobody waits for the rest


READ_ONLY = Outcome("Rejected", "ReadOnly")
FAILED = Outcome("Rejected", "InternalError")
NOT_ATTEMPTED = Outcome("Rejected", "InternalError", "not attempted")


def v201_set(call: v201.SetVariablesRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, key by key; what was written stays, whatever becomes of the others."""
    work = Work([], {}, {})
    for at, data in enumerate(call.set_variable_data):
        decided = _decided(data, memory)
        if isinstance(decided, Outcome):
            work.outcomes[at] = decided
        else:
            work.changes.append((at, decided))
    if work.changes:
        yield Start(_change(work, memory))
        if not work.is_done:
            work.is_abandoned = not (yield Wait(DONE, BUDGET))
    results = []
    for at, data in enumerate(call.set_variable_data):
        outcome = work.outcomes.get(at, NOT_ATTEMPTED)
        results.append(_result(data, outcome))
    return v201.SetVariablesResponse(set_variable_result=results)


def _change(work: Work, memory: Memory) -> Generator[Step, Any, None]:
    """Work through the changes until they are done or nobody waits for them any more."""
    if any(change.connector is not None for _, change in work.changes):
        yield from _recall_rotations(work, memory)
    for at, change in work.changes:
        if work.is_abandoned:
            return
        work.outcomes[at] = FAILED  # unless it is answered in time
        request = _request(change, work, memory)
        try:
            answer = yield request
        except Refusal as refusal:
            if refusal.code == "closed":
                return  # then there is nobody left to tell
            if refusal.code == "timeout":
                break
            continue
        settings.changed(request, answer.status, memory)
        if change.connector is not None and answer.status in TAKEN:
            work.rotations[change.connector] = change.value
        work.outcomes[at] = Outcome(STATUS_TO_201[answer.status])
    work.is_done = True
    if not work.is_abandoned:
        memory.signal(DONE)


def _recall_rotations(work: Work, memory: Memory) -> Generator[Step, Any, None]:
    """1.6 has one list for all connectors: what is not changed in it has to be said again."""
    name = keys.ROTATION.name
    if name not in memory.station.configuration and len(memory.topology.all_connectors()) > 1:
        yield from settings.ask([name], memory)
    known = memory.station.configuration.get(name, "")
    work.rotations = conversions.told_rotations(known)


def _request(change: Change, work: Work, memory: Memory) -> v16.ChangeConfigurationRequest:
    value = change.value
    if change.connector is not None:
        value = conversions.rotation_list(work.rotations | {change.connector: value}, memory)
    return v16.ChangeConfigurationRequest(key=change.key, value=value)


def _result(data: v201.SetVariableData, outcome: Outcome) -> v201.SetVariableResult:
    why = None
    if outcome.reason:
        why = v201.StatusInfo(reason_code=outcome.reason, additional_info=outcome.words)
    return v201.SetVariableResult(
        attribute_status=outcome.status,
        component=device_model.echoed(data.component),
        variable=device_model.echoed(data.variable),
        attribute_type=data.attribute_type or "Actual",
        attribute_status_info=why,
    )


def _decided(data: v201.SetVariableData, memory: Memory) -> Outcome | Change:
    """What is answered here, or what the station is asked to change."""
    if data.attribute_type not in (None, "Actual"):
        return Outcome("NotSupportedAttributeType")
    place = device_model.find(data.component, data.variable, memory)
    if place.unknown:
        return Outcome(place.unknown)
    if place.key is not None and place.key.carried == "password":
        return _password(data.attribute_value, memory)
    if not _is_writable(place, memory):
        return READ_ONLY
    if len(data.attribute_value) > LONGEST_16:
        return Outcome("Rejected", "TooLargeElement")
    value = _value(place, data.attribute_value)
    if value is None:
        return Outcome("Rejected")
    return Change(place.name, value, place.number if place.key is keys.ROTATION else None)


def _is_writable(place: Place, memory: Memory) -> bool:
    if place.key is not None:
        return place.key.access == "RW"
    if place.fact is not None:
        return False
    may_move = memory.options.allow_migration == "on"
    return may_move or not keys.says_where_to_connect(place.name)


def _value(place: Place, value: str) -> str | None:
    """The value as 1.6 writes it; None where the standard itself forbids it."""
    if place.key is None:
        return value
    if place.key is keys.ROTATION:
        return value if conversions.is_rotation(value) else None
    if place.name == "WebSocketPingInterval" and value.strip().startswith("-"):
        return None
    return conversions.to_16(place.key, value)


def _password(password: str, memory: Memory) -> Outcome:
    """A password proves who we are on the CSMS's leg; the station's own is another (D-28)."""
    if not password or len(password) > LONGEST_PASSWORD:
        return Outcome("Rejected", "TooLargeElement" if password else "")
    memory.show(password.encode())
    return Outcome("Accepted")
