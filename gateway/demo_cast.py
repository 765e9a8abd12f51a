"""Who plays in the demo: a 1.6 station, a 2.0.1 station, each with a flaw, and two CSMSs."""

import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import trio

from gateway.demo_report import Check, say
from gateway.testing.fakes import FakeCsms, FakeStation, Payload

CONFIG = """\
[listen]
url = "ws://127.0.0.1:{port}/ocpp"

[[csms]]
name = "new"
url = "{new}"
version = "2.0.1"

[[csms]]
name = "legacy"
url = "{legacy}"
version = "1.6"

[[segment]]
name = "moved"
match = {{ identity = "HUAWEI-*" }}
primary = "new"
shadows = ["legacy"]

[[segment]]
name = "waiting"
match = {{ identity = "AUTEL-*" }}
primary = "legacy"
shadows = ["new"]
quirks = {{ on = ["autel.201-power-without-unit"] }}

[store]
url = "sqlite://state.db"

[admin]
listen = "127.0.0.1:{admin}"

[translation]
provision = "off"
"""
CARD_1, CARD_2 = "04A1B2C3D4E5F6", "04FFEE22334455"
NEW, LEGACY = "new (OCPP 2.0.1)", "legacy (OCPP 1.6)"
TX20 = "7d1f2b5e-3c2a-5d8e-9f10-2b6f0a9c1e11"
PAUSE = 0.8  # seconds between the steps, for people who read along


NUMBERS: dict[str, int] = {}  # by card: what the legacy CSMS calls the transaction


class World(Protocol):
    """What the cast needs of the stage."""

    url: str
    new: FakeCsms
    legacy: FakeCsms


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def now() -> str:
    """The present second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: TID251 (a far end has a clock)


def new_csms() -> FakeCsms:
    """The CSMS that the fleet moves to: OCPP 2.0.1."""

    def event(payload: Payload) -> Payload:
        return {"idTokenInfo": {"status": "Accepted"}} if "idToken" in payload else {}

    return FakeCsms("new", "2.0.1", {
        "BootNotification": lambda _: {"currentTime": now(), "interval": 300, "status": "Accepted"},
        "Heartbeat": lambda _: {"currentTime": now()},
        "Authorize": {"idTokenInfo": {"status": "Accepted"}},
        "TransactionEvent": event,
    })  # fmt: skip


def legacy_csms() -> FakeCsms:
    """The CSMS that the fleet leaves: OCPP 1.6. It knows one card less than the new one."""
    numbers = itertools.count(4711)

    def info(payload: Payload) -> dict[str, str]:
        return {"status": "Blocked" if payload.get("idTag") == CARD_1 else "Accepted"}

    def start(payload: Payload) -> Payload:
        NUMBERS[payload["idTag"]] = next(numbers)
        return {"transactionId": NUMBERS[payload["idTag"]], "idTagInfo": info(payload)}

    return FakeCsms("legacy", "1.6", {
        "BootNotification": lambda _: {"currentTime": now(), "interval": 300, "status": "Accepted"},
        "Heartbeat": lambda _: {"currentTime": now()},
        "Authorize": lambda p: {"idTagInfo": info(p)},
        "StartTransaction": start,
        "StopTransaction": lambda p: {"idTagInfo": info(p)} if "idTag" in p else {},
    })  # fmt: skip


def last(csms: FakeCsms, identity: str, action: str) -> Payload:
    """The last CALL of this action that a CSMS heard of a station."""
    heard = csms.stations[identity].heard
    return next((payload for said, payload in reversed(heard) if said == action), {})


class Actor:
    """A station of the story."""

    identity, version, brand = "", "", ""

    def __init__(self, world: World) -> None:
        self.world = world
        self.station = FakeStation(self.identity, self.version, {
            "RequestStopTransaction": {"status": "Accepted"},
            "TriggerMessage": {"status": "Rejected"},
            "GetReport": {"status": "NotSupported"},
            "GetBaseReport": {"status": "NotSupported"},
        })  # fmt: skip

    @asynccontextmanager
    async def online(self) -> AsyncIterator[None]:
        """Connected to the gateway."""
        async with self.station.connected(self.world.url):
            yield

    def tells(self, what: str) -> None:
        """What the station does, for people."""
        say(f"{self.identity} (OCPP {self.version}, {self.brand})", what)

    async def call(self, action: str, payload: Payload) -> Payload:
        """One CALL, at reading speed."""
        await trio.sleep(PAUSE)
        return await self.station.call(action, payload)


class Huawei(Actor):
    """A 1.6 station that leaves its vendor empty; the new CSMS decides, the legacy one listens."""

    identity, version, brand = "HUAWEI-1", "1.6", "Huawei"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.number: Any = None

    def heard(self, action: str) -> Payload:
        """What the new CSMS heard last."""
        return last(self.world.new, self.identity, action)

    async def begins(self) -> None:
        """Boot, card, start, first reading."""
        self.tells("boots, and leaves its vendor empty")
        boot = {"chargePointVendor": "", "chargePointModel": "ACChargePoint"}
        await self.call("BootNotification", boot)
        vendor = self.heard("BootNotification")["chargingStation"]["vendorName"]
        say(NEW, f"hears BootNotification with vendorName {vendor!r}: mended")
        await self._status("Preparing")
        await self.call("Authorize", {"idTag": CARD_1})
        self.tells("a card is shown; the new CSMS accepts it, the one in the shadow would not")
        started = await self.call("StartTransaction", {
            "connectorId": 1, "idTag": CARD_1, "meterStart": 1000, "timestamp": now(),
        })  # fmt: skip
        self.number = started["transactionId"]
        event = self.heard("TransactionEvent")
        self.tells(f"StartTransaction: its transaction is number {self.number}")
        say(NEW, f"hears TransactionEvent Started, {_event(event)}")
        await self._status("Charging")
        await self._reads("1500")

    async def _status(self, status: str) -> None:
        await self.call("StatusNotification", {
            "connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": now(),
        })  # fmt: skip

    async def _reads(self, value: str) -> None:
        sample = {"value": value, "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        await self.call("MeterValues", {
            "connectorId": 1, "transactionId": self.number,
            "meterValue": [{"timestamp": now(), "sampledValue": [sample]}],
        })  # fmt: skip
        self.tells(f"MeterValues: {value} Wh")
        say(
            NEW,
            f"hears TransactionEvent Updated, {_event(self.heard('TransactionEvent'))}",
        )

    async def goes_on(self) -> None:
        """After the gateway came back."""
        await self._reads("2600")

    async def is_not_reset(self) -> None:
        """The shadow commands; the gateway answers in the station's place."""
        csms = self.world.legacy.stations[self.identity]
        answer = await csms.call("Reset", {"type": "Hard"})
        say(LEGACY, f"in the shadow of {self.identity}, sends Reset and is told {answer['status']}")
        heard = [action for action, _ in self.station.heard]
        self.tells(f"hears nothing of it (commands heard: {', '.join(heard) or 'none'})")

    async def stops(self) -> None:
        """The card again."""
        await self.call("StopTransaction", {
            "transactionId": self.number, "idTag": CARD_1, "meterStop": 5230,
            "timestamp": now(), "reason": "Local",
        })  # fmt: skip
        self.tells(f"StopTransaction of number {self.number} at 5230 Wh")
        say(
            NEW,
            f"hears TransactionEvent Ended, {_event(self.heard('TransactionEvent'))}",
        )
        await self._status("Available")

    def checks(self) -> list[Check]:
        """What must have happened."""
        events = [
            p for a, p in self.world.new.stations[self.identity].heard if a == "TransactionEvent"
        ]
        names = {event["transactionInfo"]["transactionId"] for event in events}
        numbers = [event["seqNo"] for event in events]
        return [
            Check(
                "1.6 station: one transaction id at the 2.0.1 CSMS, across the crash",
                len(names) == 1,
            ),
            Check("1.6 station: event numbers without a gap", numbers == list(range(len(numbers)))),
            Check("1.6 station: the shadow's command never arrived", not self.station.heard),
            Check("1.6 station: the transaction ended", events[-1]["eventType"] == "Ended"),
        ]


def _event(event: Payload) -> str:
    return f"number {event['seqNo']} of {event['transactionInfo']['transactionId'][:8]}..."


class Autel(Actor):
    """A 2.0.1 station whose powers have no unit; the legacy CSMS decides, the new one listens."""

    identity, version, brand = "AUTEL-2", "2.0.1", "Autel"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.seq = itertools.count()

    def heard(self, action: str) -> Payload:
        """What the legacy CSMS heard last."""
        return last(self.world.legacy, self.identity, action)

    async def begins(self) -> None:
        """Boot, plug, start, first reading."""
        station = {"vendorName": "Autel", "model": "MaxiCharger"}
        await self.call("BootNotification", {"reason": "PowerUp", "chargingStation": station})
        self.tells("boots")
        await self.call("StatusNotification", {
            "timestamp": now(), "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1,
        })  # fmt: skip
        token = {"idToken": CARD_2, "type": "ISO14443"}
        place = {"id": 1, "connectorId": 1}
        await self._event("Started", "Authorized", "Charging", 400, evse=place, idToken=token)
        self.tells(f"TransactionEvent Started: it calls its transaction {TX20[:8]}...")
        start = self.heard("StartTransaction")
        number = self._number()
        say(LEGACY, f"hears StartTransaction at {start['meterStart']} Wh: number {number}")
        await self._event("Updated", "MeterValuePeriodic", None, 900, power=7200.5)
        samples = self.heard("MeterValues")["meterValue"][0]["sampledValue"]
        power = next(s for s in samples if s["measurand"].startswith("Power"))
        self.tells("TransactionEvent with a power that has no unit")
        unit = power.get("unit")
        say(LEGACY, f"hears MeterValues with {power['value']} {unit}: mended, translated")

    def _number(self) -> int:
        """The number that the legacy CSMS gave this station's transaction."""
        return NUMBERS.get(CARD_2, 0)

    async def _event(
        self, kind: str, reason: str, state: str | None, wh: int, power: float | None = None,
        **more: Any,
    ) -> None:  # fmt: skip
        context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}
        samples: list[Payload] = [{
            "value": wh, "context": context.get(kind, "Sample.Periodic"),
            "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh"},
        }]  # fmt: skip
        if power is not None:
            samples.append({"value": power, "measurand": "Power.Active.Import"})
        info: Payload = {"transactionId": TX20} | ({"chargingState": state} if state else {})
        if kind == "Ended":
            info["stoppedReason"] = "Remote"
        await self.call("TransactionEvent", {
            "eventType": kind, "timestamp": now(), "triggerReason": reason, "seqNo": next(self.seq),
            "transactionInfo": info, "meterValue": [{"timestamp": now(), "sampledValue": samples}],
        } | more)  # fmt: skip

    async def is_stopped(self) -> None:
        """The legacy CSMS stops the transaction by the number it gave."""
        csms = self.world.legacy.stations[self.identity]
        number = self._number()
        say(LEGACY, f"sends RemoteStopTransaction of number {number}")
        await csms.call("RemoteStopTransaction", {"transactionId": number})
        asked = await self.station.wait_for("RequestStopTransaction")
        self.tells(f"is asked to stop {asked['transactionId'][:8]}..., its own name for it")
        await self._event("Ended", "RemoteStop", "EVConnected", 2400)
        stop = self.heard("StopTransaction")
        say(LEGACY, f"hears StopTransaction of number {number} at {stop['meterStop']} Wh")

    def checks(self) -> list[Check]:
        """What must have happened."""
        stop = self.heard("StopTransaction")
        heard = [action for action, _ in self.world.legacy.stations[self.identity].heard]
        number, starts = stop.get("transactionId"), heard.count("StartTransaction")
        return [
            Check("2.0.1 station: stopped under its first number", number == self._number()),
            Check("2.0.1 station: one StartTransaction, across the crash", starts == 1),
            Check("2.0.1 station: energy as it was measured", stop.get("meterStop") == 2400),
        ]
