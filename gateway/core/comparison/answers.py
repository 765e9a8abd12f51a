"""Two CSMSs' answers to one CALL, held against each other in the station's own version."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from adapters.frame import TO_201, CallError, CallResult
from adapters.payload import decoder
from gateway.core.comparison.rules import SETS, Setting, rules_for, severity

Verdict: TypeAlias = Literal[
    "matched", "ignored", "mismatched", "unanswered", "shadow_error", "not_comparable"
]
Message: TypeAlias = CallResult | CallError
Difference: TypeAlias = tuple[str, Any, Any]  # path, primary's value, shadow's; None: it is absent

MOST_PATHS = 16
BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# What differs if there are no two answers to look into.
REFUSED, REFUSED_BY_PRIMARY = "(refused by the shadow)", "(refused by the primary)"
SILENT = "(no answer)"
# How the gateway itself answers a station whose CSMS did not.
NO_ANSWER = "no answer to "
_decode = decoder(dict[str, Any]).decode
_in_order = msgspec.json.Encoder(order="sorted").encode  # a field's place says nothing


class Outcome(NamedTuple):
    """What came of a comparison. `paths` differ; of "not_comparable" it is the reason."""

    verdict: Verdict
    severity: str = "S3"
    paths: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()  # that explain the other differences


MATCHED = Outcome("matched")


class Answer:
    """One CSMS's answer; its payload is decoded once, and only if somebody looks into it."""

    __slots__ = ("_fields", "at", "is_ours", "message")

    def __init__(self, message: Message, at: float, *, is_ours: bool = False) -> None:
        self.message, self.at, self.is_ours = message, at, is_ours
        self._fields: dict[str, Any] | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The payload of a CALLRESULT. Raises what msgspec raises."""
        if self._fields is None:
            assert isinstance(self.message, CallResult), "a CALLERROR has no payload"
            self._fields = _decode(self.message.payload)
        return self._fields

    @property
    def number(self) -> int | None:
        """The transaction id in an answer to a 1.6 StartTransaction, if one is there."""
        if isinstance(self.message, CallError):
            return None
        try:
            found = self.fields.get("transactionId")
        except BROKEN:
            return None
        return found if type(found) is int else None  # True is an int too

    @property
    def is_missing(self) -> bool:
        """Whether this is what the gateway says for a CSMS that said nothing."""
        if self.is_ours or isinstance(self.message, CallResult):
            return self.is_ours
        return self.message.description.startswith(NO_ANSWER)


def compared(action: str, primary: Answer, shadow: Answer, setting: Setting) -> Outcome:
    """Whether both decided the same."""
    left, right = primary.message, shadow.message
    if primary.is_missing:
        return Outcome("not_comparable", "S3", ("no answer of the primary",))
    if isinstance(left, CallError) or isinstance(right, CallError):
        return _of_errors(action, primary, shadow)
    if bytes(left.payload) == bytes(right.payload):
        return MATCHED
    try:
        found = list(differences(primary.fields, shadow.fields))
    except BROKEN:
        return Outcome("not_comparable", "S2", ("answer is no object",))
    setting = msgspec.structs.replace(setting, lag=shadow.at - primary.at)
    return judged(action, found, setting)


def _of_errors(action: str, primary: Answer, shadow: Answer) -> Outcome:
    left, right = primary.message, shadow.message
    if isinstance(left, CallError) and isinstance(right, CallError):
        is_same = TO_201.get(left.code, left.code) == TO_201.get(right.code, right.code)
        return MATCHED if is_same else Outcome("mismatched", "S2", ("code",))
    worst = severity(action, ("$",))
    if isinstance(right, CallError):
        return Outcome("shadow_error", worst, (REFUSED,))
    return Outcome("mismatched", worst, (REFUSED_BY_PRIMARY,))


def judged(
    action: str, found: list[Difference], setting: Setting, *, is_command: bool = False
) -> Outcome:
    """What differences amount to, once the rules have explained what they can."""
    real: set[str] = set()
    names: set[str] = set()
    for path, left, right in found:
        for rule in rules_for(action, path):
            if rule.same(left, right, setting):
                names.add(rule.name)
                break
        else:
            real.add(path)
    rules = tuple(sorted(names))
    if real:
        worst = severity(action, tuple(real), is_command=is_command)
        grave = sorted((severity(action, (path,), is_command=is_command), path) for path in real)
        paths = tuple(path for _, path in grave[:MOST_PATHS])
        return Outcome("mismatched", worst, paths, rules)
    return Outcome("ignored", "S3", (), rules) if rules else MATCHED


def differences(left: dict[str, Any], right: dict[str, Any], at: str = "") -> Iterator[Difference]:
    """Where two objects differ, by path. A null says no more than an absent field."""
    for key in {**left, **right}:
        one, other = left.get(key), right.get(key)
        if one == other and isinstance(one, bool) == isinstance(other, bool):
            continue
        path = f"{at}.{key}" if at else key
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differences(one, other, path)
        elif isinstance(one, list) and isinstance(other, list):
            yield from _of_lists(one, other, path, key)
        else:
            yield path, one, other


def _of_lists(left: list[Any], right: list[Any], path: str, key: str) -> Iterator[Difference]:
    if key in SETS:
        left, right = sorted(left, key=_in_order), sorted(right, key=_in_order)
    if len(left) != len(right):
        yield path, left, right
        return
    for one, other in zip(left, right, strict=True):
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differences(one, other, path)
        elif one != other:
            yield path, one, other
