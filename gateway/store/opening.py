"""The store that a configuration names."""

from pathlib import Path

from gateway.core.tally import Tally
from gateway.store import Store
from gateway.store.memory import MemoryStore
from gateway.store.sqlite import SqliteStore

MEMORY = "memory:"
SQLITE = "sqlite://"


def open_store(url: str, tally: Tally) -> Store:
    """Open `sqlite:///absolute/path.db` or `memory:`. Raises StoreError, ValueError."""
    if url.startswith(MEMORY):
        return MemoryStore()
    if url.startswith(SQLITE):
        return SqliteStore(Path(url.removeprefix(SQLITE)), tally)
    raise ValueError(f"no store is known for {url}")
