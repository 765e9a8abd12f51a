"""One example of each message: as small as its type allows, or with what makes it worth showing."""

from decimal import Decimal
from typing import Any, Literal, TypeAlias, get_args, get_origin

import msgspec

from adapters.payload import Payload
from gateway.testing.bench import START

Json: TypeAlias = dict[str, Any]
TAG, TOKEN = "04A1B2C3D4E5F6", {"idToken": "04A1B2C3D4E5F6", "type": "ISO14443"}
TX_16, TX_201 = 7, "tx-7"
LATER = "2025-03-01T12:00:00Z"
# A transaction that runs, and a station without one; both as a Bench takes them.
IDLE: Json = {"connectors": {"1": {"status16": "Available"}}}
RUNNING: Json = {
    "connectors": {"1": {"status16": "Charging"}},
    "transactions": [
        {
            "tx16": TX_16,
            "tx20": TX_201,
            "connector": 1,
            "evse": {"id": 1, "connectorId": 1},
            "idTag": TAG,
            "idToken": TOKEN,
            "state": "OPEN",
            "next_seq": 1,
            "chargingState": "Charging",
            "start": START,
            "meterStart": 1000,
        }
    ],
}
WHILE_IT_RUNS = frozenset(
    {
        *("MeterValues", "StopTransaction", "RemoteStopTransaction", "RequestStopTransaction"),
        *("GetTransactionStatus", "CostUpdated"),
    }
)
# By the name of a field, wherever it stands.
VALUES: Json = {
    "connectorId": 1,
    "evseId": 1,
    "idTag": TAG,
    "idToken": TOKEN,
    "chargePointVendor": "Vendor",
    "chargePointModel": "Model",
    "vendorName": "Vendor",
    "model": "Model",
    "reason": "PowerUp",
    "requestedMessage": "StatusNotification",
    "reportBase": "FullInventory",
    "type": "Hard",
    "timestamp": START,
    "currentTime": START,
    "generatedAt": START,
    "timeBase": START,
    "expiryDate": LATER,
    "expiryDateTime": LATER,
    "retrieveDate": LATER,
    "retrieveDateTime": LATER,
    "location": "https://example.com/firmware.bin",
    "remoteLocation": "https://example.com/logs/",
    "meterStart": 1000,
    "meterStop": 4500,
    "interval": 300,
    "duration": 3600,
    "limit": 16,
    "stackLevel": 0,
    "startPeriod": 0,
    "seqNo": 0,
    "hashAlgorithm": "SHA256",
}
SAMPLE_16 = {"timestamp": LATER, "sampledValue": [{"value": "2500", "unit": "Wh"}]}
SAMPLE_201 = {"timestamp": LATER, "sampledValue": [{"value": 2500}]}
PROFILE_16 = {
    "chargingProfileId": 3,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
    },
}
PROFILE_201 = {
    "id": 3,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": [
        {
            "id": 3,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
        }
    ],
}
HEARTBEATS = {
    "component": {"name": "OCPPCommCtrlr"},
    "variable": {"name": "HeartbeatInterval"},
}
# (version, action) -> what is worth showing beyond the fields that must be there.
SPECIAL: dict[tuple[str, str], Json] = {
    ("1.6", "ChangeConfiguration"): {"key": "HeartbeatInterval", "value": "60"},
    ("1.6", "DataTransfer"): {"vendorId": "com.example", "messageId": "Ping", "data": "1"},
    ("1.6", "GetConfiguration"): {"key": ["HeartbeatInterval"]},
    ("1.6", "MeterValues"): {"transactionId": TX_16, "meterValue": [SAMPLE_16]},
    ("1.6", "RemoteStartTransaction"): {"connectorId": 1},
    ("1.6", "RemoteStopTransaction"): {"transactionId": TX_16},
    ("1.6", "SendLocalList"): {
        "localAuthorizationList": [{"idTag": TAG, "idTagInfo": {"status": "Accepted"}}]
    },
    ("1.6", "SetChargingProfile"): {"csChargingProfiles": PROFILE_16},
    ("1.6", "StatusNotification"): {
        "status": "Charging",
        "errorCode": "NoError",
        "timestamp": START,
    },
    ("1.6", "StopTransaction"): {"transactionId": TX_16, "timestamp": LATER, "reason": "Local"},
    ("2.0.1", "ChangeAvailability"): {"operationalStatus": "Inoperative", "evse": {"id": 1}},
    ("2.0.1", "ClearChargingProfile"): {"chargingProfileId": 3},
    ("2.0.1", "CostUpdated"): {"totalCost": Decimal("3.5"), "transactionId": TX_201},
    ("2.0.1", "DataTransfer"): {"vendorId": "com.example", "messageId": "Ping", "data": "1"},
    ("2.0.1", "GetTransactionStatus"): {"transactionId": TX_201},
    ("2.0.1", "GetVariables"): {"getVariableData": [HEARTBEATS]},
    ("2.0.1", "InstallCertificate"): {"certificateType": "CSMSRootCertificate"},
    ("2.0.1", "MeterValues"): {"meterValue": [SAMPLE_201]},
    ("2.0.1", "NotifyEvent"): {
        "eventData": [
            {
                "eventId": 1,
                "timestamp": START,
                "trigger": "Alerting",
                "actualValue": "true",
                "techCode": "GroundFailure",
                "eventNotificationType": "HardWiredNotification",
                "component": {"name": "RCD", "evse": {"id": 1, "connectorId": 1}},
                "variable": {"name": "Tripped"},
            }
        ]
    },
    ("2.0.1", "RequestStartTransaction"): {"evseId": 1},
    ("2.0.1", "RequestStopTransaction"): {"transactionId": TX_201},
    ("2.0.1", "ReserveNow"): {"evseId": 1},
    ("2.0.1", "SendLocalList"): {
        "localAuthorizationList": [{"idToken": TOKEN, "idTokenInfo": {"status": "Accepted"}}]
    },
    ("2.0.1", "SetChargingProfile"): {"chargingProfile": PROFILE_201},
    ("2.0.1", "SetVariables"): {"setVariableData": [HEARTBEATS | {"attributeValue": "60"}]},
    ("2.0.1", "StatusNotification"): {"connectorStatus": "Occupied"},
    ("2.0.1", "TransactionEvent"): {
        "eventType": "Started",
        "triggerReason": "Authorized",
        "transactionInfo": {"transactionId": TX_201, "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "idToken": TOKEN,
        "meterValue": [
            {
                "timestamp": START,
                "sampledValue": [{"value": 1000, "context": "Transaction.Begin"}],
            }
        ],
    },
}


def request(kind: type[Payload]) -> Json:
    """A CALL's payload."""
    return _struct(kind) | SPECIAL.get((kind.version, kind.action), {})


def response(kind: type[Payload], asked: Json) -> Json:
    """What a peer that is content answers to `asked`."""
    match kind.version, kind.action:
        case "1.6", "StartTransaction":
            return {"transactionId": TX_16, "idTagInfo": {"status": "Accepted"}}
        case "2.0.1", "TransactionEvent":
            return {"idTokenInfo": {"status": "Accepted"}} if "idToken" in asked else {}
        case "1.6", "GetConfiguration":
            keys = asked.get("key", ["HeartbeatInterval"])
            found = [{"key": key, "readonly": False, "value": "300"} for key in keys]
            return {"configurationKey": found}
        case "2.0.1", "GetVariables":
            found = [{"attributeStatus": "Accepted"} | each for each in asked["getVariableData"]]
            return {"getVariableResult": [each | {"attributeValue": "300"} for each in found]}
        case "2.0.1", "SetVariables":
            found = [{"attributeStatus": "Accepted"} | each for each in asked["setVariableData"]]
            for each in found:
                each.pop("attributeValue")
            return {"setVariableResult": found}
    return _struct(kind)


def _struct(kind: type[msgspec.Struct]) -> Json:
    """An object with the fields that it must have."""
    return {
        field.encode_name: _value(field.encode_name, field.type)
        for field in msgspec.structs.fields(kind)
        if field.required
    }


def _value(name: str, kind: Any) -> Any:
    """A value of a type, likely for a field of this name."""
    while hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    if get_origin(kind) is Literal:
        values = get_args(kind)
        likely = VALUES.get(name)
        return next((value for value in ("Accepted", likely) if value in values), values[0])
    if get_origin(kind) is list:
        return [_value(name, get_args(kind)[0])]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return TOKEN if kind.__name__ == "IdToken" else _struct(kind)
    if name == "idToken":
        return TAG
    if name in VALUES:
        return VALUES[name]
    return {int: 1, bool: False, Decimal: 10}.get(kind, "text")
