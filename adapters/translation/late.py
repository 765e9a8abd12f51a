"""What an answer teaches that came too late to be passed on (specification 1.5, 10.7)."""

import msgspec

from adapters import v16, v201
from adapters.payload import Payload, encode
from adapters.translation import (
    costs,
    endings,
    events,
    installed,
    journal,
    remote_control,
    reserved,
    settings,
    started,
    status,
    stops,
    tokens,
    transaction_event,
)
from adapters.translation.memory import Memory
from adapters.translation.records import Transaction
from adapters.translation.replay import GO_ON

# What a peer should not hear twice; each says when it was, so that a late answer fits its repeat.
SAID_ONCE = (
    v16.MeterValuesRequest,
    v16.StartTransactionRequest,
    v16.StopTransactionRequest,
    v201.TransactionEventRequest,
)


def answers_repeat(request: Payload) -> bool:
    """Whether its late answer will do for a repeat that was not sent yet."""
    return isinstance(request, SAID_ONCE)


def learn(request: Payload, response: Payload, memory: Memory) -> None:
    """Keep what the late answer to a derived CALL says of the peer that gave it."""
    if request.version == memory.version:
        _of_station(request, response, memory)
        return
    _of_csms(request, response, memory)
    if memory.journal:
        journal.taken(request, memory)
        if isinstance(request, SAID_ONCE):  # whoever waits to say it again need not
            memory.signal(GO_ON)


def _of_csms(request: Payload, response: Payload, memory: Memory) -> None:
    match request, response:
        case v201.TransactionEventRequest(), v201.TransactionEventResponse():
            _event_201(request, response, memory)
        case v201.AuthorizeRequest(), v201.AuthorizeResponse():
            info = response.id_token_info
            told = tokens.described_16(info, memory)
            tag = tokens.to_16(request.id_token, memory)
            tokens.note_status(tag, told.status, told.expiry_date, memory, info.evse_id or [])
        case v201.BootNotificationRequest(), v201.BootNotificationResponse():
            memory.boot.status = response.status
            memory.touch(memory.boot)
        case v16.StartTransactionRequest(), v16.StartTransactionResponse():
            _started_16(request, response, memory)
        case v16.StopTransactionRequest(), v16.StopTransactionResponse():
            _stopped_16(request, response, memory)
        case v16.MeterValuesRequest(), v16.MeterValuesResponse():
            tx = memory.transaction_16(request.transaction_id or 0)
            if tx is not None and request.transaction_id is not None:
                transaction_event.measured(tx, memory)
        case v16.AuthorizeRequest(), v16.AuthorizeResponse():
            tokens.info_to_201(response.id_tag_info, request.id_tag, memory)
        case v16.BootNotificationRequest(), v16.BootNotificationResponse():
            memory.boot.status = response.status
            memory.touch(memory.boot)
        case v201.StatusNotificationRequest() | v16.StatusNotificationRequest(), _:
            status.heard_late(request, memory)


def _of_station(request: Payload, response: Payload, memory: Memory) -> None:
    match request, response:
        case v16.RemoteStartTransactionRequest(), v16.RemoteStartTransactionResponse():
            remote_control.answered(request, response.status, memory)
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
        case v16.ResetRequest(), v16.ResetResponse("Accepted"):
            memory.station.reset_at = memory.now
            memory.touch(memory.station)
        case v16.TriggerMessageRequest("BootNotification"), v16.TriggerMessageResponse("Accepted"):
            memory.station.boot_triggered_at = memory.now
            memory.touch(memory.station)
        case v16.TriggerMessageRequest("StatusNotification", number), v16.TriggerMessageResponse(
            "Accepted"
        ):
            for each in [number] if number is not None else list(memory.connectors):
                memory.connector(each).forced = True
        case v201.RequestStartTransactionRequest(), v201.RequestStartTransactionResponse():
            remote_control.begun(response, None, memory)


def _started_16(
    request: v16.StartTransactionRequest, response: v16.StartTransactionResponse, memory: Memory
) -> None:
    asked = encode(request)
    for tx in memory.transactions.values():
        if tx.state == "WAIT" and bytes(tx.start_request) == asked:
            transaction_event.opened(tx, response, memory)
            _note_16(tx, tx.id_tag, response.id_tag_info, memory)
            return


def _stopped_16(
    request: v16.StopTransactionRequest, response: v16.StopTransactionResponse, memory: Memory
) -> None:
    tx = memory.transaction_16(request.transaction_id)
    if tx is None or tx.state != "OPEN":
        return
    if response.id_tag_info is not None and request.id_tag is not None:
        _note_16(tx, request.id_tag, response.id_tag_info, memory)
    endings.end(tx, memory)


def _note_16(tx: Transaction, tag: str, said: v16.IdTagInfo, memory: Memory) -> None:
    info = tokens.info_to_201(said, tag, memory)
    tx.token_status = {**tx.token_status, tag.casefold(): msgspec.to_builtins(info)}


def _event_201(
    request: v201.TransactionEventRequest,
    response: v201.TransactionEventResponse,
    memory: Memory,
) -> None:
    tx = memory.transactions.get(request.transaction_info.transaction_id)
    if tx is None or tx.state == "ENDED":
        return
    if request.event_type == "Ended":
        _ended_201(request.seq_no, tx, response, memory)
        return
    if request.event_type == "Started" and not tx.confirmed:
        started.confirm(tx, response, memory)
        tx.untold = True
    for key, first in tx.unacknowledged.items():
        if first + tx.taken.get(key, 0) == request.seq_no:
            tx.taken = {**tx.taken, key: tx.taken.get(key, 0) + 1}
    state = request.transaction_info.charging_state
    if state is not None and request.seq_no == tx.next_seq - 1:
        tx.charging_state = state
    memory.touch(tx)
    events.heed(response, tx, memory)


def _ended_201(
    seq: int, tx: Transaction, answer: v201.TransactionEventResponse, memory: Memory
) -> None:
    """The repeat of its StopTransaction is answered from here."""
    costs.heard(answer, tx, memory, is_final=True)
    if tx.unacknowledged.get("stop") == seq:
        info = tokens.info_to_16(answer.id_token_info, tx.id_tag, memory)
        stops.end(tx, v16.StopTransactionResponse(id_tag_info=info), memory)
