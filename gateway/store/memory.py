"""A store that forgets with the process: for tests, trials and the Bench."""

from gateway.store import Done, Records, Row


class MemoryStore:
    """The interface of a store over one dictionary; everything is done at once."""

    problem = ""

    def __init__(self) -> None:
        self.records: dict[str, Records] = {}

    def submit(self, rows: list[Row], done: Done) -> None:
        """Keep the rows, then call `done` before returning."""
        for identity, csms, key, value in rows:
            kept = self.records.setdefault(identity, {}).setdefault(csms, {})
            if value is None:
                kept.pop(key, None)
            else:
                kept[key] = value
        done(None)

    async def load(self, identity: str) -> Records:
        """A copy of what is kept for one station."""
        kept = self.records.get(identity, {})
        return {csms: dict(records) for csms, records in kept.items() if records}

    def close(self, seconds: float = 5.0) -> None:
        """Nothing has to be finished here."""
