"""A whole charging session as a station of either version tells it, and what a CSMS must hear."""

from datetime import UTC, datetime
from typing import Any, Protocol

from gateway.testing.fakes import Answer, Payload
from tests.planted import CARD as CARD

TX20 = "7d1f2b5e-3c2a-5d8e-9f10-2b6f0a9c1e11"
TX16 = 4711
Calls = list[tuple[str, Payload]]


def now() -> str:
    """The present millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


BOOTED = {"status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 300}
CSMS_ANSWERS: dict[str, dict[str, Answer]] = {
    "1.6": {
        "BootNotification": BOOTED,
        "Heartbeat": {"currentTime": "2026-01-01T00:00:00Z"},
        "Authorize": {"idTagInfo": {"status": "Accepted"}},
        "StartTransaction": {"transactionId": TX16, "idTagInfo": {"status": "Accepted"}},
        "MeterValues": {},
        "StopTransaction": {"idTagInfo": {"status": "Accepted"}},
        "StatusNotification": {},
    },
    "2.0.1": {
        "BootNotification": BOOTED,
        "Heartbeat": {"currentTime": "2026-01-01T00:00:00Z"},
        "Authorize": {"idTokenInfo": {"status": "Accepted"}},
        "TransactionEvent": {"idTokenInfo": {"status": "Accepted"}},
        "MeterValues": {},
        "StatusNotification": {},
        "NotifyEvent": {},
    },
}
STATION_ANSWERS: dict[str, dict[str, Answer]] = {
    "1.6": {
        "GetConfiguration": {},
        "ChangeConfiguration": {"status": "NotSupported"},
        "TriggerMessage": {"status": "NotImplemented"},
        "RemoteStartTransaction": {"status": "Accepted"},
        "RemoteStopTransaction": {"status": "Accepted"},
    },
    "2.0.1": {
        "GetBaseReport": {"status": "NotSupported"},
        "GetReport": {"status": "NotSupported"},
        "TriggerMessage": {"status": "NotImplemented"},
        "RequestStartTransaction": {"status": "Accepted"},
        "RequestStopTransaction": {"status": "Accepted"},
    },
}


class Talks(Protocol):
    """A station of any make."""

    async def call(self, action: str, payload: Payload) -> Payload:
        """Ask, and wait for the answer."""
        ...


def boot(version: str) -> Payload:
    """The BootNotification of a station without quirks."""
    if version == "1.6":
        return {"chargePointVendor": "Plain", "chargePointModel": "One"}
    return {"reason": "PowerUp", "chargingStation": {"vendorName": "Plain", "model": "One"}}


def status(version: str, value: str, at: str = "") -> Payload:
    """A StatusNotification of the first connector."""
    if version == "1.6":
        return {
            "connectorId": 1, "errorCode": "NoError", "status": value, "timestamp": at or now(),
        }  # fmt: skip
    return {"evseId": 1, "connectorId": 1, "connectorStatus": value, "timestamp": at or now()}


def start_16(at: str = "", meter: int = 1000) -> Payload:
    """A StartTransaction."""
    return {"connectorId": 1, "idTag": CARD, "meterStart": meter, "timestamp": at or now()}


def meter_16(number: Any, value: str) -> Payload:
    """MeterValues of a transaction."""
    sample = {"value": value, "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    values = [{"timestamp": now(), "sampledValue": [sample]}]
    return {"connectorId": 1, "transactionId": number, "meterValue": values}


def stop_16(number: Any, meter: int = 5000) -> Payload:
    """A StopTransaction."""
    return {"transactionId": number, "idTag": CARD, "meterStop": meter, "timestamp": now()}


async def charge_16(station: Talks) -> int:
    """A session of a 1.6 station, from boot to free connector. Returns its transaction id."""
    booted = await station.call("BootNotification", boot("1.6"))
    assert booted["status"] == "Accepted"
    await station.call("StatusNotification", status("1.6", "Available"))
    await station.call("StatusNotification", status("1.6", "Preparing"))
    allowed = await station.call("Authorize", {"idTag": CARD})
    assert allowed["idTagInfo"]["status"] == "Accepted"
    started = await station.call("StartTransaction", start_16())
    assert started["idTagInfo"]["status"] == "Accepted"
    number: int = started["transactionId"]
    await station.call("StatusNotification", status("1.6", "Charging"))
    for value in ("2000", "3500"):
        assert await station.call("MeterValues", meter_16(number, value)) == {}
    await station.call("StopTransaction", stop_16(number))
    await station.call("StatusNotification", status("1.6", "Finishing"))
    await station.call("StatusNotification", status("1.6", "Available"))
    return number


def event_201(kind: str, seq: int, trigger: str, value: int | None = None, **more: Any) -> Payload:
    """A TransactionEvent; `more` goes into transactionInfo."""
    event: Payload = {
        "eventType": kind,
        "timestamp": now(),
        "triggerReason": trigger,
        "seqNo": seq,
        "transactionInfo": {"transactionId": TX20} | more,
    }
    if value is not None:
        context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind)
        sample = {"value": value, "context": context or "Sample.Periodic"}
        event["meterValue"] = [{"timestamp": now(), "sampledValue": [sample]}]
    return event


def started_201(seq: int = 0) -> Payload:
    """The first event: cable and card are there."""
    event = event_201("Started", seq, "Authorized", 1000, chargingState="Charging")
    return event | {"evse": {"id": 1, "connectorId": 1}, "idToken": token()}


def token() -> Payload:
    """The card, as 2.0.1 names it."""
    return {"idToken": CARD, "type": "ISO14443"}


async def charge_201(station: Talks) -> str:
    """A session of a 2.0.1 station. Returns its transaction id."""
    booted = await station.call("BootNotification", boot("2.0.1"))
    assert booted["status"] == "Accepted"
    await station.call("StatusNotification", status("2.0.1", "Available"))
    await station.call("StatusNotification", status("2.0.1", "Occupied"))
    allowed = await station.call("Authorize", {"idToken": token()})
    assert allowed["idTokenInfo"]["status"] == "Accepted"
    started = await station.call("TransactionEvent", started_201())
    assert started["idTokenInfo"]["status"] == "Accepted"
    for seq, value in ((1, 2000), (2, 3500)):
        event = event_201("Updated", seq, "MeterValuePeriodic", value)
        await station.call("TransactionEvent", event)
    ended = event_201("Ended", 3, "StopAuthorized", 5000, stoppedReason="Local")
    await station.call("TransactionEvent", ended | {"idToken": token()})
    await station.call("StatusNotification", status("2.0.1", "Available"))
    return TX20


CHARGE = {"1.6": charge_16, "2.0.1": charge_201}


def said(heard: Calls, action: str) -> list[Payload]:
    """The payloads of the CALLs of one action."""
    return [payload for told, payload in heard if told == action]


def transaction_201(heard: Calls) -> str:
    """The id of the one transaction that a 2.0.1 CSMS heard, begun and ended without a gap.

    An event may come again, as long as it is the same one.
    """
    events: dict[int, Payload] = {}
    for event in said(heard, "TransactionEvent"):
        known = events.setdefault(event["seqNo"], event)
        assert same_event(known, event), f"{event} under the number of {known}"
    assert [*events] == [*range(len(events))], f"numbers {[*events]}"
    kinds = [event["eventType"] for event in events.values()]
    assert (kinds[0], kinds[-1]) == ("Started", "Ended")
    assert set(kinds[1:-1]) <= {"Updated"}
    (only,) = {event["transactionInfo"]["transactionId"] for event in events.values()}
    return str(only)


def same_event(one: Payload, other: Payload) -> bool:
    """Whether two events are the same; a repeated one may say that it was late."""
    return {**one, "offline": None} == {**other, "offline": None}


def transaction_16(heard: Calls, starts: int = 1) -> int:
    """The id that a 1.6 CSMS heard in one transaction; repeated CALLs are the same ones."""
    assert len(said(heard, "StartTransaction")) == starts
    for action in ("StartTransaction", "StopTransaction"):
        first, *others = said(heard, action)
        assert all(other == first for other in others)
    used = {payload["transactionId"] for payload in said(heard, "MeterValues")}
    used |= {payload["transactionId"] for payload in said(heard, "StopTransaction")}
    (only,) = used
    return int(only)
