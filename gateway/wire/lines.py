"""Lines of the log that many peers can cause at once: of each kind so many a minute."""

import structlog
import trio

from gateway.wire.buckets import Buckets

A_MINUTE = 300  # for each thing that strangers or a CSMS can cause, or a loss


class Lines:
    """What is too much is counted in the metrics, and not written."""

    def __init__(self) -> None:
        self._told = Buckets(A_MINUTE)

    def tell(self, log: structlog.typing.FilteringBoundLogger, event: str, **facts: object) -> None:
        """Write a warning, unless there were too many of this event."""
        if self._told.spares(event, trio.current_time()):
            log.warning(event, **facts)
