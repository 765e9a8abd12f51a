"""Whether what a station accepted had its effect: accepted is not proof."""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from adapters import frame
from adapters.frame import CallError, CallResult
from gateway.core.line import Alarm, Ask
from gateway.core.mender import opened
from gateway.core.tally import Tally

Payload: TypeAlias = dict[str, Any]
WITHIN = 60.0  # seconds in which an effect has to show
MOST = 16  # that are waited for at once; the oldest is given up uncounted
TRIGGERED = frozenset(
    {
        "BootNotification", "Heartbeat", "MeterValues", "StatusNotification",
        "FirmwareStatusNotification", "DiagnosticsStatusNotification", "LogStatusNotification",
    }
)  # fmt: skip
MEASURANDS = frozenset({"MeterValuesSampledData"})
EFFECTS = 600.0  # seconds for those that show with the next sample only


class Awaited(msgspec.Struct):
    """An effect that is waited for."""

    of: str  # the action that was accepted
    by: str  # the action of the CALL in which it shows
    until: float
    shows: Callable[[Payload], bool]


def _availability(asked: Payload, now: float) -> Awaited | None:
    """Only out of service: what is in service already has nothing to tell."""
    if "Inoperative" not in (asked.get("type"), asked.get("operationalStatus")):
        return None
    evse = asked.get("evse")
    number = evse.get("id") if isinstance(evse, dict) else asked.get("connectorId")

    def shows(said: Payload) -> bool:
        place = said.get("evseId", said.get("connectorId"))
        status = said.get("status", said.get("connectorStatus"))
        return status == "Unavailable" and (not number or place in (number, 0))

    return Awaited("ChangeAvailability", "StatusNotification", now + WITHIN, shows)


def _trigger(asked: Payload, now: float) -> Awaited | None:
    message = asked.get("requestedMessage")
    if message not in TRIGGERED:
        return None
    number = asked.get("connectorId")
    return Awaited(
        "TriggerMessage",
        message,
        now + WITHIN,
        lambda said: number is None or said.get("connectorId") in (number, None),
    )


def _measurands(asked: Payload, now: float) -> Awaited | None:
    if asked.get("key") not in MEASURANDS or not isinstance(asked.get("value"), str):
        return None
    wanted = {one.strip() for one in asked["value"].split(",") if one.strip()}

    def shows(said: Payload) -> bool:
        return wanted <= set(_said_measurands(said))

    return Awaited("ChangeConfiguration", "MeterValues", now + EFFECTS, shows)


def _said_measurands(said: Payload) -> list[str]:
    meters = said.get("meterValue")
    samples = [
        sample
        for meter in (meters if isinstance(meters, list) else [])
        if isinstance(meter, dict)
        for sample in meter.get("sampledValue", [])
        if isinstance(sample, dict)
    ]
    return [str(sample.get("measurand", "Energy.Active.Import.Register")) for sample in samples]


def _profile(asked: Payload, now: float) -> Awaited | None:
    limit = _least_limit(asked)
    if limit is None:
        return None
    number = asked.get("connectorId")

    def shows(said: Payload) -> bool:
        offered = [
            float(sample["value"])
            for meter in said.get("meterValue", [])
            for sample in meter.get("sampledValue", [])
            if sample.get("measurand") in ("Current.Import", "Current.Offered")
        ]
        return said.get("connectorId") != number or not offered or max(offered) <= limit + 1.0

    return Awaited("SetChargingProfile", "MeterValues", now + EFFECTS, shows)


def _least_limit(asked: Payload) -> float | None:
    """The limit in A of a profile of one period; more say nothing of this moment."""
    profile = asked.get("csChargingProfiles")
    schedule = profile.get("chargingSchedule") if isinstance(profile, dict) else None
    if not isinstance(schedule, dict) or schedule.get("chargingRateUnit") != "A":
        return None
    periods = schedule.get("chargingSchedulePeriod")
    if not isinstance(periods, list) or len(periods) != 1 or not isinstance(periods[0], dict):
        return None
    limit = periods[0].get("limit")
    return None if limit is None or asked.get("connectorId") in (0, None) else float(limit)


WATCHED: dict[str, Callable[[Payload, float], Awaited | None]] = {
    "ChangeAvailability": _availability,
    "TriggerMessage": _trigger,
    "ChangeConfiguration": _measurands,
    "SetChargingProfile": _profile,
}


class Outcomes:
    """What one station accepted and has not shown yet."""

    def __init__(self, tally: Tally, alarm: Alarm) -> None:
        self._tally, self._alarm = tally, alarm
        self.awaited: dict[str, list[Awaited]] = {}  # by the action in which they show

    def answered(self, ask: Ask, message: CallResult | CallError, now: float) -> str | None:
        """The station answered a CALL; the action in which an accepted one will show."""
        watch = WATCHED.get(ask.action)
        if watch is None or isinstance(message, CallError):
            return None
        call, given = frame.parse(ask.text), opened(message.payload)
        asked = None if isinstance(call, CallError) else opened(call.payload)
        if asked is None or given is None or given.get("status") != "Accepted":
            return None
        try:
            found = watch(asked, now)
        except (TypeError, ValueError, AttributeError):  # a command that no schema would allow
            return None
        if found is None:
            return None
        self._replace(found)
        return found.by

    def _replace(self, found: Awaited) -> None:
        """A later command of the same kind is what counts."""
        rows = [row for row in self.awaited.get(found.by, []) if row.of != found.of]
        self.awaited[found.by] = [*rows[-MOST:], found]
        self._alarm.no_later_than(found.until)

    def heard(self, action: str, raw: msgspec.Raw) -> None:
        """The station said something in which an effect may show."""
        said = opened(raw) if action in self.awaited else None
        if said is None:
            return
        rows = [row for row in self.awaited.pop(action, []) if not _shows(row, said)]
        if rows:
            self.awaited[action] = rows

    def tick(self, now: float) -> None:
        """Count what did not show in time."""
        for action, rows in tuple(self.awaited.items()):
            for row in rows:
                if row.until <= now:
                    self._tally.ineffective[row.of,] += 1
            kept = [row for row in rows if row.until > now]
            if kept:
                self.awaited[action] = kept
                self._alarm.no_later_than(min(row.until for row in kept))
            else:
                del self.awaited[action]


def _shows(row: Awaited, said: Payload) -> bool:
    try:
        return row.shows(said)
    except (TypeError, ValueError, AttributeError, KeyError):
        return False
