"""A session among far ends that do as chance tells them, and the rules that must hold."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.frame import CODES_16, CODES_201
from adapters.translation.options import Options
from adapters.translation.scalars import counted_ids, moment
from gateway.core.effects import STATION, Close, Effect, Persist, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally
from gateway.testing.bench import START, Shelf
from tests import schema_oracle
from tests.schema_oracle import encode

ACTIONS = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
CODES = {"1.6": CODES_16, "2.0.1": CODES_201}
TIMEOUT = 30.0
decode = msgspec.json.decode
TOKENS = ("CARD-1", "card-1", "04A1B2C3", "", "DE-ABC-C12345678-9-and-a-tail-of-36c")
# What makes sessions go deep: the actions of a transaction, more often than the others.
FAVOURITES = {
    "station": (
        *("StartTransaction", "StopTransaction", "MeterValues", "StatusNotification"),
        *("TransactionEvent",) * 5,
        *("BootNotification", "NotifyEvent", "NotifyReport", "Authorize"),
    ),
    "csms": (
        *("RemoteStartTransaction", "RemoteStopTransaction", "UnlockConnector", "Reset"),
        *("RequestStartTransaction", "RequestStopTransaction", "TriggerMessage"),
    ),
}
TRANSACTION = re.compile(rb'"transactionId":(?:(-?\d{1,9})|"([\w-]{1,36})")[,}]')
NOISE = ("", "[", "[]", "{}", "null", "[2]", "[3,7,{}]", "[" * 5000, '[9,"y",{}]', '[5,"y"]')
# What may stand behind `[2,"id",`: none of it is a payload that any action wants.
ODD = ('"Authorize",{"idTag":"\\ud800"}]', '"Heartbeat",{"a":1e999}]', '"Heartbeat"]')
ODD += ('"Heartbeat",{}', '"BootNotification",[]]', f'"Heartbeat",{{"a":{"9" * 5000}}}]')
ODD += (f'"MeterValues",{"[" * 5000}', f'"MeterValues",{"[" * 600}{"]" * 600}]', '"A",{},{}]')


class FarEnd:
    """One leg as its peer sees it."""

    def __init__(self, name: str, version: str, sends: str, timeout: float) -> None:
        self.name, self.version, self.sends, self.timeout = name, version, sends, timeout
        self.is_open = True
        self.asked: tuple[str, str, float] | None = (
            None  # the gateway's open CALL: id, action, when
        )
        self.expired: list[tuple[str, str]] = []
        self.owed: dict[str, str] = {}  # its own CALLs that the gateway has to answer
        self.odd: set[str] = set()  # those that are hardly CALLs, and may be answered
        self.count = 0

    def actions(self) -> list[str]:
        """What this end may ask."""
        return [
            name
            for name, action in ACTIONS[self.version].items()
            if action.sender in (self.sends, "both")
        ]


class World:
    """One session and its far ends. Each step checks what the gateway did in it."""

    def __init__(
        self,
        station: str,
        csms: str,
        *,
        shadow: str = "",
        **options: Any,
    ) -> None:
        self.route = Route(
            identity="CS-1",
            version=station,  # type: ignore[arg-type]
            segment="world",
            primary=Upstream("csms", csms),  # type: ignore[arg-type]
            shadows=(Upstream("shadow", shadow),) if shadow else (),  # type: ignore[arg-type]
            options=Options(identifiers="counted", **options),
            call_timeout=TIMEOUT,
        )
        self.translated = {"station": station != csms, "csms": station != csms}
        self.translated["shadow"] = station != shadow
        self.now = moment(START).timestamp()
        self.shelf, self.tally, self.ids = Shelf(), Tally(), counted_ids()
        self.numbers, self.names = [0, 1, 2, -1], ["t-1", "t-2"]  # transactions that were spoken of
        self.said: list[tuple[str, bytes]] = []  # all that went out
        self.connect()

    def connect(self) -> None:
        """A new connection of the station; what was remembered is all that is left of the last."""
        double = 2 if self.route.version == "2.0.1" else 1
        self.ends = {
            STATION: FarEnd(STATION, self.route.version, "station", TIMEOUT * double),
            "csms": FarEnd("csms", self.route.primary.version, "csms", TIMEOUT),
        }
        for upstream in self.route.shadows:
            self.ends[upstream.name] = FarEnd(upstream.name, upstream.version, "csms", TIMEOUT)
        self.is_over = False
        self.session = Session(self.route, self.shelf.records, self.tally, self.now, ids=self.ids)
        for leg in list(self.ends)[1:]:
            self.perform(self.session.opened(leg, self.now))

    # What the gateway does, and may do

    def perform(self, effects: list[Effect]) -> None:
        """Do what the rim does, and hold each frame against the rules."""
        has_spoken = False
        for effect in effects:
            match effect:
                case Persist(wait=True) if has_spoken and effect.owner == "csms":
                    raise AssertionError(f"said before it was written: {effect}")
                case Persist():
                    self.shelf.keep(effect)
                case Close(leg):
                    self.ends[leg].is_open, self.is_over = False, True
                case Send(leg, text):
                    has_spoken = True
                    self._sent(self.ends[leg], text)

    def _sent(self, end: FarEnd, text: bytes) -> None:
        self.said.append((end.name, text))
        self._learn(end.name, text)
        head, message_id, *rest = decode(text, type=list[msgspec.Raw])
        kind, message_id = decode(head), decode(message_id)
        if kind == 2:
            self._asked(end, message_id, decode(rest[0]), rest[1])
        elif message_id in end.owed:
            self._answered(end, message_id, kind, rest)
        else:
            is_expected = message_id in end.odd or message_id in ("-1", "y")
            assert is_expected, f"{end.name}: nobody asked for {text!r}"
            end.odd.discard(message_id)

    def _asked(self, end: FarEnd, message_id: str, action: str, payload: bytes) -> None:
        self._expire(end)
        assert end.asked is None, f"{end.name}: {action} while {end.asked} is open"
        end.asked = (message_id, action, self.now)
        self._validate(end, f"{action}Request", payload)

    def _answered(self, end: FarEnd, message_id: str, kind: int, rest: list[msgspec.Raw]) -> None:
        action = end.owed.pop(message_id)
        if kind == 3:
            self._validate(end, f"{action}Response", rest[0])
        elif self.translated[end.name]:
            assert decode(rest[0]) in CODES[end.version], rest

    def _validate(self, end: FarEnd, message: str, payload: bytes) -> None:
        if self.translated[end.name]:
            found = schema_oracle.faults(end.version, message, payload)
            assert not found, (found, payload)

    def _expire(self, end: FarEnd) -> None:
        if end.asked is not None and self.now >= end.asked[2] + end.timeout:
            end.expired.append(end.asked[:2])
            end.asked = None

    def _learn(self, leg: str, text: bytes) -> None:
        """Transactions that were spoken of are spoken of again; a shadow's are its own."""
        for number, name in TRANSACTION.findall(text) if leg != "shadow" else ():
            known: list[Any] = self.numbers if number else self.names
            value = int(number) if number else name.decode()
            if value not in known:
                known[:] = [*known[-5:], value]

    # What happens

    def hear(self, leg: str, text: bytes) -> None:
        """A text of a leg, if it is still there to say one."""
        self._learn(leg, text)
        if not self.is_over and self.ends[leg].is_open:
            self.perform(self.session.hear(leg, text, self.now))

    def call(self, leg: str, rng: Random) -> None:
        """Some CALL that this end may send; one in six has something wrong."""
        end = self.ends[leg]
        known = end.actions()
        likely = [action for action in FAVOURITES[end.sends] if action in known]
        action = rng.choice(likely if likely and rng.random() < 0.7 else known)
        payload = schema_oracle.chance(end.version, f"{action}Request", rng, self.hints())
        if rng.random() < 0.15:
            payload = schema_oracle.mutated(payload, rng)
        if rng.random() < 0.03:
            action = rng.choice(["MakeCoffee", "CALL", "StartTransaction", "NotifyEvent"])
        end.count += 1
        message_id = f"{leg}-{end.count}"
        if end.owed and rng.random() < 0.05:
            message_id = rng.choice(sorted(end.owed))  # a copy: it is dropped
        elif end.is_open and not self.is_over:
            end.owed[message_id] = action
        self.hear(leg, encode([2, message_id, action, payload]))

    def answer(self, leg: str, rng: Random, *, kindly: bool = False) -> None:
        """Answer what the gateway asks, in one of the ways that peers answer."""
        end = self.ends[leg]
        self._expire(end)
        if end.asked is None or not end.is_open:
            return
        message_id, action, _ = end.asked
        end.asked = None
        self.hear(leg, self._answer_to(end, message_id, action, rng, kindly))

    def _answer_to(
        self, end: FarEnd, message_id: str, action: str, rng: Random, kindly: bool
    ) -> bytes:
        way = 1.0 if kindly else rng.random()
        if way < 0.1:
            code = rng.choice([*sorted(CODES[end.version]), "Nonsense"])
            return encode([4, message_id, code, "no", {}])
        if way < 0.12:
            return encode([3, message_id])
        if f"{action}Response" not in schema_oracle.schemas(end.version):
            return encode([3, message_id, {}])
        payload = schema_oracle.chance(end.version, f"{action}Response", rng, self.hints())
        if way < 0.25:
            payload = schema_oracle.mutated(payload, rng)
        return encode([3, message_id, payload])

    def noise(self, leg: str, rng: Random) -> None:
        """Text that is no frame, answers to nothing, and answers that come too late."""
        end = self.ends[leg]
        self._expire(end)
        if end.expired and rng.random() < 0.7:
            message_id, action = end.expired.pop(rng.randrange(len(end.expired)))
            self.hear(leg, self._answer_to(end, message_id, action, rng, kindly=True))
        elif rng.random() < 0.3:
            self.hear(leg, encode([3, "nobody-asked", {}]))
        elif rng.random() < 0.5:
            self.hear(leg, rng.choice(NOISE).encode())
        else:
            end.count += 1
            end.odd.add(f"{leg}-{end.count}")
            self.hear(leg, f'[2,"{leg}-{end.count}",{rng.choice(ODD)}'.encode())

    def wait(self, seconds: float) -> None:
        """Time passes, and what falls due on the way happens."""
        until = self.now + seconds
        while not self.is_over and self.session.alarm.at <= until:
            self.now = max(self.now, self.session.alarm.at)
            self.perform(self.session.tick(self.now))
        self.now = until

    def toggle(self, leg: str) -> None:
        """A CSMS goes, or comes back."""
        end = self.ends[leg]
        if self.is_over:
            return
        if end.is_open:
            end.is_open, end.asked = False, None
            end.owed.clear()  # nobody is left to hear the answers
            self.perform(self.session.closed(leg, self.now))
        else:
            end.is_open = True
            self.perform(self.session.opened(leg, self.now))

    def settle(self, rng: Random, *, answering: bool) -> None:
        """Let all that is under way come to its end: by answers, or by time alone."""
        for end in self.ends.values():
            if not end.is_open and not self.is_over:
                self.toggle(end.name)
        for _ in range(400):
            if self.is_over or not any(end.owed or end.asked for end in self.ends.values()):
                return
            for leg in self.ends:
                if answering:
                    self.answer(leg, rng, kindly=True)
            self.wait(1.0 if answering else 61.0)

    def unanswered(self) -> dict[str, dict[str, str]]:
        """The CALLs that nobody answered, by leg."""
        if self.is_over:
            return {}
        return {end.name: end.owed for end in self.ends.values() if end.owed}

    def hints(self) -> dict[str, Callable[[Random], Any]]:
        """Values that make messages belong together."""

        def timestamp(rng: Random) -> str:
            at = moment(START).timestamp() + rng.randint(-600, 600)
            text = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            return text + rng.choice(["Z", "Z", "Z", ".1234567Z", "+02:00", ""])

        def token(rng: Random) -> str:
            return rng.choice(TOKENS)

        def place(rng: Random) -> int:
            return rng.choice((1, 1, 1, 2, 0, 3))

        return {
            "timestamp": timestamp,
            "idTag": lambda rng: rng.choice(TOKENS[:4]),
            "parentIdTag": lambda rng: rng.choice(TOKENS[:4]),
            "idToken": token,
            "connectorId": place,
            "evseId": place,
            "id": place,
            "seqNo": lambda rng: rng.randint(0, 6),
            "transactionId:integer": lambda rng: rng.choice(self.numbers),
            "transactionId:string": lambda rng: rng.choice(self.names),
            "requestId": lambda rng: rng.choice((1, 2, 3)),
        }
