"""CALLs that a station repeats until they are accepted."""

from typing import Any

import msgspec

from vendor_quirks.answers import Caller, Verdict, marked
from vendor_quirks.situation import Mark, Payload, Situation
from vendor_quirks.template import filled
from vendor_quirks.where import fits


class GiveUp(msgspec.Struct, frozen=True, kw_only=True):
    """A CALL that went on `times` times, each time the same: the next one is answered here.

    Whoever did not take it so often never will, and what is queued behind it has to go on.
    """

    action: str
    times: int
    key: tuple[str, ...]  # fields that make two CALLs the same
    of: Caller = "station"
    when: dict[str, Any] = {}
    response: dict[str, Any] = {}

    def heard(self, payload: Payload, known: Situation, message_id: str) -> Verdict | None:
        """The answer, once it was made often enough."""
        if not fits(self.when, payload, known):
            return None
        for turn in range(self.times):
            kind = f"turn {turn}"
            mark = marked(kind, self.of, self.action, self.key, payload, known)
            if mark not in known.marks:
                known.mark(mark, Mark(known.now))
                return None
        return Verdict(filled(self.response, payload, known))
