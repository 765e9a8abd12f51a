"""The station that a shadow CSMS believes it commands: reads show the real one, writes do nothing.

What a shadow asks must never reach the real station, whose answers belong to its primary. Reads
are answered from what was really seen of it; writes by a policy, one for each action.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias, get_args

import msgspec

from adapters import frame, v16, v201
from adapters.frame import Call, CallError, CallResult, Version
from adapters.payload import Action, decoder, encode
from gateway.core.comparison.answers import BROKEN
from gateway.core.redaction import is_secret
from gateway.core.route import Policy
from gateway.core.shadows.seen import Seen, place, schedule_key

ACTIONS: dict[Version, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
# The words for "no" and for "yes", the plainest first.
NEGATIVE = (
    "Rejected",
    "NotSupported",
    "NotImplemented",
    "UnlockFailed",
    "Failed",
    "Unknown",
    "NotFound",
    "NoProfiles",
    "NoFirmware",
    "UnknownVendorId",
)
POSITIVE = ("Accepted", "Unlocked")
KEYS_AT_ONCE = 100  # of one GetConfiguration

Fields: TypeAlias = dict[str, Any]
_decode = decoder(dict[str, Any]).decode


@cache
def by_word(version: Version, action: str, words: tuple[str, ...]) -> bytes | None:
    """The payload that answers with the first of these words; None if no answer has one."""
    known = ACTIONS[version].get(action)
    if known is None:
        return None
    fields = {field.name: field for field in msgspec.structs.fields(known.response)}
    status = fields.pop("status", None)
    if any(field.required for field in fields.values()):
        return None
    if status is None:
        return b"{}" if words is POSITIVE else None
    for word in words:
        if word in get_args(status.type):
            return encode(known.response(status=word))
    return None


def _configuration(seen: Seen, asked: Fields) -> Fields | None:
    wanted = asked.get("key") or list(seen.configuration)
    if len(wanted) > KEYS_AT_ONCE and asked.get("key"):
        return None
    rows: list[Fields] = []
    unknown = []
    for key in wanted:
        if key not in seen.configuration:
            unknown.append(str(key)[:50])
            continue
        value, readonly = seen.configuration[key]
        row = {"key": key, "readonly": readonly}
        rows.append(row if value is None or is_secret(key) else row | {"value": value})
    return {"configurationKey": rows} | ({"unknownKey": unknown} if unknown else {})


def _variables(seen: Seen, asked: Fields) -> Fields | None:
    rows = []
    for data in asked["getVariableData"]:
        row = {key: data[key] for key in ("attributeType", "component", "variable") if key in data}
        value = seen.variables.get(place(data))
        said = {"attributeStatus": "UnknownVariable"} if value is None else {
            "attributeStatus": "Accepted", "attributeValue": value,
        }  # fmt: skip
        rows.append(row | said)
    return {"getVariableResult": rows}


def _list_version_16(seen: Seen, asked: Fields) -> Fields | None:
    return {"listVersion": -1 if seen.list_version is None else seen.list_version}


def _list_version_201(seen: Seen, asked: Fields) -> Fields | None:
    return {"versionNumber": seen.list_version or 0}


def _schedule(seen: Seen, asked: Fields) -> Fields | None:
    found = seen.schedules.get(schedule_key(asked))
    return {"status": "Rejected"} if found is None else _decode(found)


def _transaction_status(seen: Seen, asked: Fields) -> Fields | None:
    if "transactionId" not in asked:
        return {"messagesInQueue": False}
    return {
        "ongoingIndicator": asked["transactionId"] in seen.open,
        "messagesInQueue": False,
    }


def _each_set(asked: Fields, status: str) -> Fields:
    names = ("attributeType", "component", "variable")
    return {
        "setVariableResult": [
            {key: data[key] for key in names if key in data} | {"attributeStatus": status}
            for data in asked["setVariableData"]
        ]
    }


READS: dict[tuple[Version, str], Callable[[Seen, Fields], Fields | None]] = {
    ("1.6", "GetConfiguration"): _configuration,
    ("1.6", "GetLocalListVersion"): _list_version_16,
    ("1.6", "GetCompositeSchedule"): _schedule,
    ("2.0.1", "GetVariables"): _variables,
    ("2.0.1", "GetLocalListVersion"): _list_version_201,
    ("2.0.1", "GetCompositeSchedule"): _schedule,
    ("2.0.1", "GetTransactionStatus"): _transaction_status,
}


def answer(seen: Seen, call: Call, policy: Policy) -> CallResult | CallError:
    """What a station that wants nothing of this answers. "replay-primary" has to say no here."""
    payload = _payload(seen, call, policy)
    if payload is None:
        return CallError(call.message_id, "NotSupported", "a shadow does not command the station")
    return CallResult(call.message_id, msgspec.Raw(payload))


def _payload(seen: Seen, call: Call, policy: Policy) -> bytes | None:
    version = seen.version
    try:
        read = READS.get((version, call.action))
        if read is not None:
            found = read(seen, _decode(call.payload))
            return encode(found) if found is not None else None
        if call.action == "SetVariables" and version == "2.0.1":
            word = "Accepted" if policy == "accept-noop" else "Rejected"
            return encode(_each_set(_decode(call.payload), word))
    except (*BROKEN, KeyError, TypeError, AttributeError):
        return None
    if policy == "accept-noop" and (yes := by_word(version, call.action, POSITIVE)) is not None:
        return yes
    return by_word(version, call.action, NEGATIVE)


def emit(version: Version, message: CallResult | CallError) -> bytes:
    """The text of such an answer."""
    if isinstance(message, CallResult):
        return frame.emit_result(message.message_id, bytes(message.payload))
    return frame.emit_error(version, message.message_id, message.code, message.description)
