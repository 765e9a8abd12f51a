"""What the journal holds is told to its CSMS, which is back: in order, each with its own time (19).

An entry stays until the CSMS took it, or refused it for good; what may pass is tried again.
"""

from collections.abc import Callable, Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.frame import Version
from adapters.payload import Action, Payload, decoder
from adapters.translation import (
    boot,
    costs,
    device_events,
    events,
    journal,
    meter_values,
    places,
    status,
    transaction_event,
)
from adapters.translation.conversation import Conversation, Refusal, Step, Wait
from adapters.translation.memory import Memory
from adapters.translation.records import UNSAID, JournalEntry
from adapters.translation.scalars import A_DAY

AGAIN_AFTER, LONGEST_PAUSE = 10.0, 600.0  # seconds until what was refused for now is tried again
GO_ON = "journal"  # signalled when there is a reason not to wait any longer
ACTIONS: dict[Version, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
HEARD: dict[type[Payload], Callable[[Any, Memory], Conversation]] = {
    v201.MeterValuesRequest: meter_values.v201_station,
    v201.NotifyEventRequest: device_events.v201_station,
    v201.StatusNotificationRequest: status.v201_station,
    v201.TransactionEventRequest: transaction_event.v201_station,
}


def first(memory: Memory) -> JournalEntry:
    """Whose turn it is: a boot's before anything else's."""
    boots = (entry for entry in memory.journal if entry.action == "BootNotification")
    return next(boots, memory.journal[0])


def told(entry: JournalEntry, memory: Memory) -> Generator[Step, Any, None]:
    """Tell one entry until the CSMS takes it, or is away again."""
    pause = AGAIN_AFTER
    while True:
        while memory.boot.status in ("Pending", "Rejected") and entry.action != "BootNotification":
            yield Wait(GO_ON, LONGEST_PAUSE)
        try:
            yield from _say(entry, memory)
        except (Refusal, PayloadError, msgspec.DecodeError) as problem:
            if isinstance(problem, Refusal) and problem.code == "closed":
                return  # it stays where it is, until the CSMS is back again
            if isinstance(problem, Refusal) and problem.is_transient:
                yield Wait(GO_ON, pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                if entry in memory.journal:  # else its answer came after all
                    continue
                return
            memory.lose("dead_letter", entry.action)
            journal.drop(entry, "dead_letter", memory)
        else:
            journal.drop(entry, "replayed", memory)
        return


def _say(entry: JournalEntry, memory: Memory) -> Generator[Step, Any, None]:
    spoken: Version = memory.version if entry.is_heard else _other(memory.version)
    message = decoder(ACTIONS[spoken][entry.action].request).decode(entry.payload)
    if entry.is_heard:
        yield from _translated(message, entry, memory)
    elif isinstance(message, v201.TransactionEventRequest):
        if entry.number < memory.entries_waited:  # across a reconnection (10.6)
            message = msgspec.structs.replace(message, offline=True)
        _heed((yield message), message, memory)
    elif isinstance(message, v16.BootNotificationRequest | v201.BootNotificationRequest):
        yield from _boot(message, memory)
    else:
        yield message


def _other(version: Version) -> Version:
    return "2.0.1" if version == "1.6" else "1.6"


def _heed(
    answer: v201.TransactionEventResponse, event: v201.TransactionEventRequest, memory: Memory
) -> None:
    tx = memory.transactions.get(event.transaction_info.transaction_id)
    if tx is not None and event.event_type != "Ended":
        events.heed(answer, tx, memory)
    elif tx is not None:
        costs.heard(answer, tx, memory, is_final=True)


def _boot(
    message: v16.BootNotificationRequest | v201.BootNotificationRequest, memory: Memory
) -> Generator[Step, Any, None]:
    """The station was accepted in the CSMS's place; it is until the CSMS agrees that nothing goes.

    Nobody else would ask again: the station is content.
    """
    while True:
        answer = yield message
        memory.boot.status = answer.status
        memory.touch(memory.boot)
        boot.keep_interval(answer, memory)
        if answer.status == "Accepted":
            return
        yield Wait(GO_ON, min(answer.interval, A_DAY) if answer.interval > 0 else LONGEST_PAUSE)
        if memory.is_accepted:  # the station has booted again meanwhile
            return


def _translated(message: Any, entry: JournalEntry, memory: Memory) -> Generator[Step, Any, None]:
    """What a 2.0.1 station said has its turn now."""
    if isinstance(message, v201.MeterValuesRequest) and not _has_transaction(message, memory):
        return
    memory.source = entry.payload
    answer = yield from HEARD[type(message)](message, memory)
    memory.source = UNSAID
    info = getattr(answer, "id_token_info", None)
    if info is not None and info.status != "Accepted" and entry.told == "Accepted":
        memory.follow_ups.append(_stop(message.transaction_info.transaction_id, memory))


def _has_transaction(message: v201.MeterValuesRequest, memory: Memory) -> bool:
    tx = places.transaction_at(places.connector_at(message.evse_id, None, memory), memory)
    return tx is not None and tx.state == "OPEN"


def _stop(tx20: str, memory: Memory) -> Generator[Step, Any, None]:
    """The station was told otherwise, so it has to be told to stop, unless it has (10.5)."""
    tx = memory.transactions.get(tx20)
    ends = f"TransactionEvent:{tx20}#"
    is_over = tx is None or tx.state == "ENDED"
    for entry in memory.journal:
        if entry.subject.startswith(ends) and b'"eventType":"Ended"' in bytes(entry.payload):
            is_over = True
    if is_over:
        return
    try:
        yield v201.RequestStopTransactionRequest(transaction_id=tx20)
    except Refusal:
        memory.lose("deauthorization", "idTokenInfo")
