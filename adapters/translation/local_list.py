"""SendLocalList and GetLocalListVersion, both ways (specification 15.2)."""

from adapters import v16, v201
from adapters.translation import tokens
from adapters.translation.conversation import Conversation, Refusal
from adapters.translation.memory import Memory
from adapters.translation.refusals import info

LONGEST = 20  # characters that a 1.6 reader can present
REMEMBERED = 100  # entries of one list whose type their form does not tell; more would crowd out
UNSUPPORTED = -1  # the version of a list that a 1.6 station does not have


def v201_send(call: v201.SendLocalListRequest, memory: Memory) -> Conversation:
    """For a 1.6 station; it never reads tokens over 20 characters, so they stay off its list."""
    if call.version_number == 0:
        return v201.SendLocalListResponse("Failed", status_info=info("ValueZeroNotAllowed"))
    given = call.local_authorization_list or []
    sayable = [entry for entry in given if len(entry.id_token.id_token) <= LONGEST]
    omitted = len(given) - len(sayable)
    for _ in range(omitted):
        memory.lose("long_token_omitted", "idToken")
    if _is_too_long(len(sayable), memory):
        return v201.SendLocalListResponse("Failed", status_info=info("TooManyElements"))
    entries = [_entry_16(entry, memory) for entry in sayable]
    _remember_tokens([entry.id_token for entry in sayable if entry.id_token_info], memory)
    answer = yield v16.SendLocalListRequest(
        list_version=call.version_number,
        update_type=call.update_type,
        local_authorization_list=entries or None,
    )
    if answer.status == "NotSupported":
        return v201.SendLocalListResponse("Failed", status_info=info("UnsupportedRequest"))
    if answer.status != "Accepted":
        return v201.SendLocalListResponse(answer.status)
    _count(call.update_type, entries, memory)
    remark = v201.StatusInfo("NoError", f"{omitted} entries are too long for 1.6")
    return v201.SendLocalListResponse("Accepted", remark if omitted else None)


def _entry_16(entry: v201.AuthorizationData, memory: Memory) -> v16.AuthorizationData:
    """An entry in 1.6 words; without info it is struck off the list, in both versions."""
    described = entry.id_token_info
    if described is not None and described.evse_id:
        memory.lose("evse_scope", "evseId")
    return v16.AuthorizationData(
        id_tag=tokens.to_16(entry.id_token, memory),
        id_tag_info=tokens.described_16(described, memory) if described else None,
    )


def _remember_tokens(given: list[v201.IdToken], memory: Memory) -> None:
    """Keep the tokens that would come back as others, by the form of their tag alone."""
    misleading = []
    for token in given:
        guess = tokens.to_201(tokens.to_16(token, memory), memory)
        same = (guess.type, guess.additional_info) == (token.type, token.additional_info)
        if not same or guess.id_token != token.id_token:
            misleading.append(token)
    for token in misleading[:REMEMBERED]:
        tokens.remember(tokens.to_16(token, memory), token, memory)
    if len(misleading) > REMEMBERED:
        memory.lose("token_type", "idToken")


def _count(update: str, entries: list[v16.AuthorizationData], memory: Memory) -> None:
    """About how many entries the station holds: what a 1.6 station cannot be asked."""
    before = memory.station.local_list_entries if update == "Differential" else 0
    change = sum(1 if entry.id_tag_info else -1 for entry in entries)
    memory.station.local_list_entries = max(before + change, 0)
    memory.touch(memory.station)


def _is_too_long(count: int, memory: Memory) -> bool:
    """Whether the station is known to take fewer entries at once."""
    most = memory.station.configuration.get("SendLocalListMaxLength", "")
    return most.isdecimal() and count > int(most)


def v201_version(call: v201.GetLocalListVersionRequest, memory: Memory) -> Conversation:
    """For a 1.6 station; 2.0.1 does not tell an empty list from none."""
    answer = yield v16.GetLocalListVersionRequest()
    return v201.GetLocalListVersionResponse(version_number=max(answer.list_version, 0))


def v16_send(call: v16.SendLocalListRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station; tags get the types that their forms suggest."""
    given = call.local_authorization_list or []
    if _is_too_long(len(given), memory):  # two halves under one version would be two lists
        return v16.SendLocalListResponse("Failed")
    answer = yield v201.SendLocalListRequest(
        version_number=call.list_version,
        update_type=call.update_type,
        local_authorization_list=[_entry_201(entry, memory) for entry in given] or None,
    )
    return v16.SendLocalListResponse(answer.status)


def _entry_201(entry: v16.AuthorizationData, memory: Memory) -> v201.AuthorizationData:
    described = entry.id_tag_info
    return v201.AuthorizationData(
        id_token=tokens.to_201(entry.id_tag, memory),
        id_token_info=tokens.described_201(described, memory) if described else None,
    )


def v16_version(call: v16.GetLocalListVersionRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station; 1.6 has a version that says: no list at all."""
    if memory.device.available.get("LocalAuthListCtrlr") is False:
        return v16.GetLocalListVersionResponse(list_version=UNSUPPORTED)
    try:
        answer = yield v201.GetLocalListVersionRequest()
    except Refusal as refusal:
        if not refusal.means_absent:
            raise
        return v16.GetLocalListVersionResponse(list_version=UNSUPPORTED)
    return v16.GetLocalListVersionResponse(list_version=answer.version_number)
