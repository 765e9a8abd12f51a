"""A CSMS that is away, with `link_policy = "buffer"`: stand-in answers, and the replay (19).

Transaction events are kept on disk in order and sent with their own times when the CSMS is back;
as long as one waits, later ones wait behind it.
"""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v201
from adapters.payload import Payload, decoder, encode
from adapters.translation import costs, events, tokens
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import JournalEntry
from adapters.translation.scalars import A_DAY, rfc3339


def stand_in(request: Payload, memory: Memory) -> Payload:
    """The answer that is given while the CSMS is away. Raises Refusal where none may be."""
    match request:
        case v201.TransactionEventRequest():
            return _journaled(request, memory)
        case v201.HeartbeatRequest():
            return v201.HeartbeatResponse(current_time=rfc3339(memory.now))
        case v201.StatusNotificationRequest():
            number = memory.topology.connector_of(request.evse_id, request.connector_id)
            if number is not None:
                memory.follow_ups.append(_unsaid(number, memory))
            return v201.StatusNotificationResponse()
        case v201.AuthorizeRequest():
            return v201.AuthorizeResponse(id_token_info=_known(request.id_token, memory, "Invalid"))
        case v201.MeterValuesRequest():
            return v201.MeterValuesResponse()
    raise Refusal("closed", "the CSMS is away")


def _unsaid(number: int, memory: Memory) -> Generator[Step, Any, None]:
    """The CSMS has not heard this status: the latest one is told when it is back."""
    memory.connector(number).sent20 = ""
    memory.touch(memory.connector(number))
    return
    yield  # a conversation, though it asks nobody


def _journaled(
    request: v201.TransactionEventRequest, memory: Memory
) -> v201.TransactionEventResponse:
    late = msgspec.structs.replace(request, offline=True)
    number = memory.count("next_journal_entry")
    entry = JournalEntry(number, request.action, msgspec.Raw(encode(late)))
    memory.journal.append(entry)
    memory.touch(entry)
    if request.id_token is None:
        return v201.TransactionEventResponse()
    info = _known(request.id_token, memory, memory.options.offline_unknown)
    return v201.TransactionEventResponse(id_token_info=info)


def _known(token: v201.IdToken, memory: Memory, otherwise: str) -> v201.IdTokenInfo:
    """The last word of the CSMS on a token, if it still counts."""
    status = tokens.last_status(tokens.to_16(token, memory), memory, A_DAY)
    memory.stood_in = info = v201.IdTokenInfo(status=status or otherwise)  # type: ignore[arg-type]
    return info


def replay(memory: Memory) -> Generator[Step, Any, None]:
    """Tell the CSMS, which is back, what happened meanwhile."""
    while memory.journal:
        entry = memory.journal[0]
        request = decoder(v201.TransactionEventRequest).decode(entry.payload)
        try:
            answer = yield request
        except Refusal as refusal:
            if refusal.code in ("timeout", "closed"):
                return  # it stays where it is, until the CSMS is back again
            memory.lose("dead_letter", entry.action)
        else:
            tx = memory.transactions.get(request.transaction_info.transaction_id)
            if tx is not None and request.event_type != "Ended":
                events.heed(answer, tx, memory)
            elif tx is not None:
                costs.heard(answer, tx, memory, is_final=True)
        memory.journal.remove(entry)
        memory.forget(entry)
