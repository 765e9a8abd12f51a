"""What two right CSMSs may say differently: each rule with its reason, by action and path."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import msgspec

from adapters.errors import PayloadError
from adapters.frame import Version
from adapters.translation.scalars import seconds
from adapters.translation.tokens import STATUS_TO_16

CLOCKS = 60.0  # seconds by which two CSMSs' clocks may differ
A_DAY = 86_400.0
INTERVALS = (0, 60, 900, 3600, 86_400)  # the classes' lower bounds, in seconds


class Setting(msgspec.Struct, frozen=True):
    """Who is compared. `lag`: seconds by which the shadow's answer came after the primary's."""

    version: Version = "1.6"  # the station's, in which everything is compared
    primary: Version = "1.6"
    shadow: Version = "1.6"
    lag: float = 0.0

    @property
    def is_crossed(self) -> bool:
        """Whether one of the two was translated, and the other not."""
        return self.primary != self.shadow


Same: TypeAlias = Callable[[Any, Any, Setting], bool]  # primary's value, shadow's, who they are


class Rule(msgspec.Struct, frozen=True):
    """A difference that decides nothing. An absent field's value is None."""

    name: str
    reason: str
    same: Same


def _moments_apart(left: Any, right: Any) -> float | None:
    try:
        return seconds(right) - seconds(left)
    except (PayloadError, TypeError, OverflowError):
        return None


def by_clock(left: Any, right: Any, setting: Setting) -> bool:
    """Both clocks are right, if each is held against the moment at which it was told."""
    apart = _moments_apart(left, right)
    return apart is not None and abs(apart - setting.lag) <= CLOCKS


def within_a_day(left: Any, right: Any, setting: Setting) -> bool:
    """Both end on about the same day."""
    apart = _moments_apart(left, right)
    return apart is not None and abs(apart) <= A_DAY


def of_one_class(left: Any, right: Any, setting: Setting) -> bool:
    """Both intervals are of the same order."""
    if type(left) is not int or type(right) is not int:
        return False
    return sum(left >= bound for bound in INTERVALS) == sum(right >= bound for bound in INTERVALS)


def both_numbers(left: Any, right: Any, setting: Setting) -> bool:
    """Both are ids that a station can use."""
    return type(left) is int and type(right) is int and (left > 0) == (right > 0)


def by_letters(left: Any, right: Any, setting: Setting) -> bool:
    """Both texts differ in upper and lower case alone."""
    return isinstance(left, str) and isinstance(right, str) and left.casefold() == right.casefold()


def by_value(left: Any, right: Any, setting: Setting) -> bool:
    """Both are the same number."""
    try:
        return Decimal(str(left)) == Decimal(str(right))
    except InvalidOperation:
        return False


def by_collapse(left: Any, right: Any, setting: Setting) -> bool:
    """Both refuse, with words of 2.0.1 that 1.6 has only one for; consent is never collapsed."""
    if not setting.is_crossed or not isinstance(left, str) or not isinstance(right, str):
        return False
    known = {str(word): str(other) for word, other in STATUS_TO_16.items()}
    return known.get(left, left) == known.get(right, right) != "Accepted"


def unsaid_by_16(left: Any, right: Any, setting: Setting) -> bool:
    """What the 2.0.1 CSMS says, the 1.6 one has no field for."""
    if not setting.is_crossed:
        return False
    return (left if setting.primary == "1.6" else right) is None


def guessed_for_16(left: Any, right: Any, setting: Setting) -> bool:
    """1.6 names tokens without type; the translation guesses it."""
    return setting.is_crossed


def no_objection(left: Any, right: Any, setting: Setting) -> bool:
    """One says nothing of the token, the other that it is accepted."""
    said = right if left is None else left
    return None in (left, right) and isinstance(said, dict) and said.get("status") == "Accepted"


def one_says_nothing(left: Any, right: Any, setting: Setting) -> bool:
    """One of them leaves it out."""
    return left is None or right is None


def always(left: Any, right: Any, setting: Setting) -> bool:
    """Nothing is decided here."""
    return True


COLLAPSE = Rule("status_collapse", "1.6 has one word for several refusals of 2.0.1", by_collapse)
EXPIRY = Rule("expiry", "how long to cache, to the day, is not what was decided", within_a_day)
LETTERS = Rule("letter_case", "id tokens are the same in upper and lower case", by_letters)
OVER = Rule("over", "the transaction is over: details may be left out", one_says_nothing)
UNSAID = Rule("unsaid_by_16", "1.6 has no field for it", unsaid_by_16)
TYPE = Rule("token_type", "1.6 names tokens without type; it is guessed", guessed_for_16)
EXPLAINS = Rule("explanation", "explains a decision, and is compared by that", always)

# By (action, path); "*" is any action. A path has no list indices. The first that fits counts.
RULES: dict[tuple[str, str], tuple[Rule, ...]] = {
    ("*", "currentTime"): (Rule("clock", "two clocks, each right by a minute", by_clock),),
    ("*", "interval"): (Rule("interval_class", "of the same order", of_one_class),),
    ("*", "statusInfo"): (EXPLAINS,),
    ("*", "customData"): (Rule("custom_data", "is no word of OCPP", always),),
    ("StartTransaction", "transactionId"): (
        Rule("transaction_id", "each CSMS gives out its own numbers", both_numbers),
    ),
    ("StopTransaction", "idTagInfo"): (
        Rule("no_objection", "to say nothing of a token is to accept it here", no_objection),
    ),
    ("StopTransaction", "idTagInfo.expiryDate"): (EXPIRY, OVER),
    ("StopTransaction", "idTagInfo.parentIdTag"): (LETTERS, OVER),
    ("*", "idTagInfo.expiryDate"): (EXPIRY,),
    ("*", "idTagInfo.parentIdTag"): (LETTERS,),
    ("*", "idTagInfo.status"): (COLLAPSE,),
    ("*", "idTokenInfo.status"): (COLLAPSE,),
    ("*", "idTokenInfo.cacheExpiryDateTime"): (EXPIRY,),
    ("*", "idTokenInfo.groupIdToken.idToken"): (LETTERS,),
    ("*", "idTokenInfo.groupIdToken.type"): (TYPE,),
    ("*", "idTokenInfo.groupIdToken.additionalInfo"): (UNSAID,),
    ("*", "idTokenInfo.personalMessage"): (UNSAID,),
    ("*", "idTokenInfo.language1"): (UNSAID,),
    ("*", "idTokenInfo.language2"): (UNSAID,),
    ("*", "idTokenInfo.chargingPriority"): (UNSAID,),
    ("*", "idTokenInfo.evseId"): (UNSAID,),
    ("TransactionEvent", "totalCost"): (UNSAID, Rule("number", "the same number", by_value)),
    ("TransactionEvent", "chargingPriority"): (UNSAID,),
    ("TransactionEvent", "updatedPersonalMessage"): (UNSAID,),
    ("Authorize", "certificateStatus"): (UNSAID,),
    # of commands
    ("*", "idToken.type"): (TYPE,),
    ("*", "idToken.idToken"): (LETTERS,),
    ("*", "idTag"): (LETTERS,),
    ("*", "evse.connectorId"): (UNSAID,),
    ("*", "groupIdToken"): (UNSAID,),
    ("*", "connectorType"): (UNSAID,),
}
# Lists whose order says nothing.
SETS = frozenset(
    {
        "evseId", "key", "unknownKey", "configurationKey", "localAuthorizationList", "id",
        "getVariableData", "setVariableData", "monitoringCriteria", "componentCriteria",
        "componentVariable", "setMonitoringData", "chargingLimitSource", "additionalInfo",
    }
)  # fmt: skip
# What a difference touches: S0 money and access, S1 control, S2 protocol, S3 cosmetic. The
# longest path that begins one that differs counts; "$" is the whole answer.
SEVERITIES: dict[tuple[str, str], str] = {
    **{
        (action, path): "S0"
        for action, paths in {
            "Authorize": ("$", "idTagInfo", "idTokenInfo", "certificateStatus"),
            "StartTransaction": ("$", "idTagInfo", "transactionId"),
            "StopTransaction": ("$", "idTagInfo"),
            "TransactionEvent": ("$", "idTokenInfo", "totalCost"),
            "CostUpdated": ("$", "totalCost", "transactionId", "missing", "extra"),
        }.items()
        for path in paths
    },
    ("TransactionEvent", "chargingPriority"): "S1",
    ("TransactionEvent", "updatedPersonalMessage"): "S3",
    ("TransactionEvent", "statusInfo"): "S3",
    **{
        (action, f"{info}.{path}"): severity
        for action, info in (
            ("Authorize", "idTagInfo"),
            ("Authorize", "idTokenInfo"),
            ("StartTransaction", "idTagInfo"),
            ("StopTransaction", "idTagInfo"),
            ("TransactionEvent", "idTokenInfo"),
        )
        for path, severity in {
            "expiryDate": "S2",
            "cacheExpiryDateTime": "S2",
            "chargingPriority": "S1",
            "personalMessage": "S3",
            "language1": "S3",
            "language2": "S3",
        }.items()
    },
    ("BootNotification", "interval"): "S2",
    ("BootNotification", "currentTime"): "S2",
}
CONTROL = frozenset(
    {"BootNotification", "SignCertificate", "DataTransfer", "Get15118EVCertificate",
     "GetCertificateStatus", "NotifyEVChargingNeeds", "NotifyEVChargingSchedule"}
)  # fmt: skip
# Commands that only look: what one CSMS asks and the other does not, nobody feels.
LOOKS = frozenset(
    {
        "GetConfiguration", "GetVariables", "GetBaseReport", "GetReport", "GetMonitoringReport",
        "GetCompositeSchedule", "GetLocalListVersion", "GetTransactionStatus", "TriggerMessage",
        "GetChargingProfiles", "GetInstalledCertificateIds", "GetDisplayMessages", "GetLog",
        "GetDiagnostics", "ExtendedTriggerMessage",
    }
)  # fmt: skip


def severity(action: str, paths: tuple[str, ...], *, is_command: bool = False) -> str:
    """How much differences matter: as much as the worst of them."""
    return min((_severity(action, path, is_command) for path in paths), default="S3")


def _severity(action: str, path: str, is_command: bool) -> str:
    begin = path
    while begin:
        found = SEVERITIES.get((action, begin))
        if found is not None:
            return found
        begin = begin.rpartition(".")[0]
    if is_command:
        return "S3" if action in LOOKS else "S1"
    if action in ("Authorize", "StartTransaction", "StopTransaction", "TransactionEvent"):
        return "S1"
    return "S1" if action in CONTROL else "S2"


def rules_for(action: str, path: str) -> tuple[Rule, ...]:
    """The rules that may explain a difference there."""
    begin = path
    while begin:
        found = RULES.get((action, begin)) or RULES.get(("*", begin))
        if found is not None and (begin == path or found[0].same in (always, unsaid_by_16)):
            return found
        begin = begin.rpartition(".")[0]
    return ()
