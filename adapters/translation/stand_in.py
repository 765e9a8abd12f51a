"""Answers in the place of a CSMS that is away (`link_policy = "buffer"`, specification section 19).

A 1.6 station's CALLs are translated as ever, and what they become is kept: its transactions need
no word of the CSMS. A 2.0.1 station's transactions need the number that a 1.6 CSMS gives out, so
what the station said is kept itself, and translated when its turn comes.
"""

import msgspec

from adapters import v16, v201
from adapters.payload import Payload
from adapters.translation import journal, tokens
from adapters.translation.conversation import Refusal
from adapters.translation.journal import keep
from adapters.translation.memory import Memory
from adapters.translation.records import Transaction
from adapters.translation.scalars import A_DAY, rfc3339

BOOT_AGAIN = 60  # seconds until a station that was never accepted may try again
FULL = "the journal is full"
EMPTY: dict[type[Payload], Payload] = {
    v16.DiagnosticsStatusNotificationRequest: v16.DiagnosticsStatusNotificationResponse(),
    v16.FirmwareStatusNotificationRequest: v16.FirmwareStatusNotificationResponse(),
    v16.LogStatusNotificationRequest: v16.LogStatusNotificationResponse(),
    v16.SecurityEventNotificationRequest: v16.SecurityEventNotificationResponse(),
    v16.SignedFirmwareStatusNotificationRequest: v16.SignedFirmwareStatusNotificationResponse(),
    v16.StatusNotificationRequest: v16.StatusNotificationResponse(),
    v201.FirmwareStatusNotificationRequest: v201.FirmwareStatusNotificationResponse(),
    v201.LogStatusNotificationRequest: v201.LogStatusNotificationResponse(),
    v201.NotifyEventRequest: v201.NotifyEventResponse(),
    v201.SecurityEventNotificationRequest: v201.SecurityEventNotificationResponse(),
    v201.StatusNotificationRequest: v201.StatusNotificationResponse(),
}
# Once the CSMS is back, these wait behind what is left in the journal; others go straight through.
IN_ORDER = (
    v201.TransactionEventRequest,
    v201.StatusNotificationRequest,
    v201.NotifyEventRequest,
)


def answer(request: Payload, action: str, memory: Memory) -> Payload:
    """What a derived CALL is answered meanwhile, because of a CALL of this action.

    Raises Refusal where no answer may be made up.
    """
    if type(request) in EMPTY:
        if not keep(request, memory) and type(request) not in journal.LATEST:
            raise Refusal("InternalError", FULL)
        return EMPTY[type(request)]
    match request:
        case v201.TransactionEventRequest():
            return _event(request, memory)
        case v201.HeartbeatRequest():
            return v201.HeartbeatResponse(current_time=rfc3339(memory.now))
        case v16.HeartbeatRequest():
            return v16.HeartbeatResponse(current_time=rfc3339(memory.now))
        case v201.AuthorizeRequest():
            return v201.AuthorizeResponse(id_token_info=_known(request.id_token, memory))
        case v16.AuthorizeRequest() if action == "Authorize":
            status = tokens.last_status(request.id_tag, memory, A_DAY) or "Invalid"
            memory.stood_in = info = v16.IdTagInfo(status=status)
            return v16.AuthorizeResponse(id_tag_info=info)
        case v201.BootNotificationRequest() | v16.BootNotificationRequest():
            return _boot(request, memory)
        case v201.MeterValuesRequest():
            journal.note("shed", memory)  # outside of a transaction, so nobody pays by them
            return v201.MeterValuesResponse()
    raise Refusal("closed", "the CSMS is away")


def _event(request: v201.TransactionEventRequest, memory: Memory) -> v201.TransactionEventResponse:
    if not keep(request, memory) and not journal.is_sample(request):
        raise Refusal("InternalError", FULL)
    if request.id_token is None or request.event_type == "Ended":
        return v201.TransactionEventResponse()
    info = _known(request.id_token, memory, memory.options.offline_unknown)
    return v201.TransactionEventResponse(id_token_info=info)


def _known(token: v201.IdToken, memory: Memory, otherwise: str = "Invalid") -> v201.IdTokenInfo:
    """The last word of the CSMS on a token, if it still counts."""
    status = tokens.last_status(tokens.to_16(token, memory), memory, A_DAY)
    memory.stood_in = info = v201.IdTokenInfo(status=status or otherwise)  # type: ignore[arg-type]
    return info


def _boot(
    request: v201.BootNotificationRequest | v16.BootNotificationRequest, memory: Memory
) -> Payload:
    """A station that the CSMS accepted before is at home here; another has to wait for it."""
    is_known = memory.is_accepted and keep(request, memory)
    kind = (
        v201.BootNotificationResponse
        if isinstance(request, v201.BootNotificationRequest)
        else v16.BootNotificationResponse
    )
    return kind(
        current_time=rfc3339(memory.now),
        interval=memory.station.boot_interval if is_known else BOOT_AGAIN,
        status="Accepted" if is_known else "Rejected",
    )


# What a 2.0.1 station says


def held(call: Payload, memory: Memory) -> Payload | None:
    """Keep what a 2.0.1 station said until its CSMS is back, and answer it; None: not of that kind.

    Raises Refusal where there is no room.
    """
    match call:
        case v201.TransactionEventRequest():
            return _held_event(call, memory)
        case v201.StatusNotificationRequest():
            keep(call, memory, is_heard=True)
            return v201.StatusNotificationResponse()
        case v201.NotifyEventRequest():
            keep(call, memory, is_heard=True)
            return v201.NotifyEventResponse()
        case v201.MeterValuesRequest():
            if call.evse_id:
                keep(call, memory, is_heard=True)
            else:  # of the station as a whole: outside of any transaction
                journal.note("shed", memory)
            return v201.MeterValuesResponse()
    return None


def _held_event(
    call: v201.TransactionEventRequest, memory: Memory
) -> v201.TransactionEventResponse:
    tx = memory.transactions.get(call.transaction_info.transaction_id)
    if tx is not None and call.seq_no in tx.answers:
        return msgspec.convert(tx.answers[call.seq_no], v201.TransactionEventResponse)
    info = _said_before(call.id_token, tx, memory) if call.id_token is not None else None
    told = info.status if info is not None else ""
    if not keep(call, memory, is_heard=True, told=told) and not journal.is_sample(call):
        raise Refusal("InternalError", FULL)
    return v201.TransactionEventResponse(id_token_info=info)


def _said_before(token: v201.IdToken, tx: Transaction | None, memory: Memory) -> v201.IdTokenInfo:
    """The word on a token of an event: that of its transaction, else the last one at all."""
    if tokens.is_too_long(token, memory):
        return v201.IdTokenInfo(status="Invalid")
    tag = tokens.to_16(token, memory).casefold()
    if tx is not None and tag in tx.token_status:
        return msgspec.convert(tx.token_status[tag], v201.IdTokenInfo)
    return _known(token, memory, memory.options.offline_unknown)
