"""What was really seen of a station: what a late shadow is told, and what it may read.

It is kept for every station, shadow or none, because a shadow may be switched on at any time;
what costs memory (configuration, variables, schedules) only while there is one.
"""

import re
from typing import Any

import msgspec

from adapters.frame import Call, CallError, CallResult, Version
from adapters.payload import decoder
from gateway.core.comparison.answers import BROKEN, Answer
from gateway.core.comparison.sessions import NAME, NUMBER
from gateway.core.redaction import is_secret
from vendor_quirks.sparse import Sparse

STATUSES = 64  # connectors whose last status is remembered
OPEN = 64  # transactions that have not ended
KEPT = 256  # configuration keys, variables
LONGEST = 500  # characters of a value
TOLD_LATER = frozenset(
    {"BootNotification", "StatusNotification", "StartTransaction", "StopTransaction",
     "TransactionEvent"}
)  # fmt: skip
NOTED = TOLD_LATER | {"NotifyReport"}
TRANSACTIONAL = frozenset({"MeterValues", "StopTransaction", "TransactionEvent"})
EVENT = re.compile(rb'"eventType"\s*:\s*"(\w{1,20})"')
_decode = decoder(dict[str, Any]).decode


class Heard:
    """One CALL of the station: which transaction it is about, and whether it begins or ends it."""

    __slots__ = ("action", "at", "begins", "call", "ends", "named", "transaction")

    def __init__(self, call: Call, action: str, at: float) -> None:
        self.call, self.action, self.at = call, action, at
        self.transaction, self.named = "", (0, 0)  # its name, and where in the payload that is
        self.begins, self.ends = action == "StartTransaction", action == "StopTransaction"
        if action in TRANSACTIONAL:
            self._look()

    @property
    def payload(self) -> bytes:
        """A copy to work with: one that was kept while the shadow is asked was a kilobyte."""
        return bytes(self.call.payload)

    def _look(self) -> None:
        payload = self.call.payload  # a regular expression reads it as it lies there
        is_event = self.action == "TransactionEvent"
        found = (NAME if is_event else NUMBER).search(payload)
        if found is not None:
            self.transaction, self.named = found[1].decode("utf-8", "replace"), found.span(1)
        if is_event and (kind := EVENT.search(payload)) is not None:
            self.begins, self.ends = kind[1] == b"Started", kind[1] == b"Ended"


class Begun:
    """A transaction that runs: the CALL that began it, and what the primary answered."""

    __slots__ = ("_at", "_said", "call")

    def __init__(self, call: bytes, answer: Answer | None = None) -> None:
        self.call, self._said, self._at = call, b"", 0.0
        if answer is not None and isinstance(answer.message, CallResult):
            self._said, self._at = bytes(answer.message.payload), answer.at

    @property
    def answer(self) -> Answer | None:
        """The primary's answer, where it gave the transaction its name."""
        if not self._said:
            return None
        return Answer(CallResult("", msgspec.Raw(self._said)), self._at)


class Seen(Sparse):
    """One station, as far as it was seen since it connected. CALLs are kept as their payloads."""

    __slots__ = (
        "_starting", "boot", "configuration", "list_version", "open", "schedules",
        "statuses", "variables", "version",
    )  # fmt: skip
    statuses: dict[Any, bytes]  # by connector
    open: dict[str, Begun]  # by transaction, the oldest first
    configuration: dict[str, tuple[str | None, bool]]  # value, readonly
    variables: dict[tuple[Any, ...], str]
    schedules: dict[bytes, bytes]  # GetCompositeSchedule, its answer

    def __init__(self, version: Version, boot: msgspec.Raw | None) -> None:
        self.version, self.boot = version, boot  # its record has the same boot
        self.list_version: int | None = None
        self._starting: dict[str, bytes] | None = None  # 1.6 StartTransactions, by message id

    @property
    def awaits(self) -> bool:
        """Whether a transaction is beginning whose number the primary has yet to say."""
        return bool(self._starting)

    # What the station says

    def heard(self, heard: Heard) -> None:
        """Keep what a late joiner has to be told."""
        if heard.action == "BootNotification":
            self.boot = heard.call.payload
            self.statuses.clear()
        elif heard.action == "StatusNotification":
            self._status(heard.payload)
        elif heard.begins:
            if heard.action == "TransactionEvent":
                self._begin(heard.transaction, Begun(heard.payload))
            else:
                starting = self._starting = self._starting or {}
                starting[heard.call.message_id] = heard.payload
                _bound(starting, OPEN)
        elif heard.ends:
            self.open.pop(heard.transaction, None)
        elif heard.action == "NotifyReport":
            self._report(heard.payload)

    def _report(self, payload: bytes) -> None:
        try:
            for row in _decode(payload).get("reportData") or ():
                for attribute in row["variableAttribute"]:
                    if "value" in attribute:
                        kind = {"attributeType": attribute.get("type", "Actual")}
                        self._keep_variable(row | kind, attribute["value"])
        except (*BROKEN, KeyError, TypeError, AttributeError):
            return  # the rest of it shows nothing

    def answered(self, message_id: str, answer: Answer) -> None:
        """The station was answered: a 1.6 transaction has its number."""
        starting = self._starting or {}
        call = starting.pop(message_id, None)
        self._starting = starting or None
        if call is not None and (number := answer.number) is not None:
            self._begin(str(number), Begun(call, answer))

    def _begin(self, transaction: str, begun: Begun) -> None:
        self.open[transaction] = begun
        _bound(self.open, OPEN)

    def _status(self, payload: bytes) -> None:
        try:
            given = _decode(payload)
        except BROKEN:
            return
        evse, connector = _name(given.get("evseId")), _name(given.get("connectorId"))
        place = connector if evse is None else (evse, connector)
        if len(self.statuses) < STATUSES or place in self.statuses:
            self.statuses[place] = payload

    # What the station answers its primary

    def obeyed(self, call: Call, message: CallResult | CallError) -> None:
        """The station answered a command: what that shows of it."""
        look = _LOOKS.get(call.action)
        if look is None or isinstance(message, CallError):
            return
        try:
            look(self, _decode(call.payload), _decode(message.payload), bytes(message.payload))
        except (*BROKEN, KeyError, TypeError, AttributeError):
            return  # an answer that no schema knows shows nothing

    def _configuration(self, asked: dict[str, Any], said: dict[str, Any], raw: bytes) -> None:
        for row in said.get("configurationKey") or ():
            self._keep_key(str(row["key"]), row.get("value"), bool(row["readonly"]))

    def _changed(self, asked: dict[str, Any], said: dict[str, Any], raw: bytes) -> None:
        if said["status"] in ("Accepted", "RebootRequired"):
            self._keep_key(str(asked["key"]), asked["value"], False)

    def _keep_key(self, key: str, value: Any, readonly: bool) -> None:
        if len(self.configuration) < KEPT or key in self.configuration:
            shown = None if value is None or is_secret(key) else str(value)[:LONGEST]
            self.configuration[key[:50]] = (shown, readonly)

    def _variables(self, asked: dict[str, Any], said: dict[str, Any], raw: bytes) -> None:
        for row in said["getVariableResult"]:
            if row["attributeStatus"] == "Accepted":
                self._keep_variable(row, row.get("attributeValue", ""))

    def _set(self, asked: dict[str, Any], said: dict[str, Any], raw: bytes) -> None:
        values = {place(row): row["attributeValue"] for row in asked["setVariableData"]}
        for row in said["setVariableResult"]:
            if row["attributeStatus"] == "Accepted" and place(row) in values:
                self._keep_variable(row, values[place(row)])

    def _keep_variable(self, row: dict[str, Any], value: Any) -> None:
        where = place(row)
        if is_secret(row["variable"]["name"]):
            return
        if len(self.variables) < KEPT or where in self.variables:
            self.variables[where] = str(value)[:LONGEST]

    def _list(self, asked: dict[str, Any], said: dict[str, Any], raw: bytes) -> None:
        found = said.get("listVersion", said.get("versionNumber"))
        if type(found) is int:
            self.list_version = found

    def _sent_list(self, asked: dict[str, Any], said: dict[str, Any], raw: bytes) -> None:
        found = asked.get("listVersion", asked.get("versionNumber"))
        if said["status"] == "Accepted" and type(found) is int:
            self.list_version = found

    def _schedule(self, asked: dict[str, Any], said: dict[str, Any], raw: bytes) -> None:
        self.schedules[schedule_key(asked)] = raw
        _bound(self.schedules, 16)


_LOOKS = {
    "GetConfiguration": Seen._configuration,
    "ChangeConfiguration": Seen._changed,
    "GetVariables": Seen._variables,
    "SetVariables": Seen._set,
    "GetLocalListVersion": Seen._list,
    "SendLocalList": Seen._sent_list,
    "GetCompositeSchedule": Seen._schedule,
}


def place(row: dict[str, Any]) -> tuple[Any, ...]:
    """Where a variable of 2.0.1 is: component, variable, attribute; names count in any case."""
    component, variable = row["component"], row["variable"]
    evse = component.get("evse") or {}
    names = (component["name"], component.get("instance", ""), variable["name"],
             variable.get("instance", ""), row.get("attributeType", "Actual"))  # fmt: skip
    return (*(str(name).casefold() for name in names), evse.get("id"), evse.get("connectorId"))


def schedule_key(asked: dict[str, Any]) -> bytes:
    """Which composite schedule was asked for: of the same place, length and unit."""
    return msgspec.json.encode(asked, order="sorted", enc_hook=str)


def _name(value: Any) -> Any:
    """The number of an EVSE or connector, or what a station says in its place."""
    return value if value is None or type(value) is int else str(value)[:20]


def _bound(kept: dict[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
