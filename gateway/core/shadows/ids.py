"""The ids that a shadow knows things by: its own, beside those of the primary."""

from typing import Any, Literal, NamedTuple, TypeAlias

from adapters.frame import Version
from adapters.payload import decoder, encode
from gateway.core.comparison.answers import BROKEN
from gateway.core.comparison.commands import Command, found_at
from gateway.core.shadows.seen import Heard

KEPT = 64  # of each kind
Kind: TypeAlias = Literal["reservation", "start", "request", "profile"]
_decode = decoder(dict[str, Any]).decode


class Named(NamedTuple):
    """An id that a station repeats: where, of what, and whether the message is nothing without."""

    path: str
    kind: Kind
    is_required: bool = True


# What a station says under an id that a CSMS gave out.
SAID: dict[tuple[Version, str], tuple[Named, ...]] = {
    ("1.6", "StartTransaction"): (Named("reservationId", "reservation", False),),
    ("1.6", "LogStatusNotification"): (Named("requestId", "request"),),
    ("1.6", "SignedFirmwareStatusNotification"): (Named("requestId", "request"),),
    ("2.0.1", "TransactionEvent"): (
        Named("reservationId", "reservation", False),
        Named("transactionInfo.remoteStartId", "start", False),
    ),
    ("2.0.1", "ReservationStatusUpdate"): (Named("reservationId", "reservation"),),
    ("2.0.1", "FirmwareStatusNotification"): (Named("requestId", "request"),),
    ("2.0.1", "PublishFirmwareStatusNotification"): (Named("requestId", "request"),),
    **{
        ("2.0.1", action): (Named("requestId", "request"),)
        for action in (
            "NotifyReport", "NotifyMonitoringReport", "LogStatusNotification",
            "NotifyCustomerInformation", "NotifyDisplayMessages", "ReportChargingProfiles",
        )
    },
}  # fmt: skip
# Where a CSMS gives them out.
GIVEN: dict[str, tuple[tuple[str, Kind], ...]] = {
    "ReserveNow": (("reservationId", "reservation"), ("id", "reservation")),
    "RequestStartTransaction": (("remoteStartId", "start"),),
    "SetChargingProfile": (
        ("csChargingProfiles.chargingProfileId", "profile"),
        ("chargingProfile.id", "profile"),
    ),
    **dict.fromkeys(
        ("GetLog", "SignedUpdateFirmware", "UpdateFirmware", "PublishFirmware", "GetReport",
         "GetBaseReport", "GetMonitoringReport", "CustomerInformation", "GetDisplayMessages",
         "GetChargingProfiles"),
        (("requestId", "request"),),
    ),
}  # fmt: skip


class Withheld(Exception):
    """A message that the shadow could not make sense of: it never heard of what it is about."""


class Ids:
    """The primary's ids, as the station says them, and this CSMS's for the same things."""

    __slots__ = ("_others", "changes", "numbers")

    def __init__(self, stored: dict[str, bytes]) -> None:
        self.numbers = {  # transaction ids, the oldest first
            int(key[7:]): int(value) for key, value in stored.items() if key[:7] == "number:"
        }
        self._others = {key: int(value) for key, value in stored.items() if key[:3] == "id:"}
        self.changes: dict[str, bytes | None] = {}  # that have to be kept

    def began(self, ours: int, theirs: int) -> None:
        """The same transaction has another id at each CSMS."""
        self.numbers.pop(ours, None)
        self.numbers[ours] = theirs
        self.changes[f"number:{ours}"] = str(theirs).encode()
        if len(self.numbers) > KEPT:
            oldest = next(iter(self.numbers))
            del self.numbers[oldest]
            self.changes[f"number:{oldest}"] = None

    def ours(self, theirs: Any) -> Any:
        """The primary's id of a transaction that this CSMS names; the same if it is unknown."""
        return next((mine for mine, other in self.numbers.items() if other == theirs), theirs)

    def paired(self, primary: Command, shadow: Command) -> None:
        """Both commanded the same: what they call it is learnt."""
        for path, kind in GIVEN.get(primary.action, ()):
            mine, theirs = found_at(primary.fields, path), found_at(shadow.fields, path)
            if type(mine) is int and type(theirs) is int:
                key = f"id:{kind}:{mine}"
                self._others.pop(key, None)
                self._others[key] = theirs
                self.changes[key] = str(theirs).encode()
        while len(self._others) > KEPT:
            oldest = next(iter(self._others))
            del self._others[oldest]
            self.changes[oldest] = None

    def renamed(self, version: Version, heard: Heard) -> bytes:
        """What the station said, under this CSMS's ids. Raises Withheld."""
        action, payload = heard.action, heard.payload
        if version == "1.6" and action in ("MeterValues", "StopTransaction"):
            return self._renumbered(heard)
        named = SAID.get((version, action))
        if named is None or not any(_last(each.path) in payload for each in named):
            return payload
        try:
            fields = _decode(payload)
        except BROKEN:
            return payload
        renamed = [self._rename(fields, each) for each in named]
        return encode(fields) if any(renamed) else payload

    def _renumbered(self, heard: Heard) -> bytes:
        ours, payload = heard.transaction, heard.payload
        if not ours or ours[0] in "-0":
            return payload
        theirs = self.numbers.get(int(ours))
        if theirs is None:
            raise Withheld("transaction unknown")
        begin, end = heard.named
        return b"%b%d%b" % (payload[:begin], theirs, payload[end:])

    def _rename(self, fields: dict[str, Any], named: Named) -> bool:
        parent, _, name = named.path.rpartition(".")
        within = found_at(fields, parent) if parent else fields
        if not isinstance(within, dict) or type(within.get(name)) is not int:
            return False
        theirs = self._others.get(f"id:{named.kind}:{within[name]}")
        if theirs is not None:
            within[name] = theirs
        elif named.is_required:
            raise Withheld(f"{named.kind} of the primary")
        else:
            del within[name]
        return True

    def take_changes(self) -> dict[str, bytes | None]:
        """What has to be kept."""
        if not self.changes:
            return {}
        changes, self.changes = self.changes, {}
        return changes


def _last(path: str) -> bytes:
    return b'"%b"' % path.rpartition(".")[2].encode()
