"""What must survive the process: records of a station, one set for each CSMS that it talks to."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

Row: TypeAlias = tuple[str, str, str, bytes | None]  # identity, csms, key, value; None deletes
Records: TypeAlias = dict[str, dict[str, bytes]]  # csms -> key -> value
Done: TypeAlias = Callable[[BaseException | None], None]


class StoreError(Exception):
    """The store cannot be used; the text says what to do about it."""


class Store(Protocol):
    """Records by (identity, csms, key), the last value winning."""

    @property
    def problem(self) -> str:
        """Why nothing can be written now; empty while all is well (readiness asks this)."""

    def submit(self, rows: list[Row], done: Done) -> None:
        """Hand over rows without waiting; `done` hears once they are durable, or why they are not.

        `done` may be called in another thread, and must neither block nor raise.
        """

    async def load(self, identity: str) -> Records:
        """All records of one station, everything submitted before included. Raises StoreError."""

    def close(self, seconds: float = 5.0) -> None:
        """Make durable what was submitted, and stop. Raises StoreError if that takes longer."""
