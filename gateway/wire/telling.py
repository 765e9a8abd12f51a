"""What is told of a session in the log, so often that it can be read and never a flood."""

from typing import Protocol

import structlog

from gateway.core.ambiguity import has_names_twice
from gateway.core.conversations import PAIRINGS
from gateway.core.effects import Lost
from gateway.core.route import Route
from gateway.wire.connection import INSPECT_EVERY, Connection, Watch


class Told(Protocol):
    """A session, as far as lines of the log name it."""

    identity: str
    route: Route

    @property
    def log(self) -> structlog.typing.FilteringBoundLogger:
        """Where its lines go."""
        ...


def tell_lost(of: Told, effect: Lost, shared: Watch) -> None:
    """Something was lost in translation: told with what it was called, never what it was."""
    now, rule = shared.clock(), effect.rule
    count = shared.losses.add(of.identity, rule, now)
    if count and shared.alarms.spares(rule, now):
        shared.losses.told(of.identity, rule, now)
        of.log.info(
            "lost in translation",
            rule=rule, pairing=PAIRINGS[of.route.version], action=effect.action,
            field=effect.field, csms=effect.csms, count=count,
        )  # fmt: skip


def inspect(of: Told, origin: Connection, text: bytes, shared: Watch, now: float) -> None:
    """One message in a while: does a name stand twice in it? It goes on all the same."""
    shared.inspect_at = now + INSPECT_EVERY
    if has_names_twice(text):
        shared.tally.ambiguous[origin.role,] += 1
        if shared.alarms.spares("ambiguous", now):
            of.log.warning("ambiguous message", leg=origin.leg)
