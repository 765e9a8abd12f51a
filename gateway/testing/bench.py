"""What tests, examples and replays are made of: the core without sockets, and a clock to move."""

from typing import Any

import msgspec

from adapters.errors import PayloadError
from adapters.frame import Version
from adapters.payload import encode
from adapters.translation import records
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.scalars import A_DAY, EARLIEST, counted_ids, moment
from adapters.translation.status import TO_201
from gateway.core.effects import STATION, Close, Effect, Persist, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.tally import Tally

CSMS = "csms"
CLOSED = b"closed"
START = "2025-03-01T10:00:00Z"  # the time, until somebody says another
LEGS = {"charger": STATION, "backend": CSMS}  # any other is a shadow, by its own name
NAMES = {leg: name for name, leg in LEGS.items()}
VERSIONS: dict[str, tuple[Version, Version]] = {
    "A": ("1.6", "2.0.1"),
    "B": ("2.0.1", "1.6"),
    "same16": ("1.6", "1.6"),
    "same201": ("2.0.1", "2.0.1"),
}

Output = dict[str, Any]


class Shelf:
    """An in-memory store: what was persisted, by the CSMS that it belongs to."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, bytes]] = {}

    def keep(self, effect: Persist) -> None:
        """Do what the store does, at once."""
        owned = self.records.setdefault(effect.owner, {})
        for key, value in effect.records.items():
            if value is None:
                owned.pop(key, None)
            else:
                owned[key] = value


class Bench:
    """One station and one CSMS of the other version, and the real core between them.

    `pairing` "A" is a 1.6 station and a 2.0.1 CSMS, "B" the reverse. `config` holds options of the
    translation specification's section 21, `state` a preloaded store (section 22). In "same16" and
    "same201" nothing is translated. `route` replaces fields of the route: shadows, quirks.
    """

    def __init__(
        self,
        pairing: str,
        config: dict[str, Any],
        state: dict[str, Any] | None = None,
        **route: Any,
    ) -> None:
        options = {"identifiers": "counted", "provision": "off"} | _switched(config)
        options["token_rules"] = [_token_rule(rule) for rule in options.get("token_rules", ())]
        self._station, csms = VERSIONS[pairing]
        plain = Route(
            identity="CS-1",
            version=self._station,
            segment="bench",
            primary=Upstream(CSMS, csms),
            options=msgspec.convert(options, Options),
        )
        self._route = msgspec.structs.replace(plain, **route)
        self.effects: list[Effect] = []  # of the last step, for tests that look closer
        self.tally = Tally()
        self.shelf = Shelf()
        self.shelf.records[CSMS] = _preloaded(pairing, config, state or {})
        self.now, self._time_is_told = moment(START).timestamp(), False
        self._ids = counted_ids()
        self.session: Session | None = None
        self._is_underway = True  # both legs were open before the first step (section 22)

    def hear(self, who: str, frame: list[Any]) -> list[Output]:
        """That leg ("charger" or "backend") sends this OCPP-J array now; what is emitted for it."""
        return self.hear_text(who, _ENCODE(frame))

    def hear_text(self, who: str, text: bytes) -> list[Output]:
        """The same for text as it stands on the wire."""
        self.effects = []
        if who == "charger":
            self._move_to(_latest(_parsed(text)))
        self._perform(self._connected().hear(LEGS.get(who, who), text, self.now))
        return self._said()

    def event(
        self, who: str, event: str, *, at: str | None = None, seconds: float | None = None
    ) -> list[Output]:
        """connect, disconnect, restart, advance or clock; `at` (RFC 3339) sets the clock first."""
        self.effects = []
        if at is not None:
            self.now, self._time_is_told = moment(at).timestamp(), True
        match who, event:
            case _, "advance" | "clock":
                self._advance(seconds or 0.0)
            case _, "restart":
                self._connected()
                self.session, self._is_underway = None, False
                return [{"to": "charger", "close": True}, {"to": "backend", "close": True}]
            case "charger", "connect":
                self.session, self._is_underway = None, False
                self._connected()
            case _, "connect":
                self._perform(self._connected().opened(LEGS.get(who, who), self.now))
            case _, "disconnect":
                self._perform(self._connected().closed(LEGS.get(who, who), self.now))
            case _:
                raise ValueError(f"no event: {who} {event}")
        return self._said()

    def _connected(self) -> Session:
        """The session; made when it is first needed, because then the time is known."""
        if self.session is None:
            self.session = Session(
                self._route, self.shelf.records, self.tally, self.now, ids=self._ids
            )
            for leg in (CSMS, *(shadow.name for shadow in self._route.shadows)):
                self._perform(self.session.opened(leg, self.now))
            if self._is_underway and self.session.memory is not None:
                self.session.memory.established(self._opened_at())
                for connector in self.session.memory.connectors.values():
                    connector.forced = False
        return self.session

    def _opened_at(self) -> float:
        """When the station's leg came up: long ago, if no step opened it."""
        return self.now - A_DAY if self._is_underway else self.now

    def _move_to(self, at: float) -> None:
        """The clock is close to what the station says first, and then never goes back."""
        if at < EARLIEST:  # it says no time, or its clock was never set
            return
        memory = self.session.memory if self.session is not None else None
        if memory is not None and at > self.now:
            _asked_just_now(memory, at - self.now)
        if not self._time_is_told:
            self.now, self._time_is_told = at, True
            if memory is not None:
                memory.established(self._opened_at())
        self.now = max(self.now, at)

    def _advance(self, seconds: float) -> None:
        """Let time pass, and let everything happen that falls due on the way."""
        session, until = self._connected(), self.now + seconds
        while session.alarm.at <= until:
            self.now = max(self.now, session.alarm.at)
            self._perform(session.tick(self.now))
        self.now = until

    def _perform(self, effects: list[Effect]) -> None:
        """Do what the rim does, as far as it can be done without sockets."""
        self.effects += effects
        for effect in effects:
            if isinstance(effect, Persist):
                self.shelf.keep(effect)

    def sent(self) -> list[tuple[str, bytes]]:
        """What went out on the legs in the last step, byte for byte; b"closed" where one closed."""
        said: list[tuple[str, bytes]] = []
        for effect in self.effects:
            match effect:
                case Send(leg, text):
                    said.append((NAMES.get(leg, leg), text))
                case Close(leg):
                    said.append((NAMES.get(leg, leg), CLOSED))
        return said

    def _said(self) -> list[Output]:
        return [
            {"to": who, "close": True} if text == CLOSED else {"to": who, "frame": _DECODE(text)}
            for who, text in self.sent()
        ]


_ENCODE = msgspec.json.Encoder(decimal_format="number").encode
_DECODE = msgspec.json.Decoder().decode


def _switched(config: dict[str, Any]) -> dict[str, Any]:
    """Options with their switches on or off; a case may say true or false."""
    words = {True: "on", False: "off"}
    return {
        name: words[value] if isinstance(value, bool) else value for name, value in config.items()
    }


def _asked_just_now(memory: Memory, later: float) -> None:
    """A CSMS names no times: what it asked for, it asked shortly before the station spoke again."""
    station = memory.station
    for name in ("boot_triggered_at", "reset_at", "scheduled_reset_at", "firmware_at"):
        if getattr(station, name):
            setattr(station, name, getattr(station, name) + later)
            memory.touch(station)
    for tx in memory.transactions.values():
        if tx.pending_stop is not None:
            tx.pending_stop.until += later
            memory.touch(tx)
    for start in station.remote_starts:
        start.expires += later
        memory.touch(station)
    for connector in memory.connectors.values():
        if connector.triggered_until:
            connector.triggered_until += later


def _parsed(text: bytes) -> Any:
    try:
        return _DECODE(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _latest(value: Any) -> float:
    """The latest time that a frame of the station names as its own."""
    found = 0.0
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "timestamp" and isinstance(inner, str):
                try:
                    found = max(found, moment(inner).timestamp())
                except PayloadError:
                    continue
            else:
                found = max(found, _latest(inner))
    elif isinstance(value, list):
        for inner in value:
            found = max(found, _latest(inner))
    return found


def _preloaded(pairing: str, config: dict[str, Any], state: dict[str, Any]) -> dict[str, bytes]:
    """A store with what section 22 says, and its defaults."""
    if pairing not in ("A", "B"):
        return {}  # nothing is translated, so nothing is remembered
    accepted = state.get("accepted", True)
    kept: list[tuple[str, records.Record]] = []
    said = msgspec.Raw(encode(state.get("boot", {})))
    boot = records.Boot(said, "Accepted" if accepted else "")
    kept.append(("boot", boot))
    topology = config.get("topology") or []
    rows = [] if topology == "discover" else [records.TopologyRow(
        row["connector"], row["evse"], row.get("evse_connector", 1), row.get("type", "")
    ) for row in topology]  # fmt: skip
    named = {int(n): facts for n, facts in state.get("connectors", {}).items()}
    charging = {facts["connector"] for facts in state.get("transactions", [])}
    numbers = sorted({*named, *charging, *(row.connector for row in rows)} or {1})
    station = records.Station(
        configuration=state.get("config_cache", {}),
        highest_connector=0 if topology == "discover" else max(numbers),
    )
    if pairing == "B" and topology != "discover":
        station.topology = rows or [records.TopologyRow(n, n) for n in numbers]
        station.topology_known = True
        if "provision" not in config:
            station.provisioned = "?"
    elif pairing == "A":
        station.topology_known = True
    kept.append(("station", station))
    for number in numbers if topology != "discover" else []:
        kept.append((f"connector:{number}", _connector(pairing, number, named.get(number, {}))))
    for facts in state.get("transactions", []):
        kept.append((f"tx:{facts['tx20']}", _transaction(pairing, facts)))
    return {key: records.write(record) for key, record in kept}


def _token_rule(given: Any) -> dict[str, str]:
    """A regular expression and its type, as a pair or by whatever names: section 21 has none."""
    if not isinstance(given, dict):
        return {"pattern": given[0], "type": given[1]}
    patterns = [value for name, value in given.items() if name != "type"]
    return {"pattern": patterns[0], "type": given["type"]}


def _connector(pairing: str, number: int, facts: dict[str, Any]) -> records.Connector:
    status = facts.get("status16", "Available")
    connector = records.Connector(number, status16=status)
    if pairing == "A":
        connector.sent20 = facts.get("sent20", TO_201[status])
    else:
        connector.state20 = TO_201[status]
        connector.had_transaction = status == "Finishing"
    return connector


def _transaction(pairing: str, facts: dict[str, Any]) -> records.Transaction:
    token = records.IdToken(facts["idToken"]["idToken"], facts["idToken"]["type"])
    return records.Transaction(
        tx20=facts["tx20"],
        state=facts["state"],
        tx16=facts["tx16"],
        connector=facts["connector"],
        evse=facts["evse"]["id"],
        evse_connector=facts["evse"].get("connectorId"),
        id_tag=facts["idTag"],
        id_token=token,
        start=facts["start"],
        meter_start=facts["meterStart"],
        next_seq=facts["next_seq"],
        charging_state=facts["chargingState"],
        confirmed=True,
        last_reading=str(facts["meterStart"]),
        was_connected=True,
        token_status={facts["idTag"].casefold(): {"status": "Accepted"}},
    )
