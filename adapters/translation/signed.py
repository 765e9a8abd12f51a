"""Signed meter values: carried whole, never altered (specification 12.3)."""

import base64
import re
from collections.abc import Generator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.payload import decoder, encode
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.scalars import number
from adapters.translation.unmapped import VENDOR

# OCPP 2.0.1 SignedMeterValueType
LONGEST = {
    "signed_meter_data": 2500,
    "signing_method": 50,
    "encoding_method": 50,
    "public_key": 2500,
}
NAMES = ("signedMeterData", "signingMethod", "encodingMethod", "publicKey")
OCMF = "OCMF|"
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_as_object = decoder(dict[str, Any]).decode  # its numbers keep their digits


def to_201(text: str, connector: int, memory: Memory) -> v201.SignedMeterValue | None:
    """The signed value of a 1.6 sample; None if it is longer than 2.0.1 can carry."""
    found = _from_object(text) or _wrapped(text, connector, memory)
    if all(len(getattr(found, field)) <= most for field, most in LONGEST.items()):
        return found
    memory.lose("signed_spill", "signedMeterData")
    memory.follow_ups.append(_spilled(text))
    return None


def _spilled(text: str) -> Generator[Step, Any, None]:
    """What is too long for its field goes to the CSMS beside it."""
    request = v201.DataTransferRequest(vendor_id=VENDOR, message_id="SignedMeterData", data=text)
    with suppress(Refusal):
        yield request


def _from_object(text: str) -> v201.SignedMeterValue | None:
    """The JSON object that OCA's note on signed meter values puts into `value` (3.2.1)."""
    given = _object(text)
    if given is None or not isinstance(given.get("signedMeterData"), str):
        return None
    texts = (given.get(name, "") for name in NAMES)
    return v201.SignedMeterValue(*(text if isinstance(text, str) else "" for text in texts))


def _object(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        return _as_object(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _wrapped(text: str, connector: int, memory: Memory) -> v201.SignedMeterValue:
    """Anything else, as base64; OCMF says by its first letters what it is."""
    if text.startswith(OCMF):
        key = memory.station.configuration.get(f"MeterPublicKey{connector}", "")
        return v201.SignedMeterValue(_base64(text), "", "OCMF", key)
    is_encoded = bool(_BASE64.fullmatch(text) or _HEX.fullmatch(text))
    return v201.SignedMeterValue(text if is_encoded else _base64(text), "", "", "")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def ocmf_reading(text: str, is_first: bool) -> tuple[Decimal, str | None] | None:
    """The reading and unit that an OCMF text holds: its first one or its last."""
    signed, _, _signature = _ocmf(text).removeprefix(OCMF).rpartition("|")
    readings = (_object(signed) or {}).get("RD")
    if not isinstance(readings, list) or not all(isinstance(row, dict) for row in readings):
        return None
    upto = readings[:1] if is_first else readings
    if not upto or (value := number(str(upto[-1].get("RV")))) is None:
        return None
    # What a reading leaves out is as in the one before it.
    unit = next((row["RU"] for row in reversed(upto) if "RU" in row), None)
    return value, unit if isinstance(unit, str) and len(unit) <= 20 else None


def _ocmf(text: str) -> str:
    """The OCMF text in a signed value: the value itself, or what its object holds as base64."""
    found = _from_object(text)
    if found is not None:
        try:
            text = base64.b64decode(found.signed_meter_data, validate=True).decode()
        except ValueError:
            text = found.signed_meter_data
    return text if text.startswith(OCMF) else ""


def to_16(sample: v201.SampledValue, signed: v201.SignedMeterValue) -> v16.SampledValue:
    """The second sample that carries the signature of a 2.0.1 one."""
    text = encode(signed).decode()
    return v16.SampledValue(
        text,
        context=sample.context,
        format="SignedData",
        measurand=sample.measurand,  # type: ignore[arg-type]
        phase=sample.phase,
        location=sample.location,
    )
