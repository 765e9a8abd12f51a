"""What a quirk is: whose it is, how we know of it, and what mends it."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import msgspec

from vendor_quirks import firmware

Payload: TypeAlias = dict[str, Any]
Repair: TypeAlias = Callable[[Payload], int]  # mends in place, returns how many values it changed
TextRepair: TypeAlias = Callable[[bytes], bytes]
TargetRepair: TypeAlias = Callable[[str], str | None]  # None: not my fault to mend
ByAction: TypeAlias = dict[str, tuple[Repair, ...]]


class Nameplate(msgspec.Struct, frozen=True):
    """What a station told about itself so far. Empty means: not known (yet)."""

    identity: str
    version: str  # of OCPP: "1.6" or "2.0.1"
    vendor: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    path: str = ""  # request target of the handshake, before any repair


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Whose quirk it is. All that is named must fit; what is not yet known does not fit.

    Identity, vendor and model are globs, case aside. Firmware bounds are half-open.
    """

    identity: str | None = None
    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    firmware_from: str | None = None
    firmware_before: str | None = None
    opt_in: bool = False  # nothing that a station says tells it apart: only configuration can

    def __post_init__(self) -> None:
        for bound in (self.firmware_from, self.firmware_before):
            if bound is not None and firmware.read(bound) is None:
                raise ValueError(f"no firmware version: {bound!r}")

    def __call__(self, nameplate: Nameplate) -> bool:
        """Whether this station has the quirk, as far as its nameplate is known."""
        return self.fits_identity(nameplate.identity) and self.fits_make(nameplate)

    def fits_identity(self, identity: str) -> bool:
        """Whether the identity alone speaks for the quirk, or not against it."""
        return _fits(self.identity, identity)

    def fits_version(self, version: str) -> bool:
        """Whether the quirk was seen with this version of OCPP."""
        return not self.version or self.version == version

    def fits_make(self, nameplate: Nameplate) -> bool:
        """Whether all but the identity fits: what stations of one make have in common."""
        return (
            not self.opt_in
            and self.fits_version(nameplate.version)
            and _fits(self.vendor, nameplate.vendor)
            and _fits(self.model, nameplate.model)
            and firmware.within(nameplate.firmware, self.firmware_from, self.firmware_before)
        )


def _fits(glob: str | None, fact: str) -> bool:
    return not glob or (fact != "" and fnmatchcase(fact.casefold(), glob.casefold()))


class Retry(msgspec.Struct, frozen=True):
    """A CALL to repeat once without some fields, where it was refused or never answered."""

    action: str
    when: dict[str, Any]  # fields that the CALL must have, and their values
    without: tuple[str, ...]

    def changed(self, payload: Payload) -> Payload | None:
        """The payload to try next, or None where this CALL has no other form."""
        if any(payload.get(field) != value for field, value in self.when.items()):
            return None
        kept = {field: value for field, value in payload.items() if field not in self.without}
        return kept if len(kept) < len(payload) else None


class Quirk(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of one vendor: who has it, why it hurts, where it was seen, what mends it."""

    name: str  # "vendor.what-is-wrong"
    match: Match
    why: str
    seen: str
    handshake: TargetRepair | None = None  # of the request target, before the identity is taken
    raw_text: tuple[TextRepair, ...] = ()  # tried only on text that does not parse
    from_station: ByAction = {}  # by action of a CALL, "<Action>Response" of an answer
    to_station: ByAction = {}
    answer: tuple[Retry, ...] = ()
    prompt_boot_after: float | None = None  # seconds without BootNotification until we ask for it
