"""Signed meter values: carried whole, never altered (specification 12.3)."""

import base64
import re
from decimal import Decimal
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.translation.memory import Memory
from adapters.translation.scalars import number

LONGEST = 2500  # OCPP 2.0.1 SignedMeterValueType.signedMeterData
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_as_object = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def to_201(text: str, connector: int, memory: Memory) -> v201.SignedMeterValue | None:
    """The signed value of a 1.6 sample; None if it is longer than 2.0.1 can carry."""
    found = _from_object(text) or _wrapped(text, connector, memory)
    if len(found.signed_meter_data) > LONGEST:
        memory.lose("signed_spill", "signedMeterData")
        return None
    return found


def _from_object(text: str) -> v201.SignedMeterValue | None:
    """The JSON object that OCA's note on signed meter values puts into `value` (3.2.1)."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        given = _as_object(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(given.get("signedMeterData"), str):
        return None
    names = ("signedMeterData", "signingMethod", "encodingMethod", "publicKey")
    return v201.SignedMeterValue(*(str(given.get(name, "")) for name in names))


def _wrapped(text: str, connector: int, memory: Memory) -> v201.SignedMeterValue:
    """Anything else, as base64; OCMF says by its first letters what it is."""
    if text.startswith("OCMF|"):
        key = memory.station.configuration.get(f"MeterPublicKey{connector}", "")
        return v201.SignedMeterValue(_base64(text), "", "OCMF", key)
    is_encoded = bool(_BASE64.fullmatch(text) or _HEX.fullmatch(text))
    return v201.SignedMeterValue(text if is_encoded else _base64(text), "", "", "")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def ocmf_reading(text: str, is_first: bool) -> tuple[Decimal, str | None] | None:
    """The reading and unit that an OCMF text holds: its first one or its last."""
    parts = text.split("|")
    if parts[0] != "OCMF" or len(parts) < 2:
        return None
    try:
        readings = _as_object(parts[1]).get("RD")
        row = readings[0 if is_first else -1] if isinstance(readings, list) else None
        value = number(str(row["RV"])) if isinstance(row, dict) else None
    except (msgspec.DecodeError, RecursionError, KeyError, IndexError):
        return None
    if value is None or not isinstance(row, dict):
        return None
    unit = row.get("RU")
    return value, unit if isinstance(unit, str) and len(unit) <= 20 else None


def to_16(sample: v201.SampledValue, signed: v201.SignedMeterValue) -> v16.SampledValue:
    """The second sample that carries the signature of a 2.0.1 one."""
    text = _encode(
        {
            "signedMeterData": signed.signed_meter_data,
            "signingMethod": signed.signing_method,
            "encodingMethod": signed.encoding_method,
            "publicKey": signed.public_key,
        }
    ).decode()
    return v16.SampledValue(
        text,
        context=sample.context,
        format="SignedData",
        measurand=sample.measurand,  # type: ignore[arg-type]
        phase=sample.phase,
        location=sample.location,
    )
