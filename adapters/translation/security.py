"""Security events, both ways: the same but for four names (specification 3.12, 6.7 and 8.5)."""

from adapters import v16, v201
from adapters.translation import capabilities, unmapped
from adapters.translation.conversation import Conversation
from adapters.translation.memory import Memory
from adapters.translation.scalars import utc

# 1.6 speaks of central systems and charge points; every other name is the same in both.
TO_201 = {
    "FailedToAuthenticateAtCentralSystem": "FailedToAuthenticateAtCsms",
    "CentralSystemFailedToAuthenticate": "CsmsFailedToAuthenticate",
    "InvalidCentralSystemCertificate": "InvalidCsmsCertificate",
    "InvalidChargePointCertificate": "InvalidChargingStationCertificate",
}
TO_16 = {name: old for old, name in TO_201.items()}


def v16_event(call: v16.SecurityEventNotificationRequest, memory: Memory) -> Conversation:
    """From a 1.6 station."""
    yield v201.SecurityEventNotificationRequest(
        type=TO_201.get(call.type, call.type),
        timestamp=utc(call.timestamp),
        tech_info=call.tech_info,
    )
    return v16.SecurityEventNotificationResponse()


def v201_event(call: v201.SecurityEventNotificationRequest, memory: Memory) -> Conversation:
    """From a 2.0.1 station; a CSMS without the security extension does not hear of it."""
    request = v16.SecurityEventNotificationRequest(
        type=TO_16.get(call.type, call.type),
        timestamp=utc(call.timestamp),
        tech_info=call.tech_info,
    )
    answer = yield from capabilities.attempt("security_ext", request, memory)
    if answer is None:
        yield from unmapped.forwarded(call, memory)
    return v201.SecurityEventNotificationResponse()
