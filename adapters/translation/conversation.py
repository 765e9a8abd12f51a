"""What one CALL becomes on the other side: a generator, and the steps it may yield.

A conversation yields a request and is resumed with its response; the request's own version says
which leg it is for. It returns the response to the CALL that began it. A negative answer, a
timeout or a lost leg is thrown into it as `Refusal`, so that it can tidy what it remembers. What
has to be said after the answer is left in `memory.follow_ups`.
"""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias

import msgspec

from adapters.frame import Version
from adapters.payload import Payload
from adapters.translation.memory import Memory


class Start(msgspec.Struct, frozen=True):
    """Begin another conversation beside this one; nobody waits for it."""

    conversation: "Conversation"


class Wait(msgspec.Struct, frozen=True, gc=False):
    """Be resumed with True when `event` is signalled in the memory, with False after `seconds`."""

    event: str
    seconds: float


class Refusal(Exception):
    """A request that got no CALLRESULT. `code` is "timeout" or "closed" where no peer spoke."""

    TRANSIENT = frozenset({"InternalError", "GenericError", "SecurityError", "timeout", "closed"})
    ABSENT = frozenset({"NotImplemented", "NotSupported"})

    def __init__(self, code: str, description: str = "", details: bytes = b"{}") -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.details = code, description, details

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed later (specification 1.5)."""
        return self.code in self.TRANSIENT

    @property
    def means_absent(self) -> bool:
        """Whether the peer says that it does not know this action at all."""
        return self.code in self.ABSENT


Step: TypeAlias = Payload | Start | Wait
Conversation: TypeAlias = Generator[Step, Any, Payload | None]
Translation: TypeAlias = Callable[[Any, Memory], Conversation]


class Untranslatable(msgspec.Struct, frozen=True):
    """An action without counterpart: why, and what is answered instead (specification 1.9)."""

    why: str
    answer: Callable[[Any], Payload] | str  # a response, or the code of a CALLERROR
    rule: str = ""  # the loss that is counted, if anything is lost by it


Entry: TypeAlias = Translation | Untranslatable
Table: TypeAlias = dict[tuple[Version, str], Entry]  # (version of the sender, action)
