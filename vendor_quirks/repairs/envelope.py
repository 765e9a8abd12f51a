"""The list around a payload. Tried on a message that is JSON and no frame, or has no object in it.

Each takes the decoded list, and mends it in place; true where it did.
"""

from typing import Any

import msgspec

CALL, RESULT, ERROR = 2, 3, 4


class NullPayload(msgspec.Struct, frozen=True):
    """An empty payload that came as null."""

    def __call__(self, frame: list[Any], open_id: str) -> bool:
        at = {CALL: 3, RESULT: 2}.get(_kind(frame), 0)
        if not at or len(frame) != at + 1 or frame[at] is not None:
            return False
        frame[at] = {}
        return True


class PadError(msgspec.Struct, frozen=True):
    """A CALLERROR without description or details, or with details that are no object."""

    def __call__(self, frame: list[Any], open_id: str) -> bool:
        if _kind(frame) != ERROR or not 3 <= len(frame) <= 5:
            return False
        before = list(frame)
        if len(frame) == 4 and isinstance(frame[3], dict):
            frame.insert(3, "")
        frame.extend(["", {}][len(frame) - 3 :])
        frame[3] = frame[3] if isinstance(frame[3], str) else ""
        if not isinstance(frame[4], dict):
            frame[4] = {"details": frame[4]} if frame[4] else {}
        return frame != before


class ResultWithAction(msgspec.Struct, frozen=True):
    """A CALLRESULT that names the action, as only a CALL does."""

    def __call__(self, frame: list[Any], open_id: str) -> bool:
        if _kind(frame) != RESULT or len(frame) != 4:
            return False
        if not isinstance(frame[2], str) or not isinstance(frame[3], dict):
            return False
        del frame[2]
        return True


class CallOfAnotherType(msgspec.Struct, frozen=True):
    """A CALL in all but its message type."""

    types: tuple[int, ...] = (0, 1)

    def __call__(self, frame: list[Any], open_id: str) -> bool:
        if len(frame) != 4 or _kind(frame) not in self.types:
            return False
        if not isinstance(frame[2], str) or not isinstance(frame[3], dict):
            return False
        frame[0] = CALL
        return True


class NumberAsId(msgspec.Struct, frozen=True):
    """A message id that is a number; whoever answers says it as one again."""

    def __call__(self, frame: list[Any], open_id: str) -> bool:
        if len(frame) < 3 or not isinstance(frame[1], int) or isinstance(frame[1], bool):
            return False
        if abs(frame[1]) > 2**63:
            return False
        frame[1] = str(frame[1])
        return True


class EmptyId(msgspec.Struct, frozen=True):
    """An answer without message id: it is to the one CALL that is open."""

    def __call__(self, frame: list[Any], open_id: str) -> bool:
        if _kind(frame) not in (RESULT, ERROR) or len(frame) < 3 or not open_id:
            return False
        if frame[1] not in ("", None):
            return False
        frame[1] = open_id
        return True


def _kind(frame: list[Any]) -> int:
    kind = frame[0] if frame else None
    return kind if isinstance(kind, int) and not isinstance(kind, bool) else -1
