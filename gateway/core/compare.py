"""Two CSMSs' answers to one CALL, held against each other in the station's own version."""

from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from adapters.frame import CallError, CallResult
from adapters.payload import decoder

Verdict: TypeAlias = Literal["matched", "ignored", "mismatched", "unanswered", "not_comparable"]

_as_anything = decoder(dict[str, Any])

# Paths that two right CSMSs may differ in, each with its reason.
IGNORED = {
    "currentTime": "two clocks",
    "transactionId": "each CSMS gives out its own numbers",
    "interval": "a heartbeat interval decides nothing",
    "idTagInfo.expiryDate": "how long to cache is not what was decided",
    "idTokenInfo.cacheExpiryDateTime": "how long to cache is not what was decided",
    "statusInfo": "explains a status, and is compared by it",
}
# What a difference touches: S0 money and access, S1 control, S2 protocol, S3 cosmetic.
MONEY = frozenset(
    {"Authorize", "StartTransaction", "StopTransaction", "TransactionEvent", "CostUpdated"}
)
CONTROL = frozenset({"BootNotification", "SignCertificate", "DataTransfer"})
MOST_PATHS = 16


class Outcome(NamedTuple):
    """What came of a comparison."""

    verdict: Verdict
    severity: str
    paths: tuple[str, ...]


def severity(action: str, paths: tuple[str, ...]) -> str:
    """How much a difference matters."""
    if not paths:
        return "S3"
    if action in MONEY:
        is_access = any("Info" in path or path == "$" or "ost" in path for path in paths)
        return "S0" if is_access else "S1"
    return "S1" if action in CONTROL else "S2"


def compared(
    action: str, primary: CallResult | CallError, shadow: CallResult | CallError
) -> Outcome:
    """Whether both decided the same."""
    if isinstance(primary, CallError) or isinstance(shadow, CallError):
        if isinstance(primary, CallError) and isinstance(shadow, CallError):
            same = primary.code == shadow.code
            paths = () if same else ("code",)
            return Outcome("matched" if same else "mismatched", "S3" if same else "S2", paths)
        return Outcome("mismatched", severity(action, ("$",)), ("$",))
    try:
        left, right = _as_anything.decode(primary.payload), _as_anything.decode(shadow.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Outcome("not_comparable", "S2", ("$",))
    found = tuple(sorted(set(_differences(left, right, ""))))
    real = tuple(path for path in found if not _is_ignored(path))[:MOST_PATHS]
    if real:
        return Outcome("mismatched", severity(action, real), real)
    return Outcome("ignored" if found else "matched", "S3", found)


def _is_ignored(path: str) -> bool:
    return any(path == known or path.startswith(f"{known}.") for known in IGNORED)


def _differences(left: Any, right: Any, path: str) -> list[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        found = []
        for key in left | right:
            inner = f"{path}.{key}" if path else key
            if key not in left or key not in right:
                found.append(inner)
            else:
                found += _differences(left[key], right[key], inner)
        return found
    return [] if left == right else [path or "$"]
