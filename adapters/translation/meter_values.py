"""MeterValues of a 2.0.1 station outside of a transaction event (specification 8.4)."""

from adapters import v16, v201
from adapters.translation import metering, readings
from adapters.translation.conversation import Conversation
from adapters.translation.memory import Memory


def v201_station(call: v201.MeterValuesRequest, memory: Memory) -> Conversation:
    """They carry the 1.6 id of the transaction that runs on that EVSE, if one does."""
    number, tx16 = 0, None
    if call.evse_id:
        connectors = memory.topology.connectors_of(call.evse_id)
        number = connectors[0] if connectors else memory.topology.append(call.evse_id, 1)
        for each in connectors:
            tx = memory.open_transaction_on(each)
            if tx is not None and tx.state == "OPEN":
                number, tx16 = each, tx.tx16
        readings.note(call.meter_value, None, memory.connector(number), memory)
        if tx16 is None and len(connectors) > 1:
            memory.lose("connector_guess", "evseId")
    values = metering.to_16(call.meter_value, memory)
    if values:
        yield v16.MeterValuesRequest(connector_id=number, transaction_id=tx16, meter_value=values)
    return v201.MeterValuesResponse()
