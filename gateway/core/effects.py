"""What the core wants done: the only language from the core to the rim."""

from typing import TypeAlias

import msgspec

from gateway.core.comparison.sessions import Part

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


class Paced(msgspec.Struct, frozen=True, gc=False):
    """How the station's own socket is treated from now on; None and "" as everybody's."""

    ping_interval: float | None
    no_ping: bool
    pong_required: bool
    close_style: str


class Lost(msgspec.Struct, frozen=True, gc=False):
    """A field was dropped, defaulted or guessed (translation rules, section 20).

    `action` is the message that was translated for or from `csms`; never with the value.
    """

    rule: str
    action: str
    field: str
    csms: str = ""


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Something that a leg sent was not carried on: `reason` is from a closed set."""

    leg: str
    reason: str
    detail: str


class Guarded(msgspec.Struct, frozen=True, gc=False):
    """A CSMS's command would have harmed the station, or taken it away. `detail` is no secret.

    `rule` is one of gateway.core.dangers, `outcome` is "refused" or "allowed" (by the options). Or
    names stood twice in it ("ambiguous"), and the station is told one of its meanings ("reworded").
    """

    rule: str
    action: str
    outcome: str
    detail: str


class Learn(msgspec.Struct, frozen=True, gc=False):
    """Hash a password that the station is about to be told, and say so to `Session.hashed`."""

    password: bytes


class Sample(msgspec.Struct, frozen=True, gc=False):
    """What was compared, as it was said: the payloads of the CALL and of both answers."""

    call: bytes
    primary: bytes
    shadow: bytes


class Compared(msgspec.Struct, frozen=True, gc=False):
    """A shadow's decision beside the primary's. `paths` are those that differ, or the reason.

    `kind` is "answer" (to a CALL of the station) or "command" (to the station). The seconds are
    those that each took to answer, and 0 where it did not.
    """

    csms: str
    action: str
    verdict: str
    severity: str
    paths: tuple[str, ...]
    rules: tuple[str, ...] = ()
    kind: str = "answer"
    primary_seconds: float = 0.0
    shadow_seconds: float = 0.0
    sample: Sample | None = None  # of what did not match


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """A leg told or took a part of a charging session; the station's leg is our own view."""

    leg: str
    part: Part


Effect: TypeAlias = (
    Send
    | Persist
    | Close
    | Dial
    | Mended
    | Paced
    | Lost
    | Refused
    | Guarded
    | Learn
    | Compared
    | Recorded
)
