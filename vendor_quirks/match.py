"""Whose quirk it is: what a station told about itself, and what of it a quirk asks for."""

import re
from fnmatch import translate
from functools import cache

import msgspec

from vendor_quirks import firmware

NONE: frozenset[str] = frozenset()


class Nameplate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a station told about itself so far. Empty means: not known (yet)."""

    identity: str
    version: str  # of OCPP: "1.6" or "2.0.1"
    vendor: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    path: str = ""  # request target of the handshake, before any repair
    meter_type: str = ""
    vendor_ids: frozenset[str] = NONE  # of StatusNotification and DataTransfer
    keys: frozenset[str] = NONE  # configuration keys that it listed
    shown: frozenset[str] = NONE  # behaviours by name, see behaviour.py


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Whose quirk it is. All that is named must fit; what is not yet known does not fit.

    Texts are globs, case aside, but for `keys` and `behaviour`. Firmware bounds are half-open.
    """

    identity: str | None = None
    vendor: str | None = None
    model: str | None = None
    firmware: str | None = None  # for those that no version can be read from
    firmware_from: str | None = None
    firmware_before: str | None = None
    meter_type: str | None = None
    vendor_id: str | None = None
    keys: tuple[str, ...] = ()  # configuration keys, as the station spells them; it has them all
    behaviour: str = ""  # the name of a detector in behaviour.py
    opt_in: bool = False  # nothing that a station says tells it apart: only configuration can

    def __post_init__(self) -> None:
        for bound in (self.firmware_from, self.firmware_before):
            if bound is not None and firmware.read(bound) is None:
                raise ValueError(f"no firmware version: {bound!r}")

    def __call__(self, nameplate: Nameplate) -> bool:
        """Whether this station has the quirk, as far as its nameplate is known."""
        return self.fits_identity(nameplate.identity) and self.fits_make(nameplate)

    @property
    def is_everyones(self) -> bool:
        """Whether it names nothing at all."""
        return self == EVERYONE

    def fits_identity(self, identity: str) -> bool:
        """Whether the identity alone speaks for the quirk, or not against it."""
        return _fits(self.identity, identity)

    def fits_make(self, nameplate: Nameplate) -> bool:
        """Whether all but the identity fits: what stations of one make have in common."""
        return (
            not self.opt_in
            and _fits(self.vendor, nameplate.vendor)
            and _fits(self.model, nameplate.model)
            and _fits(self.firmware, nameplate.firmware)
            and _fits(self.meter_type, nameplate.meter_type)
            and firmware.within(nameplate.firmware, self.firmware_from, self.firmware_before)
            and (not self.vendor_id or any(_fits(self.vendor_id, i) for i in nameplate.vendor_ids))
            and nameplate.keys.issuperset(self.keys)
            and (not self.behaviour or self.behaviour in nameplate.shown)
        )

    def evidence(self) -> tuple[str, ...]:
        """What it asks for, each with its name."""
        asked = msgspec.structs.asdict(self)
        return tuple(f"{name}={value}" for name, value in asked.items() if value)


EVERYONE = Match()


def _fits(glob: str | None, fact: str) -> bool:
    return not glob or (fact != "" and _pattern(glob).match(fact.casefold()) is not None)


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob.casefold()))
