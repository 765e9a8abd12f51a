"""What the core wants done: the only language from the core to the rim."""

from typing import TypeAlias

import msgspec

STATION = "station"  # the name of the station's leg; every other leg bears its CSMS's name


class Send(msgspec.Struct, frozen=True, gc=False):
    """Send one OCPP-J text to a leg."""

    leg: str
    text: bytes


class Persist(msgspec.Struct, frozen=True):
    """Make records durable. With `wait`, what follows in this session waits for it.

    `owner` is the CSMS whose relay remembers; None as a value removes the record.
    """

    owner: str
    records: dict[str, bytes | None]
    wait: bool = True


class Close(msgspec.Struct, frozen=True, gc=False):
    """Close a leg with this WebSocket code (RFC 6455 section 7.4)."""

    leg: str
    code: int
    reason: str


class Dial(msgspec.Struct, frozen=True, gc=False):
    """Open a leg to this CSMS again, with back-off, until it is open or the session ends."""

    leg: str


class Mended(msgspec.Struct, frozen=True, gc=False):
    """A quirk mended so many values of a message."""

    quirk: str
    action: str
    count: int


class Lost(msgspec.Struct, frozen=True, gc=False):
    """A field was dropped, defaulted or guessed (translation rules, section 20)."""

    rule: str
    action: str
    field: str


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Something that a leg sent was not carried on: `reason` is from a closed set."""

    leg: str
    reason: str
    detail: str


class Compared(msgspec.Struct, frozen=True, gc=False):
    """A shadow's decision beside the primary's. `paths` are those that differ."""

    csms: str
    action: str
    verdict: str
    severity: str
    paths: tuple[str, ...]


Effect: TypeAlias = Send | Persist | Close | Dial | Mended | Lost | Refused | Compared
