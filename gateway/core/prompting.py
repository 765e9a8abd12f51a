"""What a station does not say by itself, and is asked for."""

from collections.abc import Callable, Iterator

from adapters import frame
from adapters.frame import CallError, CallResult
from adapters.payload import encode
from gateway.core.line import Alarm, Ask
from gateway.core.pacing import Pacer
from gateway.core.port import StationPort
from vendor_quirks.compiled import Repairs
from vendor_quirks.situation import Situation


class Prompts:
    """Triggers of the gateway's own, for stations that need them."""

    __slots__ = ("_alarm", "_boot_at", "_ids", "_poll_at", "_station")

    def __init__(self, station: StationPort, alarm: Alarm, ids: Iterator[str]) -> None:
        self._station, self._alarm, self._ids = station, alarm, ids
        self._boot_at = self._poll_at = 0.0

    def connected(self, repairs: Repairs, now: float) -> None:
        """The station and its CSMS are connected."""
        after = repairs.pace.prompt_boot_after
        if after is not None:
            self._boot_at = now + after
            self._alarm.no_later_than(self._boot_at)

    def booted(self) -> None:
        """The boot came."""
        self._boot_at = 0.0

    def tick(self, repairs: Repairs, known: Callable[[], Situation], now: float) -> None:
        """Ask for what did not come."""
        if self._boot_at:
            if now < self._boot_at:
                self._alarm.no_later_than(self._boot_at)
            else:
                self._boot_at = 0.0
                self._prompt(repairs, "prompt_boot_after", {"requestedMessage": "BootNotification"})
        every = repairs.pace.prompt_meter_every
        if every:
            self._poll(repairs, known(), now, every)

    def _poll(self, repairs: Repairs, known: Situation, now: float, every: float) -> None:
        if now >= self._poll_at:
            self._poll_at = now + every
            for running in () if self._waits else known.open():
                asked = {"requestedMessage": "MeterValues", "connectorId": running.connector}
                self._prompt(repairs, "prompt_meter_every", asked)
        self._alarm.no_later_than(self._poll_at)

    @property
    def _waits(self) -> bool:
        """Whether it has yet to answer what it was asked: more would only pile up."""
        line = self._station.line
        asked = [line.open, *line.waiting] if line.open is not None else line.waiting
        return any(isinstance(ask.owner, Unheeded) for ask in asked)

    def _prompt(self, repairs: Repairs, field: str, payload: dict[str, object]) -> None:
        message_id, pacer = next(self._ids), self._station.line.pacer
        if isinstance(pacer, Pacer):
            pacer.urge(message_id)
        text = frame.emit_call(message_id, "TriggerMessage", encode(payload))
        names = repairs.paced.get(field, ())
        self._station.report.tell("TriggerMessage", [(name, 1) for name in names])
        self._station.ask(Ask(message_id, "TriggerMessage", text, Unheeded()))


class Unheeded:
    """Owner of a CALL of the gateway's own, whose answer changes nothing."""

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        """What was asked for comes, or it does not."""

    def given_up(self, ask: Ask, why: str) -> None:
        """The station does not want to."""

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """Too late to matter."""
