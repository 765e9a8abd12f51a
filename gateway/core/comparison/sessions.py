"""Charging sessions as one leg tells and takes them: a record in parts, for the reconciliation."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from adapters.errors import PayloadError
from adapters.frame import CallError, CallResult, Version
from adapters.payload import decoder
from adapters.translation.scalars import seconds
from gateway.core.comparison.answers import BROKEN

KEPT = 64  # transactions of a leg that have begun
REGISTER = "Energy.Active.Import.Register"
NUMBER = re.compile(rb'"transactionId"\s*:\s*(-?\d{1,18})')
NAME = re.compile(rb'"transactionId"\s*:\s*"([^"\\]{1,36})"')
UPDATED = re.compile(rb'"eventType"\s*:\s*"Updated"')
ACTIONS = frozenset({"StartTransaction", "MeterValues", "StopTransaction", "TransactionEvent"})
_decode = decoder(dict[str, Any]).decode


class Part(msgspec.Struct, frozen=True, gc=False):
    """What one message tells of a session; a field that it does not tell is None.

    `native` is the transaction's id on that leg, `ours` the station's where that is another.
    """

    native: str
    ours: str | None = None
    place: str | None = None  # connector in 1.6, EVSE in 2.0.1
    token: str | None = None
    began: float | None = None
    ended: float | None = None
    meter_start: Decimal | None = None  # Wh
    meter_stop: Decimal | None = None
    reason: str | None = None
    samples: int | None = None
    gaps: int | None = None


class Book:
    """Turns what one leg took into parts of records. Keeps no more than counts of samples."""

    __slots__ = ("_samples", "version")

    def __init__(self, version: Version) -> None:
        self.version = version
        self._samples: dict[str, int] = {}  # the oldest first

    def took(self, action: str, payload: bytes, answer: CallResult | CallError) -> Part | None:
        """The peer answered a CALL; what that says of a session."""
        if action not in ACTIONS or isinstance(answer, CallError):
            return None
        if action == "MeterValues" or UPDATED.search(payload):
            found = (NUMBER if self.version == "1.6" else NAME).search(payload)
            if found is not None:
                self._sampled(found[1].decode())
            return None
        try:
            given = _decode(payload)
            if action == "TransactionEvent":
                return self._event(given)
            if action == "StartTransaction":
                return self._started(given, _decode(answer.payload))
            return self._stopped(given)
        except (*BROKEN, PayloadError, ArithmeticError, TypeError, KeyError, AttributeError):
            return None  # a peer's own fancy: it is compared, but not billed by

    def _sampled(self, native: str) -> None:
        self._samples[native] = self._samples.get(native, 0) + 1
        if len(self._samples) > KEPT:
            del self._samples[next(iter(self._samples))]

    def _started(self, given: dict[str, Any], said: dict[str, Any]) -> Part:
        return Part(
            native=str(said["transactionId"]),
            place=str(given["connectorId"]),
            token=str(given["idTag"]),
            began=seconds(given["timestamp"]),
            meter_start=Decimal(str(given["meterStart"])),
        )

    def _stopped(self, given: dict[str, Any]) -> Part:
        native = str(given["transactionId"])
        return Part(
            native=native,
            ended=seconds(given["timestamp"]),
            meter_stop=Decimal(str(given["meterStop"])),
            reason=given.get("reason", "Local"),
            samples=self._samples.pop(native, 0),
        )

    def _event(self, given: dict[str, Any]) -> Part:
        info, at = given["transactionInfo"], seconds(given["timestamp"])
        native = str(info["transactionId"])
        registers = list(_registers(given.get("meterValue") or ()))
        evse, token = given.get("evse") or {}, given.get("idToken") or {}
        if given["eventType"] == "Ended":
            return Part(
                native=native,
                token=token.get("idToken"),
                ended=at,
                meter_stop=registers[-1] if registers else None,
                reason=info.get("stoppedReason", "Local"),
                samples=self._samples.pop(native, 0),
            )
        return Part(
            native=native,
            place=str(evse["id"]) if "id" in evse else None,
            token=token.get("idToken"),
            began=at,
            meter_start=registers[0] if registers else None,
        )


def _registers(meter_values: Any) -> Any:
    """The energy register's values of a message, in Wh."""
    for element in meter_values:
        for sample in element["sampledValue"]:
            if sample.get("measurand", REGISTER) == REGISTER and "phase" not in sample:
                unit = sample.get("unitOfMeasure") or {}
                power = int(unit.get("multiplier", 0)) + 3 * (unit.get("unit") == "kWh")
                try:
                    yield Decimal(str(sample["value"])).scaleb(power)
                except InvalidOperation:
                    continue
