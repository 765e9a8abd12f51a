"""CSMSs that accept a connection and close it at once: whom they did that to waits, ever longer.

Without that a station would come, go and come again as fast as it can, each time with a
connection that looks as if it worked.
"""

import socket

import structlog
import trio

from gateway.core.tally import Tally
from gateway.wire import stream
from gateway.wire.buckets import BackOff
from gateway.wire.framing import CLOSE
from gateway.wire.lines import Lines

FIRST, LONGEST = 2.0, 300.0  # seconds until the next try, doubled each time

log = structlog.get_logger()


class Brevity:
    """How long each station's connections to its CSMS last."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._brief = BackOff(1, FIRST, LONGEST)
        self._lines = Lines()

    def wait(self, csms: str, identity: str) -> float:
        """Seconds until this station's CSMS is to be dialled again; 0 if it may be now."""
        return self._brief.wait(f"{csms}/{identity}", trio.current_time())

    def is_doubted(self, csms: str, identity: str) -> bool:
        """Whether the last connection was a brief one."""
        return self._brief.has_failed(f"{csms}/{identity}")

    def ended(self, csms: str, identity: str, lasted: float, least: float) -> None:
        """The CSMS ended a connection after so many seconds, `inf` if it was somebody else."""
        key, now = f"{csms}/{identity}", trio.current_time()
        if lasted >= least:
            self._brief.forgive(key)
            return
        self._brief.failed(key, now)
        self._tally.legs_short[csms,] += 1
        again = round(self._brief.wait(key, now), 1)
        facts = {"csms": csms, "station": identity, "again_in": again}
        self._lines.tell(log, "csms closes at once", **facts)


async def first_words(sock: socket.socket, early: bytes, seconds: float) -> bytes | None:
    """What a CSMS says first, nothing if it is silent for so long; None if it closes."""
    with trio.move_on_after(0.0 if early else seconds):
        try:
            early = early or await stream.receive(sock)
        except OSError:
            return None
        return early if early and early[0] & 0x0F != CLOSE else None
    return b""
