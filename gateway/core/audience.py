"""All shadows of a session. What goes wrong in one of them ends that one, and nothing else."""

from collections.abc import Callable, Iterable

from adapters.frame import Call
from gateway.core.effects import Close, Effect, Persist, Refused
from gateway.core.shadow import Shadow
from gateway.core.tally import Tally

INTERNAL_ERROR = 1011  # RFC 6455 section 7.4.1


class Audience:
    """The shadows that hear a station. Listener of what it is answered."""

    def __init__(self, shadows: Iterable[Shadow], out: list[Effect], tally: Tally) -> None:
        self._shadows = {shadow.name: shadow for shadow in shadows}
        self.names = frozenset(self._shadows)
        self._out, self._tally = out, tally

    def station_called(self, call: Call, action: str, now: float) -> None:
        """The station says something."""
        self._each(lambda shadow: shadow.station_called(call, action, now))

    def go_on(self) -> None:
        """The primary has been given it; now each shadow may take it."""
        self._each(Shadow.go_on)

    def primary_answered(self, message_id: str, text: bytes) -> None:
        """What the primary decided."""
        self._each(lambda shadow: shadow.primary_answered(message_id, text))

    def hear(self, name: str, text: bytes, now: float) -> None:
        """One text message of a shadow CSMS."""
        self._one(name, lambda shadow: shadow.hear(text, now))

    def opened(self, name: str, now: float) -> None:
        """A shadow's leg is open."""
        self._one(name, lambda shadow: shadow.opened(now))

    def closed(self, name: str, now: float) -> None:
        """A shadow's leg is gone."""
        self._one(name, lambda shadow: shadow.closed(now))

    def end(self, now: float) -> None:
        """The session is over."""
        self._each(lambda shadow: shadow.closed(now))

    def tick(self, now: float) -> None:
        """Do what is due."""
        self._each(lambda shadow: shadow.tick(now))

    def changes(self) -> list[Effect]:
        """What the shadows' memories have to keep; nobody waits for it."""
        found: list[Effect] = []
        for name, shadow in self._shadows.items():
            if records := shadow.take_changes():
                found.append(Persist(name, records, wait=False))
        return found

    def _one(self, name: str, do: Callable[[Shadow], None]) -> None:
        shadow = self._shadows.get(name)
        if shadow is not None:
            self._contained(shadow, do)

    def _each(self, do: Callable[[Shadow], None]) -> None:
        for shadow in tuple(self._shadows.values()):
            self._contained(shadow, do)

    def _contained(self, shadow: Shadow, do: Callable[[Shadow], None]) -> None:
        """A bug of ours must not reach the station by way of a shadow: that one is dropped."""
        try:
            do(shadow)
        except Exception as error:
            del self._shadows[shadow.name]
            self._tally.station_crashes += 1
            self._out.append(Refused(shadow.name, "shadow_crashed", repr(error)[:200]))
            self._out.append(Close(shadow.name, INTERNAL_ERROR, "internal error"))
