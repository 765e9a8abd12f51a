"""What the stations and CSMSs of the benchmark say: one charging session, always metering."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import msgspec

from benchmarks.figures import Version

Call: TypeAlias = tuple[str, bytes]  # action, payload
SUBPROTOCOL: dict[Version, str] = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1"}
METER_START = 12_840_000  # Wh
TRANSACTION = 1_400_000  # the 1.6 CSMS counts on from here
METERED: dict[Version, str] = {"1.6": "MeterValues", "2.0.1": "TransactionEvent"}

_SAMPLES_16 = (
    b'{"value":"%d.437","context":"Sample.Periodic","format":"Raw",'
    b'"measurand":"Energy.Active.Import.Register","location":"Outlet","unit":"Wh"},'
    b'{"value":"10983.2","context":"Sample.Periodic","format":"Raw",'
    b'"measurand":"Power.Active.Import","location":"Outlet","unit":"W"},'
    b'{"value":"15.9","context":"Sample.Periodic","format":"Raw",'
    b'"measurand":"Current.Import","phase":"L1","location":"Outlet","unit":"A"},'
    b'{"value":"16.0","context":"Sample.Periodic","format":"Raw",'
    b'"measurand":"Current.Import","phase":"L2","location":"Outlet","unit":"A"},'
    b'{"value":"15.8","context":"Sample.Periodic","format":"Raw",'
    b'"measurand":"Current.Import","phase":"L3","location":"Outlet","unit":"A"},'
    b'{"value":"41.5","context":"Sample.Periodic","format":"Raw",'
    b'"measurand":"SoC","location":"EV","unit":"Percent"}'
)
_METER_VALUES = (
    b'{"connectorId":1,"transactionId":%d,"meterValue":[{"timestamp":"%b","sampledValue":['
    + _SAMPLES_16
    + b"]}]}"
)
_SAMPLES_201 = (
    b'{"value":%d.437,"context":"Sample.Periodic","measurand":"Energy.Active.Import.Register",'
    b'"location":"Outlet","unitOfMeasure":{"unit":"Wh"}},'
    b'{"value":10983.2,"context":"Sample.Periodic","measurand":"Power.Active.Import",'
    b'"location":"Outlet","unitOfMeasure":{"unit":"W"}},'
    b'{"value":15.9,"context":"Sample.Periodic","measurand":"Current.Import","phase":"L1",'
    b'"location":"Outlet","unitOfMeasure":{"unit":"A"}},'
    b'{"value":16.0,"context":"Sample.Periodic","measurand":"Current.Import","phase":"L2",'
    b'"location":"Outlet","unitOfMeasure":{"unit":"A"}},'
    b'{"value":15.8,"context":"Sample.Periodic","measurand":"Current.Import","phase":"L3",'
    b'"location":"Outlet","unitOfMeasure":{"unit":"A"}},'
    b'{"value":41.5,"context":"Sample.Periodic","measurand":"SoC",'
    b'"location":"EV","unitOfMeasure":{"unit":"Percent"}}'
)
# As the first stations of a make say it: values that are no text, and a context of their own.
_FLAWED_SAMPLES = re.sub(rb'"value":"([^"]+)"', rb'"value":\1', _SAMPLES_16).replace(
    b"Sample.Periodic", b"Sample.Stored"
)
_FLAWED = _METER_VALUES.replace(_SAMPLES_16, _FLAWED_SAMPLES)
_UPDATED = (
    b'{"eventType":"Updated","timestamp":"%b","triggerReason":"MeterValuePeriodic","seqNo":%d,'
    b'"transactionInfo":{"transactionId":"%b"},"meterValue":[{"timestamp":"%b","sampledValue":['
    + _SAMPLES_201
    + b"]}]}"
)


class Times:
    """Instants from a run's start on, a millisecond apart, each written once for all stations."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.written: list[bytes] = []

    def __getitem__(self, number: int) -> bytes:
        while number >= len(self.written):
            moment = self.start + timedelta(milliseconds=len(self.written))
            text = moment.isoformat(timespec="milliseconds")
            self.written.append(text.removesuffix("+00:00").encode() + b"Z")
        return self.written[number]


def now_text() -> str:
    """The present, as OCPP writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def opening(version: Version, identity: str, *, flawed: bool = False) -> list[Call]:
    """What a station says when it starts."""
    if version == "1.6":
        maker = {"chargePointVendor": "Benchmark", "chargePointModel": "Plain"}
        if flawed:  # a make with faults of its own, and more to say than there is room for
            maker = {"chargePointVendor": "Alfen BV", "chargePointModel": "EVE Pro-line of 2026"}
            maker["firmwareVersion"] = "6.5.2-4219 of 2026-01-31, stable, for all sockets, signed"
        free = {"errorCode": "NoError", "status": "Available", "timestamp": now_text()}
        return [
            _written("BootNotification", maker | {"chargePointSerialNumber": identity}),
            _written("StatusNotification", {"connectorId": 0} | free),
            _written("StatusNotification", {"connectorId": 1} | free),
        ]
    station = {"vendorName": "Benchmark", "model": "Plain", "serialNumber": identity}
    available = {"connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    return [
        _written("BootNotification", {"reason": "PowerUp", "chargingStation": station}),
        _written("StatusNotification", available | {"timestamp": now_text()}),
    ]


def beginning(version: Version, identity: str) -> Call:
    """What a station says when it begins to charge."""
    now = now_text()
    if version == "1.6":
        start = {"connectorId": 1, "idTag": "BENCHMARK", "meterStart": METER_START}
        return _written("StartTransaction", start | {"timestamp": now})
    register = {
        "value": METER_START,
        "context": "Transaction.Begin",
        "measurand": "Energy.Active.Import.Register",
        "unitOfMeasure": {"unit": "Wh"},
    }
    started = {
        "eventType": "Started",
        "timestamp": now,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": f"T-{identity}", "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": "BENCHMARK", "type": "Central"},
        "meterValue": [{"timestamp": now, "sampledValue": [register]}],
    }
    return _written("TransactionEvent", started)


def _written(action: str, payload: dict[str, Any]) -> Call:
    return action, msgspec.json.encode(payload)


def metered(
    version: Version, transaction: bytes, number: int, times: Times, *, flawed: bool = False
) -> bytes:
    """The payload of sample set `number` (from 1) of a transaction: never the same twice."""
    at = times[number]
    if version == "1.6":
        text = _FLAWED if flawed else _METER_VALUES
        return text % (int(transaction), at, METER_START + number)
    return _UPDATED % (at, number, transaction, at, METER_START + number)


def _variables(payload: dict[str, Any]) -> dict[str, Any]:
    results = [item | {"attributeStatus": "Accepted"} for item in payload["getVariableData"]]
    register = "Energy.Active.Import.Register"
    return {"getVariableResult": [item | {"attributeValue": register} for item in results]}


def _set_variables(payload: dict[str, Any]) -> dict[str, Any]:
    results = [item | {"attributeStatus": "Accepted"} for item in payload["setVariableData"]]
    for item in results:
        del item["attributeValue"]
    return {"setVariableResult": results}


_CONFIGURATION = [
    {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
    {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,RemoteTrigger"},
]
# What a station answers to a CALL, by action; any other is not implemented.
STATION_ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "ChangeConfiguration": lambda _: {"status": "Accepted"},
    "GetBaseReport": lambda _: {"status": "NotSupported"},
    "GetConfiguration": lambda _: {"configurationKey": _CONFIGURATION},
    "GetReport": lambda _: {"status": "NotSupported"},
    "GetVariables": _variables,
    "SetVariables": _set_variables,
    "TriggerMessage": lambda _: {"status": "Rejected"},
}
_ACCEPTED = b'{"idTokenInfo":{"status":"Accepted"}}'


def csms_answer(version: Version, action: bytes, text: bytes, serial: int) -> bytes:
    """The payload that a CSMS answers a CALL with; `serial` is fresh for every connection."""
    if action == b"TransactionEvent":
        return _ACCEPTED if b'"idToken"' in text else b"{}"
    if action == b"StartTransaction":
        return b'{"transactionId":%d,"idTagInfo":{"status":"Accepted"}}' % (TRANSACTION + serial)
    if action == b"Authorize":
        return _ACCEPTED if version == "2.0.1" else b'{"idTagInfo":{"status":"Accepted"}}'
    if action == b"BootNotification":
        now = now_text().encode()
        return b'{"currentTime":"%b","interval":300,"status":"Accepted"}' % now
    if action == b"Heartbeat":
        return b'{"currentTime":"%b"}' % now_text().encode()
    return b"{}"  # MeterValues, StatusNotification and every other notification
