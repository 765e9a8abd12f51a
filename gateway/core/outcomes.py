"""Whether what a station accepted had its effect: accepted is not proof."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec

from adapters import frame
from adapters.frame import CallError, CallResult
from gateway.core.line import Alarm, Ask
from gateway.core.mender import opened
from gateway.core.tally import Tally
from vendor_quirks.sparse import Sparse

Payload: TypeAlias = dict[str, Any]
Shows: TypeAlias = Callable[[Payload], bool | None]  # None: this message does not tell
WITHIN = 60.0  # seconds in which an effect has to show
EFFECTS = 600.0  # seconds for those that show with the next sample only
MOST = 16  # that are waited for at once; the oldest is given up uncounted
TRIGGERED = {
    name: name
    for name in (
        *("BootNotification", "Heartbeat", "MeterValues", "StatusNotification", "TransactionEvent"),
        *("FirmwareStatusNotification", "DiagnosticsStatusNotification", "LogStatusNotification"),
        "PublishFirmwareStatusNotification",
    )
} | dict.fromkeys(
    ("SignChargePointCertificate", "SignChargingStationCertificate", "SignV2GCertificate"),
    "SignCertificate",
)
MEASURANDS = "MeterValuesSampledData"  # of 1.6
SAMPLED = ("SampledDataCtrlr", "TxUpdatedMeasurands")  # the same of 2.0.1: component, variable
CURRENTS = ("Current.Import", "Current.Offered")
REGISTER = "Energy.Active.Import.Register"


class Awaited(msgspec.Struct):
    """An effect that is waited for."""

    place: object  # its connector or EVSE
    by: str  # the action of the CALL in which it shows
    until: float
    shows: Shows
    is_silence_proof: bool = False  # whether hearing nothing means that there was none
    is_denied: bool = False  # whether something was heard that speaks against it
    of: str = ""  # the action that was accepted


def _place(payload: Payload) -> Any:
    """The EVSE of 2.0.1, the connector of 1.6; None where none is named."""
    evse = payload.get("evse")
    if isinstance(evse, dict):
        return evse.get("id")
    return payload.get("evseId", payload.get("connectorId"))


def _availability(asked: Payload, given: Payload, now: float) -> Awaited | None:
    """Only out of service: what is in service already has nothing to tell."""
    if not _accepted(given) or "Inoperative" not in (
        asked.get("type"),
        asked.get("operationalStatus"),
    ):
        return None
    number = _place(asked)

    def shows(said: Payload) -> bool:
        status = said.get("status", said.get("connectorStatus"))
        return status == "Unavailable" and (not number or _place(said) in (number, 0))

    return Awaited(number, "StatusNotification", now + WITHIN, shows, True)


def _trigger(asked: Payload, given: Payload, now: float) -> Awaited | None:
    by, number = TRIGGERED.get(str(asked.get("requestedMessage"))), _place(asked)
    if by is None or not _accepted(given):
        return None

    def shows(said: Payload) -> bool:
        return number is None or _place(said) in (number, None)

    return Awaited((by, number), by, now + WITHIN, shows, True)


def _measurands(asked: Payload, given: Payload, now: float) -> Awaited | None:
    """ChangeConfiguration of 1.6."""
    if asked.get("key") != MEASURANDS or not _accepted(given):
        return None
    shows = _has_measurands(asked.get("value"))
    return Awaited(None, "MeterValues", now + EFFECTS, shows)


def _variables(asked: Payload, given: Payload, now: float) -> Awaited | None:
    """SetVariables of 2.0.1: the same, among others."""
    for wanted, result in zip(asked["setVariableData"], given["setVariableResult"], strict=True):
        named = wanted["component"]["name"], wanted["variable"]["name"]
        if named == SAMPLED and result["attributeStatus"] == "Accepted":
            shows = _has_measurands(wanted.get("attributeValue"))
            return Awaited(None, "TransactionEvent", now + EFFECTS, shows)
    return None


def _has_measurands(listed: Any) -> Shows:
    wanted = {one.strip() for one in str(listed).split(",") if one.strip()}

    def shows(said: Payload) -> bool | None:
        periodic = [
            str(sample.get("measurand", REGISTER))
            for sample in _samples(said)
            if sample.get("context", "Sample.Periodic") == "Sample.Periodic"
        ]
        return wanted <= set(periodic) if periodic else None

    return shows


def _profile(asked: Payload, given: Payload, now: float) -> Awaited | None:
    profile = asked.get("csChargingProfiles", asked.get("chargingProfile"))
    limit, number = _limit(profile), _place(asked)
    if limit is None or not number or not _accepted(given):
        return None

    def shows(said: Payload) -> bool | None:
        if _place(said) not in (number, None):
            return None
        currents = [float(s["value"]) for s in _samples(said) if s.get("measurand") in CURRENTS]
        return max(currents) <= limit + 1.0 if currents else None

    by = "MeterValues" if "csChargingProfiles" in asked else "TransactionEvent"
    return Awaited(number, by, now + EFFECTS, shows)


def _limit(profile: Any) -> float | None:
    """The limit in A of a profile of one period; more say nothing of this moment."""
    schedule = profile.get("chargingSchedule")
    schedules = schedule if isinstance(schedule, list) else [schedule]
    if len(schedules) != 1 or schedules[0].get("chargingRateUnit") != "A":
        return None
    periods = schedules[0].get("chargingSchedulePeriod")
    return float(periods[0]["limit"]) if len(periods) == 1 else None


def _samples(said: Payload) -> Iterator[Payload]:
    for meter in said.get("meterValue", ()):
        yield from meter.get("sampledValue", ())


def _accepted(given: Payload) -> bool:
    return given.get("status") == "Accepted"


WATCHED: dict[str, Callable[[Payload, Payload, float], Awaited | None]] = {
    "ChangeAvailability": _availability,
    "TriggerMessage": _trigger,
    "ExtendedTriggerMessage": _trigger,
    "ChangeConfiguration": _measurands,
    "SetVariables": _variables,
    "SetChargingProfile": _profile,
}


class Outcomes(Sparse):
    """What one station accepted and has not shown yet."""

    __slots__ = ("_alarm", "_tally", "awaited")
    awaited: dict[str, list[Awaited]]  # by the action in which they show

    def __init__(self, tally: Tally, alarm: Alarm) -> None:
        self._tally, self._alarm = tally, alarm

    def answered(self, ask: Ask, message: CallResult | CallError, now: float) -> str | None:
        """The station answered a CALL; the action in which an accepted one will show."""
        watch = WATCHED.get(ask.action)
        if watch is None or isinstance(message, CallError):
            return None
        call, given = frame.parse(ask.text), opened(message.payload)
        asked = None if isinstance(call, CallError) else opened(call.payload)
        if asked is None or given is None:
            return None
        try:
            found = watch(asked, given, now)
        except ODD:  # a command or an answer that no schema would allow
            return None
        if found is None:
            return None
        found.of = ask.action
        self._replace(found)
        return found.by

    def _replace(self, found: Awaited) -> None:
        """A later command of the same kind is what counts."""
        same = (found.of, found.place)
        rows = [row for row in self.awaited.get(found.by, []) if (row.of, row.place) != same]
        self.awaited[found.by] = [*rows[-MOST:], found]
        self._alarm.no_later_than(found.until)

    def heard(self, action: str, raw: msgspec.Raw) -> None:
        """The station said something in which an effect may show."""
        said = opened(raw) if action in self.awaited else None
        if said is None:
            return
        rows = [row for row in self.awaited.pop(action, []) if not _shown(row, said)]
        if rows:
            self.awaited[action] = rows

    def tick(self, now: float) -> None:
        """Count what did not show in time. Who says nothing at all has not denied it."""
        for action, rows in tuple(self.awaited.items()):
            for row in rows:
                if row.until <= now and (row.is_silence_proof or row.is_denied):
                    self._tally.ineffective[row.of,] += 1
            kept = [row for row in rows if row.until > now]
            if kept:
                self.awaited[action] = kept
                self._alarm.no_later_than(min(row.until for row in kept))
            else:
                del self.awaited[action]


ODD = (TypeError, ValueError, AttributeError, LookupError)


def _shown(row: Awaited, said: Payload) -> bool:
    try:
        found = row.shows(said)
    except ODD:
        return False
    row.is_denied = found is False if found is not None else row.is_denied
    return bool(found)
