"""Which of several workers serves a station: asked before its records are read."""

from collections.abc import Callable
from typing import Protocol

from gateway.wire.newcomer import Newcomer


class Ownership(Protocol):
    """A worker's lease on its stations. A worker that is alone needs none."""

    async def claim(
        self, identity: str, newcomer: Newcomer, is_probed: bool, granted: Callable[[], None]
    ) -> str:
        """Own a station: whoever else served it has ended, and `granted` is called.

        `is_probed`: unless its connection lives, elsewhere; then that address is returned. Since
        the next wish of another worker may be here before the caller has its turn, `granted` is
        called before any other wish is heard. Raises StoreError.
        """
        ...

    def release(self, identity: str) -> None:
        """The station is gone."""
        ...
