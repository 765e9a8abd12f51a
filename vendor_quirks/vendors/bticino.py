"""BTicino stations with two sockets."""

from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from vendor_quirks.command import Talk
from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.situation import Fact, Situation, number

KEYS = {1: "CurrentManagementRight", 2: "CurrentManagementLeft"}


def constant_amperes(profile: Any) -> Decimal | None:
    """The one limit of a profile that holds from now on; None for any other profile."""
    schedule = profile.get("chargingSchedule") if isinstance(profile, dict) else None
    periods = schedule.get("chargingSchedulePeriod") if isinstance(schedule, dict) else None
    if not isinstance(schedule, dict) or not isinstance(periods, list) or len(periods) != 1:
        return None
    if schedule.get("chargingRateUnit") != "A" or "duration" in schedule:
        return None
    if {"validFrom", "validTo", "recurrencyKind"} & profile.keys():
        return None
    return number(periods[0].get("limit")) if isinstance(periods[0], dict) else None


class LimitByKey(msgspec.Struct, frozen=True):
    """A constant limit of one connector, in whole amperes, as the value of a configuration key."""

    needs: ClassVar[frozenset[Fact]] = frozenset()
    action: ClassVar[str] = "SetChargingProfile"

    keys: dict[int, str]  # by connector

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether it is such a limit, of such a connector."""
        limit = constant_amperes(payload.get("csChargingProfiles"))
        return limit is not None and limit >= 0 and payload.get("connectorId") in self.keys

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """The key alone; it says Accepted, Rejected and NotSupported as a profile's answer does."""
        limit = constant_amperes(payload["csChargingProfiles"]) or Decimal(0)
        key = self.keys[payload["connectorId"]]
        return (yield "ChangeConfiguration", {"key": key, "value": str(int(limit))})


QUIRKS = (
    Quirk(
        name="bticino.limit-by-left-and-right-key",
        match=(Match(model="059048"), Match(model="059049"), Match(model="059004")),
        version="1.6",
        why="Limits each socket by a key of its own: the right one is connector 1, the left one 2.",
        seen="NHP-ESCo/ocpp-middleware, ConfigParamService.writeImplicitParam",
        catalogue=("bticino-left-right-keys",),
        confidence="medium",
        lossy=True,
        command=(LimitByKey(KEYS),),
    ),
)
