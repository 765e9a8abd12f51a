"""CSMSs that decide alike and say so with noise, and the differences that a test puts into one."""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, TypeAlias

from adapters.translation.scalars import rfc3339
from gateway.core.comparison.answers import REFUSED, SILENT
from tests.gateway.shadow_stage import NOW, Stage, event_201

Answer: TypeAlias = dict[str, Any] | str | None  # a payload, an error's code, or silence
Twist: TypeAlias = Callable[[str, str, dict[str, Any]], Answer]  # version, action, answer

BLOCKED, DAY = "BLOCKED-CARD", 86_400.0
COMMAND = "Command"  # a kind of exchange: both CSMSs command the station


def flipped(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """Another word on the token."""
    for info in ("idTagInfo", "idTokenInfo"):
        if info in answer:
            accepted = answer[info]["status"] == "Accepted"
            answer[info] = answer[info] | {"status": "Invalid" if accepted else "Accepted"}
    return answer


def unnumbered(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """No id for a transaction."""
    return answer | ({"transactionId": 0} if "transactionId" in answer else {})


def dearer(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """Another price."""
    return answer | ({"totalCost": 99.5} if "totalCost" in answer else {})


def declined(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """Another status of something that is no token."""
    return answer | {"status": "Rejected"}


def refused(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """An error instead of an answer."""
    return "InternalError"


def silent(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """No answer at all."""
    return None


def of_another_time(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """A clock that is hours wrong."""
    return answer | {"currentTime": rfc3339(NOW + 5 * 3600)}


def long_lasting(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """A token that may be cached for months more."""
    later = rfc3339(NOW + 200 * DAY)
    for info, expiry in (("idTagInfo", "expiryDate"), ("idTokenInfo", "cacheExpiryDateTime")):
        if info in answer:
            answer[info] = answer[info] | {expiry: later}
    return answer


def chattier(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """Another language for the driver."""
    return answer | {"idTokenInfo": answer["idTokenInfo"] | {"language1": "fr"}}


def of_another_group(version: str, action: str, answer: dict[str, Any]) -> Answer:
    """Another parent of the token: who may stop a transaction."""
    if "idTagInfo" in answer:
        return answer | {"idTagInfo": answer["idTagInfo"] | {"parentIdTag": "OTHERS"}}
    group = {"groupIdToken": {"idToken": "OTHERS", "type": "Central"}}
    return answer | {"idTokenInfo": answer["idTokenInfo"] | group}


def turned(version: str, action: str, asked: dict[str, Any]) -> Answer:
    """The opposite command."""
    return asked | {"type" if version == "1.6" else "operationalStatus": "Operative"}


def left_out(version: str, action: str, asked: dict[str, Any]) -> Answer:
    """No command at all."""
    return None


def rebooted(version: str, action: str, asked: dict[str, Any]) -> Answer:
    """One command more: the name of its action."""
    return "Reset"


class Known(NamedTuple):
    """A difference: what it touches, in which exchange, and the path at which it must be found."""

    severity: str
    kind: str  # of exchange
    twist: Twist
    path_16: str  # in the words of a 1.6 station
    path_201: str
    speaks: tuple[str, ...] = ()  # the only settings in which it can be seen: station, CSMSs

    def is_seen(self, setting: tuple[str, str, str]) -> bool:
        """Whether nothing on the way hides it."""
        if self.speaks == ("shadow 1.6",):
            return setting[2] == "1.6"
        return not self.speaks or setting == self.speaks

    def path(self, version: str) -> str:
        """Where it must be found."""
        return self.path_16 if version == "1.6" else self.path_201


ALL_201 = ("2.0.1", "2.0.1", "2.0.1")  # 1.6 has no word for it
TAG, TOKEN = "idTagInfo.status", "idTokenInfo.status"
KNOWN = [
    Known("S0", "Authorize", flipped, TAG, TOKEN),
    Known("S0", "StartTransaction", flipped, TAG, TOKEN),
    Known("S0", "Started", flipped, TAG, TOKEN),
    Known("S0", "Authorize", of_another_group, "idTagInfo.parentIdTag",
          "idTokenInfo.groupIdToken.idToken"),
    Known("S0", "StartTransaction", unnumbered, "transactionId", "", ("shadow 1.6",)),
    Known("S0", "Ended", dearer, "", "totalCost", ALL_201),
    Known("S0", "Authorize", refused, REFUSED, REFUSED),
    Known("S1", "DataTransfer", declined, "status", "status"),
    Known("S1", "SignCertificate", declined, "", "status", ALL_201),
    Known("S1", COMMAND, turned, "type", "operationalStatus"),
    Known("S1", COMMAND, left_out, "missing", "missing"),
    Known("S1", COMMAND, rebooted, "extra", "extra"),
    Known("S2", "Heartbeat", of_another_time, "currentTime", "currentTime"),
    Known("S2", "Authorize", long_lasting, "idTagInfo.expiryDate",
          "idTokenInfo.cacheExpiryDateTime"),
    Known("S2", "DataTransfer", silent, SILENT, SILENT),
    Known("S2", "Heartbeat", refused, REFUSED, REFUSED),
    Known("S3", "Authorize", chattier, "", "idTokenInfo.language1", ALL_201),
]  # fmt: skip


class Csms:
    """Answers as every CSMS with the same customers would, each in its own way."""

    def __init__(self, stage: Stage, leg: str, rng: Random, first_number: int) -> None:
        self.stage, self.leg, self.rng = stage, leg, rng
        self.version = stage.legs[leg].version
        self.number, self.skew = first_number, rng.uniform(-25, 25)
        self.twist: Twist | None = None
        for action in ("BootNotification", "Heartbeat", "Authorize", "StartTransaction",
                       "StopTransaction", "TransactionEvent", "MeterValues", "DataTransfer",
                       "SignCertificate", "StatusNotification"):  # fmt: skip
            stage.legs[leg].answers[action] = self._answerer(action)

    def command(self) -> None:
        """Command the station, as every CSMS would."""
        place: dict[str, Any] = {"connectorId": 1, "type": "Inoperative"}
        if self.version == "2.0.1":
            evse = {"id": 1, "connectorId": 1}
            place = {"operationalStatus": "Inoperative", "evse": evse}
        told = place if self.twist is None else self.twist(self.version, COMMAND, place)
        if isinstance(told, str):
            soft = "Soft" if self.version == "1.6" else "OnIdle"
            self.stage.command(self.leg, told, {"type": soft})
            told = place
        if told is not None:
            self.stage.command(self.leg, "ChangeAvailability", told)

    def _answerer(self, action: str) -> Callable[[dict[str, Any]], Answer]:
        def answer(asked: dict[str, Any]) -> Answer:
            said = self._said(action, asked)
            if self.version == "2.0.1" and self.rng.random() < 0.2:
                said["customData"] = {"vendorId": "Own", "number": self.rng.random()}
            return said if self.twist is None else self.twist(self.version, action, said)

        return answer

    def _said(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        now = rfc3339(self.stage.now + self.skew)
        if action == "BootNotification":
            return {"status": "Accepted", "currentTime": now, "interval": self.rng.randint(60, 800)}
        if action == "Heartbeat":
            return {"currentTime": now}
        if action in ("DataTransfer", "SignCertificate"):
            return {"status": "Accepted"} | self._explained()
        if action == "Authorize" and self.version == "2.0.1":
            return {"idTokenInfo": self._token(asked["idToken"]["idToken"])}
        if action == "Authorize":
            return {"idTagInfo": self._tag(asked["idTag"])}
        if action == "StartTransaction":
            self.number += 1
            return {"transactionId": self.number, "idTagInfo": self._tag(asked["idTag"])}
        if action == "StopTransaction":
            info = self._tag(asked.get("idTag", ""))
            if info["status"] == "Accepted" and self.rng.random() < 0.5:
                return {}
            return {"idTagInfo": info if self.rng.random() < 0.5 else {"status": info["status"]}}
        if action == "TransactionEvent":
            return self._event(asked)
        return {}

    def _event(self, asked: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if "idToken" in asked:
            said["idTokenInfo"] = self._token(asked["idToken"]["idToken"])
        if asked["eventType"] == "Ended":
            said["totalCost"] = self.rng.choice((12.5, 12.50))
        return said

    def _explained(self) -> dict[str, Any]:
        if self.version == "1.6" or self.rng.random() < 0.5:
            return {}
        return {"statusInfo": {"reasonCode": f"R{self.rng.randint(0, 9)}"}}

    def _tag(self, tag: str) -> dict[str, Any]:
        status = "Blocked" if tag == BLOCKED else "Accepted"
        return {"status": status, "parentIdTag": self._cased(), "expiryDate": self._expiry()}

    def _token(self, token: str) -> dict[str, Any]:
        status = "Blocked" if token == BLOCKED else "Accepted"
        group = {"idToken": self._cased(), "type": "Central"}
        return {"status": status, "groupIdToken": group, "cacheExpiryDateTime": self._expiry()}

    def _cased(self) -> str:
        return self.rng.choice(("GROUP-1", "Group-1", "group-1"))

    def _expiry(self) -> str:
        return rfc3339(NOW + 30 * DAY + self.rng.uniform(-0.4, 0.4) * DAY)


class Fleet16:
    """What a 1.6 station says, one CALL after the other; a transaction runs now and then."""

    def __init__(self, stage: Stage, rng: Random) -> None:
        self.stage, self.rng, self.number = stage, rng, 0

    def call(self, kind: str) -> None:
        """One exchange of that kind."""
        tag = self.rng.choice(("CARD-1", "CARD-2", BLOCKED))
        now = rfc3339(self.stage.now)
        calls: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
            "Authorize": lambda: ("Authorize", {"idTag": tag}),
            "Heartbeat": lambda: ("Heartbeat", {}),
            "DataTransfer": lambda: ("DataTransfer", {"vendorId": "X"}),
            "StatusNotification": lambda: ("StatusNotification", {
                "connectorId": 1, "errorCode": "NoError", "status": "Available",
            }),
            "StartTransaction": lambda: ("StartTransaction", {
                "connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": now,
            }),
            "MeterValues": lambda: ("MeterValues", {
                "connectorId": 1, "transactionId": self.number,
                "meterValue": [{"timestamp": now, "sampledValue": [{"value": "5"}]}],
            }),
            "StopTransaction": lambda: ("StopTransaction", {
                "transactionId": self.number, "meterStop": 10, "timestamp": now, "idTag": tag,
            }),
        }  # fmt: skip
        answer = self.stage.call(*calls[kind]())
        if kind == "StartTransaction" and answer and answer[0] == 3:
            self.number = answer[2]["transactionId"]

    def round(self) -> list[str]:
        """The kinds of one round."""
        return [
            "Authorize", "StartTransaction", "MeterValues", "StopTransaction", "Heartbeat",
            "DataTransfer", "StatusNotification", "Authorize", "Heartbeat", COMMAND,
        ]  # fmt: skip


class Fleet201:
    """The same of a 2.0.1 station."""

    def __init__(self, stage: Stage, rng: Random) -> None:
        self.stage, self.rng, self.number = stage, rng, 0

    def call(self, kind: str) -> None:
        """One exchange of that kind."""
        token = {"idToken": self.rng.choice(("CARD-1", "CARD-2", BLOCKED)), "type": "Central"}
        now, tx = rfc3339(self.stage.now), f"t-{self.number}"
        if kind == "Started":
            self.number += 1
            tx = f"t-{self.number}"
        if kind in ("Started", "Updated", "Ended"):
            order = ("Started", "Updated", "Ended").index(kind)
            event = event_201(kind, order, tx, timestamp=now)
            if kind == "Started":
                event["idToken"] = token
            elif kind == "Updated":
                value = [{"timestamp": now, "sampledValue": [{"value": 5}]}]
                event |= {"meterValue": value, "triggerReason": "MeterValuePeriodic"}
            else:
                event["triggerReason"] = "EVDeparted"
            self.stage.call("TransactionEvent", event)
            return
        payloads: dict[str, dict[str, Any]] = {
            "Authorize": {"idToken": token},
            "DataTransfer": {"vendorId": "X"},
            "SignCertificate": {"csr": "x"},
            "StatusNotification": {
                "timestamp": now, "connectorStatus": "Available", "evseId": 1, "connectorId": 1,
            },
        }  # fmt: skip
        self.stage.call(kind, payloads.get(kind, {}))

    def round(self) -> list[str]:
        """The kinds of one round."""
        return [
            "Authorize", "Started", "Updated", "Ended", "Heartbeat", "DataTransfer",
            "StatusNotification", "Authorize", "SignCertificate", COMMAND,
        ]  # fmt: skip
