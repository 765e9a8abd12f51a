"""A session with shadows, its far ends answering by table; the clock is moved by hand."""

from collections import defaultdict
from typing import Any

import msgspec

from adapters.translation.options import Options
from adapters.translation.scalars import counted_ids
from gateway.core.effects import STATION, Compared, Effect, Persist, Recorded, Send
from gateway.core.route import Route, Shadowing, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally
from gateway.testing.bench import Shelf

NOW = 1_740_823_200.0  # 2025-03-01T10:00:00Z
NOON = "2025-03-01T10:00:00Z"
BOOT = {
    "1.6": {"chargePointVendor": "Plain", "chargePointModel": "One"},
    "2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "Plain", "model": "One"}},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "1.6": {
        "BootNotification": {"status": "Accepted", "currentTime": NOON, "interval": 300},
        "Heartbeat": {"currentTime": NOON},
        "Authorize": {"idTagInfo": {"status": "Accepted"}},
        "StartTransaction": {"transactionId": 42, "idTagInfo": {"status": "Accepted"}},
        "DataTransfer": {"status": "Accepted"},
    },
    "2.0.1": {
        "BootNotification": {"status": "Accepted", "currentTime": NOON, "interval": 300},
        "Heartbeat": {"currentTime": NOON},
        "Authorize": {"idTokenInfo": {"status": "Accepted"}},
        "DataTransfer": {"status": "Accepted"},
    },
}
Call = tuple[str, dict[str, Any]]  # action, payload


def start_16(connector: int = 1, tag: str = "CARD-1", meter: int = 1000) -> dict[str, Any]:
    """A StartTransaction."""
    return {"connectorId": connector, "idTag": tag, "meterStart": meter, "timestamp": NOON}


def event_201(kind: str, number: int = 0, tx: str = "t-1", **more: Any) -> dict[str, Any]:
    """A TransactionEvent."""
    return {
        "eventType": kind, "timestamp": NOON, "triggerReason": "Authorized", "seqNo": number,
        "transactionInfo": {"transactionId": tx}, "evse": {"id": 1, "connectorId": 1}, **more,
    }  # fmt: skip


class Leg:
    """A far end: what it heard, and what it answers. None: nothing."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.answers: dict[str, Any] = dict(ANSWERS[version])
        self.heard: list[Call] = []
        self.answered: list[list[Any]] = []  # what it got for what it asked
        self.is_silent = False
        self.open: list[tuple[str, str]] = []  # ids and actions that it has not answered

    def said(self, action: str) -> list[dict[str, Any]]:
        """The payloads that it heard of an action."""
        return [payload for name, payload in self.heard if name == action]


class Stage:
    """One station, its primary, and shadows by name and version."""

    def __init__(
        self,
        station: str = "1.6",
        primary: str = "1.6",
        shadows: dict[str, str] | None = None,
        *,
        records: dict[str, dict[str, bytes]] | None = None,
        opens: bool = True,
        **shadowing: Any,
    ) -> None:
        shadows = {"shadow": "1.6"} if shadows is None else shadows
        self.upstreams = tuple(Upstream(n, v) for n, v in shadows.items())  # type: ignore[arg-type]
        route = Route(
            "CS-1", station, "pilot", Upstream("primary", primary), self.upstreams,  # type: ignore[arg-type]
            Options(identifiers="counted", provision="off", ensure_boot="off"), 30.0,
            shadowing=Shadowing(**shadowing),
        )  # fmt: skip
        self.now, self.tally, self.shelf = NOW, Tally(), Shelf()
        self.shelf.records = records or {}
        self.session = Session(route, self.shelf.records, self.tally, NOW, ids=counted_ids())
        self.legs = {STATION: Leg(station), "primary": Leg(primary)}
        self.legs |= {name: Leg(version) for name, version in shadows.items()}
        self.compared: list[Compared] = []
        self.recorded: dict[str, list[Any]] = defaultdict(list)
        self.effects: list[Effect] = []
        self.number = 0
        self.perform(self.session.opened("primary", NOW))
        for name in shadows if opens else ():
            self.perform(self.session.opened(name, NOW))

    def perform(self, effects: list[Effect]) -> None:
        """Do what the rim does; far ends answer at once."""
        for effect in effects:
            self.effects.append(effect)
            match effect:
                case Persist():
                    self.shelf.keep(effect)
                case Compared():
                    self.compared.append(effect)
                case Recorded(leg, part):
                    self.recorded[leg].append(part)
        for effect in effects:
            if isinstance(effect, Send):
                self._heard(effect)

    def _heard(self, send: Send) -> None:
        leg = self.legs[send.leg]
        message = msgspec.json.decode(send.text)
        if message[0] != 2:
            leg.answered.append(message)
            return
        leg.heard.append((message[2], message[3]))
        answer = None if leg.is_silent else leg.answers.get(message[2], {})
        if callable(answer):
            answer = answer(message[3])
        if answer is None:
            leg.open.append((message[1], message[2]))
        elif isinstance(answer, str):
            self.hear(send.leg, [4, message[1], answer, "", {}])
        else:
            self.hear(send.leg, [3, message[1], answer])

    def hear(self, leg: str, frame: list[Any]) -> None:
        """A leg says something."""
        self.perform(self.session.hear(leg, msgspec.json.encode(frame), self.now))

    def call(self, action: str, payload: dict[str, Any] | None = None) -> Any:
        """The station asks; what it is answered."""
        self.number += 1
        self.hear(STATION, [2, f"c{self.number}", action, payload or {}])
        answered = self.legs[STATION].answered
        return answered[-1] if answered and answered[-1][1] == f"c{self.number}" else None

    def command(self, leg: str, action: str, payload: dict[str, Any] | None = None) -> Any:
        """A CSMS asks; what it is answered, None for nothing yet."""
        self.number += 1
        self.hear(leg, [2, f"c{self.number}", action, payload or {}])
        return self.answer_to(leg, f"c{self.number}")

    def answer_to(self, leg: str, message_id: str) -> Any:
        """What a leg got for what it asked under that id."""
        return next((m for m in self.legs[leg].answered if m[1] == message_id), None)

    def wait(self, seconds: float) -> None:
        """Time passes, and what falls due on the way happens."""
        until = self.now + seconds
        while self.session.alarm.at <= until:
            self.now = max(self.now, self.session.alarm.at)
            self.perform(self.session.tick(self.now))
        self.now = until

    def drop(self, leg: str) -> None:
        """A leg goes."""
        self.perform(self.session.closed(leg, self.now))

    def open(self, leg: str) -> None:
        """A leg comes."""
        self.perform(self.session.opened(leg, self.now))

    def verdicts(self, action: str = "", csms: str = "shadow") -> list[tuple[str, tuple[str, ...]]]:
        """Of an action, or of all: the verdicts with their paths."""
        return [
            (one.verdict, one.paths)
            for one in self.compared
            if one.csms == csms and action in ("", one.action)
        ]
