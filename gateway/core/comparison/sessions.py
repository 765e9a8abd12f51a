"""Charging sessions as one leg tells and takes them: a record in parts, for the reconciliation."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from adapters import frame
from adapters.errors import PayloadError
from adapters.frame import Call, CallError, CallResult, FrameError, Version
from adapters.payload import bounded, decoder, exact
from adapters.translation.scalars import seconds
from gateway.core.comparison.answers import BROKEN

KEPT = 64  # transactions of a leg that have begun
LONGEST = 36  # characters of an id, a place or a reason
REGISTER = "Energy.Active.Import.Register"
NUMBER = re.compile(rb'"transactionId"\s*:\s*(-?\d{1,18})(?![\d.eE])')
NAME = re.compile(rb'"transactionId"\s*:\s*"([^"\\]{1,36})"')
UPDATED = re.compile(rb'"eventType"\s*:\s*"Updated"')
ACTIONS = frozenset({"StartTransaction", "MeterValues", "StopTransaction", "TransactionEvent"})
_decode = decoder(dict[str, Any]).decode
# What no schema allows: whatever of it was expected to be something else.
ODD = (
    *BROKEN, FrameError, PayloadError, ArithmeticError, TypeError, ValueError, LookupError,
    AttributeError,
)  # fmt: skip


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
    """Turns what one leg took into parts of records. Keeps no more than counts of samples.

    Most stations have one transaction at a time: those of the others lie in a dict, if there are.
    """

    __slots__ = ("_count", "_native", "_others", "version")

    def __init__(self, version: Version) -> None:
        self.version = version
        self._native, self._count = "", 0  # the transaction that was sampled last
        self._others: dict[str, int] | None = None  # the oldest first

    def took(self, action: str, text: bytes, answer: CallResult | CallError) -> Part | None:
        """The peer answered one of ACTIONS; what that says of a session.

        `text` is that of the CALL, or its payload alone. Most tell samples, and are not decoded.
        """
        if isinstance(answer, CallError):
            return None
        if action == "MeterValues" or (
            action == "TransactionEvent" and UPDATED.search(text) is not None
        ):
            found = (NUMBER if self.version == "1.6" else NAME).search(text)
            if found is not None:
                self.sampled(found[1].decode())
            return None
        try:
            given = _decode(_payload(text))
            if action == "TransactionEvent":
                return self._event(given)
            if action == "StartTransaction":
                return self._started(given, _decode(answer.payload))
            return self._stopped(given)
        except ODD:
            return None  # a peer's own fancy: it is compared, but not billed by

    def sampled(self, native: str) -> None:
        """The peer took samples of that transaction."""
        if native != self._native:
            self._turn_to(native)
        self._count += 1

    def _turn_to(self, native: str) -> None:
        others = self._others or {}
        if self._count:
            others[self._native] = self._count
            if len(others) >= KEPT:
                del others[next(iter(others))]
        self._native, self._count = native, others.pop(native, 0)
        self._others = others or None

    def _counted(self, native: str) -> int:
        """How many samples an ended transaction had."""
        if native != self._native:
            self._turn_to(native)
        count, self._count = self._count, 0
        return count

    def _started(self, given: dict[str, Any], said: dict[str, Any]) -> Part:
        return Part(
            native=_short(said["transactionId"]),
            place=_short(given["connectorId"]),
            token=str(given["idTag"]),
            began=seconds(given["timestamp"]),
            meter_start=exact(str(given["meterStart"])),
        )

    def _stopped(self, given: dict[str, Any]) -> Part:
        native = _short(given["transactionId"])
        return Part(
            native=native,
            ended=seconds(given["timestamp"]),
            meter_stop=exact(str(given["meterStop"])),
            reason=_short(given.get("reason", "Local")),
            samples=self._counted(native),
        )

    def _event(self, given: dict[str, Any]) -> Part:
        info, at = given["transactionInfo"], seconds(given["timestamp"])
        native = _short(info["transactionId"])
        registers = list(_registers(given.get("meterValue") or ()))
        evse, token = given.get("evse") or {}, given.get("idToken") or {}
        name = str(token["idToken"]) if "idToken" in token else None
        if given["eventType"] == "Ended":
            return Part(
                native=native,
                token=name,
                ended=at,
                meter_stop=registers[-1] if registers else None,
                reason=_short(info.get("stoppedReason", "Local")),
                samples=self._counted(native),
            )
        return Part(
            native=native,
            place=_short(evse["id"]) if "id" in evse else None,
            token=name,
            began=at,
            meter_start=registers[0] if registers else None,
        )


def _short(value: Any) -> str:
    return str(value)[:LONGEST]


def _payload(text: bytes) -> bytes:
    if text[:1] == b"{":
        return text
    call = frame.parse(text)
    return bytes(call.payload) if isinstance(call, Call) else b""


def _registers(meter_values: Any) -> Any:
    """The energy register's values of a message, in Wh."""
    for element in meter_values:
        for sample in element["sampledValue"]:
            if sample.get("measurand", REGISTER) == REGISTER and "phase" not in sample:
                unit = sample.get("unitOfMeasure") or {}
                power = int(unit.get("multiplier", 0)) + 3 * (unit.get("unit") == "kWh")
                register = exact(str(sample["value"])).scaleb(power)
                bounded(register)
                yield register
