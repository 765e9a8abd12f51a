"""What stations ask of a charging profile, of both versions: one struct with every knob."""

from decimal import Decimal
from typing import Any, Literal

import msgspec

from vendor_quirks.quirk import ByAction, Repair
from vendor_quirks.repairs.fields import EXACT, Each, Replace, Round, SetTo
from vendor_quirks.situation import Payload, Situation, number, objects
from vendor_quirks.template import spelled

CRITERIA = "chargingProfileCriteria"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A charging profile as a station takes it. A knob that is not set changes nothing."""

    stack_level: int | None = None
    purposes: dict[str, str] = {}  # one for another
    kinds: dict[str, str] = {}  # one for another; see also `start`
    unit: Literal["", "A", "W"] = ""
    volts: int = 230  # between phase and neutral, where the unit changes
    phases: int = 3  # of a period that does not say
    start: Literal["", "past", "drop"] = ""  # "past": at least a minute ago, and there at all
    decimals: int | None = None  # of a limit; cut, so that it does not grow
    least: Decimal | None = None  # a lower limit becomes this one; 0 too, unless `zero` says so
    zero: Literal["", "keep"] = ""
    steps: tuple[int, ...] = ()  # the limits that it knows: the next one below
    most_periods: int | None = None  # those behind are left out
    no_phases: bool = False  # numberPhases is left out
    no_transaction: bool = False  # transactionId is left out

    def __call__(self, profile: Payload, known: Situation) -> int:
        changes = self._labelled(profile) + self._started(profile, known)
        for schedule in objects(profile.get("chargingSchedule")):
            changes += self._in_unit(schedule)
            periods = objects(schedule.get("chargingSchedulePeriod"))
            changes += sum(self._limited(period, known) for period in periods)
            if self.most_periods is not None and len(periods) > self.most_periods:
                schedule["chargingSchedulePeriod"] = periods[: self.most_periods]
                changes += 1
        return changes

    def _labelled(self, profile: Payload) -> int:
        changes = 0
        if self.stack_level is not None and profile.get("stackLevel") not in (
            None,
            self.stack_level,
        ):
            profile["stackLevel"] = self.stack_level
            changes += 1
        for field, table in (
            ("chargingProfilePurpose", self.purposes),
            ("chargingProfileKind", self.kinds),
        ):
            value = profile.get(field)
            if isinstance(value, str) and table.get(value, value) != value:
                profile[field] = table[value]
                changes += 1
        if self.no_transaction and profile.pop("transactionId", None) is not None:
            changes += 1
        return changes

    def _started(self, profile: Payload, known: Situation) -> int:
        changes = 0
        for schedule in objects(profile.get("chargingSchedule")):
            if self.start == "drop":
                changes += schedule.pop("startSchedule", None) is not None
            elif self.start == "past" and profile.get("chargingProfileKind") != "Relative":
                changes += _into_past(schedule, known.now)
        return changes

    def _in_unit(self, schedule: Payload) -> int:
        given = schedule.get("chargingRateUnit")
        if not self.unit or given not in ("A", "W") or given == self.unit:
            return 0
        periods = objects(schedule.get("chargingSchedulePeriod"))
        if any(number(period.get("limit")) is None for period in periods):
            return 0  # half of a schedule in another unit would be worse
        for period in periods:
            phases = period.get("numberPhases", self.phases)
            watts = self.volts * (phases if phases in (1, 2, 3) else self.phases)
            limit = number(period["limit"]) or Decimal(0)
            period["limit"] = self._converted(limit, watts)
        least = number(schedule.get("minChargingRate"))
        if least is not None:
            watts = self.volts * self.phases
            schedule["minChargingRate"] = self._converted(least, watts)
        schedule["chargingRateUnit"] = self.unit
        return 1

    def _converted(self, rate: Decimal, watts: int) -> Any:
        other = EXACT.multiply(rate, watts) if self.unit == "W" else EXACT.divide(rate, watts)
        return _plain(other.quantize(Decimal("0.1"), rounding="ROUND_DOWN", context=EXACT))

    def _limited(self, period: Payload, known: Situation) -> int:
        changes = 0
        if self.decimals is not None:
            changes += Round("limit", self.decimals, down=True)(period, known)
        limit = number(period.get("limit"))
        if limit is not None:
            better = self._allowed(limit)
            if better != limit:
                period["limit"] = _plain(better)
                changes += 1
        if self.no_phases and period.pop("numberPhases", None) is not None:
            changes += 1
        return changes

    def _allowed(self, limit: Decimal) -> Decimal:
        if self.zero == "keep" and limit == 0:
            return limit
        if self.least is not None and limit < self.least:
            limit = self.least
        below = [step for step in self.steps if step <= limit]
        return Decimal(max(below)) if below else limit


def _into_past(schedule: Payload, now: float) -> int:
    wanted = spelled(now - 60)
    given = schedule.get("startSchedule")
    # Texts of the same form compare as the moments do; a start that lies well back stays.
    if isinstance(given, str) and given[:19] <= wanted[:19]:
        return 0
    if isinstance(given, str) and given[:16] > spelled(now + 60)[:16]:
        return 0  # it is meant for later
    schedule["startSchedule"] = wanted
    return 1


def _plain(value: Decimal) -> Any:
    """A whole number as one, so that it is spelled without a point."""
    return int(value) if value == int(value) else value


def of_profiles(version: str, profile: Profile) -> ByAction:
    """For every message to a station that carries a profile, or speaks of one."""
    field = "csChargingProfiles" if version == "1.6" else "chargingProfile"
    start = "RemoteStartTransaction" if version == "1.6" else "RequestStartTransaction"
    made: dict[str, tuple[Repair, ...]] = {
        "SetChargingProfile": (Each(field, profile),),
        start: (Each("chargingProfile", profile),),
    }
    # Clearing goes along: a profile sent as level 3 lies at level 0 now, and must be found there.
    clearing: list[Repair] = []
    if profile.stack_level is not None:
        clearing.append(SetTo("stackLevel", profile.stack_level))
    if profile.purposes:
        clearing.append(Replace("chargingProfilePurpose", profile.purposes))
    if clearing:
        within = [one if version == "1.6" else Each(CRITERIA, one) for one in clearing]
        made["ClearChargingProfile"] = tuple(within)
    return made
