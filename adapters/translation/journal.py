"""What waits here for a CSMS that is away (`link_policy = "buffer"`, specification section 19).

Transaction events are kept on disk in their order; of statuses the latest of each subject. What
takes more room than `journal_limit` loses meter samples first, the oldest first. An entry is never
dropped for anything else: when nothing can be shed, the station is told so and keeps its message.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.payload import Payload, encode
from adapters.translation.memory import Memory
from adapters.translation.records import JournalEntry

SAMPLING = frozenset({"MeterValuePeriodic", "MeterValueClock"})
Subject = Callable[[Any], str]


def _event(request: v201.TransactionEventRequest) -> str:
    return f"{request.transaction_info.transaction_id}#{request.seq_no}"


def _events(request: v201.NotifyEventRequest) -> str:
    said = (
        f"{event.component.name}.{event.component.evse}.{event.variable.name}"
        for event in request.event_data
    )
    return ";".join(said)


# Of these only the latest of a subject counts.
LATEST: dict[type[Payload], Subject] = {
    v16.BootNotificationRequest: lambda said: "",
    v16.DiagnosticsStatusNotificationRequest: lambda said: "",
    v16.FirmwareStatusNotificationRequest: lambda said: "",
    v16.LogStatusNotificationRequest: lambda said: f"{said.request_id}",
    v16.SignedFirmwareStatusNotificationRequest: lambda said: f"{said.request_id}",
    v16.StatusNotificationRequest: lambda said: f"{said.connector_id}",
    v201.BootNotificationRequest: lambda said: "",
    v201.FirmwareStatusNotificationRequest: lambda said: f"{said.request_id}",
    v201.LogStatusNotificationRequest: lambda said: f"{said.request_id}",
    v201.NotifyEventRequest: _events,
    v201.StatusNotificationRequest: lambda said: f"{said.evse_id}.{said.connector_id}",
}
# Of these every one counts, once.
EACH: dict[type[Payload], Subject] = {
    v16.SecurityEventNotificationRequest: lambda said: f"{said.type}@{said.timestamp}",
    v201.MeterValuesRequest: lambda said: f"{said.evse_id}@{said.meter_value[0].timestamp}",
    v201.SecurityEventNotificationRequest: lambda said: f"{said.type}@{said.timestamp}",
    v201.TransactionEventRequest: _event,
}


def keep(request: Payload, memory: Memory, *, is_heard: bool = False, told: str = "") -> bool:
    """Let a message wait for the CSMS; False where there is no room and it is not kept."""
    kind = type(request)
    subject = f"{request.action}:{(LATEST.get(kind) or EACH[kind])(request)}"
    before = next((entry for entry in memory.journal if entry.subject == subject), None)
    if before is not None and kind in EACH:
        return True  # the station repeats itself
    if before is not None:
        drop(before, "superseded", memory)
    entry = JournalEntry(
        number=memory.count("next_journal_entry"),
        action=request.action,
        payload=msgspec.Raw(encode(request)),
        subject=subject,
        is_heard=is_heard,
        is_sample=is_sample(request),
        told=told,
    )
    memory.journal.append(entry)
    if not _has_room(memory):
        memory.journal.remove(entry)
        note("shed" if entry.is_sample or kind in LATEST else "refused", memory)
        return False
    note("journaled", memory)
    memory.touch(entry)
    return True


def is_sample(request: Payload) -> bool:
    """Whether this carries meter samples and nothing else: no begin, no end, no token."""
    if isinstance(request, v201.TransactionEventRequest):
        is_within = request.event_type == "Updated" and request.id_token is None
        return is_within and request.trigger_reason in SAMPLING
    return isinstance(request, v201.MeterValuesRequest)


def _has_room(memory: Memory) -> bool:
    """Keep to the limit, if that can be done without what came last: the oldest samples go."""
    over = sum(len(entry.payload) for entry in memory.journal) - memory.options.journal_limit
    if over <= 0:
        return True
    samples = [entry for entry in memory.journal[:-1] if entry.is_sample]
    if over > sum(len(entry.payload) for entry in samples):
        return False
    for entry in samples:
        if over <= 0:
            break
        over -= len(entry.payload)
        drop(entry, "shed", memory)
    return True


def drop(entry: JournalEntry, why: str, memory: Memory) -> None:
    """An entry waits no longer; nothing happens if it is gone already."""
    for place, each in enumerate(memory.journal):
        if each is entry:
            del memory.journal[place]
            memory.forget(entry)
            note(why, memory)
            return


def taken(request: Payload, memory: Memory) -> None:
    """The CSMS took this, though late: if it still waits here, it waits no longer."""
    kind = type(request)
    subject = EACH.get(kind) or LATEST.get(kind)
    name = f"{request.action}:{subject(request)}" if subject is not None else ""
    for entry in memory.journal:
        is_same = kind in EACH or bytes(entry.payload) == encode(request)
        if entry.subject == name and not entry.is_heard and is_same:
            drop(entry, "replayed", memory)
            return


def note(what: str, memory: Memory) -> None:
    """Count what became of an entry."""
    memory.journal_counts[what] = memory.journal_counts.get(what, 0) + 1
