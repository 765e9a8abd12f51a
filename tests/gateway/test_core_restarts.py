"""A transaction outlives the gateway's death at any moment: its ids, its numbers, its content."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters.translation.options import Options
from adapters.translation.scalars import counted_ids, moment
from gateway.core.effects import STATION, Effect, Persist, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally
from gateway.testing.bench import START, Shelf

decode, encode = msgspec.json.decode, msgspec.json.encode
chance = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)

# What can become of a CALL on its way through the gateway.
DEATHS = (
    "dies before it sends",
    "dies before the answer",
    "dies before it writes the answer",
    "dies before it passes the answer on",
)
SILENCES = ("is not answered", "is answered late", "is cut off")
FATES = st.lists(st.sampled_from(("passes", "is refused for now", *SILENCES, *DEATHS)), max_size=12)


class Death(Exception):
    """The gateway is gone; the next one has what was written."""


class Road:
    """A station that repeats what was not answered, a CSMS that notes what it got, and fate."""

    def __init__(self, station: str, csms: str, fates: list[str]) -> None:
        upstream = Upstream("csms", csms)  # type: ignore[arg-type]
        options = Options(identifiers="counted", ensure_boot="off", provision="off")
        self.route = Route("CS-1", station, "road", upstream, options=options)  # type: ignore[arg-type]
        self.version = csms
        self.fates: Iterator[str] = iter(fates)
        self.shelf, self.ids, self.now = Shelf(), counted_ids(), moment(START).timestamp()
        self.got: list[tuple[str, dict[str, Any]]] = []  # by the CSMS
        self.numbers: list[int] = []  # 1.6 transaction ids that came as far as the gateway
        self.silenced = 0
        self.count = 0
        self.connect()

    def connect(self) -> None:
        self.now += 5
        self.session = Session(self.route, self.shelf.records, Tally(), self.now, ids=self.ids)
        self.pending: list[tuple[str, str]] = []
        self.answers: dict[str, list[Any]] = {}
        self.follow(self.session.opened("csms", self.now))

    def tell(self, action: str, payload: dict[str, Any], *, repeats: bool = True) -> dict[str, Any]:
        """The station says this, again and again until it is answered."""
        for _ in range(30):
            self.count += 1
            message_id = f"s{self.count}"
            text = encode([2, message_id, action, payload])
            try:
                self.follow(self.session.hear(STATION, text, self.now))
                while self.pending:
                    self.meet(next(self.fates, "passes"))
            except Death:
                self.connect()
            answer = self.answers.pop(message_id, None)
            if answer is not None and answer[0] == 3:
                given: dict[str, Any] = answer[2]
                return given
            if not repeats:
                return {}
        raise AssertionError("never answered")

    def follow(self, effects: list[Effect]) -> None:
        """Do what the gateway wants done."""
        for effect in effects:
            if isinstance(effect, Persist):
                self.shelf.keep(effect)
            elif isinstance(effect, Send):
                frame = decode(effect.text)
                if effect.leg == "csms":
                    self.pending.append((frame[1], frame[2]))
                    self.got.append((frame[2], frame[3]))
                else:
                    self.answers[frame[1]] = frame

    def meet(self, fate: str) -> None:
        """The CSMS has a CALL before it, and this is what happens."""
        message_id, action = self.pending.pop(0)
        match fate:
            case "dies before it sends":
                self.got.pop()
                raise Death
            case "dies before the answer":
                raise Death
            case "is cut off":
                self.follow(self.session.closed("csms", self.now))
                raise Death
            case "is refused for now":
                self.got.pop()
                self.hear([4, message_id, "InternalError", "busy", {}])
                return
            case "is not answered" | "is answered late":
                self.silenced += 1
                self.now += 31
                self.follow(self.session.tick(self.now))
        if fate == "is not answered":
            return
        answer = self.answer_to(action)
        effects = self.session.hear("csms", encode([3, message_id, answer]), self.now)
        if fate == "dies before it writes the answer":
            raise Death
        if "transactionId" in answer:
            self.numbers.append(answer["transactionId"])
        if fate == "dies before it passes the answer on":
            self.follow([effect for effect in effects if isinstance(effect, Persist)])
            raise Death
        self.follow(effects)

    def hear(self, frame: list[Any]) -> None:
        self.follow(self.session.hear("csms", encode(frame), self.now))

    def answer_to(self, action: str) -> dict[str, Any]:
        if action == "StartTransaction":
            return {"transactionId": 100 + len(self.got), "idTagInfo": {"status": "Accepted"}}
        if action == "TransactionEvent":
            return {"idTokenInfo": {"status": "Accepted"}}
        return {"idTagInfo": {"status": "Accepted"}} if action == "Authorize" else {}


def at(minute: int) -> str:
    return f"2025-03-01T10:{minute:02}:00Z"


def events(road: Road) -> dict[int, dict[str, Any]]:
    """The events that the CSMS got, by number; a number never means two different events."""
    found: dict[int, dict[str, Any]] = {}
    for action, payload in road.got:
        if action == "TransactionEvent":
            content = {name: value for name, value in payload.items() if name != "offline"}
            known = found.setdefault(payload["seqNo"], content)
            assert known == content
    return found


@chance
@given(fates=FATES, values=st.integers(0, 4))
def test_behind_201_each_event_has_one_number_and_none_is_missing(
    fates: list[str], values: int
) -> None:
    road = Road("1.6", "2.0.1", fates)
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 10, "timestamp": at(0)}
    number = road.tell("StartTransaction", start)["transactionId"]
    assert road.tell("StartTransaction", start)["transactionId"] == number
    for minute in range(1, values + 1):
        sample = [{"timestamp": at(minute), "sampledValue": [{"value": str(10 + minute)}]}]
        road.tell("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": sample})
    road.tell("StopTransaction", {"transactionId": number, "meterStop": 50, "timestamp": at(30)})
    found = events(road)
    assert sorted(found) == list(range(values + 2))
    assert len({event["transactionInfo"]["transactionId"] for event in found.values()}) == 1
    kinds = [found[seq]["eventType"] for seq in sorted(found)]
    assert kinds == ["Started", *["Updated"] * values, "Ended"]


@chance
@given(fates=FATES, statuses=st.lists(st.sampled_from(["Charging", "SuspendedEV"]), max_size=5))
def test_a_status_that_comes_once_never_gives_its_number_to_another_event(
    fates: list[str], statuses: list[str]
) -> None:
    road = Road("1.6", "2.0.1", [])
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 10, "timestamp": at(0)}
    number = road.tell("StartTransaction", start)["transactionId"]
    road.fates = iter(fates)
    for minute, status in enumerate(statuses, 1):
        said = {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": at(minute)}
        road.tell("StatusNotification", said, repeats=False)
    road.fates = iter(())
    road.tell("StopTransaction", {"transactionId": number, "meterStop": 9, "timestamp": at(30)})
    found = events(road)
    assert found[max(found)]["eventType"] == "Ended"


@chance
@given(fates=FATES, values=st.integers(0, 3))
def test_behind_16_a_transaction_keeps_the_number_that_it_was_given(
    fates: list[str], values: int
) -> None:
    road = Road("2.0.1", "1.6", fates)

    def event(seq: int, kind: str, trigger: str, **more: Any) -> dict[str, Any]:
        info = {"transactionId": "t-1", "chargingState": "Charging"}
        meter = [{"timestamp": at(seq), "sampledValue": [{"value": 100 + seq}]}]
        return {
            "eventType": kind, "timestamp": at(seq), "triggerReason": trigger, "seqNo": seq,
            "transactionInfo": info, "meterValue": meter,
        } | more  # fmt: skip

    place = {"evse": {"id": 1, "connectorId": 1}}
    token = {"idToken": {"idToken": "CARD-1", "type": "Central"}}
    road.tell("TransactionEvent", event(0, "Started", "Authorized", **place, **token))
    for seq in range(1, values + 1):
        road.tell("TransactionEvent", event(seq, "Updated", "MeterValuePeriodic"))
    last = road.tell("TransactionEvent", event(values + 1, "Ended", "StopAuthorized", **token))
    assert last["idTokenInfo"] == {"status": "Accepted"}
    stops = [payload for action, payload in road.got if action == "StopTransaction"]
    assert stops
    assert all(stop == stops[0] for stop in stops)
    # Once a number came back and was written, no other transaction is begun for this one.
    named = {payload["transactionId"] for _, payload in road.got if "transactionId" in payload}
    assert len(named) == 1
    assert named <= set(road.numbers)
    assert [p["meterStart"] for a, p in road.got if a == "StartTransaction"][-1] == 100


@pytest.mark.parametrize("fate", DEATHS)
def test_the_second_start_is_the_first_one_again(fate: str) -> None:
    road = Road("1.6", "2.0.1", [fate])
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 10, "timestamp": at(0)}
    road.tell("StartTransaction", start)
    assert list(events(road)) == [0]
