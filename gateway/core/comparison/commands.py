"""What two CSMSs command, held against each other: multisets within a window of time."""

from typing import Any

import msgspec

from adapters.frame import Version
from adapters.payload import encode
from gateway.core.comparison.answers import MATCHED, Outcome, differences, judged
from gateway.core.comparison.rules import Setting, severity

FOREVER = float("inf")
KEPT = 128  # commands of one CSMS that wait for their counterpart; more are counted alone

# Which commands are the same one: those with these fields alike. What else differs is said.
KEYS: dict[tuple[Version, str], tuple[str, ...]] = {
    ("1.6", "RemoteStartTransaction"): ("idTag", "connectorId"),
    ("1.6", "RemoteStopTransaction"): ("transactionId",),
    ("1.6", "ChangeAvailability"): ("connectorId",),
    ("1.6", "ChangeConfiguration"): ("key",),
    ("1.6", "UnlockConnector"): ("connectorId",),
    ("1.6", "ReserveNow"): ("connectorId", "idTag"),
    ("1.6", "SetChargingProfile"): ("connectorId", "csChargingProfiles.chargingProfilePurpose"),
    ("1.6", "GetCompositeSchedule"): ("connectorId",),
    ("1.6", "TriggerMessage"): ("requestedMessage", "connectorId"),
    ("1.6", "DataTransfer"): ("vendorId", "messageId"),
    ("2.0.1", "RequestStartTransaction"): ("idToken.idToken", "evseId"),
    ("2.0.1", "RequestStopTransaction"): ("transactionId",),
    ("2.0.1", "ChangeAvailability"): ("evse.id",),
    ("2.0.1", "SetVariables"): (
        "setVariableData", "component.name", "component.instance", "component.evse.id",
        "variable.name", "variable.instance", "attributeType",
    ),
    ("2.0.1", "GetVariables"): ("getVariableData",),
    ("2.0.1", "UnlockConnector"): ("evseId", "connectorId"),
    ("2.0.1", "ReserveNow"): ("evseId", "idToken.idToken"),
    ("2.0.1", "SetChargingProfile"): ("evseId", "chargingProfile.chargingProfilePurpose"),
    ("2.0.1", "GetCompositeSchedule"): ("evseId",),
    ("2.0.1", "TriggerMessage"): ("requestedMessage", "evse.id"),
    ("2.0.1", "CostUpdated"): ("transactionId",),
    ("2.0.1", "DataTransfer"): ("vendorId", "messageId"),
}  # fmt: skip
# Each CSMS's own names and clocks.
OWN = (
    "reservationId", "remoteStartId", "requestId", "listVersion", "versionNumber", "transactionId",
    "csChargingProfiles.chargingProfileId", "chargingProfile.id", "chargingProfileId",
    "csChargingProfiles.transactionId", "chargingProfile.transactionId",
    "chargingProfile.chargingProfileId", "expiryDate", "expiryDateTime", "retrieveDate",
    "csChargingProfiles.chargingSchedule.startSchedule", "chargingProfile.chargingSchedule.id",
    "chargingProfile.chargingSchedule.startSchedule", "firmware.retrieveDateTime",
    "firmware.installDateTime", "statusInfo", "customData",
)  # fmt: skip


class Command(msgspec.Struct):
    """One CALL of a CSMS to the station, in the station's version."""

    version: Version
    action: str
    fields: dict[str, Any]
    payload: bytes  # as it was said
    at: float
    known: tuple[Any, ...] = ()  # the key, once somebody asked

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two commands the same one. From then on `fields` must not change."""
        if not self.known:
            names = KEYS.get((self.version, self.action), ())
            found = (_plain(found_at(self.fields, name)) for name in names)
            self.known = (self.action, *found)
        return self.known

    @property
    def parts(self) -> list["Command"]:
        """Variables that are set at once, one by one: another CSMS may set them one by one."""
        rows = self.fields.get("setVariableData")
        if self.action != "SetVariables" or not isinstance(rows, list):
            return [self]
        rows = [row for row in rows if isinstance(row, dict)]
        return [Command(self.version, self.action, row, encode(row), self.at) for row in rows]


class Paired(msgspec.Struct, frozen=True):
    """A command with its counterpart, or alone: then the other is None."""

    action: str
    outcome: Outcome
    primary: Command | None
    shadow: Command | None


def found_at(fields: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none."""
    for name in path.split("."):
        if not isinstance(fields, dict):
            return None
        fields = fields.get(name)
    return fields


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, dict | list):
        return msgspec.json.encode(value, order="sorted", enc_hook=str)
    return value


class Window:
    """Commands that wait for their counterpart. `seconds` after they came they are alone."""

    __slots__ = ("_primary", "_shadow", "seconds", "setting")

    def __init__(self, seconds: float, setting: Setting) -> None:
        self.seconds, self.setting = seconds, setting
        self._primary: list[Command] = []
        self._shadow: list[Command] = []

    def heard(self, command: Command, *, of_shadow: bool) -> Paired | None:
        """A command; the pair, if the same came before. One that differs may yet come alike."""
        mine, others = (self._shadow, self._primary) if of_shadow else (self._primary, self._shadow)
        for other in others:
            if other.key != command.key:
                continue
            pair = self._pair(*((other, command) if of_shadow else (command, other)))
            if pair.outcome.verdict != "mismatched":
                others.remove(other)
                return pair
        if len(mine) >= KEPT:
            return self._alone(command, of_shadow=of_shadow)
        mine.append(command)
        return None

    @property
    def due(self) -> float:
        """When the oldest has waited long enough."""
        first = [each[0].at for each in (self._primary, self._shadow) if each]
        return min(first) + self.seconds if first else FOREVER

    def closed(self) -> list[Paired]:
        """The shadow is gone: what waited, without waiting longer for what it might command."""
        found = []
        for paired in self.expired(FOREVER):
            if paired.shadow is None:
                gone = Outcome("not_comparable", "S3", ("disconnected",))
                paired = msgspec.structs.replace(paired, outcome=gone)
            found.append(paired)
        return found

    def expired(self, now: float) -> list[Paired]:
        """Those that waited long enough: with one of the same action, or alone."""
        found = []
        while (self._primary or self._shadow) and self.due <= now:
            of_shadow = not self._primary or (
                bool(self._shadow) and self._shadow[0].at < self._primary[0].at
            )
            mine, others = (
                (self._shadow, self._primary) if of_shadow else (self._primary, self._shadow)
            )
            command = mine.pop(0)
            like = [each for each in others if each.action == command.action]
            if not like:
                found.append(self._alone(command, of_shadow=of_shadow))
                continue
            other = next((each for each in like if each.key == command.key), like[0])
            others.remove(other)
            found.append(self._pair(*((other, command) if of_shadow else (command, other))))
        return found

    def _pair(self, primary: Command, shadow: Command) -> Paired:
        action = primary.action
        apart = [
            each
            for each in differences(primary.fields, shadow.fields)
            if not any(each[0] == own or each[0].startswith(f"{own}.") for own in OWN)
        ]
        if not apart and primary.key != shadow.key:  # OWN, but here it says which
            apart = [("transactionId", 1, 2)]
        outcome = judged(action, apart, self.setting, is_command=True) if apart else MATCHED
        return Paired(action, outcome, primary, shadow)

    def _alone(self, command: Command, *, of_shadow: bool) -> Paired:
        path = ("extra",) if of_shadow else ("missing",)
        outcome = Outcome("mismatched", severity(command.action, path, is_command=True), path)
        pair = (None, command) if of_shadow else (command, None)
        return Paired(command.action, outcome, *pair)
