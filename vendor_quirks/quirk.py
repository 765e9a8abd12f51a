"""What a quirk is: whose it is, how we know of it, and what mends it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from vendor_quirks.answers import Here
from vendor_quirks.command import Command, Retry
from vendor_quirks.match import Match, Nameplate
from vendor_quirks.pace import NO_PACE, Pace
from vendor_quirks.situation import Fact, Payload, Situation

__all__ = [
    "ByAction",
    "Match",
    "Nameplate",
    "Payload",
    "Quirk",
    "Repair",
    "Retry",
    "both",
    "merged",
]

# Mends in place, returns how many values it changed.
Repair: TypeAlias = Callable[[Payload, Situation], int]
TextRepair: TypeAlias = Callable[[bytes], bytes]  # an empty text: the message is dropped
EnvelopeRepair: TypeAlias = Callable[[list[Any], str], bool]  # the frame, and the id that is open
TargetRepair: TypeAlias = Callable[[str], str | None]  # None: not my fault to mend
ByAction: TypeAlias = Mapping[str, tuple[Repair, ...]]


class Quirk(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of one make: who has it, why it hurts, where it was seen, what mends it."""

    name: str  # "vendor.what-is-wrong"; "shared.": everyone's; "csms.": a CSMS's
    match: Match | tuple[Match, ...]  # any one of several
    why: str
    seen: str
    version: Literal["", "1.6", "2.0.1"] = ""  # of OCPP that whoever has it speaks; "": both
    catalogue: tuple[str, ...] = ()  # the known misbehaviours that it mends, by their ids
    confidence: Literal["high", "medium", "low"] = "high"
    lossy: bool = False  # whether something that was said gets lost
    side: Literal["station", "csms"] = "station"  # whose fault it is
    untranslated: bool = False  # only between equal versions: the translation has its own way

    handshake: TargetRepair | None = None  # of the request target, before the identity is taken
    raw_text: tuple[TextRepair, ...] = ()  # tried only on text that does not parse
    envelope: tuple[EnvelopeRepair, ...] = ()  # tried only on JSON that is no frame
    # By action of a CALL, "<Action>Response" of an answer. In the sender's or reader's version.
    from_station: ByAction = {}
    to_station: ByAction = {}
    from_csms: ByAction = {}
    to_csms: ByAction = {}
    command: tuple[Command, ...] = ()  # CALLs to the station that are had in another form
    answer_here: tuple[Here, ...] = ()  # CALLs of either side that do not go on
    timing: Pace = NO_PACE
    needs: frozenset[Fact] = frozenset()  # of the situation, beyond what its parts say themselves
    signs: tuple[bytes, ...] = ()  # shared only: bytes of a payload without which it has no fault

    @property
    def matches(self) -> tuple[Match, ...]:
        """Whose it is, in every way to tell."""
        return self.match if isinstance(self.match, tuple) else (self.match,)

    @property
    def is_shared(self) -> bool:
        """Whether it is everyone's."""
        return self.name.startswith("shared.")

    @property
    def is_default(self) -> bool:
        """Whether it may act without being asked for: a loss on weak evidence may not."""
        return not (self.lossy and self.confidence != "high")

    def fits_version(self, version: str) -> bool:
        """Whether the quirk was seen with this version of OCPP."""
        return not self.version or self.version == version


def merged(*tables: ByAction) -> ByAction:
    """Several tables as one, in their order."""
    found: dict[str, tuple[Repair, ...]] = {}
    for table in tables:
        for action, repairs in table.items():
            found[action] = (*found.get(action, ()), *repairs)
    return found


def both(actions: Iterable[str], *repairs: Repair) -> ByAction:
    """The same repairs for several actions."""
    return dict.fromkeys(actions, repairs)
