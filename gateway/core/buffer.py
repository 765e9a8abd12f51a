"""A relay's dealings with a CSMS that is away (`link_policy = "buffer"`, specification 19).

While it is away, and as long as something waits for it, CALLs are answered here and kept; when it
is back, they are told one after the other, each as an exchange of its own.
"""

from collections.abc import Callable

from adapters.payload import Payload
from adapters.translation import replay, stand_in
from adapters.translation.memory import Memory
from gateway.core.exchange import Exchange
from gateway.core.tally import Tally

KEPT_OUTAGES = 32


class Buffer:
    """What is kept for one CSMS, and told it later."""

    def __init__(
        self, csms: str, memory: Memory, tally: Tally, advance: Callable[[Exchange], None]
    ) -> None:
        self._csms, self._memory, self._tally, self._advance = csms, memory, tally, advance
        self.current: Exchange | None = None  # tells the entry whose turn it is
        self._is_looping = False

    def away(self, now: float) -> None:
        """The CSMS is gone."""
        self._memory.offline_since = now

    def back(self, now: float) -> None:
        """The CSMS is there (again)."""
        memory = self._memory
        memory.entries_waited = memory.station.next_journal_entry
        if not memory.offline_since:
            return
        memory.outages = [*memory.outages[1 - KEPT_OUTAGES :], (memory.offline_since, now)]
        memory.offline_since = 0.0
        memory.say_statuses_again()

    @property
    def is_away(self) -> bool:
        """Whether the CSMS cannot be asked."""
        return self._memory.offline_since > 0

    def takes(self, exchange: Exchange, request: Payload) -> bool:
        """Whether a derived CALL must wait for the CSMS, or behind what waits for it."""
        if self._memory.offline_since > 0:
            return exchange is not self.current
        waits = bool(self._memory.journal) and isinstance(request, stand_in.IN_ORDER)
        return waits and exchange is not self.current

    def answer(self, request: Payload, action: str) -> Payload:
        """What a derived CALL is answered in the CSMS's place. Raises Refusal."""
        try:
            return stand_in.answer(request, action, self._memory)
        finally:
            self._count()

    def held(self, call: Payload) -> Payload | None:
        """The answer to what a 2.0.1 station said, if that is kept as it is. Raises Refusal."""
        if not (self._memory.offline_since > 0 or self._memory.journal):
            return None
        try:
            return stand_in.held(call, self._memory)
        finally:
            self._count()

    def tell(self) -> None:
        """Go on telling the CSMS what waits, as far as it goes without an answer."""
        if self._is_looping or self.current is not None:
            return
        memory, self._is_looping = self._memory, True
        while memory.journal and not self.is_away and self.current is None:
            entry = replay.first(memory)
            self.current = Exchange(replay.told(entry, memory), action=entry.action)
            self._advance(self.current)
        self._is_looping = False

    def told(self) -> None:
        """The current entry has come to its end."""
        self.current = None
        self._count()

    def _count(self) -> None:
        counts, self._memory.journal_counts = self._memory.journal_counts, {}
        for what, count in counts.items():
            self._tally.journal[self._csms, what] += count
