"""Where a shadow's commands end: answered in the station's place, held against the primary's."""

from typing import Any

import msgspec

from adapters import frame
from adapters.frame import Call, CallError, CallResult, Version
from adapters.payload import decoder
from gateway.core.comparison.answers import BROKEN
from gateway.core.comparison.commands import Command, Paired, Window
from gateway.core.comparison.rules import Setting
from gateway.core.exchange import Exchange
from gateway.core.line import Alarm, Ask
from gateway.core.prompting import Unheeded
from gateway.core.redaction import redacted_secrets
from gateway.core.route import Shadowing
from gateway.core.shadows import virtual
from gateway.core.shadows.ids import Ids
from gateway.core.shadows.judge import Judge
from gateway.core.shadows.seen import Seen

HELD = 16  # commands of a shadow that wait for the primary's; more are declined at once
OBEYED = 16  # answers of the station that a shadow's later command may get
_decode = decoder(dict[str, Any]).decode


def commanded(version: Version, ask: Ask, at: float) -> Command | None:
    """The command of a CSMS in a CALL to the station; None for what is not one, or is our own."""
    context = ask.context
    if isinstance(context, tuple) and isinstance(context[0], Exchange) and context[0].side is None:
        return None  # the translation wants to know something
    if isinstance(ask.owner, Unheeded):
        return None
    call = frame.parse(ask.text)
    assert isinstance(call, Call), "what is asked is a CALL"
    try:
        fields = _decode(call.payload)
    except BROKEN:
        return None
    return Command(version, call.action, fields, bytes(call.payload), at)


class Desk:
    """The commands of one shadow, and those of the primary as far as they may be the same."""

    __slots__ = ("_alarm", "_held", "_ids", "_judge", "_obeyed", "_plan", "_seen", "_window")

    def __init__(
        self, plan: Shadowing, setting: Setting, seen: Seen, ids: Ids, judge: Judge, alarm: Alarm
    ) -> None:
        self._plan, self._seen, self._ids, self._judge, self._alarm = plan, seen, ids, judge, alarm
        self._window = Window(plan.pair_within, setting)
        self._held: list[tuple[Ask, Command]] = []
        self._obeyed: list[tuple[Command, CallResult | CallError]] = []

    def primary_asked(self, command: Command) -> None:
        """The primary commands the station."""
        self._heard(command, of_shadow=False)

    def obeyed(self, command: Command, message: CallResult | CallError) -> None:
        """The station answered the primary: so are those answered who wait for the same."""
        key = command.key
        held, self._held = self._held, []
        for ask, wanted in held:
            if wanted.key == key:
                self._reply(ask, message)
            else:
                self._held.append((ask, wanted))
        self._obeyed = [*self._obeyed[1 - OBEYED :], (command, message)]

    def wanted(self, ask: Ask, now: float) -> None:
        """The shadow commands a station that it does not have."""
        version = self._seen.version
        command = commanded(version, ask, now)
        if command is None:
            self._decline(ask)
            return
        if "transactionId" in command.fields and version == "1.6":
            command.fields["transactionId"] = self._ids.ours(command.fields["transactionId"])
        self._heard(command, of_shadow=True)
        if self._plan.policy(ask.action) != "replay-primary":
            self._decline(ask)
            return
        for before, message in self._obeyed:
            if before.key == command.key and now - before.at <= self._plan.replay_within:
                self._reply(ask, message)
                return
        if len(self._held) >= HELD:
            self._decline(ask)
            return
        self._held.append((ask, command))
        self._alarm.no_later_than(now + self._plan.replay_within)

    def tick(self, now: float) -> None:
        """Give up waiting."""
        for paired in self._window.expired(now):
            self._judged(paired)
        due = [ask for ask, command in self._held if self._ends(command) <= now]
        self._held = [row for row in self._held if self._ends(row[1]) > now]
        for ask in due:
            self._decline(ask)
        for _, command in self._held:
            self._alarm.no_later_than(self._ends(command))
        if self._window.due < float("inf"):
            self._alarm.no_later_than(self._window.due)

    def closed(self) -> None:
        """Nobody waits for an answer any more, and nothing more is wanted."""
        self._held.clear()
        for paired in self._window.closed():
            self._judged(paired)

    def _ends(self, command: Command) -> float:
        return command.at + self._plan.replay_within

    def _heard(self, command: Command, *, of_shadow: bool) -> None:
        for part in command.parts:
            paired = self._window.heard(part, of_shadow=of_shadow)
            if paired is None:
                self._alarm.no_later_than(self._window.due)
            else:
                self._judged(paired)

    def _judged(self, paired: Paired) -> None:
        """Count a pair; what both call the same thing is learnt."""
        self._judge.commanded(paired)
        if paired.primary is not None and paired.shadow is not None:
            self._ids.paired(paired.primary, paired.shadow)

    def _decline(self, ask: Ask) -> None:
        """Answer as the virtual station does."""
        call = frame.parse(ask.text)
        assert isinstance(call, Call), "what is asked is a CALL"
        message = virtual.answer(self._seen, call, self._plan.policy(ask.action))
        ask.owner.answered(ask, message, virtual.emit(self._seen.version, message))

    def _reply(self, ask: Ask, message: CallResult | CallError) -> None:
        """Answer as the real station answered the primary, without its secrets."""
        again: CallResult | CallError
        if isinstance(message, CallError):
            again = CallError(ask.message_id, message.code, message.description)
        else:
            payload = redacted_secrets(bytes(message.payload))
            again = CallResult(ask.message_id, msgspec.Raw(payload))
        ask.owner.answered(ask, again, virtual.emit(self._seen.version, again))
