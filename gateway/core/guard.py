"""Commands by which a CSMS could harm a station or take it away from here: judged before it hears.

Where versions are the same, what is refused is answered here and the rest goes on, its passwords
learnt. Where they differ the translation keeps settings to their leg and answers them itself; then
only addresses are refused here, and of the rest it is told what came.
"""

from collections.abc import Mapping
from typing import NamedTuple

from adapters import frame
from adapters.errors import PayloadError
from adapters.frame import Call, CallError, CallResult, Version
from adapters.payload import encode
from adapters.translation import jws
from adapters.translation.records import Credentials, write
from gateway.core import trust
from gateway.core.ambiguity import is_ambiguous
from gateway.core.dangers import REASONS, URLS, Danger, Standing, danger_in, danger_of, settings_in
from gateway.core.effects import Effect, Guarded, Learn, Persist
from gateway.core.errand import Errand, refusal_of
from gateway.core.line import Ask
from gateway.core.mender import Payload, opened
from gateway.core.nameplates import OURS
from gateway.core.passage import WAITING_COMMANDS
from gateway.core.port import LegPort
from gateway.core.route import Route
from gateway.core.transfers import danger_in_transfer
from gateway.core.urls import leads_here

# "other": a command that is signed as a whole bears another name (2.0.1 part 4, section 7).
BESIDES: dict[Version, tuple[str, ...]] = {
    "1.6": ("ChangeConfiguration", "DataTransfer", "InstallCertificate"),
    "2.0.1": ("SetVariables", "DataTransfer", "SetNetworkProfile", "InstallCertificate", "other"),
}
WATCHED = {
    version: frozenset({*names, *(action for of, action in URLS if of == version)})
    for version, names in BESIDES.items()
}
WORDLESS = frozenset({("1.6", "GetDiagnostics"), ("1.6", "UpdateFirmware")})  # answers without "no"
PASSED_ON = frozenset({"DataTransfer", "SetVariables"})  # by the translation, too
WHOLE = -1  # the place of a danger that is the command's, not one setting's


class Order(NamedTuple):
    """A command as it is judged; a sealed one passes as it came, or not at all."""

    call: Call
    text: bytes
    action: str
    payload: Payload
    is_sealed: bool


class Guard:
    """Judges what one CSMS commands one station."""

    __slots__ = (
        "_csms", "_hashing", "_is_translated", "_learnt", "_out", "_password", "_route", "_station",
        "_trust", "_version", "watched",
    )  # fmt: skip

    def __init__(
        self,
        route: Route,
        station: LegPort,
        csms: LegPort,
        out: list[Effect],
        records: Mapping[str, Mapping[str, bytes]],
    ) -> None:
        self._route, self._station, self._csms, self._out = route, station, csms, out
        self._version = route.primary.version
        self._is_translated = route.version != route.primary.version
        self._trust, self._learnt = trust.trust_in(records), trust.learnt_in(records)
        self._password = trust.shown_to(route.primary.name, records)
        self._hashing: tuple[Errand, ...] = ()
        self.watched = WATCHED[self._version]

    def takes(self, call: Call, text: bytes, action: str) -> bool:
        """Whether a command is dealt with here: refused, or carried for what it teaches."""
        order = self._read(call, text, action)
        if order is None:
            return False
        dangers = {at: d for at, d in self._dangers(order).items() if self._is_met(d, order.action)}
        is_ours = order.action == "DataTransfer" or any(d.rule == "url" for d in dangers.values())
        if self._is_translated and not (dangers and is_ours):
            return False
        if dangers and (WHOLE in dangers or order.is_sealed or len(dangers) == _size(order)):
            self._refuse(order, dangers)
            return True
        return self._is_carried(order, dangers)

    def hashed(self, digest: str, over: str) -> None:
        """The password of the command that waits was hashed; `over` is the configured one."""
        errand, self._hashing = self._hashing[0], self._hashing[1:]
        before = self._learnt
        if before is None or before.over != over:
            before = trust.Learnt(over)
        errand.digest = digest
        self._learn(before.telling(digest))
        self._ask(errand)
        if self._hashing:
            self._out.append(Learn(self._hashing[0].password))

    # What is judged

    def _read(self, call: Call, text: bytes, action: str) -> Order | None:
        inner, is_sealed = call, action == "other"
        if is_sealed:
            if not call.action.endswith(jws.SUFFIX):
                return None
            try:
                inner = jws.opened(call)
            except PayloadError:
                return None  # no command that anybody could read
        payload = opened(inner.payload) if inner.action in self.watched else None
        return Order(call, text, inner.action, payload, is_sealed) if payload else None

    def _dangers(self, order: Order) -> dict[int, Danger]:
        route = self._route
        pins_root = route.options.pin_proxy_root == "on"
        if order.action == "DataTransfer":
            carried = danger_in_transfer(order.payload, route.urls, pins_root=pins_root)
            return {} if carried is None else {WHOLE: carried}
        least = max(route.security_profile, self._trust.profile)
        standing = Standing(least, self._trust.slots, route.urls)
        whole = danger_of(self._version, order.action, order.payload, standing, pins_root=pins_root)
        if whole is not None:
            return {WHOLE: whole}
        settings = settings_in(order.action, order.payload)
        found = ((at, danger_in(setting, standing)) for at, setting in enumerate(settings))
        return {at: danger for at, danger in found if danger is not None}

    def _is_met(self, danger: Danger, action: str) -> bool:
        """Whether it is refused; whoever watches hears of it in any case."""
        is_settled = self._is_translated and action not in PASSED_ON  # it never passes there
        may_move = self._route.options.allow_migration == "on" and not is_settled
        is_allowed = danger.rule == "moves_away" and may_move
        outcome = "allowed" if is_allowed else "refused"
        self._out.append(Guarded(danger.rule, action, outcome, danger.detail))
        return not is_allowed

    # What becomes of it

    def _refuse(self, order: Order, dangers: dict[int, Danger]) -> None:
        message_id, version = order.call.message_id, self._version
        rule = next(iter(dangers.values())).rule
        if order.is_sealed or (version, order.action) in WORDLESS:
            why = f"refused by the gateway: {rule}"
            self._csms.answer(
                message_id, frame.emit_error(version, message_id, "SecurityError", why)
            )
            return
        answer: Payload = {"status": "Rejected"}
        if order.action == "SetVariables":
            items = order.payload["setVariableData"]
            rows = [refusal_of(items[at], danger) for at, danger in dangers.items()]
            answer = {"setVariableResult": rows}
        elif version == "2.0.1":
            answer["statusInfo"] = {"reasonCode": REASONS[rule]}
        self._csms.answer(message_id, frame.emit_result(message_id, encode(answer)))

    def _is_carried(self, order: Order, dangers: dict[int, Danger]) -> bool:
        call, payload = order.call, order.payload
        action = "other" if order.is_sealed else order.action
        errand = Errand(call.message_id, action, order.text, self._reported)
        if dangers:
            errand.leave_out(payload, dangers)
        elif not order.is_sealed and is_ambiguous(call.payload, payload):
            # What was judged is what the station hears.
            self._out.append(Guarded("ambiguous", order.action, "reworded", ""))
            errand.text = frame.emit_call(call.message_id, order.action, encode(payload))
        for at, setting in enumerate(settings_in(order.action, payload)):
            if setting.place in trust.PASSWORDS and at not in dangers:
                errand.password = trust.password_in(setting.name, setting.value)
        if order.action == "SetNetworkProfile":
            errand.slot = self._slot(payload)
        if errand.text is order.text and not errand.password and errand.slot is None:
            return False
        self._begin(errand)
        return True

    def _slot(self, payload: Payload) -> tuple[int, bool] | None:
        slot, data = payload.get("configurationSlot"), payload.get("connectionData")
        if not isinstance(slot, int) or not isinstance(data, dict):
            return None
        return slot, leads_here(f"{data.get('ocppCsmsUrl')}", self._route.urls)

    def _begin(self, errand: Errand) -> None:
        waiting = len(self._station.line.waiting) + len(self._hashing)
        if waiting >= WAITING_COMMANDS:
            self._say(errand, f"{WAITING_COMMANDS} CALLs wait already")
        elif errand.password and self._route.learns_passwords:
            self._hashing += (errand,)
            if len(self._hashing) == 1:
                self._out.append(Learn(errand.password))
        else:
            self._ask(errand)

    def _ask(self, errand: Errand) -> None:
        self._station.ask(Ask(errand.message_id, errand.action, errand.text, errand))

    def _say(self, errand: Errand, why: str) -> None:
        message_id = errand.message_id
        text = frame.emit_error(self._version, message_id, "GenericError", why)
        self._csms.answer(message_id, text)

    # What the station says to it

    def _reported(
        self, errand: Errand, message: CallResult | CallError | None, text: bytes
    ) -> None:
        """The station answered, late (without a text) or never (without a message)."""
        if message is None:
            self._say(errand, f"no answer to {errand.action}")
            return
        if errand.is_taken(message):
            self._taken(errand)
        elif errand.digest and self._learnt is not None:
            self._learn(self._learnt.refused(errand.digest))
        if text:
            self._csms.answer(errand.message_id, errand.merged(message, text))

    def _taken(self, errand: Errand) -> None:
        """The station has another password, or another way to connect."""
        primary = self._route.primary
        if errand.password and primary.shows_password:
            old = self._password
            self._password = Credentials(errand.password, old.password if old else b"")
            self._out.append(Persist(primary.name, {trust.CREDENTIALS: write(self._password)}))
        if errand.slot is not None:
            self._trust = self._trust.having(*errand.slot)
            self._out.append(Persist(OURS, trust.row(self._trust)))

    def _learn(self, learnt: trust.Learnt) -> None:
        self._learnt = learnt
        self._out.append(Persist(OURS, trust.row(learnt)))


def _size(order: Order) -> int:
    return max(1, len(settings_in(order.action, order.payload)))
