"""Remote start and stop, both ways (specification 7.1, 7.2, 9.1, 9.2 and 10.4)."""

import msgspec

from adapters import v16, v201
from adapters.translation import profiles, tokens
from adapters.translation.conversation import Conversation, Refusal
from adapters.translation.events import expect_stop, stop_refused
from adapters.translation.memory import Memory
from adapters.translation.records import RemoteStart, Transaction
from adapters.translation.refusals import info

CONNECTION_TIMEOUT = 180.0  # seconds, where the station's ConnectionTimeOut is not known
LONGEST_TIMEOUT = 9  # digits; a float ends at 309, and no record holds what is beyond
GRACE = 30.0
OUT_OF_ORDER = frozenset({"Faulted", "Unavailable"})
READY = frozenset({"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"})


def v201_start(call: v201.RequestStartTransactionRequest, memory: Memory) -> Conversation:
    """For a 1.6 station; what it could only refuse is refused here, with a reason."""
    number, refusal = _connector_for(call, memory)
    if refusal is not None:
        return refusal
    profile = None
    if call.charging_profile is not None:
        problem = profiles.unfit_for_start(call.charging_profile, memory)
        if problem:
            return _no(problem)
        if profiles.is_supported(memory):
            profile = profiles.to_16(call.charging_profile, None, memory)
        else:
            memory.lose("charging_profile", "chargingProfile")
    id_tag = tokens.to_16(call.id_token, memory)
    tokens.remember(id_tag, call.id_token, memory)
    if call.group_id_token is not None:
        tokens.group_to_16(call.group_id_token, memory)
        memory.lose("groupIdToken", "groupIdToken")
    request = v16.RemoteStartTransactionRequest(
        id_tag=id_tag, connector_id=number, charging_profile=profile
    )
    _expect(call, request, memory)
    try:
        answer = yield request
    except Refusal as failure:
        if failure.code not in ("timeout", "closed"):  # else the station may yet accept it
            answered(request, "Rejected", memory)
        raise
    answered(request, answer.status, memory)
    return v201.RequestStartTransactionResponse(answer.status)


def _expect(
    call: v201.RequestStartTransactionRequest,
    request: v16.RemoteStartTransactionRequest,
    memory: Memory,
) -> None:
    """A transaction may come of it, once the station has accepted it (10.4)."""
    profile = msgspec.to_builtins(call.charging_profile) if request.charging_profile else {}
    asked = RemoteStart(
        call.remote_start_id,
        request.id_tag,
        request.connector_id,
        memory.now + _patience(memory),
        profile,
        tokens.kept(call.id_token),
        accepted=False,
    )
    known = memory.station
    waiting = (each for each in known.remote_starts if each.expires >= memory.now)
    known.remote_starts = (*waiting, asked)
    memory.touch(known)


def _patience(memory: Memory) -> float:
    """How long the station waits for a car, and some more."""
    text = memory.station.configuration.get("ConnectionTimeOut", "").strip()
    is_told = text.isdecimal() and len(text) < LONGEST_TIMEOUT
    return (float(text) if is_told else CONNECTION_TIMEOUT) + GRACE


def answered(request: v16.RemoteStartTransactionRequest, status: str, memory: Memory) -> None:
    """The station accepted a remote start, in time or late, or will not have it."""
    known = memory.station
    for asked in known.remote_starts:
        here = (asked.id_tag, asked.connector) == (request.id_tag, request.connector_id)
        if here and not asked.accepted:
            if status == "Accepted":
                asked.accepted, asked.expires = True, memory.now + _patience(memory)
            else:
                known.remote_starts = tuple(o for o in known.remote_starts if o is not asked)
            memory.touch(known)
            return


def _no(reason_code: str | None = None) -> v201.RequestStartTransactionResponse:
    why = info(reason_code) if reason_code else None
    return v201.RequestStartTransactionResponse("Rejected", status_info=why)


def _connector_for(
    call: v201.RequestStartTransactionRequest, memory: Memory
) -> tuple[int | None, v201.RequestStartTransactionResponse | None]:
    """The 1.6 connector to start on (None: the station chooses), or why there is none."""
    if not memory.is_accepted:
        return None, _no("CSNotAccepted")
    if call.evse_id is None:
        known = memory.topology.all_connectors()
        candidates = known if len(known) == 1 else []
    else:
        candidates = memory.topology.connectors_of(call.evse_id)
        if not candidates:
            return None, _no("UnknownEvse")
        if any(memory.open_transaction_on(number) for number in candidates):
            return None, _no("TxInProgress")
    if len(candidates) == 1:
        number = candidates[0]
        if memory.open_transaction_on(number):
            return None, _no("TxInProgress")
        if memory.connector(number).status16 in OUT_OF_ORDER:
            return None, _no()
        return number, None
    if candidates and all(memory.connector(n).status16 in OUT_OF_ORDER for n in candidates):
        return None, _no()
    return _likeliest(candidates, memory), None


def _likeliest(candidates: list[int], memory: Memory) -> int | None:
    """Of an EVSE's connectors: the one with a car, else the only free one, else none is named."""
    for wanted in (READY, frozenset({"Available"})):
        found = [n for n in candidates if memory.connector(n).status16 in wanted]
        if len(found) == 1:
            return found[0]
    return None


def v201_stop(call: v201.RequestStopTransactionRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, which knows the transaction by a number."""
    if not memory.is_accepted:
        return v201.RequestStopTransactionResponse("Rejected", status_info=info("CSNotAccepted"))
    tx = memory.transactions.get(call.transaction_id)
    if tx is None or tx.state == "ENDED":
        return v201.RequestStopTransactionResponse("Rejected", status_info=info("UnknownTxId"))
    expect_stop(tx, "RemoteStop", "Remote", memory)
    try:
        answer = yield v16.RemoteStopTransactionRequest(transaction_id=tx.tx16 or 0)
    except Refusal as failure:
        if failure.code not in ("timeout", "closed"):  # else it may yet stop, and for this
            stop_refused(tx, memory)
        raise
    if answer.status == "Rejected":
        stop_refused(tx, memory)
    return v201.RequestStopTransactionResponse(answer.status)


def v16_start(call: v16.RemoteStartTransactionRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, which is asked by EVSE."""
    evse = None
    if call.connector_id:
        if call.connector_id not in memory.topology.all_connectors():
            return v16.RemoteStartTransactionResponse("Rejected")
        evse = memory.topology.evse_of(call.connector_id)[0]
        if len(memory.topology.connectors_of(evse)) > 1:
            memory.lose("evse_scope", "connectorId")
    else:
        evses = {memory.topology.evse_of(n)[0] for n in memory.topology.all_connectors()}
        evse = evses.pop() if len(evses) == 1 else None
    profile = None
    if call.charging_profile is not None:
        profile = profiles.to_201(call.charging_profile, None)
    answer = yield v201.RequestStartTransactionRequest(
        id_token=tokens.to_201(call.id_tag, memory),
        remote_start_id=memory.count("next_remote_start_id"),
        evse_id=evse,
        charging_profile=profile,
    )
    begun(answer, call.connector_id, memory)
    return v16.RemoteStartTransactionResponse(answer.status)


def begun(
    answer: v201.RequestStartTransactionResponse, connector: int | None, memory: Memory
) -> None:
    """The car was there first: the station's transaction runs already, without 1.6 (F01.FR.13)."""
    tx20 = answer.transaction_id
    if answer.status != "Accepted" or tx20 is None or tx20 in memory.transactions:
        return
    known = memory.topology.all_connectors()
    if connector:
        known = memory.topology.connectors_of(memory.topology.evse_of(connector)[0])
    if len(known) == 1:  # else its next event tells where it runs
        memory.add(Transaction(tx20, "WAIT", connector=known[0]))


def v16_stop(call: v16.RemoteStopTransactionRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, which named the transaction itself."""
    tx = memory.transaction_16(call.transaction_id)
    if tx is None or tx.state == "ENDED":
        return v16.RemoteStopTransactionResponse("Rejected")
    answer = yield v201.RequestStopTransactionRequest(transaction_id=tx.tx20)
    return v16.RemoteStopTransactionResponse(answer.status)
