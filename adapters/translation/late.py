"""What an answer teaches that came too late to be passed on (specification 1.5, 10.7)."""

import msgspec

from adapters import v16, v201
from adapters.payload import Payload
from adapters.translation import (
    costs,
    events,
    installed,
    reserved,
    settings,
    start_stop,
    tokens,
    transaction_event,
)
from adapters.translation.memory import Memory


def learn(request: Payload, response: Payload, memory: Memory) -> None:
    """Keep what the late answer to a derived CALL says of the peer that gave it."""
    match request, response:
        case v16.StartTransactionRequest(), v16.StartTransactionResponse():
            _started_16(request, response, memory)
        case v201.TransactionEventRequest(), v201.TransactionEventResponse():
            _event_201(request, response, memory)
        case v16.ChangeConfigurationRequest(), v16.ChangeConfigurationResponse():
            settings.changed(request, response.status, memory)
        case v16.GetConfigurationRequest(), v16.GetConfigurationResponse():
            settings.learn(response, memory)
        case v16.ClearChargingProfileRequest(), v16.ClearChargingProfileResponse():
            installed.cleared(request, memory)
        case v16.SetChargingProfileRequest(), v16.SetChargingProfileResponse("Accepted"):
            installed.taken_late(request, memory)
        case v16.ReserveNowRequest(), v16.ReserveNowResponse("Accepted"):
            reserved.keep(request, memory)
        case v16.CancelReservationRequest(), v16.CancelReservationResponse("Accepted"):
            reserved.drop(request.reservation_id, memory)


def _started_16(
    request: v16.StartTransactionRequest, response: v16.StartTransactionResponse, memory: Memory
) -> None:
    asked = msgspec.to_builtins(request)
    for tx in memory.transactions.values():
        if tx.state == "WAIT" and tx.start_request == asked:
            transaction_event.opened(tx, response, memory)
            info = tokens.info_to_201(response.id_tag_info, tx.id_tag, memory)
            tx.token_status[tx.id_tag.casefold()] = msgspec.to_builtins(info)
            return


def _event_201(
    request: v201.TransactionEventRequest,
    response: v201.TransactionEventResponse,
    memory: Memory,
) -> None:
    tx = memory.transactions.get(request.transaction_info.transaction_id)
    if tx is None:
        return
    if request.event_type == "Started" and not tx.confirmed:
        start_stop.confirm(tx, response, memory)
    if request.event_type != "Ended":
        events.heed(response, tx, memory)
    else:
        costs.heard(response, tx, memory, is_final=True)
