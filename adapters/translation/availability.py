"""ChangeAvailability, UnlockConnector, Reset and ClearCache, both ways (7.3-7.5, 9.3-9.7)."""

from adapters import v16, v201
from adapters.translation import boot
from adapters.translation.conversation import Conversation, Wait
from adapters.translation.events import expect_stop
from adapters.translation.memory import Memory
from adapters.translation.refusals import info

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
        memory.follow_ups.append(boot.connector_zero(memory, status))
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
        tx = memory.open_transaction_on(call.connector_id)
        if tx is None:
            return v16.UnlockConnectorResponse("UnlockFailed")
        expect_stop(tx, "UnlockCommand", "UnlockCommand", memory)
        stopped = yield v201.RequestStopTransactionRequest(transaction_id=tx.tx20)
        if stopped.status != "Accepted" or not (yield Wait(f"stopped:{tx.tx20}", STOPS_WITHIN)):
            return v16.UnlockConnectorResponse("UnlockFailed")
        answer = yield request
    if answer.status == "Unlocked":
        return v16.UnlockConnectorResponse("Unlocked")
    unknown = answer.status == "UnknownConnector"
    return v16.UnlockConnectorResponse("NotSupported" if unknown else "UnlockFailed")


def v201_reset(call: v201.ResetRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, which resets as a whole, and never waits until it is idle (D-21)."""
    if call.evse_id is not None:
        return v201.ResetResponse("Rejected", status_info=info("UnsupportedParam"))
    if call.type == "OnIdle" and any(memory.open_transactions()):
        memory.station.reset_when_idle = True
        memory.touch(memory.station)
        return v201.ResetResponse("Scheduled")
    kind = memory.options.reset_immediate_as if call.type == "Immediate" else "Soft"
    answer = yield v16.ResetRequest(type=kind)
    if answer.status == "Accepted":
        memory.station.reset_at = memory.now
        memory.touch(memory.station)
    return v201.ResetResponse(answer.status)


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
