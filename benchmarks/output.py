"""Where a benchmark says how far it is, and writes what it found."""

import sys
from pathlib import Path

import msgspec

RESULTS = Path(__file__).parent / "results"


def say(text: str) -> None:
    """Progress, apart from the tables."""
    print(text, file=sys.stderr, flush=True)


def write(report: object, name: str, folder: Path) -> Path:
    """Write everything that was found as JSON, and tell where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace(':', '')}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return path
