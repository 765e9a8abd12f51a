"""Optional features of 1.6: tried once, and known to be absent for a day (specification 1.9, 4)."""

from collections.abc import Generator
from typing import Any, Literal, TypeAlias

from adapters.payload import Payload
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.options import Capability
from adapters.translation.scalars import A_DAY

Feature: TypeAlias = Literal["security_ext", "pnc"]


def _setting(feature: Feature, memory: Memory) -> Capability:
    options = memory.options
    return options.security_ext if feature == "security_ext" else options.pnc


def is_wanted(feature: Feature, memory: Memory) -> bool:
    """Whether the 1.6 peer has this feature, or may have it."""
    setting = _setting(feature, memory)
    if setting != "auto":
        return setting == "on"
    noted = memory.station.absent.get(feature)
    return noted is None or memory.now - noted >= A_DAY


def note_absent(feature: Feature, memory: Memory) -> None:
    """The peer said that it lacks this feature."""
    known = memory.station
    known.absent = {**known.absent, feature: memory.now}
    memory.touch(known)


def attempt(feature: Feature, request: Payload, memory: Memory) -> Generator[Step, Any, Any]:
    """The answer to a request that belongs to a feature; None if the peer lacks it."""
    if not is_wanted(feature, memory):
        return None
    try:
        return (yield request)
    except Refusal as refusal:
        if not refusal.means_absent or _setting(feature, memory) == "on":
            raise
        note_absent(feature, memory)
        return None
