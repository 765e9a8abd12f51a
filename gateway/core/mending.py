"""A station's dialect: who it is, which quirks it has, and its messages mended."""

from collections.abc import Iterator
from typing import Any

import msgspec

from adapters import frame
from adapters.frame import Call, CallError, CallResult, FrameError, Message
from adapters.payload import decoder, encode
from gateway.core.effects import Effect, Mended
from gateway.core.line import Alarm, Ask
from gateway.core.port import StationPort, report
from gateway.core.route import Route
from gateway.core.tally import Tally
from vendor_quirks.quirk import Nameplate
from vendor_quirks.registry import BY_NAME, Repairs, mend, mend_text, repairs_for, rewritten_target

KEY = "nameplate"  # the record that outlives the connection
OURS = ""  # records of the gateway itself, not of one CSMS
_as_object = decoder(dict[str, Any])

# Where each version's BootNotification says who the station is.
FACTS_16 = {
    "vendor": "chargePointVendor",
    "model": "chargePointModel",
    "serial": "chargePointSerialNumber",
    "firmware": "firmwareVersion",
}
FACTS_201 = {
    "vendor": "vendorName",
    "model": "model",
    "serial": "serialNumber",
    "firmware": "firmwareVersion",
}


class Remembered(msgspec.Struct, omit_defaults=True):
    """What a station told about itself, and the boot it told it with."""

    nameplate: Nameplate
    boot: dict[str, Any] = {}


class Dialect:
    """Mends what one station says; `StationPort` mends what it is told."""

    def __init__(
        self,
        route: Route,
        target: str,
        records: dict[str, dict[str, bytes]],
        station: StationPort,
        out: list[Effect],
        tally: Tally,
        ids: Iterator[str],
    ) -> None:
        self._route, self._station, self._out, self._tally, self._ids = (
            route, station, out, tally, ids,
        )  # fmt: skip
        self.has_changed = False
        self._prompt_at = 0.0
        self.remembered = _recalled(records, route, target)
        self.repairs = Repairs()
        self._choose()
        if target:
            name = rewritten_target(target, route.quirks_off)[1]
            if name:
                self._out.append(Mended(name, "handshake", 1))

    def _choose(self) -> None:
        """The nameplate says which repairs apply, in both directions."""
        self.repairs = repairs_for(
            self.remembered.nameplate, self._route.quirks_off, self._route.quirks_on
        )
        self._station.repairs = self.repairs

    # What the station says

    def concerns(self, action: str) -> bool:
        """Whether a CALL has to be looked into at all; most need not."""
        return action in self.repairs.from_station or action == "BootNotification"

    def mended_call(self, call: Call, text: bytes, now: float) -> tuple[Call, bytes]:
        """A CALL as it should have been; the same text if nothing was wrong with it."""
        try:
            payload = _as_object.decode(call.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return call, text
        if call.action == "BootNotification":
            self._booted(payload)
        if not self._mend(call.action, payload):
            return call, text
        raw = msgspec.Raw(encode(payload))
        mended = Call(call.message_id, call.action, raw)
        return mended, frame.emit_call(call.message_id, call.action, raw)

    def mended_answer(
        self, action: str, message: CallResult | CallError, text: bytes
    ) -> tuple[CallResult | CallError, bytes]:
        """An answer of the station as it should have been."""
        key = f"{action}Response"
        if isinstance(message, CallError) or key not in self.repairs.from_station:
            return message, text
        try:
            payload = _as_object.decode(message.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return message, text
        if not self._mend(key, payload):
            return message, text
        raw = msgspec.Raw(encode(payload))
        return CallResult(message.message_id, raw), frame.emit_result(message.message_id, raw)

    def _mend(self, key: str, payload: dict[str, Any]) -> bool:
        return report(key, mend(self.repairs.from_station.get(key, ()), payload), self._out)

    def mended_text(self, text: bytes) -> tuple[Message, bytes] | None:
        """Text that is no JSON, mended so that it is; None if that cannot be done."""
        if not self.repairs.raw_text:
            return None
        better, done = mend_text(self.repairs.raw_text, text)
        try:
            message = frame.parse(better)
        except FrameError:
            return None
        report("text", done, self._out)
        return message, better

    # Who the station is

    def _booted(self, payload: dict[str, Any]) -> None:
        """BootNotification is read twice: here for who speaks, then through the repairs chosen."""
        self._prompt_at = 0.0
        facts: Any = payload
        table = FACTS_16
        if self._route.version == "2.0.1":
            facts, table = payload.get("chargingStation"), FACTS_201
        if not isinstance(facts, dict):
            return
        told = {name: str(facts.get(field) or "")[:255] for name, field in table.items()}
        old = self.remembered.nameplate
        nameplate = msgspec.structs.replace(old, **told)
        if (nameplate, payload) != (old, self.remembered.boot):
            self.remembered = Remembered(nameplate, payload)
            self.has_changed = True
        if nameplate != old:
            self._choose()

    def take_changes(self) -> dict[str, bytes | None]:
        """The nameplate's record, if it changed."""
        if not self.has_changed:
            return {}
        self.has_changed = False
        return {KEY: encode(self.remembered)}

    # A station that should boot and does not

    def connected(self, now: float, alarm: Alarm) -> None:
        """The station and its CSMS are connected."""
        if self.repairs.prompt_boot_after is not None:
            self._prompt_at = now + self.repairs.prompt_boot_after
            alarm.no_later_than(self._prompt_at)

    def tick(self, now: float, alarm: Alarm) -> None:
        """Ask for the BootNotification that did not come."""
        if not self._prompt_at:
            return
        if now < self._prompt_at:
            alarm.no_later_than(self._prompt_at)
            return
        self._prompt_at = 0.0
        message_id = next(self._ids)
        payload = b'{"requestedMessage":"BootNotification"}'
        text = frame.emit_call(message_id, "TriggerMessage", payload)
        prompting = [n for n in self.repairs.names if BY_NAME[n].timing.prompt_boot_after is not None]
        self._out.extend(Mended(name, "TriggerMessage", 1) for name in prompting)
        self._station.ask(Ask(message_id, "TriggerMessage", text, _Unheeded()))


class _Unheeded:
    """Owner of a CALL whose answer changes nothing."""

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        """The boot comes, or it does not."""

    def given_up(self, ask: Ask, why: str) -> None:
        """The station does not want to."""

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """Too late to matter."""


def _recalled(records: dict[str, dict[str, bytes]], route: Route, target: str) -> Remembered:
    """What an earlier connection learnt; the path and the version are this one's."""
    plain = Nameplate(identity=route.identity, version=route.version, path=target)
    stored = records.get(OURS, {}).get(KEY)
    if stored is None:
        return Remembered(plain)
    known = msgspec.json.decode(stored, type=Remembered)
    known.nameplate = msgspec.structs.replace(
        known.nameplate, identity=route.identity, version=route.version, path=target
    )
    return known
