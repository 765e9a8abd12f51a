"""ChangeAvailability, UnlockConnector, Reset and ClearCache, both ways (7.3-7.5, 9.3-9.7)."""

from collections.abc import Generator
from typing import Any

from adapters import v16, v201
from adapters.translation.conversation import Conversation, Refusal, Step, Wait
from adapters.translation.events import expect_stop
from adapters.translation.memory import Memory
from adapters.translation.places import transaction_at
from adapters.translation.records import PendingStop, Transaction
from adapters.translation.refusals import info
from adapters.translation.status import UNHEARD, station_is

STOPS_WITHIN = 20.0  # seconds that a transaction has to end before its connector is unlocked


def v201_change(call: v201.ChangeAvailabilityRequest, memory: Memory) -> Conversation:
    """For a 1.6 station; an EVSE with several connectors is changed one after the other."""
    if call.evse is None or call.evse.id == 0:
        connectors = [0]
    else:
        connectors = memory.topology.connectors_of(call.evse.id)
        if not connectors:
            return v201.ChangeAvailabilityResponse("Rejected", status_info=info("UnknownEvse"))
        if call.evse.connector_id is not None:
            one = memory.topology.connector_of(call.evse.id, call.evse.connector_id)
            if one is None:
                unknown = info("UnknownConnectorId")
                return v201.ChangeAvailabilityResponse("Rejected", status_info=unknown)
            connectors = [one]
    statuses = set()
    for number in connectors:
        answer = yield v16.ChangeAvailabilityRequest(
            connector_id=number, type=call.operational_status
        )
        statuses.add(answer.status)
    worst = next(s for s in ("Rejected", "Scheduled", "Accepted") if s in statuses)
    return v201.ChangeAvailabilityResponse(worst)  # type: ignore[arg-type]


def v16_change(call: v16.ChangeAvailabilityRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station; connector 0 is the station, and is told as a status of its own."""
    evse = None
    if call.connector_id:
        if call.connector_id not in memory.topology.all_connectors():
            return v16.ChangeAvailabilityResponse("Rejected")
        evse_id, evse_connector = memory.topology.evse_of(call.connector_id)
        several = len(memory.topology.connectors_of(evse_id)) > 1
        evse = v201.EVSE(id=evse_id, connector_id=evse_connector if several else None)
    answer = yield v201.ChangeAvailabilityRequest(operational_status=call.type, evse=evse)
    if call.connector_id == 0 and answer.status == "Accepted":
        status = "Available" if call.type == "Operative" else "Unavailable"
        memory.follow_ups.append(station_is(status, memory))
    return v16.ChangeAvailabilityResponse(answer.status)


def v201_unlock(call: v201.UnlockConnectorRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, which would stop a running transaction; 2.0.1 forbids that (F05.FR.02)."""
    number = memory.topology.connector_of(call.evse_id, call.connector_id)
    if number is None:
        return v201.UnlockConnectorResponse("UnknownConnector")
    if memory.open_transaction_on(number):
        return v201.UnlockConnectorResponse("OngoingAuthorizedTransaction")
    answer = yield v16.UnlockConnectorRequest(connector_id=number)
    if answer.status == "NotSupported":  # the connector exists, so it is the lock that does not
        return v201.UnlockConnectorResponse("UnlockFailed", status_info=info("UnsupportedRequest"))
    return v201.UnlockConnectorResponse(answer.status)


def v16_unlock(call: v16.UnlockConnectorRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station; 1.6 demands that a running transaction is stopped first."""
    if call.connector_id not in memory.topology.all_connectors():
        return v16.UnlockConnectorResponse("NotSupported")
    evse, evse_connector = memory.topology.evse_of(call.connector_id)
    request = v201.UnlockConnectorRequest(evse_id=evse, connector_id=evse_connector)
    answer = yield request
    if answer.status == "OngoingAuthorizedTransaction" and memory.options.unlock_stops_tx == "on":
        tx = transaction_at(call.connector_id, memory)
        if tx is None or not (yield from _stopped(tx, memory)):
            return v16.UnlockConnectorResponse("UnlockFailed")
        answer = yield request
    if answer.status == "Unlocked":
        return v16.UnlockConnectorResponse("Unlocked")
    unknown = answer.status == "UnknownConnector"
    return v16.UnlockConnectorResponse("NotSupported" if unknown else "UnlockFailed")


def _stopped(tx: Transaction, memory: Memory) -> Generator[Step, Any, bool]:
    """Have a transaction stopped, and wait until its authorization has ended."""
    before, had_ended = tx.pending_stop, tx.authorization_ended
    expect_stop(tx, "UnlockCommand", "UnlockCommand", memory)
    try:
        answer = yield v201.RequestStopTransactionRequest(transaction_id=tx.tx20)
    except Refusal as refusal:
        if refusal.code in UNHEARD:  # it may yet stop, and then for this reason
            return False
        answer = None
    if answer is None or answer.status != "Accepted":
        tx.pending_stop = before
        memory.touch(tx)
        return False
    is_over = tx.state == "ENDED" or tx.authorization_ended > had_ended
    return is_over or bool((yield Wait(f"stopped:{tx.tx20}", STOPS_WITHIN)))


def v201_reset(call: v201.ResetRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, which resets as a whole, and never waits until it is idle (D-21)."""
    if call.evse_id is not None:
        return v201.ResetResponse("Rejected", status_info=info("UnsupportedParam"))
    if call.type == "OnIdle" and any(memory.open_transactions()):
        memory.station.reset_when_idle = True
        memory.touch(memory.station)
        return v201.ResetResponse("Scheduled")
    kind = memory.options.reset_immediate_as if call.type == "Immediate" else "Soft"
    before = [(tx, tx.pending_stop) for tx in memory.open_transactions()]
    for tx, _ in before:  # they may end before the answer is there
        expect_stop(tx, "ResetCommand", "ImmediateReset", memory)
    try:
        answer = yield v16.ResetRequest(type=kind)
    except Refusal as refusal:
        if refusal.code not in UNHEARD:
            _not_reset(before, memory)
        raise
    if answer.status == "Accepted":
        memory.station.reset_at, memory.station.reset_when_idle = memory.now, False
        memory.touch(memory.station)
    else:
        _not_reset(before, memory)
    return v201.ResetResponse(answer.status)


def _not_reset(before: list[tuple[Transaction, PendingStop | None]], memory: Memory) -> None:
    """The station does not reset, so its transactions go on as before."""
    for tx, pending in before:
        if tx.state != "ENDED":
            tx.pending_stop = pending
            memory.touch(tx)


def v16_reset(call: v16.ResetRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    kind = "Immediate" if call.type == "Hard" else memory.options.reset_soft_as
    answer = yield v201.ResetRequest(type=kind)
    if answer.status == "Rejected":
        return v16.ResetResponse("Rejected")
    memory.station.pending_reset = call.type
    memory.touch(memory.station)
    return v16.ResetResponse("Accepted")


def v201_clear_cache(call: v201.ClearCacheRequest, memory: Memory) -> Conversation:
    """For a 1.6 station."""
    answer = yield v16.ClearCacheRequest()
    return v201.ClearCacheResponse(answer.status)


def v16_clear_cache(call: v16.ClearCacheRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    answer = yield v201.ClearCacheRequest()
    return v16.ClearCacheResponse(answer.status)
