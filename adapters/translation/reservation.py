"""ReserveNow and CancelReservation, both ways (specification 9.5 and 15.1).

2.0.1 wants to hear how a reservation ended. 1.6 says it only by the connector's status, so what a
1.6 station keeps is remembered in `reserved.py`.
"""

from adapters import v16, v201
from adapters.translation import reserved, tokens
from adapters.translation.conversation import Conversation
from adapters.translation.memory import Memory
from adapters.translation.refusals import info
from adapters.translation.scalars import utc


def v201_reserve(call: v201.ReserveNowRequest, memory: Memory) -> Conversation:
    """For a 1.6 station."""
    number, reason = _connector_for(call, memory)
    if reason is not None:
        return v201.ReserveNowResponse("Rejected", status_info=info(reason))
    id_tag = tokens.to_16(call.id_token, memory)
    tokens.remember(id_tag, call.id_token, memory)
    request = v16.ReserveNowRequest(
        connector_id=number,
        expiry_date=utc(call.expiry_date_time),
        id_tag=id_tag,
        reservation_id=call.id,
        parent_id_tag=tokens.group_to_16(call.group_id_token, memory),
    )
    answer = yield request
    if answer.status == "Accepted":
        reserved.keep(request, memory)
    return v201.ReserveNowResponse(answer.status)


def _connector_for(call: v201.ReserveNowRequest, memory: Memory) -> tuple[int, str | None]:
    """The 1.6 connector to reserve, or the reason code of why there is none."""
    if call.evse_id is None and call.connector_type is None:
        anywhere = memory.station.configuration.get("ReserveConnectorZeroSupported", "")
        return 0, None if anywhere.lower() == "true" else "UnsupportedParam"
    if call.evse_id is None:
        candidates = memory.topology.all_connectors()
    elif not (candidates := memory.topology.connectors_of(call.evse_id)):
        return 0, "UnknownEvse"
    if call.connector_type is not None:
        typed = [n for n in candidates if memory.topology.type_of(n) == call.connector_type]
        if not typed:
            return 0, "UnknownConnectorType"
        candidates = typed
    free = [n for n in candidates if memory.connector(n).status16 == "Available"]
    return (free or candidates)[0], None


def v201_cancel(call: v201.CancelReservationRequest, memory: Memory) -> Conversation:
    """For a 1.6 station."""
    answer = yield v16.CancelReservationRequest(reservation_id=call.reservation_id)
    if answer.status == "Accepted":
        reserved.drop(call.reservation_id, memory)
    return v201.CancelReservationResponse(answer.status)


def v16_reserve(call: v16.ReserveNowRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, which reserves EVSEs."""
    evse = kind = None
    if call.connector_id:
        if call.connector_id not in memory.topology.all_connectors():
            return v16.ReserveNowResponse("Rejected")
        evse = memory.topology.evse_of(call.connector_id)[0]
        if len(memory.topology.connectors_of(evse)) > 1:
            kind = memory.topology.type_of(call.connector_id) or None
    group = call.parent_id_tag
    answer = yield v201.ReserveNowRequest(
        id=call.reservation_id,
        expiry_date_time=utc(call.expiry_date),
        id_token=tokens.to_201(call.id_tag, memory),
        connector_type=kind,  # type: ignore[arg-type]
        evse_id=evse,
        group_id_token=tokens.to_201(group, memory) if group is not None else None,
    )
    return v16.ReserveNowResponse(answer.status)


def v16_cancel(call: v16.CancelReservationRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    answer = yield v201.CancelReservationRequest(reservation_id=call.reservation_id)
    return v16.CancelReservationResponse(answer.status)
