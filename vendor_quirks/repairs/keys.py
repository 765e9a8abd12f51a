"""Configuration keys of 1.6 that a station spells, scales or lists in its own way."""

from collections.abc import Callable
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, ClassVar

import msgspec

from vendor_quirks.repairs.fields import EXACT
from vendor_quirks.repairs.samples import shortened
from vendor_quirks.situation import Fact, Payload, Situation, number, objects

BOOLEANS = {"true": "true", "false": "false", "1": "true", "0": "false"}


class Codec(msgspec.Struct, frozen=True):
    """How a station writes the value of a key: read by `into`, written by `out_of`."""

    into: dict[str, str] = {}  # in lower case: the station's word, the standard's
    out_of: dict[str, str] = {}  # the standard's word, the station's
    factor: Decimal = Decimal(1)  # the station's number is this many times the standard's

    def standard(self, value: str) -> str:
        """The value as the standard has it."""
        return self.into.get(value.strip().lower(), _scaled(value, 1 / self.factor))

    def native(self, value: str) -> str:
        """The value as the station has it."""
        return self.out_of.get(value, _scaled(value, self.factor))


def _scaled(value: str, factor: Decimal) -> str:
    given = number(value)
    if given is None or factor == 1:
        return value
    return format(shortened(EXACT.multiply(given, factor), 3), "f")


PLAIN = Codec()


class ToNative(msgspec.Struct, frozen=True):
    """For what is told to the station: a key as it spells it, and its value.

    Sits on ChangeConfiguration and GetConfiguration.
    """

    standard: str  # the key; a glob together with a codec alone
    native: str = ""  # "": the same
    codec: Codec = PLAIN

    def __call__(self, payload: Payload, known: Situation) -> int:
        changes = 0
        name = payload.get("key")
        if isinstance(name, str) and fnmatchcase(name, self.standard):
            value = payload.get("value")
            if isinstance(value, str) and self.codec.native(value) != value:
                payload["value"] = self.codec.native(value)
                changes += 1
            if self.native and name != self.native:
                payload["key"] = self.native
                changes += 1
        elif isinstance(name, list) and self.native and self.standard in name:
            payload["key"] = [self.native if one == self.standard else one for one in name]
            changes += 1
        return changes


class ToStandard(msgspec.Struct, frozen=True):
    """For what the station lists: the key as the standard spells it, and its value."""

    standard: str
    native: str = ""
    codec: Codec = PLAIN

    def __call__(self, payload: Payload, known: Situation) -> int:
        native, changes = self.native or self.standard, 0
        for entry in objects(payload.get("configurationKey")):
            name = entry.get("key")
            if not isinstance(name, str) or not fnmatchcase(name, native):
                continue
            value = entry.get("value")
            if isinstance(value, str) and self.codec.standard(value) != value:
                entry["value"] = self.codec.standard(value)
                changes += 1
            if self.native and name != self.standard:
                entry["key"] = self.standard
                changes += 1
        unknown = payload.get("unknownKey")
        if self.native and isinstance(unknown, list) and self.native in unknown:
            payload["unknownKey"] = [self.standard if k == self.native else k for k in unknown]
            changes += 1
        return changes


def alias(standard: str, native: str, codec: Codec = PLAIN) -> tuple[ToNative, ToStandard]:
    """A key with another name: what goes to the station, and what comes from there."""
    return ToNative(standard, native, codec), ToStandard(standard, native, codec)


class Spelling(msgspec.Struct, frozen=True):
    """Say keys to the station as it listed them itself, where only the case differs."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"keys"})

    def __call__(self, payload: Payload, known: Situation) -> int:
        given = payload.get("key")
        if isinstance(given, str):
            better: Any = known.spelling(given)
        elif isinstance(given, list):
            better = [known.spelling(one) if isinstance(one, str) else one for one in given]
        else:
            return 0
        if better == given:
            return 0
        payload["key"] = better
        return 1


class Listed(msgspec.Struct, frozen=True):
    """List a key that the station does not know, with the value that holds for its make."""

    key: str
    value: str
    readonly: bool = True
    over: bool = False  # whether what the station says of it is replaced

    def __call__(self, payload: Payload, known: Situation) -> int:
        entries = payload.get("configurationKey", [])
        if not isinstance(entries, list):
            return 0
        ours = next((e for e in objects(entries) if e.get("key") == self.key), None)
        if ours is not None:
            if not self.over or ours.get("value") == self.value:
                return 0
            ours["value"] = self.value
            return 1
        unknown = payload.get("unknownKey")
        if not isinstance(unknown, list) or self.key not in unknown:
            return 0  # nobody asked for it
        left = [key for key in unknown if key != self.key]
        payload["unknownKey"] = left
        if not left:
            del payload["unknownKey"]
        entry = {"key": self.key, "readonly": self.readonly, "value": self.value}
        payload["configurationKey"] = [*entries, entry]
        return 1


class ValueOf(msgspec.Struct, frozen=True):
    """Mend the value of listed keys by a plain function of text."""

    key: str  # a glob
    mend: Callable[[str], str]

    def __call__(self, payload: Payload, known: Situation) -> int:
        changes = 0
        for entry in objects(payload.get("configurationKey")):
            name, value = entry.get("key"), entry.get("value")
            if not isinstance(name, str) or not isinstance(value, str):
                continue
            if fnmatchcase(name, self.key) and self.mend(value) != value:
                entry["value"] = self.mend(value)
                changes += 1
        return changes


class AllowedMeasurands(msgspec.Struct, frozen=True):
    """Ask a station only for measurands that it delivers; where none is left, as it was asked."""

    allowed: frozenset[str] = frozenset()
    listed_in: str = ""  # a key of the station's own that lists more of them
    keys: frozenset[str] = frozenset(
        {
            "MeterValuesSampledData",
            "MeterValuesAlignedData",
            "StopTxnSampledData",
            "StopTxnAlignedData",
        }
    )

    @property
    def needs(self) -> frozenset[Fact]:
        """What the station listed, where that counts."""
        return frozenset({"keys"}) if self.listed_in else frozenset()

    def __call__(self, payload: Payload, known: Situation) -> int:
        key, value = payload.get("key"), payload.get("value")
        if not isinstance(key, str) or key not in self.keys or not isinstance(value, str):
            return 0
        listed = known.keys.get(self.listed_in.lower(), ("", ""))[1]
        allowed = {*self.allowed, *(one.strip() for one in listed.split(","))}
        asked = [one.strip() for one in value.split(",")]
        kept = [one for one in asked if one in allowed]
        if not kept or len(kept) == len(asked):
            return 0
        payload["value"] = ",".join(kept)
        return len(asked) - len(kept)


class Clamp(msgspec.Struct, frozen=True):
    """Keep a number that a key is set to within what the station takes."""

    key: str
    least: int = 0
    most: int = 2**31 - 1

    def __call__(self, payload: Payload, known: Situation) -> int:
        value = number(payload.get("value"))
        if payload.get("key") != self.key or value is None or value != int(value):
            return 0
        better = str(min(max(int(value), self.least), self.most))
        if better == payload["value"] or int(better) == int(value):
            return 0
        payload["value"] = better
        return 1
