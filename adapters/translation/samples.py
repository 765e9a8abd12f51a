"""The 1.6 samples that 2.0.1 does not hear of, as they were said."""

from typing import Any

from adapters.translation import signed
from adapters.translation.memory import Memory
from adapters.translation.metering import LOOSE_NUMBER, ONLY_16, REGISTER
from adapters.translation.scalars import number

Fields = dict[str, Any]

RULES = frozenset({"measurand", "value"})  # by which samples are lost
PLACES = ("meterValue", "transactionData")
SIGNED = "SignedData"


def untold(said: Fields, lost: list[str], memory: Memory) -> Fields:
    """Of a message of which something is lost: its elements with the samples that are."""
    is_lenient = memory.options.lenient_inbound == "on"
    for place in PLACES:
        elements = []
        for element in said.get(place) or ():
            left = [
                sample
                for sample in element["sampledValue"]
                if _is_lost(sample, element, lost, is_lenient)
            ]
            if left:
                elements.append(element | {"sampledValue": left})
        if elements:
            return {place: elements}
    return {}


def _is_lost(sample: Fields, element: Fields, lost: list[str], is_lenient: bool) -> bool:
    if sample.get("measurand") in ONLY_16:
        return True
    value = sample["value"]
    if sample.get("format") == SIGNED:
        return "signedMeterValue" in lost and not _has_number(sample, element)
    return number(value) is None and not (is_lenient and LOOSE_NUMBER.fullmatch(value))


def _has_number(sample: Fields, element: Fields) -> bool:
    """Whether a signature has its number: in itself, or plain beside it (12.3)."""
    is_first = sample.get("context") == "Transaction.Begin"
    twins = [
        each
        for each in element["sampledValue"]
        if each.get("format") != SIGNED
        and each.get("phase") == sample.get("phase")
        and each.get("measurand", REGISTER) == sample.get("measurand", REGISTER)
    ]
    return bool(twins) or signed.ocmf_reading(sample["value"], is_first) is not None
