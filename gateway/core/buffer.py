"""A relay's dealings with a CSMS that is away (`link_policy = "buffer"`, specification 19).

While it is away, and as long as something waits for it, CALLs are answered here and kept; when it
is back, they are told one after the other, each as an exchange of its own.
"""

from collections.abc import Callable

from adapters.payload import Payload
from adapters.translation import replay, stand_in
from adapters.translation.conversation import Refusal
from adapters.translation.memory import Memory
from gateway.core.exchange import Exchange
from gateway.core.tally import Tally

KEPT_OUTAGES = 32


class Buffer:
    """What is kept for one CSMS, and told it later."""

    def __init__(
        self, csms: str, memory: Memory, tally: Tally, advance: Callable[..., None]
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
        memory.outages = (*memory.outages[1 - KEPT_OUTAGES :], (memory.offline_since, now))
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

    def stand_in(self, exchange: Exchange, request: Payload) -> None:
        """Answer a derived CALL in the CSMS's place, and have its conversation go on."""
        try:
            response = self._answer(request, exchange.action)
        except Refusal as refusal:
            self._advance(exchange, error=refusal)
        else:
            self._advance(exchange, response)

    def held(self, call: Payload) -> Payload | None:
        """The answer to what a 2.0.1 station said, if that is kept as it is. Raises Refusal."""
        if not (self._memory.offline_since > 0 or self._memory.journal):
            return None
        try:
            return stand_in.held(call, self._memory)
        finally:
            self._count()

    def went_on(self, exchange: Exchange) -> None:
        """A conversation came to its end: perhaps the next of what waits can be told."""
        if exchange is self.current:
            self.current = None
            self._count()
        elif exchange.side is not None and exchange.action == "BootNotification":
            self._memory.signal(replay.GO_ON)
        self.tell()

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

    def _count(self) -> None:
        counts, self._memory.journal_counts = self._memory.journal_counts, {}
        for what, count in counts.items():
            self._tally.journal[self._csms, what] += count

    def _answer(self, request: Payload, action: str) -> Payload:
        try:
            return stand_in.answer(request, action, self._memory)
        finally:
            self._count()
