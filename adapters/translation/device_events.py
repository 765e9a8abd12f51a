"""NotifyEvent of a 2.0.1 station: availability and faults, as 1.6 statuses (11.3, 11.4)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v201
from adapters.translation import boot, faults, status, unmapped
from adapters.translation.conversation import Conversation, Step
from adapters.translation.memory import Memory

STATES = frozenset(status.TO_201.values())


def v201_station(call: v201.NotifyEventRequest, memory: Memory) -> Conversation:
    """Each event that 1.6 has a word for is told; the others end here."""
    unheard = []
    for event in call.event_data:
        if event.variable.name == "AvailabilityState" and event.actual_value in STATES:
            yield from _availability(event, memory)
        elif event.variable.name in faults.FAULT_VARIABLES:
            yield from _fault(event, memory)
        else:
            unheard.append(event)
    if unheard:
        rest = msgspec.structs.replace(call, event_data=unheard)
        yield from unmapped.forwarded(rest, memory)
    return v201.NotifyEventResponse()


def _connector_of(event: v201.EventData, memory: Memory) -> int | None:
    """The 1.6 connector of an event: 0 for the station as a whole, None if it cannot be said."""
    evse = event.component.evse
    if evse is None:
        return 0
    if evse.connector_id is not None:
        return memory.topology.connector_of(evse.id, evse.connector_id)
    found = memory.topology.connectors_of(evse.id)
    return found[0] if len(found) == 1 else None


def _availability(event: v201.EventData, memory: Memory) -> Generator[Step, Any, None]:
    number = _connector_of(event, memory)
    timestamp = status.usable(event.timestamp, memory)
    if number is None:
        memory.lose("unmapped_notification", "AvailabilityState")
    elif number:
        yield from status.heard_state(number, event.actual_value, timestamp, memory)
    elif event.actual_value != memory.connector(0).status16:
        yield from boot.connector_zero(memory, event.actual_value, timestamp)


def _fault(event: v201.EventData, memory: Memory) -> Generator[Step, Any, None]:
    number = _connector_of(event, memory)
    if number is None:
        memory.lose("unmapped_notification", "eventData")
        return
    connector = memory.connector(number)
    if number == 0 and not connector.state20:
        connector.state20 = connector.status16 or "Available"
    is_told = faults.heard_event(event, connector, memory)
    if is_told and not (event.cleared and connector.state20 == "Faulted"):
        yield from status.tell_16(connector, status.usable(event.timestamp, memory), memory)
