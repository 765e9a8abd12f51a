"""Answers that no CSMS has to think about, so that they can be given in its place."""

import msgspec

from adapters.frame import Version
from adapters.payload import decoder, encode
from adapters.translation.scalars import rfc3339

HEARTBEAT = "Heartbeat"
# What only tells something: its answer is empty, or says nothing that the station waits for.
TOLD: dict[Version, frozenset[str]] = {
    "1.6": frozenset(
        {
            HEARTBEAT, "StatusNotification", "MeterValues", "StopTransaction",
            "DiagnosticsStatusNotification", "FirmwareStatusNotification",
            "LogStatusNotification", "SecurityEventNotification",
            "SignedFirmwareStatusNotification",
        }
    ),
    "2.0.1": frozenset(
        {
            HEARTBEAT, "StatusNotification", "MeterValues", "TransactionEvent", "NotifyEvent",
            "NotifyReport", "NotifyMonitoringReport", "NotifyCustomerInformation",
            "NotifyDisplayMessages", "NotifyChargingLimit", "ClearedChargingLimit",
            "ReportChargingProfiles", "ReservationStatusUpdate", "FirmwareStatusNotification",
            "PublishFirmwareStatusNotification", "LogStatusNotification",
            "SecurityEventNotification",
        }
    ),
}  # fmt: skip
# What a CSMS that does not know the action would have said, had it known how to.
UNKNOWN: dict[Version, dict[str, dict[str, str]]] = {
    "1.6": {
        "DataTransfer": {"status": "UnknownVendorId"},
        "SignCertificate": {"status": "Rejected"},
    },
    "2.0.1": {
        "DataTransfer": {"status": "UnknownVendorId"},
        "SignCertificate": {"status": "Rejected"},
        "GetCertificateStatus": {"status": "Failed"},
        "Get15118EVCertificate": {"status": "Failed", "exiResponse": ""},
        "NotifyEVChargingNeeds": {"status": "Rejected"},
        "NotifyEVChargingSchedule": {"status": "Rejected"},
    },
}
MONEY = frozenset({"StopTransaction", "MeterValues", "TransactionEvent"})


class _Token(msgspec.Struct, rename="camel"):
    id_token: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_token = decoder(_Token)


def answerable(version: Version) -> frozenset[str]:
    """Actions that can be answered here, for a CSMS that never hears of them."""
    return TOLD[version] - {"StopTransaction", "TransactionEvent"} | UNKNOWN[version].keys()


def is_told(version: Version, action: str, payload: bytes | msgspec.Raw) -> bool:
    """Whether this CALL asks for no decision: a token would have to be judged."""
    if action not in TOLD[version]:
        return False
    if action != "TransactionEvent":
        return True
    try:
        return _token.decode(payload).id_token is msgspec.UNSET
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def answer(version: Version, action: str, now: float) -> bytes:
    """The payload of the answer to what `is_told` or `answerable`."""
    if action == HEARTBEAT:
        return encode({"currentTime": rfc3339(now)})
    return encode(UNKNOWN[version].get(action, {}))
