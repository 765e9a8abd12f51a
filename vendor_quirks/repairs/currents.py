"""Configuration keys of 1.6 that hold a current in a smaller unit than ampere."""

from decimal import Decimal

import msgspec

from vendor_quirks.repairs.fields import EXACT
from vendor_quirks.repairs.samples import shortened
from vendor_quirks.situation import Payload, Situation, number, objects


class CurrentKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key with a current. No limit in ampere is above `most`, and no other one below."""

    key: str = ""  # "": the one that the setting names
    setting: str = ""
    per_ampere: int  # of the station's unit
    most: int = 80  # A; what is above is in the station's unit already

    def name(self, known: Situation) -> str:
        """The key as the station spells it; empty where nobody told."""
        name = self.key or known.settings.get(self.setting)
        return name if isinstance(name, str) else ""


class CurrentTo(msgspec.Struct, frozen=True):
    """Set the key in the station's unit."""

    key: CurrentKey

    def __call__(self, payload: Payload, known: Situation) -> int:
        name, value = self.key.name(known), payload.get("value")
        given = number(value) if isinstance(value, str) else None
        if not name or payload.get("key") != name or given is None:
            return 0
        if not 0 < given <= self.key.most:
            return 0
        payload["value"] = _text(EXACT.multiply(given, self.key.per_ampere))
        return 1


class CurrentFrom(msgspec.Struct, frozen=True):
    """List the key in ampere."""

    key: CurrentKey

    def __call__(self, payload: Payload, known: Situation) -> int:
        name = self.key.name(known)
        entries = objects(payload.get("configurationKey")) if name else []
        return sum(self._listed(entry) for entry in entries if entry.get("key") == name)

    def _listed(self, entry: Payload) -> int:
        value = entry.get("value")
        given = number(value) if isinstance(value, str) else None
        if given is None or given <= self.key.most:
            return 0
        amperes = EXACT.divide(given, self.key.per_ampere)
        if amperes > self.key.most:
            return 0  # no current that there is
        entry["value"] = _text(amperes)
        return 1


def _text(value: Decimal) -> str:
    return format(shortened(value, 3), "f")
