"""The end of a 2.0.1 station's transaction, as StopTransaction (specification 3.4 and 10.7)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.payload import decoder, encode
from adapters.translation import metering, readings, tokens
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import UNSAID, Transaction
from adapters.translation.scalars import utc

REASONS: dict[v201.Reason | None, v16.StopReason] = {
    None: "Local",
    "DeAuthorized": "DeAuthorized",
    "EmergencyStop": "EmergencyStop",
    "EnergyLimitReached": "Other",
    "EVDisconnected": "EVDisconnected",
    "GroundFault": "Other",
    "ImmediateReset": "HardReset",
    "Local": "Local",
    "LocalOutOfCredit": "Other",
    "MasterPass": "Local",  # a token that was presented at the station (D-20)
    "Other": "Other",
    "OvercurrentFault": "Other",
    "PowerLoss": "PowerLoss",
    "PowerQuality": "Other",
    "Reboot": "Reboot",
    "Remote": "Remote",
    "SOCLimitReached": "Other",
    "StoppedByEV": "Other",
    "TimeLimitReached": "Other",
    "Timeout": "Other",
}
_as_stop = decoder(v16.StopTransactionRequest)
# Why an authorization ended before its transaction did: it is the cause that 1.6 reports.
CAUSES: dict[str, v16.StopReason] = {
    "StopAuthorized": "Local",
    "RemoteStop": "Remote",
    "Deauthorized": "DeAuthorized",
}


def reason16(call: v201.TransactionEventRequest, tx: Transaction, memory: Memory) -> v16.StopReason:
    """Why the transaction ended, in 1.6 words."""
    stopped = call.transaction_info.stopped_reason
    asked = tx.pending_stop is not None and tx.pending_stop.until >= memory.now
    if call.trigger_reason == "UnlockCommand" or asked:
        return "UnlockCommand"
    if stopped == "ImmediateReset" and memory.station.pending_reset == "Soft":
        return "SoftReset"
    if tx.stop_cause and stopped in (None, "EVDisconnected"):
        return tx.stop_cause  # type: ignore[return-value]
    return REASONS[stopped]


def remark(call: v201.TransactionEventRequest) -> str | None:
    """What the Finishing status adds where the 1.6 reason is only Other."""
    stopped = call.transaction_info.stopped_reason
    if call.trigger_reason == "UnlockCommand":  # that is said, and says more
        return None
    if stopped in (None, "Other") or REASONS[stopped] != "Other":
        return None
    return f"stoppedReason={stopped}"


def stop(
    call: v201.TransactionEventRequest,
    tx: Transaction,
    said: dict[str, v201.IdTokenInfo],
    memory: Memory,
) -> Generator[Step, Any, None]:
    """StopTransaction, with every sample that meterStart and meterStop do not carry."""
    if remark(call):
        memory.lose("stop_reason", str(call.transaction_info.stopped_reason))
    if tx.stop_told != UNSAID and tx.boundary_seq == call.seq_no:  # as it was told before (1.5)
        request = _as_stop.decode(tx.stop_told)
    else:
        request = _composed(call, tx, memory)
        tx.stop_told = msgspec.Raw(encode(request))
    tx.boundary_seq = call.seq_no
    memory.touch(tx)
    tag = request.id_tag
    try:
        answer = yield request
    except Refusal as refusal:
        if refusal.is_transient:
            raise
        memory.lose("dead_letter", "StopTransaction")
    else:
        if answer.id_tag_info is not None and tag is not None:
            said[tag.casefold()] = tokens.info_to_201(answer.id_tag_info, tag, memory)
    end(tx, memory)


def _composed(
    call: v201.TransactionEventRequest, tx: Transaction, memory: Memory
) -> v16.StopTransactionRequest:
    elements = call.meter_value or []
    reason = reason16(call, tx, memory)
    rest = readings.rebased(readings.without_stop(elements, tx), tx)
    return v16.StopTransactionRequest(
        meter_stop=readings.meter_stop(elements, tx, memory),
        timestamp=utc(call.timestamp),
        transaction_id=tx.tx16 or 0,
        id_tag=tokens.to_16(tx.stop_token, memory) if tx.stop_token is not None else None,
        reason=None if reason == "Local" else reason,
        transaction_data=metering.to_16(rest, memory) or None,
    )


def end(tx: Transaction, memory: Memory) -> None:
    """The transaction is over, whether 1.6 ever knew of it or not."""
    if tx.state == "OPEN" and tx.connector:
        connector = memory.connector(tx.connector)
        connector.had_transaction = True
        memory.touch(connector)
    tx.state, tx.ended_at, tx.pending_stop, tx.stop_told = "ENDED", memory.now, None, UNSAID
    memory.touch(tx)
    memory.signal(f"stopped:{tx.tx20}")
