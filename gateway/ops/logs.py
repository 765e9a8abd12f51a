"""Logs: one line an event, JSON for machines, colours for a terminal."""

import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Literal, TextIO

import msgspec
import structlog
from structlog.typing import Processor, WrappedLogger

from gateway.core.redaction import CREDENTIALS

LONGEST = 2000  # characters of one value; what peers send goes into logs, too


class Unbreakable:
    """A stream whose reader may go away: a lost log line never harms a session."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write, if that is still possible."""
        with suppress(OSError, ValueError):
            return self.stream.write(text)
        return 0

    def flush(self) -> None:
        """Flush, if that is still possible."""
        with suppress(OSError, ValueError):
            self.stream.flush()


def printable(
    logger: WrappedLogger, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Escape what a terminal or a log reader could mistake for something else.

    Whatever URL found its way here, an exception's text included, loses its user and password.
    """
    for key, value in event.items():
        if isinstance(value, str):
            value = CREDENTIALS.sub("", value)
        if isinstance(value, str) and key != "exception":
            event[key] = escaped(value if len(value) <= LONGEST else f"{value[:LONGEST]}...")
        elif isinstance(value, str):
            event[key] = "\n".join(escaped(line) for line in value.split("\n"))
    return event


def escaped(text: str) -> str:
    """The text with its control, format and unassigned characters as Python writes them."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def to_json(event: Any, **_: Any) -> str:
    """One line of JSON, whatever the values are."""
    return msgspec.json.encode(event, enc_hook=repr).decode()


def set_up(
    level: str = "info",
    form: Literal["auto", "json", "console"] = "auto",
    stream: TextIO | None = None,
) -> None:
    """Decide for the whole process how it logs. The stream is stderr unless another is given."""
    stream = stream or sys.stderr
    is_terminal = stream.isatty()
    as_json = form == "json" or (form == "auto" and not is_terminal)
    console = structlog.dev.ConsoleRenderer(
        colors=is_terminal, exception_formatter=structlog.dev.plain_traceback
    )
    render: Processor = structlog.processors.JSONRenderer(to_json) if as_json else console
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            printable,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(Unbreakable(stream)),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
