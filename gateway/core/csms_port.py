"""The end of a CSMS, and of one that has manners of its own."""

from collections.abc import Iterator
from math import inf

import msgspec

from adapters.frame import Call
from gateway.core.effects import Effect
from gateway.core.line import Alarm, Ask, Line, Owner
from gateway.core.port import LegPort
from gateway.core.route import PLAIN, Manners
from gateway.core.tally import Tally
from gateway.core.turns import Turns, turn_of
from gateway.core.undelivered import Undelivered, kept_in


class MannersPort(LegPort):
    """What is said to a CSMS in its turn, and what it never hears of."""

    def __init__(
        self,
        manners: Manners,
        line: Line,
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
        ids: Iterator[str],
        stored: dict[str, bytes],
    ) -> None:
        super().__init__(line, out, tally)
        self._here = manners.answer_here
        self._undelivered = Undelivered(line.leg, line.version, out, tally, stored)
        self.turns = Turns(manners, line, self.heard, self._undelivered, out, alarm, ids)
        line.pacer = self.turns

    def hear(self, call: Call, action: str) -> bool:
        """Note a CALL: it is the CSMS's turn."""
        if not super().hear(call, action):
            return False
        self.turns.interrupted(self.now)
        return True

    def ask(self, ask: Ask) -> None:
        """Send a CALL when its turn comes, or answer it here."""
        if ask.action in self._here:
            self._undelivered.answer(ask, self.line.version, self.now)
            return
        self.turns.now = self.now
        super().ask(ask)
        self.turns.watch(self.now)

    @property
    def stands_in(self) -> bool:
        """Whether this moment's answer is not the CSMS's."""
        return self._undelivered.is_speaking

    def _asker(self, ask: Ask) -> Owner | None:
        """Who waits for its answer; nobody, if it has been answered here."""
        return turn_of(ask).owner

    def answer(self, message_id: str, text: bytes) -> None:
        """Answer a CALL; then it may be our turn."""
        super().answer(message_id, text)
        self.turns.resumed(self.now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        self.turns.watch(now)
        self.line.go_on(now)


def shadow_port(
    manners: Manners, line: Line, out: list[Effect], tally: Tally, alarm: Alarm, ids: Iterator[str]
) -> LegPort:
    """The end of a shadow: no station waits for it, so nothing is answered before its turn."""
    if manners != PLAIN:
        manners = msgspec.structs.replace(manners, stand_in_after=inf)
    return csms_port(manners, line, out, tally, alarm, ids, {})


def csms_port(
    manners: Manners,
    line: Line,
    out: list[Effect],
    tally: Tally,
    alarm: Alarm,
    ids: Iterator[str],
    stored: dict[str, bytes],
) -> LegPort:
    """The end of a primary: a plain one, unless something is asked of it or left over."""
    if manners == PLAIN and not kept_in(stored):
        return LegPort(line, out, tally)
    return MannersPort(manners, line, out, tally, alarm, ids, stored)
