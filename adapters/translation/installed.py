"""The charging profiles that a 1.6 station holds: remembered, because it cannot be asked for them.

Specification 14.2 to 14.4. What another CSMS or somebody at the station installed is not known.
"""

from collections.abc import Generator, Iterable
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.profiles import PURPOSES_16, to_201
from adapters.translation.records import Profile, Transaction
from adapters.translation.scalars import seconds

KEPT = 200  # profiles a station; those that real ones hold are fewer, and they say no when full


def ids_for(number: int, connectors: list[int], memory: Memory) -> dict[int, int]:
    """The ids under which a profile goes to these connectors: its own, then aliases."""
    before = copies_of(number, memory)
    ids = {connectors[0]: number}
    for connector in connectors[1:]:
        known = before.get(connector, number)
        ids[connector] = known if known != number else memory.count("next_profile_alias")
    return ids


def copies_of(number: int | None, memory: Memory) -> dict[int, int]:
    """The ids that a profile has on the station, by connector."""
    entry = memory.profiles.get(number) if number is not None else None
    return dict(entry.copies) if entry else {}


def displace(profile: v201.ChargingProfile, connector: int, given: int, memory: Memory) -> None:
    """A connector took a profile: that ends the one with its id, and those of its rank there."""
    rank = (profile.charging_profile_purpose, profile.stack_level)
    for entry in list(memory.profiles.values()):
        said = entry.said
        same = entry.number == profile.id or rank == (
            said["chargingProfilePurpose"],
            said["stackLevel"],
        )
        gone = [n for n, copy in entry.copies.items() if copy == given or (same and n == connector)]
        _remove(entry, gone, memory)


def keep(
    profile: v201.ChargingProfile,
    evse: int,
    copies: dict[int, int],
    tx20: str,
    memory: Memory,
) -> None:
    """The station holds this profile from now on, or as long as its transaction lasted."""
    tx = memory.transactions.get(tx20)
    if tx is not None and tx.state == "ENDED":  # while the station was asked
        return
    entry = Profile(profile.id, msgspec.to_builtins(profile), evse, tx20, copies)
    memory.profiles[profile.id] = entry
    memory.touch(entry)
    if len(memory.profiles) > KEPT:
        oldest = next(iter(memory.profiles.values()))
        _remove(oldest, list(oldest.copies), memory)
        memory.lose("profile_forgotten", "chargingProfileId")


def taken_late(request: v16.SetChargingProfileRequest, memory: Memory) -> None:
    """The station took a profile after its CSMS was told that it did not answer."""
    asked, connector = request.cs_charging_profiles, request.connector_id
    tx = memory.transaction_16(asked.transaction_id) if asked.transaction_id is not None else None
    if tx is not None and tx.state == "ENDED":
        return
    profile = to_201(asked, tx.tx20 if tx else None)
    evse = memory.topology.evse_of(connector)[0] if connector else 0
    displace(profile, connector, profile.id, memory)
    keep(profile, evse, {connector: profile.id}, tx.tx20 if tx else "", memory)


def began(said: dict[str, Any], tx: Transaction, memory: Memory) -> None:
    """The profile of a remote start belongs to the transaction that came of it (10.4)."""
    profile = msgspec.convert(said | {"transactionId": tx.tx20}, v201.ChargingProfile)
    displace(profile, tx.connector, profile.id, memory)
    keep(profile, tx.evse, {tx.connector: profile.id}, tx.tx20, memory)


def ended(tx: Transaction, memory: Memory) -> None:
    """The profiles of a transaction end with it."""
    for entry in [e for e in memory.profiles.values() if e.tx20 == tx.tx20]:
        _remove(entry, list(entry.copies), memory)


def cleared(request: v16.ClearChargingProfileRequest, memory: Memory) -> None:
    """The station holds nothing any more that matches this request."""
    for entry in list(memory.profiles.values()):
        said = entry.said
        purpose = PURPOSES_16[said["chargingProfilePurpose"]]
        if request.charging_profile_purpose not in (None, purpose):
            continue
        if request.stack_level not in (None, said["stackLevel"]):
            continue
        gone = [
            connector
            for connector, copy in entry.copies.items()
            if request.id in (None, copy) and request.connector_id in (None, connector)
        ]
        _remove(entry, gone, memory)


def _remove(entry: Profile, connectors: Iterable[int], memory: Memory) -> None:
    for connector in connectors:
        del entry.copies[connector]
        memory.touch(entry)
    if not entry.copies and memory.profiles.get(entry.number) is entry:
        del memory.profiles[entry.number]
        memory.forget(entry)


def v201_report(call: v201.GetChargingProfilesRequest, memory: Memory) -> Conversation:
    """1.6 cannot be asked for its profiles: reported is what was installed through here."""
    found: dict[int, list[v201.ChargingProfile]] = {}
    for number, entry in sorted(memory.profiles.items()):
        profile = msgspec.convert(entry.said, v201.ChargingProfile)
        if profile.valid_to is not None and seconds(profile.valid_to) < memory.now:
            _remove(entry, list(entry.copies), memory)
        elif call.evse_id in (None, entry.evse) and _fits(call.charging_profile, number, profile):
            found.setdefault(entry.evse, []).append(profile)
    if not found:
        return v201.GetChargingProfilesResponse("NoProfiles")
    memory.follow_ups.append(_reports(call.request_id, found))
    return v201.GetChargingProfilesResponse("Accepted")
    yield  # a conversation, though it asks nobody


def _fits(
    wanted: v201.ChargingProfileCriterion, number: int, profile: v201.ChargingProfile
) -> bool:
    """Whether a profile is among those that are asked for; the CSMS set them all."""
    return (
        wanted.charging_profile_purpose in (None, profile.charging_profile_purpose)
        and wanted.stack_level in (None, profile.stack_level)
        and (wanted.charging_profile_id is None or number in wanted.charging_profile_id)
        and (wanted.charging_limit_source is None or "CSO" in wanted.charging_limit_source)
    )


def _reports(
    request_id: int, found: dict[int, list[v201.ChargingProfile]]
) -> Generator[Step, Any, None]:
    """One report an EVSE; only the last says that nothing more follows."""
    last = max(found)
    for evse in sorted(found):
        try:
            yield v201.ReportChargingProfilesRequest(
                request_id=request_id,
                charging_limit_source="CSO",
                charging_profile=found[evse],
                evse_id=evse,
                tbc=evse != last,
            )
        except Refusal as refusal:
            if refusal.code in ("timeout", "closed"):
                return
