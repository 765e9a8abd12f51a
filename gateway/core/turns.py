"""Taking turns with a CSMS that hears one CALL at a time, of either side, and what follows from it.

Its own CALL goes first: ours wait until the station has answered it, and a moment longer. What it
refuses as untimely is said again. A station that wants an answer before it gives one would block
both for ever: what asks for no decision is therefore answered here after a while and delivered
when its turn comes, from its place in the line, and the rest is given up in time.
"""

from collections.abc import Iterator, Sized

from adapters import frame
from adapters.frame import Call, CallError, CallResult
from adapters.translation.conversation import Refusal
from gateway.core import plain_answers
from gateway.core.effects import Effect, Refused
from gateway.core.line import Alarm, Ask, Line, Owner
from gateway.core.route import Manners
from gateway.core.undelivered import Undelivered

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0  # seconds until what was untimely is said again
AGAIN_AFTER, LONGEST_AGAIN = 10.0, 600.0  # until a delivery that failed is tried again
TRIES = 10  # of a delivery that money depends on; others are tried once, as stations do
MOST = 24  # deliveries that may wait; a station is not read while more than 32 CALLs do


class Turn:
    """Owner of each CALL on such a line, between it and whoever asked."""

    __slots__ = ("failures", "first_id", "joined_at", "key", "not_before", "owner", "turns")

    def __init__(
        self, turns: "Turns", owner: Owner | None, first_id: str, joined_at: float = 0.0
    ) -> None:
        self.turns, self.first_id, self.joined_at = turns, first_id, joined_at
        self.owner = owner  # None: it has its answer, and the CALL is to be delivered
        self.key = ""  # of the record of what has to be delivered, if it is worth one
        self.failures, self.not_before = 0, 0.0

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        """The CSMS answered, or said that it is not the time."""
        turns = self.turns
        if isinstance(message, CallError) and message.code in turns.manners.busy_codes:
            turns.refused(ask, self)
            return
        turns.refusals = 0
        if self.owner is None:
            turns.delivered(ask, self, message)
            return
        if ask.message_id != self.first_id:
            ask.message_id = self.first_id
            text = frame.renamed(text, self.first_id, turns.line.version)
        self.owner.answered(ask, message, text)

    def given_up(self, ask: Ask, why: str) -> None:
        """No answer will come."""
        if self.owner is not None:
            ask.message_id = self.first_id
            self.owner.given_up(ask, why)
        elif why == "closed":
            self.turns.queue(ask)  # for the next connection, if this session has one
        else:
            self.turns.failed(ask, self)

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        """An answer came that nobody waited for any more."""
        if self.owner is not None:
            self.owner.late(ask, message)
        elif ask in self.turns.line.waiting:
            self.turns.line.waiting.remove(ask)
            self.turns.delivered(ask, self, message)


class Turns:
    """When the CSMS may be asked next, and what is done meanwhile. Pacing of its line."""

    def __init__(
        self,
        manners: Manners,
        line: Line,
        theirs: Sized,
        undelivered: Undelivered,
        out: list[Effect],
        alarm: Alarm,
        ids: Iterator[str],
    ) -> None:
        self.manners, self.line, self._theirs = manners, line, theirs
        self._undelivered, self._out, self._alarm, self._ids = undelivered, out, alarm, ids
        self.now = self._interrupted_at = self._free_at = self._again_at = 0.0
        self.refusals = 0  # in a row: it was not the time
        self._refused_since = 0.0
        for key, call in undelivered.recalled():
            turn = Turn(self, None, call.message_id)
            turn.key = key
            text = frame.emit_call(call.message_id, call.action, bytes(call.payload))
            self.queue(Ask(call.message_id, call.action, text, turn))

    # Pacing

    def next(self, waiting: list[Ask], now: float) -> Ask | None:
        """The first that may go now; wakes the session for the others."""
        if self._is_interrupted:
            return None
        at = max(self._free_at, self._again_at)
        if at > now:
            self._alarm.no_later_than(at)
            return None
        for ask in waiting:
            not_before = turn_of(ask).not_before
            if not_before <= now:
                return ask
            self._alarm.no_later_than(not_before)
        return None

    def joins(self, ask: Ask, waiting: list[Ask]) -> None:
        """A CALL comes to those that wait."""
        ask.owner = Turn(self, ask.owner, ask.message_id, self.now)

    def sent(self, ask: Ask, now: float) -> None:
        """A CALL went out."""

    def answered(self, now: float) -> None:
        """The CSMS answered, or will not."""
        self.now = now
        self._free_at = now + self.manners.turn_gap

    # The CSMS's own CALLs

    @property
    def _is_interrupted(self) -> bool:
        return self.manners.takes_turns and len(self._theirs) > 0

    def interrupted(self, now: float) -> None:
        """The CSMS asks something."""
        if len(self._theirs) == 1:
            self._interrupted_at = now
        self.watch(now)

    def resumed(self, now: float) -> None:
        """A CALL of the CSMS is answered."""
        if not self._theirs:
            self._free_at = max(self._free_at, now + self.manners.turn_gap)
            self._again_at = min(self._again_at, self._free_at)
            self._refused_since = now  # that was why
            self.line.go_on(now)

    def watch(self, now: float) -> None:
        """See to those that have waited for too long."""
        self.now = now
        current = self.line.open
        if self._is_interrupted and current is not None:
            self._relieve(current, max(current.sent_at, self._interrupted_at), now)
        if self._is_interrupted or self.refusals:
            for ask in tuple(self.line.waiting):
                if ask in self.line.waiting:
                    self._relieve(ask, turn_of(ask).joined_at, now)

    def _relieve(self, ask: Ask, since: float, now: float) -> None:
        """Do not let a CALL wait for ever. One that is under way has a deadline of its own."""
        turn = turn_of(ask)
        if turn.owner is None:
            return
        if self._can_stand_in(ask):
            at = since + self.manners.stand_in_after
            if at <= now:
                self._stand_in(ask, turn, now)
                return
        elif ask is not self.line.open:
            at = since + self.manners.refuse_after
            if at <= now:
                self.line.waiting.remove(ask)
                turn.given_up(ask, "timeout")
                return
        else:
            return
        self._alarm.no_later_than(at)

    # Answers in its place

    def _can_stand_in(self, ask: Ask) -> bool:
        line, call = self.line, frame.parse(ask.text)
        if not isinstance(call, Call):
            return False
        if not plain_answers.is_told(line.version, ask.action, call.payload):
            return False
        asked = line.waiting if line.open is None else [line.open, *line.waiting]
        return sum(turn_of(one).owner is None for one in asked) < MOST

    def _stand_in(self, ask: Ask, turn: Turn, now: float) -> None:
        """Answer a CALL, which stays where it is."""
        owner, turn.owner = turn.owner, None
        assert owner is not None, "it has no answer yet"
        if ask.action != plain_answers.HEARTBEAT:
            turn.key = self._undelivered.keep(ask.text)
        elif ask is not self.line.open and self._has_heartbeat(ask):
            self.line.waiting.remove(ask)  # one is as good as two
        asked = Ask(turn.first_id, ask.action, ask.text, owner, ask.context)
        self._undelivered.answer(asked, self.line.version, now)

    def _has_heartbeat(self, ask: Ask) -> bool:
        return any(
            one is not ask and one.action == ask.action and turn_of(one).owner is None
            for one in self.line.waiting
        )

    # What becomes of what was sent

    def refused(self, ask: Ask, turn: Turn) -> None:
        """It was not the time: the CALL goes again, before all others."""
        now, patience = self.now, self.manners.refuse_after
        self._out.append(Refused(self.line.leg, "busy", ask.action))
        self._refused_since = self._refused_since if self.refusals else now
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self.refusals, 10))
        self.refusals += 1
        self._again_at = now + pause
        if turn.owner is not None and now >= turn.joined_at + patience:
            turn.given_up(ask, "timeout")
        elif turn.owner is None and not self._theirs and now >= self._refused_since + patience:
            turn.not_before = now + AGAIN_AFTER  # others may have more luck
            self.queue(ask)
        else:
            self.queue(ask, 0)
        self.watch(now)

    def delivered(self, ask: Ask, turn: Turn, message: CallResult | CallError) -> None:
        """The CSMS has heard what was answered here."""
        if isinstance(message, CallResult):
            self._undelivered.drop(turn.key, "replayed")
        elif Refusal(message.code).is_transient:
            self.failed(ask, turn)
        else:
            self._undelivered.drop(turn.key, "dead_letter")

    def failed(self, ask: Ask, turn: Turn) -> None:
        """The CSMS did not hear it: others may pass while it waits, if it is tried again."""
        turn.failures += 1
        if ask.action not in plain_answers.MONEY or turn.failures >= TRIES:
            self._undelivered.drop(turn.key, "dead_letter")
            return
        pause = min(LONGEST_AGAIN, AGAIN_AFTER * 2.0 ** (turn.failures - 1))
        turn.not_before = self.now + pause
        self.queue(ask)

    def queue(self, ask: Ask, place: int | None = None) -> None:
        """Say a CALL (again): it is another one then, since an id is used once (OCPP-J)."""
        call = frame.parse(ask.text)
        assert isinstance(call, Call), "what is asked is a CALL"
        ask.message_id = next(self._ids)
        ask.text = frame.emit_call(ask.message_id, ask.action, bytes(call.payload))
        waiting = self.line.waiting
        waiting.insert(len(waiting) if place is None else place, ask)


def turn_of(ask: Ask) -> Turn:
    """Every CALL on such a line is in its turn's hands."""
    assert isinstance(ask.owner, Turn), "it came by the port"
    return ask.owner
