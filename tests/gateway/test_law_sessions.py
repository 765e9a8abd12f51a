"""Whole sessions in any order of events: nothing of a transaction is lost, doubled or changed.

Honest peers on both sides, chance between them: late and missing answers, legs that close, gateways
that die in the middle of a step, stations that repeat themselves. At the end everybody answers.
"""

from collections import Counter
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters.frame import Version
from adapters.translation.options import Options
from adapters.translation.scalars import counted_ids, moment
from gateway.core.effects import STATION, Close, Effect, Persist, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally
from gateway.testing.bench import START, Shelf
from tests.gateway.chain import NO_QUIRKS
from tests.gateway.honest_peers import (
    SILENCE,
    Charging,
    HonestCsms,
    HonestStation,
    Payload,
    Station16,
    Station201,
    register,
)

decode, encode = msgspec.json.decode, msgspec.json.encode
CONNECTORS = 2
LONG_QUIET = 700  # seconds: longer than the gateway waits until it tries again
STATES = ("Charging", "SuspendedEV", "SuspendedEVSE", "Available", "Preparing", "Finishing")
CHANCES = (
    *("begins", "meters", "meters", "ends", "has a status"),
    *("station speaks",) * 8,
    *("csms answers",) * 8,
    *("csms commands",) * 2,
    *("csms refuses", "csms is late", "csms leg closes", "station leg closes"),
    *("gateway dies", "gateway dies at once", "station is impatient", "time passes", "boots"),
)
STEP = st.tuples(st.sampled_from(CHANCES), st.integers(0, 2**32 - 1))
STEPS = st.lists(st.lists(STEP, min_size=5, max_size=20), min_size=1, max_size=20).map(
    lambda parts: [step for part in parts for step in part]
)
chance = settings(
    max_examples=250,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)


class Story:
    """One station's life behind one gateway, or several that follow one another."""

    def __init__(self, version: Version, policy: str, seed: int) -> None:
        csms: Version = "2.0.1" if version == "1.6" else "1.6"
        rows = [{"connector": n, "evse": n} for n in range(1, CONNECTORS + 1)]
        options = msgspec.convert(
            {"identifiers": "counted", "provision": "off", "ensure_boot": "off"}
            | {"link_policy": policy, "topology": rows},
            Options,
        )
        upstream = Upstream("csms", csms)
        self.route = Route(
            "CS-1",
            version,
            "story",
            upstream,
            options=options,
            registry=NO_QUIRKS,
        )
        self.buffers = policy == "buffer"
        kind = Station16 if version == "1.6" else Station201
        self.station: HonestStation = kind(Random(seed), CONNECTORS)
        self.csms = HonestCsms(csms)
        self.shelf, self.ids = Shelf(), counted_ids()
        self.now = moment(START).timestamp()
        self.dies_after: int | None = None  # effects of the next step
        self.commands = 0
        self.session: Session | None = None
        self.csms_is_up = False
        self.landed: list[Payload] = []  # StartTransactions whose answer was written down
        self.known: list[Payload] = []  # those of them that may not be sent again
        self.unsent: list[bytes] = []  # frames that a death of the gateway kept back
        self.connect()
        self.station.once.append(self.station.boot())
        self.settle()

    # Connections

    def connect(self) -> None:
        """The station connects, and so does the gateway."""
        self.now += 1
        self.session = Session(self.route, self.shelf.records, Tally(), self.now, ids=self.ids)
        self.csms_is_up = True
        self.perform(self.session.opened("csms", self.now))

    def over(self) -> None:
        """Both legs are gone."""
        self.note_unsent()
        self.session, self.csms_is_up = None, False
        self.csms.asked.clear()
        self.station.forget_open()

    def note_unsent(self) -> None:
        """What waits for its turn on the CSMS's leg is lost with the leg."""
        if self.session is not None:
            self.unsent += [ask.text for ask in self.session._csms_line.waiting]

    def perform(self, effects: list[Effect]) -> bool:
        """Do what the rim does; False if the gateway dies before anything is written."""
        for number, effect in enumerate(effects):
            if self.dies_after is not None:
                if not self.dies_after:
                    self.dies_after = None
                    self.unsent += [e.text for e in effects[number:] if isinstance(e, Send)]
                    self.over()
                    return number > 0
                self.dies_after -= 1
            match effect:
                case Persist():
                    self.shelf.keep(effect)
                case Close():
                    self.over()
                    break
                case Send("csms", text):
                    self._csms_hears(decode(text))
                case Send(_, text):
                    self._station_hears(decode(text))
        return True

    def _csms_hears(self, frame: list[Any]) -> None:
        if frame[0] == 2:
            assert frame[3] not in self.known, "begun again, though its number was known"
            self.csms.now = self.now
            self.csms.hear(*frame[1:])

    def _station_hears(self, frame: list[Any]) -> None:
        if frame[0] != 2:
            self.station.answered(frame, self.now)
            return
        answer = self.station.obey(frame[2], frame[3], self.now)
        reply = [4, frame[1], "NotImplemented", "", {}] if answer is None else [3, frame[1], answer]
        if self.session is not None:
            self.perform(self.session.hear(STATION, encode(reply), self.now))

    # What happens

    def happen(self, what: str, rng: Random) -> None:
        """One thing."""
        connector = rng.randrange(1, CONNECTORS + 1)
        self.now += rng.choice((1, 2, 7))  # so that no two transactions begin at the same time
        station = self.station
        match what:
            case "begins":
                station.begin(connector, self.now)
            case "meters":
                station.meter(connector, self.now)
            case "ends":
                station.end(connector, self.now)
            case "has a status":
                station.charging_state(connector, rng.choice(STATES), self.now)
            case "boots":
                station.once.append(station.boot())
            case "gateway dies":
                self.over()
            case "gateway dies at once":
                self.dies_after = rng.randrange(3)
            case "station is impatient":
                station.forget_open()
            case "time passes":
                self.pass_time(rng.choice((5.0, 31.0, 61.0)))
            case _ if self.session is None:
                self.connect()
            case _:
                self._on_a_leg(what, rng)

    def _on_a_leg(self, what: str, rng: Random) -> None:
        assert self.session is not None
        match what:
            case "station speaks":
                self.station_speaks(again=rng.random() < 0.5)
            case "csms commands":
                self.csms_commands(rng)
            case "station leg closes":
                self.note_unsent()
                self.session.closed(STATION, self.now)
                self.over()
            case "csms leg closes":
                self.toggle()
            case "csms answers" | "csms refuses" | "csms is late" if self.csms.asked:
                if not self.csms_is_up:
                    return
                if what == "csms is late":
                    self.pass_time(31.0)
                if self.session is not None and self.csms.asked:
                    self.csms_answers(refuses=what == "csms refuses")

    def station_speaks(self, *, again: bool) -> None:
        """The station says the next thing that it has to say."""
        call = self.station.next_call(again=again)
        if call is not None and self.session is not None:
            self.perform(self.session.hear(STATION, encode(call), self.now))

    def csms_says(self, frame: list[Any]) -> bool:
        """The CSMS answers or asks; whether the gateway wrote down what it learnt."""
        assert self.session is not None
        return self.perform(self.session.hear("csms", encode(frame), self.now))

    def csms_answers(self, *, refuses: bool = False) -> None:
        """The CSMS answers what it was asked first."""
        _, action, payload = self.csms.asked[0]
        self.csms.now = self.now
        frame = self.csms.refusal() if refuses else self.csms.answer()
        is_start = action == "StartTransaction" and frame[0] == 3
        is_late = self.now - self.csms.heard_at[frame[1]] >= SILENCE
        is_written = self.csms_says(frame)
        if is_written and is_start:
            self.landed.append(payload)
            if not (is_late and self.buffers):  # its repeat may be in line, behind another CALL
                self.known.append(payload)
        elif not is_written and frame[0] == 4:  # it was told in vain, and the gateway died of it
            self.unsent.append(encode([2, "", action, payload]))

    def csms_commands(self, rng: Random) -> None:
        """The CSMS starts or stops a transaction from afar."""
        if not self.csms_is_up:
            return
        self.commands += 1
        connector = rng.randrange(1, CONNECTORS + 1)
        begins = rng.random() < 0.5
        if self.csms.version == "1.6":
            known = [p["transactionId"] for _, p in self.csms.got if "transactionId" in p]
            start: Payload = {"connectorId": connector, "idTag": "CARD-2"}
            names = ("RemoteStartTransaction", "RemoteStopTransaction")
        else:
            events = [p["transactionInfo"] for a, p in self.csms.got if a == "TransactionEvent"]
            known = [info["transactionId"] for info in events]
            token = {"idToken": "CARD-2", "type": "Central"}
            start = {"evseId": connector, "idToken": token, "remoteStartId": self.commands}
            names = ("RequestStartTransaction", "RequestStopTransaction")
        if begins:
            self.csms_says([2, f"c{self.commands}", names[0], start])
        elif known:
            stop = {"transactionId": rng.choice(known)}
            self.csms_says([2, f"c{self.commands}", names[1], stop])

    def toggle(self) -> None:
        """The CSMS's leg closes, or opens again where the gateway goes on without it."""
        assert self.session is not None
        if self.csms_is_up:
            self.csms_is_up = False
            self.csms.asked.clear()
            self.note_unsent()
            effects = self.session.closed("csms", self.now)
        else:
            self.csms_is_up = True
            effects = self.session.opened("csms", self.now)
        self.perform([e for e in effects if not isinstance(e, Close)])
        if not self.buffers:
            self.over()

    def pass_time(self, seconds: float) -> None:
        """Time passes, and what falls due on the way happens."""
        until = self.now + seconds
        while self.session is not None and self.session.alarm.at <= until:
            self.now = max(self.now, self.session.alarm.at)
            self.perform(self.session.tick(self.now))
        self.now = max(until, self.now)

    def settle(self) -> None:
        """All drivers leave, and everybody answers until nothing is left to say."""
        self.dies_after = None
        for connector in list(self.station.running):
            self.station.end(connector, self.now)
        quiet = 0  # seconds
        for _ in range(3000):
            if self.session is None:
                self.connect()
            elif not self.csms_is_up:
                self.toggle()
            elif self.csms.asked:
                self.csms_answers()
            elif self.station.open is not None:
                self.pass_time(1.0)
            elif self.station.queue or self.station.once:
                self.station_speaks(again=True)
            elif quiet > LONG_QUIET:
                return
            else:
                self.pass_time(5.0)
                quiet += 5
                continue
            quiet = 0
        raise AssertionError("it never comes to an end")


def played(version: Version, policy: str, steps: list[Any], seed: int) -> Story:
    """A story up to its end."""
    story = Story(version, policy, seed)
    for what, at in steps:
        story.happen(what, Random(at))
    story.settle()
    assert all(said.is_acknowledged for said in story.station.critical)
    return story


def events_of(story: Story) -> dict[str, dict[int, Payload]]:
    """The events of each transaction by their number, each of which means one event only."""
    found: dict[str, dict[int, Payload]] = {}
    for action, payload in story.csms.got:
        if action == "TransactionEvent":
            content = {name: value for name, value in payload.items() if name != "offline"}
            numbered = found.setdefault(payload["transactionInfo"]["transactionId"], {})
            assert numbered.setdefault(payload["seqNo"], content) == content
    return found


@pytest.mark.parametrize("policy", ["mirror", "buffer"])
@chance
@given(steps=STEPS, seed=st.integers(0, 9))
def test_a_201_csms_has_each_transaction_once_and_whole(
    policy: str, steps: list[Any], seed: int
) -> None:
    story = played("1.6", policy, steps, seed)
    found = events_of(story)
    assert len(found) == len(story.station.transactions)
    began = {(e[0]["evse"]["id"], e[0]["timestamp"]): e for e in found.values() if 0 in e}
    for tx in story.station.transactions:
        events = began[tx.connector, tx.begun]
        assert set(range(max(events))) - events.keys() <= unsent(story, events)
        kinds = Counter(event["eventType"] for event in events.values())
        assert (kinds["Started"], kinds["Ended"]) == (1, 1)
        assert events[0]["eventType"] == "Started"
        assert events[max(events)]["eventType"] == "Ended"
        assert register(events[0]) == tx.start
        assert register(events[max(events)]) == tx.stop
        assert metered(events) == story.station.told_registers(tx)


def unsent(story: Story, events: dict[int, Payload]) -> set[int]:
    """The numbers of statuses that nobody repeats: the gateway died before it could send them."""
    name = events[0]["transactionInfo"]["transactionId"]
    frames = [decode(text) for text in story.unsent]
    told = [frame[3] for frame in frames if frame[2] == "TransactionEvent"]
    return {
        event["seqNo"]
        for event in told
        if event["transactionInfo"]["transactionId"] == name and "meterValue" not in event
    }


def metered(events: dict[int, Payload]) -> list[int]:
    """The registers that were told while it ran, in order."""
    return [
        register(event)
        for _, event in sorted(events.items())
        if event["eventType"] == "Updated" and "meterValue" in event
    ]


@pytest.mark.parametrize("policy", ["mirror", "buffer"])
@chance
@given(steps=STEPS, seed=st.integers(0, 9))
def test_a_16_csms_has_each_transaction_once_and_whole(
    policy: str, steps: list[Any], seed: int
) -> None:
    story = played("2.0.1", policy, steps, seed)
    said: dict[int, dict[str, list[Payload]]] = {}  # 1.6 number -> action -> payloads
    for action, payload in story.csms.got:
        if action in ("MeterValues", "StopTransaction"):
            said.setdefault(payload["transactionId"], {}).setdefault(action, []).append(payload)
    assert len(said) == len(story.station.transactions)
    begun = {
        (p["connectorId"], p["timestamp"]): n for n, p in story.csms.begun.items() if n in said
    }
    for tx in story.station.transactions:
        number = begun[tx.connector, tx.begun]
        assert story.csms.begun[number] == started_16(tx)
        assert started_16(tx) in story.landed
        stops = said[number]["StopTransaction"]
        assert [stops[0]] * len(stops) == stops
        assert stops[0]["meterStop"] == tx.stop
        samples = said[number].get("MeterValues", [])
        assert list(dict.fromkeys(map(register, samples))) == story.station.told_registers(tx)


def started_16(tx: Charging) -> Payload:
    """How 1.6 tells the beginning of a transaction."""
    place = {"connectorId": tx.connector, "idTag": tx.tag, "meterStart": tx.start}
    return place | {"timestamp": tx.begun}
