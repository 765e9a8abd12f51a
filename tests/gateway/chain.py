"""Two cores one behind the other: what leaves the second is in the version that came in."""

from collections.abc import Callable
from typing import Any, TypeAlias

from gateway.testing import Bench
from gateway.testing.bench import Output
from vendor_quirks.registry import Registry

Payload: TypeAlias = dict[str, Any]
Answers: TypeAlias = Callable[[str, Payload], Payload]
OTHER = {"A": "B", "B": "A"}
NO_QUIRKS = Registry(())  # the translation alone, whatever is mended elsewhere


class Chain:
    """A station, a gateway, a gateway, and a CSMS of the station's own version.

    The first gateway's CSMS is the second one's station. `pairing` is the first gateway's.
    """

    def __init__(self, pairing: str, config: Payload | None = None) -> None:
        config = config or {}
        self.near = Bench(pairing, config, registry=NO_QUIRKS)
        self.far = Bench(OTHER[pairing], config, registry=NO_QUIRKS)
        self.heard: dict[str, list[tuple[str, Payload]]] = {"station": [], "csms": []}
        self.answers: dict[str, Answers] = {}
        self.between: list[Any] = []  # the frames of the version in the middle
        self._given: dict[str, list[Any]] = {}
        self._count = 0

    def ask(self, who: str, action: str, payload: Payload) -> Any:
        """An end asks; the payload that it is answered with, or the code of a CALLERROR."""
        self._count += 1
        message_id = f"{who}-{self._count}"
        bench, name = self._end(who)
        self._carry(bench, bench.hear(name, [2, message_id, action, payload]))
        answer = self._given.pop(message_id)
        return answer[2]

    def _end(self, who: str) -> tuple[Bench, str]:
        return (self.near, "charger") if who == "station" else (self.far, "backend")

    def wait(self, seconds: float) -> None:
        """Time passes for both."""
        for bench in (self.near, self.far):
            self._carry(bench, bench.event("proxy", "advance", seconds=seconds))

    def _carry(self, bench: Bench, outputs: list[Output]) -> None:
        """Bring what a gateway said to whom it is for, and what that leads to, in order."""
        todo = [(bench, output) for output in outputs]
        while todo:
            bench, output = todo.pop(0)
            assert "frame" in output, output
            frame = output["frame"]
            if (bench is self.near) == (output["to"] == "charger"):
                todo += self._arrived("station" if bench is self.near else "csms", frame)
            else:
                self.between.append(frame)
                other, leg = (self.far, "charger") if bench is self.near else (self.near, "backend")
                todo += [(other, said) for said in other.hear(leg, frame)]

    def _arrived(self, who: str, frame: list[Any]) -> list[tuple[Bench, Output]]:
        if frame[0] != 2:
            self._given[frame[1]] = frame
            return []
        _, message_id, action, payload = frame
        self.heard[who].append((action, payload))
        bench, name = self._end(who)
        answer = self.answers[who](action, payload)
        return [(bench, said) for said in bench.hear(name, [3, message_id, answer])]
