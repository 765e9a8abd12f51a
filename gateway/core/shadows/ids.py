"""The ids that a shadow knows things by: its own, beside those of the primary."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from adapters.frame import Version
from adapters.payload import decoder, encode
from adapters.translation.records import NOTHING
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
        # Transaction ids, the oldest first: by their size, since a record does not tell its age.
        self.numbers = dict(
            sorted((int(key[7:]), int(of)) for key, of in stored.items() if key[:7] == "number:")
        )
        others = {key: int(value) for key, value in stored.items() if key[:3] == "id:"}
        self._others: Mapping[str, int] = others or NOTHING
        self.changes: Mapping[str, bytes | None] = NOTHING  # that have to be kept

    def began(self, ours: int, theirs: int) -> None:
        """The same transaction has another id at each CSMS."""
        self.numbers.pop(ours, None)
        self.numbers[ours] = theirs
        changes: dict[str, bytes | None] = {f"number:{ours}": str(theirs).encode()}
        if len(self.numbers) > KEPT:
            oldest = next(iter(self.numbers))
            del self.numbers[oldest]
            changes[f"number:{oldest}"] = None
        self.changes = {**self.changes, **changes}

    def ours(self, theirs: Any) -> Any:
        """The primary's id of what this CSMS named so last; the same if it is unknown."""
        numbers = reversed(self.numbers.items())  # a CSMS on trial may begin to count anew
        return next((mine for mine, other in numbers if other == theirs), theirs)

    def paired(self, primary: Command, shadow: Command) -> None:
        """Both commanded the same: what they call it is learnt."""
        others, changes = {**self._others}, {**self.changes}
        for path, kind in GIVEN.get(primary.action, ()):
            mine, theirs = found_at(primary.fields, path), found_at(shadow.fields, path)
            if type(mine) is int and type(theirs) is int:
                key = f"id:{kind}:{mine}"
                others.pop(key, None)
                others[key] = theirs
                changes[key] = str(theirs).encode()
        while len(others) > KEPT:
            oldest = next(iter(others))
            del others[oldest]
            changes[oldest] = None
        self._others, self.changes = others or NOTHING, changes

    def renamed(self, version: Version, heard: Heard) -> bytes:
        """What the station said, under this CSMS's ids. Raises Withheld."""
        action, payload = heard.action, heard.payload
        if version == "1.6" and action in ("MeterValues", "StopTransaction"):
            return self._renumbered(heard, payload)
        named = SAID.get((version, action))
        if named is None or not any(_last(each.path) in payload for each in named):
            return payload
        try:
            fields = _decode(payload)
        except BROKEN:
            return payload
        renamed = [self._rename(fields, each) for each in named]
        return encode(fields) if any(renamed) else payload

    def _renumbered(self, heard: Heard, payload: bytes) -> bytes:
        ours = heard.transaction
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
        changes, self.changes = self.changes, NOTHING
        return {**changes}


def _last(path: str) -> bytes:
    return b'"%b"' % path.rpartition(".")[2].encode()
