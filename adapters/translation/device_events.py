"""NotifyEvent of a 2.0.1 station: availability and faults, as 1.6 statuses (11.3, 11.4)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v201
from adapters.translation import faults, places, status, unmapped
from adapters.translation.conversation import Conversation, Step
from adapters.translation.memory import Memory

STATES = frozenset(status.TO_201.values())


def v201_station(call: v201.NotifyEventRequest, memory: Memory) -> Conversation:
    """Each event that 1.6 has a word for is told; the others end here."""
    unheard = []
    for event in call.event_data:
        if _is_availability(event):
            yield from _availability(event, memory)
        elif faults.is_fault(event):
            yield from _fault(event, memory)
        else:
            unheard.append(event)
    if unheard:
        rest = msgspec.structs.replace(call, event_data=unheard)
        yield from unmapped.forwarded(rest, memory)
    return v201.NotifyEventResponse()


def _is_availability(event: v201.EventData) -> bool:
    """Whether an event is what StatusNotification would say, or says it of the whole station."""
    component = event.component
    if component.name == "Connector":
        is_placed = component.evse is not None and component.evse.connector_id is not None
    else:
        is_placed = component.name == "ChargingStation" and component.evse is None
    is_state = event.variable.name == "AvailabilityState" and event.actual_value in STATES
    return is_placed and is_state


def _availability(event: v201.EventData, memory: Memory) -> Generator[Step, Any, None]:
    place, timestamp = event.component.evse, status.usable(event.timestamp, memory)
    evse, connector = (place.id, place.connector_id or 0) if place else (0, 0)
    yield from status.heard_at(evse, connector, event.actual_value, timestamp, memory)


def _fault(event: v201.EventData, memory: Memory) -> Generator[Step, Any, None]:
    place = event.component.evse
    number = 0
    if place is not None and place.id:
        number = places.connector_at(place.id, place.connector_id, memory)
    connector = memory.connector(number)
    is_new = faults.heard_event(event, connector, memory)
    if is_new and not (faults.is_over(event) and connector.state20 == "Faulted"):
        yield from status.tell_16(connector, status.usable(event.timestamp, memory), memory)
