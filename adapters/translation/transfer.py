"""DataTransfer, both ways; what 2.0.1 has messages for goes to its own file (6.7, 8.5, 17)."""

from typing import Any

import msgspec

from adapters import v16, v201
from adapters.payload import decoder, encode
from adapters.translation import costs, plug_and_charge
from adapters.translation.conversation import Conversation
from adapters.translation.memory import Memory

_as_anything = decoder(Any)


def text_of(data: Any) -> str | None:
    """2.0.1 data as the string that 1.6 wants: a string as it is, anything else as compact JSON."""
    if data is None or isinstance(data, str):
        return data
    return encode(data).decode()


def data_of(text: str | None, vendor: str, memory: Memory) -> Any:
    """1.6 data for 2.0.1: the same string, or its JSON for the vendors that are listed (D-25)."""
    listed = {name.casefold() for name in memory.options.json_vendors}
    if text is None or vendor.casefold() not in listed:
        return text
    try:
        return _as_anything.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def v16_station(call: v16.DataTransferRequest, memory: Memory) -> Conversation:
    """From a 1.6 station to a 2.0.1 CSMS; plug and charge has messages of its own there."""
    if plug_and_charge.is_ours(call, memory):
        return (yield from plug_and_charge.unwrapped(call, plug_and_charge.OF_STATION, memory))
    answer = yield v201.DataTransferRequest(
        vendor_id=call.vendor_id,
        message_id=call.message_id,
        data=data_of(call.data, call.vendor_id, memory),
    )
    return v16.DataTransferResponse(status=answer.status, data=text_of(answer.data))


def v201_station(call: v201.DataTransferRequest, memory: Memory) -> Conversation:
    """From a 2.0.1 station to a 1.6 CSMS."""
    answer = yield v16.DataTransferRequest(
        vendor_id=call.vendor_id, message_id=call.message_id, data=text_of(call.data)
    )
    data = data_of(answer.data, call.vendor_id, memory)
    return v201.DataTransferResponse(status=answer.status, data=data)


def v201_csms(call: v201.DataTransferRequest, memory: Memory) -> Conversation:
    """From a 2.0.1 CSMS to a 1.6 station."""
    answer = yield v16.DataTransferRequest(
        vendor_id=call.vendor_id, message_id=call.message_id, data=text_of(call.data)
    )
    data = data_of(answer.data, call.vendor_id, memory)
    return v201.DataTransferResponse(status=answer.status, data=data)


def v16_csms(call: v16.DataTransferRequest, memory: Memory) -> Conversation:
    """From a 1.6 CSMS to a 2.0.1 station; costs and contracts have messages of their own there."""
    if call.vendor_id.lower() == costs.VENDOR:
        return (yield from costs.v16_told(call, memory))
    if plug_and_charge.is_ours(call, memory):
        return (yield from plug_and_charge.unwrapped(call, plug_and_charge.OF_CSMS, memory))
    answer = yield v201.DataTransferRequest(
        vendor_id=call.vendor_id,
        message_id=call.message_id,
        data=data_of(call.data, call.vendor_id, memory),
    )
    return v16.DataTransferResponse(status=answer.status, data=text_of(answer.data))
