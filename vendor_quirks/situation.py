"""What a repair may know beside the payload: the connectors, the keys and the time.

It is made of what passes and bounded everywhere. Only the actions of `NOTED` whose fact some
chosen quirk needs are shown to it.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import msgspec

from vendor_quirks.match import Nameplate
from vendor_quirks.sparse import Sparse

Payload: TypeAlias = dict[str, Any]
Fact: TypeAlias = Literal["transactions", "status", "samples", "keys", "profiles"]

# Which messages tell each fact: a CALL's action, "<Action>Response" of an answer.
NOTED: dict[Fact, frozenset[str]] = {
    "transactions": frozenset(
        {"StartTransaction", "StartTransactionResponse", "StopTransaction", "TransactionEvent"}
    ),
    "status": frozenset({"StatusNotification"}),
    "samples": frozenset({"MeterValues"}),
    "keys": frozenset({"GetConfigurationResponse"}),
    "profiles": frozenset({"SetChargingProfile"}),
}
NOTHING: Mapping[str, Any] = MappingProxyType({})  # one for all: an empty dict is 64 bytes
CONNECTORS, KEYS, PENDING, MARKS, CLOSED = 64, 512, 32, 256, 8
REGISTER = "Energy.Active.Import.Register"


class Transaction(msgspec.Struct):
    """A transaction as the station's own leg knows it."""

    connector: int
    id: int | str | None = None  # None until it is answered
    id_tag: str = ""
    meter_start: int = 0
    started: str = ""
    register: Decimal | None = None  # Wh, the last one seen


class Connector(msgspec.Struct):
    """What was last said of one connector; of an EVSE in 2.0.1."""

    status: Mapping[str, Any] = NOTHING
    sample: Mapping[str, Any] = NOTHING
    register: Decimal | None = None  # Wh, the last one seen, in a transaction or not
    transaction: Transaction | None = None


class Mark(msgspec.Struct):
    """When something was last done, and how it was answered."""

    at: float
    message_id: str = ""
    answer: Payload | None = None


NOBODY = Nameplate("", "")


class Situation(Sparse):
    """What is known of one station while its message is mended."""

    __slots__ = (
        "closed", "connectors", "events", "keys", "marks", "nameplate", "now", "pending", "profile",
        "settings",
    )  # fmt: skip
    settings: dict[str, Any]  # of the configuration, by quirk: see README
    connectors: dict[int, Connector]
    closed: list[Transaction]  # the last few that ended, newest last
    keys: dict[str, tuple[str, str]]  # in lower case: the station's spelling, and its value
    profile: Payload  # the last SetChargingProfile
    marks: dict[tuple[str, ...], Mark]
    events: dict[str, list[float]]  # by behaviour: when it was seen
    pending: dict[str, Transaction]  # starts not answered yet, by message id

    def __init__(self, now: float = 0.0, nameplate: Nameplate = NOBODY, **known: Any) -> None:
        self.now, self.nameplate = now, nameplate  # Unix seconds: when the message was received
        for name, value in known.items():
            setattr(self, name, value)

    def connector(self, number: Any) -> Connector:
        """What is known of a connector."""
        known = isinstance(number, int) and number in self.connectors
        return self.connectors[number] if known else Connector()

    def kept(self, number: Any) -> Connector:
        """The same, to learn something of it; it is kept only if there is room."""
        found = self.connector(number)
        is_number = isinstance(number, int) and not isinstance(number, bool)
        if is_number and (number in self.connectors or len(self.connectors) < CONNECTORS):
            self.connectors[number] = found
        return found

    def open(self) -> list[Transaction]:
        """The transactions that run."""
        return [c.transaction for c in self.connectors.values() if c.transaction is not None]

    def transaction(self, transaction_id: Any) -> Transaction | None:
        """The running transaction with this id."""
        return next((t for t in self.open() if t.id == transaction_id), None)

    def transaction_at(self, connector: Any) -> Transaction | None:
        """What runs on a connector; on connector 0 or an unnamed one, the only one there is."""
        if isinstance(connector, int) and connector > 0:
            return self.connector(connector).transaction
        running = self.open()
        return running[0] if len(running) == 1 else None

    def numbers(self) -> list[int]:
        """The connectors that were heard of, without 0."""
        return sorted(number for number in self.connectors if number > 0)

    def spelling(self, key: str) -> str:
        """A configuration key as the station spells it."""
        return self.keys.get(key.lower(), (key, ""))[0]

    def mark(self, key: tuple[str, ...], mark: Mark) -> None:
        """Remember when something was done; the oldest is forgotten."""
        self.marks.pop(key, None)
        self.marks[key] = mark
        while len(self.marks) > MARKS:
            del self.marks[next(iter(self.marks))]

    def note(self, key: str, payload: Payload, message_id: str = "") -> None:
        """Learn from a message: a CALL's action, or `<Action>Response`. Never raises."""
        learn = LEARN.get(key)
        if learn is not None:
            learn(self, payload, message_id)


def _status(known: Situation, payload: Payload, _: str) -> None:
    evse = payload.get("evseId")
    known.kept(payload.get("connectorId") if evse is None else evse).status = payload


def _started(known: Situation, payload: Payload, message_id: str) -> None:
    connector, start = payload.get("connectorId"), payload.get("meterStart")
    if not isinstance(connector, int):
        return
    known.pending[message_id] = Transaction(
        connector=connector,
        id_tag=str(payload.get("idTag") or ""),
        meter_start=start if isinstance(start, int) else 0,
        started=str(payload.get("timestamp") or ""),
    )
    while len(known.pending) > PENDING:
        del known.pending[next(iter(known.pending))]


def _start_answered(known: Situation, payload: Payload, message_id: str) -> None:
    transaction, number = known.pending.pop(message_id, None), payload.get("transactionId")
    if not known.pending:
        del known.pending  # one that held something takes its room still
    if transaction is not None and isinstance(number, int):
        transaction.id = number
        known.kept(transaction.connector).transaction = transaction


def _stopped(known: Situation, payload: Payload, _: str) -> None:
    number = payload.get("transactionId")
    transaction = known.transaction(number)
    if transaction is None and number in (0, -1, None):  # it names none, and can mean but one
        transaction = known.transaction_at(0)
    if transaction is not None:
        _close(known, transaction)


def _close(known: Situation, transaction: Transaction) -> None:
    known.connector(transaction.connector).transaction = None
    known.closed.append(transaction)
    known.mark(("ended",), Mark(known.now))
    del known.closed[:-CLOSED]


def _event(known: Situation, payload: Payload, _: str) -> None:
    info, evse = payload.get("transactionInfo"), payload.get("evse")
    if not isinstance(info, dict) or not isinstance(info.get("transactionId"), str):
        return
    running = known.transaction(info["transactionId"])
    if payload.get("eventType") == "Ended":
        if running is not None:
            _close(known, running)
    elif running is None and isinstance(evse, dict) and isinstance(evse.get("id"), int):
        started = str(payload.get("timestamp") or "")
        transaction = Transaction(evse["id"], info["transactionId"], started=started)
        known.kept(evse["id"]).transaction = transaction


def _sampled(known: Situation, payload: Payload, _: str) -> None:
    evse = payload.get("evseId")
    connector = known.kept(payload.get("connectorId") if evse is None else evse)
    connector.sample = payload
    for value in registers(payload):
        connector.register = value
        if connector.transaction is not None:
            connector.transaction.register = value


def _keys(known: Situation, payload: Payload, _: str) -> None:
    listed = payload.get("configurationKey")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            key = entry["key"]
            if len(known.keys) < KEYS or key.lower() in known.keys:
                known.keys[key.lower()] = (key, str(entry.get("value") or ""))


def _profiled(known: Situation, payload: Payload, _: str) -> None:
    known.profile = payload


LEARN = {
    "StatusNotification": _status,
    "StartTransaction": _started,
    "StartTransactionResponse": _start_answered,
    "StopTransaction": _stopped,
    "TransactionEvent": _event,
    "MeterValues": _sampled,
    "GetConfigurationResponse": _keys,
    "SetChargingProfile": _profiled,
}


def registers(payload: Payload) -> Iterator[Decimal]:
    """The energy registers in a 1.6 MeterValues, in Wh; signed ones are no numbers."""
    for meter in objects(payload.get("meterValue")):
        for sample in objects(meter.get("sampledValue")):
            if sample.get("measurand", REGISTER) != REGISTER or "phase" in sample:
                continue
            value = number(sample.get("value"))
            if value is not None:
                yield value * 1000 if sample.get("unit") == "kWh" else value


def objects(value: Any) -> list[Payload]:
    """The objects in a value, whether it is one or a list."""
    each = value if isinstance(value, list) else [value]
    return [one for one in each if isinstance(one, dict)]


def number(value: Any) -> Decimal | None:
    """A plausible number, written as one or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and -40 <= found.adjusted() <= 40 else None
