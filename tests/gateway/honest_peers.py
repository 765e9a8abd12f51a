"""A station and a CSMS that keep their standards' rules, each of one version, without sockets.

The station queues its transaction messages and repeats them, in order, until each is answered; what
is no part of a transaction it says once. The CSMS notes what it was told and what it answered.
"""

from abc import ABC, abstractmethod
from random import Random
from typing import Any, TypeAlias

from adapters.translation.scalars import rfc3339

Payload: TypeAlias = dict[str, Any]
SILENCE = 30.0  # seconds, after which the gateway has given up a CALL
REGISTER = "Energy.Active.Import.Register"
CRITICAL = ("StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent")


def register(payload: Payload) -> int:
    """The register in Wh that a message tells; in 1.6 it is text."""
    (sample,) = payload["meterValue"][0]["sampledValue"]
    return int(sample["value"])


class Charging:
    """One transaction as its station knows it."""

    def __init__(self, number: int, connector: int, tag: str, meter: int, at: float) -> None:
        self.number, self.connector, self.tag = number, connector, tag
        self.start, self.stop, self.begun = meter, 0, rfc3339(at)
        self.id_16: int | None = None
        self.id_201, self.seq = f"tx-{number}", 0
        self.is_over = False


class Said:
    """One CALL of the station, for as long as it takes to be answered."""

    def __init__(self, action: str, payload: Payload, tx: Charging | None = None) -> None:
        self.action, self.payload, self.tx = action, payload, tx
        self.message_id = ""
        self.is_acknowledged = False


class HonestStation(ABC):
    """What a station says, version apart: subclasses put it in their version's words."""

    version = ""

    def __init__(self, rng: Random, connectors: int) -> None:
        self.rng, self.connectors = rng, connectors
        self.meters = {n: 1000 * n for n in range(1, connectors + 1)}
        self.running: dict[int, Charging] = {}
        self.transactions: list[Charging] = []
        self.queue: list[Said] = []  # of its transactions, the oldest first
        self.once: list[Said] = []  # to be said once
        self.critical: list[Said] = []  # all that were ever in the queue
        self.open: Said | None = None
        self._count = 0
        self.refuses_commands = False

    # What it wants to say

    def begin(self, connector: int, now: float, tag: str = "CARD-1") -> None:
        """A driver comes."""
        if connector in self.running:
            return
        number = len(self.transactions) + 1
        tx = Charging(number, connector, tag, self.meters[connector], now)
        self.running[connector] = tx
        self.transactions.append(tx)
        self.started(tx, now)

    def meter(self, connector: int, now: float) -> None:
        """Energy flows, and is told."""
        if connector in self.running:
            self.meters[connector] += self.rng.randrange(1, 500)
            self.metered(self.running[connector], now)

    def end(self, connector: int, now: float, reason: str = "Local") -> None:
        """The driver leaves, or is sent away."""
        if connector in self.running:
            tx = self.running.pop(connector)
            self.meters[connector] += self.rng.randrange(500)
            tx.stop, tx.is_over = self.meters[connector], True
            self.ended(tx, now, reason)

    @abstractmethod
    def started(self, tx: Charging, now: float) -> None: ...

    @abstractmethod
    def metered(self, tx: Charging, now: float) -> None: ...

    @abstractmethod
    def ended(self, tx: Charging, now: float, reason: str) -> None: ...

    @abstractmethod
    def charging_state(self, connector: int, state: str, now: float) -> None: ...

    @abstractmethod
    def boot(self) -> Said: ...

    @abstractmethod
    def obey(self, action: str, payload: Payload, now: float) -> Payload | None:
        """Answer a command, and do it; None if this station knows no such thing."""

    def add(self, action: str, payload: Payload, tx: Charging) -> None:
        """A message of a transaction waits for its turn."""
        said = Said(action, payload, tx)
        self.queue.append(said)
        self.critical.append(said)

    # One CALL at a time

    def next_call(self, *, again: bool) -> list[Any] | None:
        """What is said now, if nothing is open. `again`: a repeat bears the first one's id."""
        if self.open is not None:
            return None
        said = self.queue[0] if self.queue else None
        if self.once and (said is None or self.rng.random() < 0.5):
            said = self.once.pop(0)
        if said is None:
            return None
        if not (again and said.message_id):
            self._count += 1
            said.message_id = f"s{self._count}"
        self.open = said
        return [2, said.message_id, said.action, self.spoken(said)]

    def spoken(self, said: Said) -> Payload:
        """A payload with what was learnt since it was queued."""
        return said.payload

    def answered(self, frame: list[Any], now: float) -> None:
        """An answer; one to what is not open any more is ignored."""
        said = self.open
        if said is None or frame[1] != said.message_id:
            return
        self.open = None
        if said.action == "BootNotification" and (
            frame[0] == 4 or frame[2]["status"] != "Accepted"
        ):
            self.once.append(self.boot())
        if frame[0] == 3 and said in self.queue:
            said.is_acknowledged = True
            self.queue.remove(said)
            self.learnt(said, frame[2], now)

    def learnt(self, said: Said, answer: Payload, now: float) -> None:  # noqa: B027 (a hook)
        """What an answer taught."""

    def forget_open(self) -> None:
        """No answer will come: what belongs to a transaction is still in the queue."""
        if self.open is not None and self.open.action == "BootNotification":
            self.once.append(self.boot())
        self.open = None

    def told_registers(self, tx: Charging) -> list[int]:
        """The registers that were told while a transaction ran, in order."""
        said = [said.payload for said in self.critical if said.tx is tx]
        told = [p for p in said if "meterValue" in p and p.get("eventType", "Updated") == "Updated"]
        return [register(payload) for payload in told]


class Station16(HonestStation):
    """A 1.6 station."""

    version = "1.6"

    def boot(self) -> Said:
        return Said("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})

    def started(self, tx: Charging, now: float) -> None:
        start = {"connectorId": tx.connector, "idTag": tx.tag, "meterStart": tx.start}
        self.add("StartTransaction", start | {"timestamp": tx.begun}, tx)

    def metered(self, tx: Charging, now: float) -> None:
        sample = {"value": str(self.meters[tx.connector]), "measurand": REGISTER, "unit": "Wh"}
        element = {"timestamp": rfc3339(now), "sampledValue": [sample]}
        self.add("MeterValues", {"connectorId": tx.connector, "meterValue": [element]}, tx)

    def ended(self, tx: Charging, now: float, reason: str) -> None:
        stop = {"meterStop": tx.stop, "timestamp": rfc3339(now), "reason": reason}
        self.add("StopTransaction", stop | {"idTag": tx.tag}, tx)

    def charging_state(self, connector: int, state: str, now: float) -> None:
        status = {"connectorId": connector, "errorCode": "NoError", "status": state}
        self.once.append(Said("StatusNotification", status | {"timestamp": rfc3339(now)}))

    def spoken(self, said: Said) -> Payload:
        if said.tx is None or said.action == "StartTransaction":
            return said.payload
        return said.payload | {"transactionId": said.tx.id_16}

    def learnt(self, said: Said, answer: Payload, now: float) -> None:
        if said.action == "StartTransaction" and said.tx is not None:
            said.tx.id_16 = answer["transactionId"]

    def obey(self, action: str, payload: Payload, now: float) -> Payload | None:
        accepted, rejected = {"status": "Accepted"}, {"status": "Rejected"}
        if self.refuses_commands:
            return rejected
        match action:
            case "RemoteStartTransaction":
                connector = payload.get("connectorId", 1)
                if connector in self.running:
                    return rejected
                self.begin(connector, now, payload["idTag"])
                return accepted
            case "RemoteStopTransaction":
                for connector, tx in self.running.items():
                    if tx.id_16 == payload["transactionId"]:
                        self.end(connector, now, "Remote")
                        return accepted
                return rejected
            case "TriggerMessage" | "Reset" | "ChangeConfiguration":
                return rejected
            case "GetConfiguration":
                return {"configurationKey": []}
        return None


class Station201(HonestStation):
    """A 2.0.1 station."""

    version = "2.0.1"

    def boot(self) -> Said:
        station = {"vendorName": "V", "model": "M"}
        return Said("BootNotification", {"reason": "PowerUp", "chargingStation": station})

    def _event(self, tx: Charging, now: float, kind: str, why: str, **more: Any) -> None:
        info = {"transactionId": tx.id_201} | more.pop("info", {})
        event = {"eventType": kind, "timestamp": rfc3339(now), "triggerReason": why}
        event |= {"seqNo": tx.seq, "transactionInfo": info} | more
        tx.seq += 1
        self.add("TransactionEvent", event, tx)

    def _register(self, tx: Charging, now: float, context: str) -> list[Payload]:
        sample = {"value": self.meters[tx.connector], "context": context, "measurand": REGISTER}
        return [{"timestamp": rfc3339(now), "sampledValue": [sample]}]

    def started(self, tx: Charging, now: float) -> None:
        self._event(
            tx, now, "Started", "Authorized",
            info={"chargingState": "Charging"},
            evse={"id": tx.connector, "connectorId": 1},
            idToken={"idToken": tx.tag, "type": "Central"},
            meterValue=self._register(tx, now, "Transaction.Begin"),
        )  # fmt: skip

    def metered(self, tx: Charging, now: float) -> None:
        value = self._register(tx, now, "Sample.Periodic")
        self._event(tx, now, "Updated", "MeterValuePeriodic", meterValue=value)

    def ended(self, tx: Charging, now: float, reason: str) -> None:
        why = "RemoteStop" if reason == "Remote" else "StopAuthorized"
        value = self._register(tx, now, "Transaction.End")
        self._event(tx, now, "Ended", why, info={"stoppedReason": reason}, meterValue=value)

    def charging_state(self, connector: int, state: str, now: float) -> None:
        if connector in self.running and state in ("Charging", "SuspendedEV", "SuspendedEVSE"):
            tx = self.running[connector]
            self._event(tx, now, "Updated", "ChargingStateChanged", info={"chargingState": state})
            return
        place = {"evseId": connector, "connectorId": 1, "timestamp": rfc3339(now)}
        told = "Available" if state == "Available" else "Occupied"
        self.once.append(Said("StatusNotification", place | {"connectorStatus": told}))

    def obey(self, action: str, payload: Payload, now: float) -> Payload | None:
        accepted, rejected = {"status": "Accepted"}, {"status": "Rejected"}
        if self.refuses_commands:
            return rejected
        match action:
            case "RequestStartTransaction":
                connector = payload.get("evseId", 1)
                if connector in self.running:
                    return rejected
                self.begin(connector, now, payload["idToken"]["idToken"])
                return accepted
            case "RequestStopTransaction":
                for connector, tx in self.running.items():
                    if tx.id_201 == payload["transactionId"]:
                        self.end(connector, now, "Remote")
                        return accepted
                return rejected
            case "TriggerMessage" | "Reset" | "GetBaseReport" | "GetReport":
                return rejected
        return None


class HonestCsms:
    """A CSMS of either version: it accepts everybody, and notes everything."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.asked: list[tuple[str, str, Payload]] = []  # not answered yet
        self.got: list[tuple[str, Payload]] = []  # what it was told and took in, repeats included
        self.answered: list[tuple[str, Payload]] = []  # and whose answer went out
        self.begun: dict[int, Payload] = {}  # 1.6 number -> the StartTransaction that got it
        self.numbers = 500
        self.now = 0.0
        self.heard_at: dict[str, float] = {}

    def hear(self, message_id: str, action: str, payload: Payload) -> None:
        """The gateway says something."""
        self.heard_at[message_id] = self.now
        self.asked.append((message_id, action, payload))
        self.got.append((action, payload))

    def answer(self) -> list[Any]:
        """The answer to the oldest CALL."""
        message_id, action, payload = self.asked.pop(0)
        self.answered.append((action, payload))
        return [3, message_id, self._answer_to(action, payload)]

    def refusal(self) -> list[Any]:
        """It is busy, and what it was told is not taken in; not said of what was long ago."""
        if self.now - self.heard_at[self.asked[0][0]] >= SILENCE:
            return self.answer()
        message_id, action, payload = self.asked.pop(0)
        self.got.remove((action, payload))
        return [4, message_id, "InternalError", "busy", {}]

    def _answer_to(self, action: str, payload: Payload) -> Payload:
        match action:
            case "BootNotification":
                now = "2025-03-01T10:00:00Z"
                return {"status": "Accepted", "currentTime": now, "interval": 300}
            case "StartTransaction":
                self.numbers += 1
                self.begun[self.numbers] = payload
                return {"transactionId": self.numbers, "idTagInfo": {"status": "Accepted"}}
            case "Authorize":
                name = "idTagInfo" if self.version == "1.6" else "idTokenInfo"
                return {name: {"status": "Accepted"}}
            case "TransactionEvent":
                return {"idTokenInfo": {"status": "Accepted"}} if "idToken" in payload else {}
            case "Heartbeat":
                return {"currentTime": "2025-03-01T10:00:00Z"}
        return {"status": "Accepted"} if action == "DataTransfer" else {}
