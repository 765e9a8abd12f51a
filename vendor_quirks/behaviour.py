"""What a station does that tells it apart where no string does: counted, named, remembered."""

from typing import Any, Literal, TypeAlias

import msgspec

from vendor_quirks.situation import Payload, Situation
from vendor_quirks.where import fits

Event: TypeAlias = Literal["called", "refused", "unanswered", "answered"]
TIMES_KEPT = 32


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a station did so many times within so many seconds."""

    name: str
    event: Event  # it called, or it refused, left unanswered or answered a CALL
    action: str  # of the CALL
    times: int = 1
    within: float = 86400.0
    when: dict[str, Any] = {}  # of the CALL's payload; of the answer's where it answered


BEHAVIOURS = (
    Behaviour(
        name="boots-in-a-loop",
        event="called",
        action="BootNotification",
        times=5,
        within=300.0,
    ),
    Behaviour(
        name="floods-diagnostics-status",
        event="called",
        action="DiagnosticsStatusNotification",
        times=6,
        within=30.0,
        when={"status": "Uploading"},
    ),
    Behaviour(
        name="leaves-boot-trigger-unanswered",
        event="unanswered",
        action="TriggerMessage",
        times=2,
        when={"requestedMessage": "BootNotification"},
    ),
    Behaviour(
        name="refuses-meter-trigger",
        event="answered",
        action="TriggerMessage",
        times=3,
        when={"status": ("Rejected", "NotImplemented")},
    ),
    Behaviour(
        name="leaves-getconfiguration-unanswered",
        event="unanswered",
        action="GetConfiguration",
        times=2,
        when={"key": None},  # everything: asked for some keys by name it may well answer
    ),
)


def shown(
    watched: tuple[Behaviour, ...], event: Event, action: str, payload: Payload, known: Situation
) -> frozenset[str]:
    """The behaviours that are complete with this event."""
    found = set()
    for one in watched:
        if one.event != event or one.action != action or not fits(one.when, payload, known):
            continue
        seen = known.events.setdefault(one.name, [])
        seen.append(known.now)
        del seen[:-TIMES_KEPT]
        if sum(known.now - at <= one.within for at in seen) >= one.times:
            found.add(one.name)
    return frozenset(found)
