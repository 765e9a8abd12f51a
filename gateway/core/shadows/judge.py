"""What becomes of each exchange that a shadow should have taken part in: its verdict, counted."""

from collections.abc import Iterable, Mapping

from adapters.frame import CallError, CallResult
from adapters.translation.records import NOTHING
from gateway.core.comparison.answers import SILENT, Answer, Outcome, compared
from gateway.core.comparison.commands import Command, Paired
from gateway.core.comparison.rules import Setting
from gateway.core.effects import Compared, Effect, Sample
from gateway.core.shadows.outbox import Pair
from gateway.core.shadows.seen import Heard
from gateway.core.tally import Tally

MOST_GAPS = 128  # transactions that a shadow missed something of
# Decisions that depend on what was heard of a transaction before.
STATEFUL = frozenset({"Authorize", "MeterValues", "StopTransaction", "TransactionEvent"})
EMPTY = b"null"
# Stands for those whose end was missed, until another begins or ends; longer than any name is.
ENDED_UNHEARD = "(transactions that ended without its knowing)"


class Judge:
    """Gives verdicts for one shadow; knows of which transactions it missed something."""

    __slots__ = ("_name", "_out", "_setting", "_tally", "gaps")

    def __init__(self, name: str, setting: Setting, out: list[Effect], tally: Tally) -> None:
        self._name, self._setting, self._out, self._tally = name, setting, out, tally
        # Transaction -> messages missed; the oldest first
        self.gaps: Mapping[str, int] = NOTHING

    def compare(self, pair: Pair) -> None:
        """Both have answered."""
        primary, shadow, heard = pair.primary, pair.shadow, pair.heard
        assert primary is not None, "a pair is compared when both have answered"
        assert shadow is not None, "a pair is compared when both have answered"
        outcome = compared(heard.action, primary, shadow, self._setting)
        if outcome.verdict in ("mismatched", "shadow_error") and self._has_missed(heard):
            outcome = Outcome("not_comparable", "S3", ("gap",))
        if heard.begins or heard.ends:
            self._are_over(heard.transaction, ENDED_UNHEARD)
        self._say(pair, outcome)

    def _are_over(self, *names: str) -> None:
        if self.gaps:
            self.gaps = {of: n for of, n in self.gaps.items() if of not in names} or NOTHING

    def _has_missed(self, heard: Heard) -> bool:
        if not self.gaps or heard.action not in STATEFUL:
            return False
        return heard.action == "Authorize" or heard.transaction in self.gaps

    def unanswered(self, pair: Pair) -> None:
        """The shadow said nothing in time."""
        if pair.heard.ends:
            self._are_over(pair.heard.transaction)
        self._say(pair, Outcome("unanswered", "S2", (SILENT,)))

    def missed(self, heard: Heard, reason: str, running: Iterable[str]) -> None:
        """The shadow did not hear it; from here until they end, transactions are not comparable."""
        gaps = {**self.gaps}
        for transaction in running:
            gaps.setdefault(transaction, 0)
        if heard.ends:
            gaps.pop(heard.transaction, None)
            gaps[ENDED_UNHEARD] = 1
        elif heard.transaction:
            gaps[heard.transaction] = gaps.get(heard.transaction, 0) + 1
        while len(gaps) > MOST_GAPS:
            del gaps[next(iter(gaps))]
        self.gaps = gaps
        self._tell(heard.action, Outcome("not_comparable", "S3", (reason,)))

    def not_comparable(self, heard: Heard, reason: str) -> None:
        """It makes no sense to compare this one."""
        self._tell(heard.action, Outcome("not_comparable", "S3", (reason,)))

    def commanded(self, paired: Paired) -> None:
        """A command that both gave, or one of them alone."""
        outcome, primary, shadow = paired.outcome, paired.primary, paired.shadow
        sample = None
        if outcome.verdict == "mismatched":
            sample = Sample(EMPTY, _shown(primary), _shown(shadow))
        self._tally.command_pairs[self._name, paired.action, outcome.verdict] += 1
        self._out.append(
            Compared(self._name, paired.action, *outcome, kind="command", sample=sample)
        )

    def _say(self, pair: Pair, outcome: Outcome) -> None:
        primary, shadow, heard = pair.primary, pair.shadow, pair.heard
        verdict, severity = outcome.verdict, outcome.severity
        sample = None
        if verdict not in ("matched", "ignored", "not_comparable"):
            sample = Sample(bytes(heard.call.payload), _told(primary), _told(shadow))
        self._tally.comparisons[self._name, heard.action, verdict, severity] += 1
        self._out.append(
            Compared(
                self._name, heard.action, verdict, severity, outcome.paths, outcome.rules, "answer",
                0.0 if primary is None else primary.at - heard.at,
                0.0 if shadow is None else shadow.at - pair.sent_at,
                sample,
            )
        )  # fmt: skip

    def _tell(self, action: str, outcome: Outcome) -> None:
        self._tally.comparisons[self._name, action, outcome.verdict, outcome.severity] += 1
        self._out.append(Compared(self._name, action, *outcome))


def _told(answer: Answer | None) -> bytes:
    """An answer as the evidence shows it."""
    if answer is None:
        return EMPTY
    return shown(answer.message)


def shown(message: CallResult | CallError) -> bytes:
    """A message's payload; of a CALLERROR its code, as an object."""
    if isinstance(message, CallError):
        return b'{"CALLERROR":"%b"}' % message.code.encode("ascii", "replace")[:40].replace(
            b'"', b""
        )
    return bytes(message.payload)


def _shown(command: Command | None) -> bytes:
    return EMPTY if command is None else command.payload
