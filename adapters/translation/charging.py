"""SetChargingProfile and ClearChargingProfile, both ways (specification 14.2, 14.3 and 14.5)."""

from collections.abc import Generator, Iterable
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.translation import installed, profiles
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.refusals import info

NO_CRITERIA = v201.ClearChargingProfile()


class Place(msgspec.Struct, frozen=True):
    """Where a profile goes on a 1.6 station."""

    connectors: list[int]
    tx20: str = ""
    tx16: int | None = None


def v201_set(call: v201.SetChargingProfileRequest, memory: Memory) -> Conversation:
    """For a 1.6 station; what it cannot be told exactly or lower is refused with the reason."""
    profile = call.charging_profile
    place = profiles.unfit(profile, memory) or _place(call, memory)
    if isinstance(place, str):
        return v201.SetChargingProfileResponse("Rejected", status_info=info(place))
    before = installed.copies_of(profile.id, memory)
    copies = installed.ids_for(profile.id, place.connectors, memory)
    asked = profiles.to_16(profile, place.tx16, memory)
    done: list[int] = []
    for connector, number in copies.items():
        try:
            answer = yield v16.SetChargingProfileRequest(
                connector, msgspec.structs.replace(asked, charging_profile_id=number)
            )
        except Refusal:
            yield from _take_back(done, memory)
            raise
        if answer.status != "Accepted":
            yield from _take_back(done, memory)
            why = info("UnsupportedRequest") if answer.status == "NotSupported" else None
            return v201.SetChargingProfileResponse("Rejected", status_info=why)
        installed.displace(profile, connector, number, memory)
        done.append(number)
    yield from _take_back(set(before.values()) - set(done), memory)
    installed.keep(profile, call.evse_id, copies, place.tx20, memory)
    return v201.SetChargingProfileResponse("Accepted")


def _place(call: v201.SetChargingProfileRequest, memory: Memory) -> Place | str:
    """The 1.6 connectors that a profile is for, or the reason code of why there are none."""
    purpose = call.charging_profile.charging_profile_purpose
    if purpose == "TxProfile":
        return _place_in_transaction(call, memory)
    if call.evse_id == 0:
        return Place([0])
    if purpose == "ChargingStationMaxProfile":  # both versions know it for the station alone
        return "InvalidProfile"
    connectors = memory.topology.connectors_of(call.evse_id)
    return Place(connectors) if connectors else "UnknownEvse"


def _place_in_transaction(call: v201.SetChargingProfileRequest, memory: Memory) -> Place | str:
    if call.evse_id == 0:  # K01.FR.16
        return "InvalidProfile"
    if call.charging_profile.transaction_id is None:  # K01.FR.03
        return "MissingParam"
    connectors = memory.topology.connectors_of(call.evse_id)
    if not connectors:
        return "UnknownEvse"
    tx = memory.transactions.get(call.charging_profile.transaction_id)
    if tx is None or tx.state not in ("NEW", "OPEN") or tx.connector not in connectors:
        return "TxNotFound"
    return Place([tx.connector], tx.tx20, tx.tx16)


def _take_back(numbers: Iterable[int], memory: Memory) -> Generator[Step, Any, None]:
    """Clear copies that must not stay; what the station says to it changes no answer."""
    for number in sorted(numbers):
        request = v16.ClearChargingProfileRequest(id=number)
        try:
            yield request
        except Refusal:
            memory.lose("profile_left", "chargingProfileId")
        installed.cleared(request, memory)


def v201_clear(call: v201.ClearChargingProfileRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, where a request that names nothing would clear everything."""
    criteria = call.charging_profile_criteria or NO_CRITERIA
    connectors: list[int | None] = [None]
    if criteria.evse_id is not None:
        evse = criteria.evse_id
        connectors = [*memory.topology.connectors_of(evse)] if evse else [0]
        if not connectors:
            return v201.ClearChargingProfileResponse("Unknown", status_info=info("UnknownEvse"))
    purpose = criteria.charging_profile_purpose
    if purpose is not None and purpose not in profiles.PURPOSES_16:
        return v201.ClearChargingProfileResponse("Unknown")  # no CSMS may set such a one
    number = call.charging_profile_id
    aliases = set(installed.copies_of(number, memory).values()) - {number}
    statuses = set()
    for each in [number, *sorted(aliases)]:
        for connector in connectors:
            request = v16.ClearChargingProfileRequest(
                id=each,
                connector_id=connector,
                charging_profile_purpose=profiles.PURPOSES_16[purpose] if purpose else None,
                stack_level=criteria.stack_level,
            )
            if request == v16.ClearChargingProfileRequest():  # K10.FR.02: never widen a delete
                return v201.ClearChargingProfileResponse("Unknown")
            answer = yield request
            statuses.add(answer.status)
            installed.cleared(request, memory)  # whether it was there or not, it is not now
    accepted = "Accepted" in statuses
    return v201.ClearChargingProfileResponse("Accepted" if accepted else "Unknown")


def v16_set(call: v16.SetChargingProfileRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, which limits EVSEs."""
    profile, number = call.cs_charging_profiles, call.connector_id
    is_for_tx = profile.charging_profile_purpose == "TxProfile"
    evse = _evse_of(number, profile.charging_profile_purpose, memory)
    tx = None
    if is_for_tx and profile.transaction_id is not None:
        tx = memory.transaction_16(profile.transaction_id)
    elif is_for_tx:
        tx = memory.open_transaction_on(number)
    elif profile.transaction_id is not None:
        memory.lose("profile_field", "transactionId")
    is_over = tx is None or tx.state not in ("NEW", "OPEN")
    if evse is None or (is_for_tx and (is_over or evse == 0)):
        return v16.SetChargingProfileResponse("Rejected")
    if not profile.charging_schedule.charging_schedule_period:  # 2.0.1 wants at least one
        return v16.SetChargingProfileResponse("Rejected")
    answer = yield v201.SetChargingProfileRequest(
        evse, profiles.to_201(profile, tx.tx20 if tx else None)
    )
    return v16.SetChargingProfileResponse(answer.status)


def _evse_of(
    connector: int, purpose: v16.ChargingProfilePurpose | None, memory: Memory
) -> int | None:
    """The EVSE that a 1.6 connector stands for; None if there is no such connector."""
    if connector == 0 or purpose == "ChargePointMaxProfile":  # that one is for the station alone
        return 0
    if connector not in memory.topology.all_connectors():
        return None
    evse = memory.topology.evse_of(connector)[0]
    if len(memory.topology.connectors_of(evse)) > 1:
        memory.lose("evse_scope", "connectorId")
    return evse


def v16_clear(call: v16.ClearChargingProfileRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, which has to be told what to clear: without criteria, each purpose."""
    requests = [v201.ClearChargingProfileRequest(charging_profile_id=call.id)]
    if call == v16.ClearChargingProfileRequest():
        requests = [
            _matching(v201.ClearChargingProfile(charging_profile_purpose=purpose))
            for purpose in profiles.PURPOSES.values()
        ]
    elif call.id is None:
        purpose, evse = call.charging_profile_purpose, None
        if call.connector_id is not None:
            evse = _evse_of(call.connector_id, purpose, memory)
            if evse is None:
                return v16.ClearChargingProfileResponse("Unknown")
        purpose201 = profiles.PURPOSES[purpose] if purpose else None
        criteria = v201.ClearChargingProfile(evse, purpose201, call.stack_level)
        requests = [_matching(criteria)]
    statuses = set()
    for request in requests:
        answer = yield request
        statuses.add(answer.status)
    return v16.ClearChargingProfileResponse("Accepted" if "Accepted" in statuses else "Unknown")


def _matching(criteria: v201.ClearChargingProfile) -> v201.ClearChargingProfileRequest:
    return v201.ClearChargingProfileRequest(charging_profile_criteria=criteria)
