"""One target searched for some seconds, guided by which lines of ours are reached (atheris).

    python -m tests.abuse.guided NAME SECONDS

The corpus is kept in `.fuzz/NAME`; what breaks something lies there as `crash-...`.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["adapters", "gateway", "vendor_quirks"]):
    from tests.abuse.fuzzing import BYTES

FOLDER = Path(__file__).parents[2] / ".fuzz"


def main(name: str, seconds: str) -> None:
    """Ends the process, with another status than 0 if something was found."""
    check, seeds = BYTES[name]
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = (f"-max_total_time={seconds}", "-max_len=4096", "-print_final_stats=1")
    atheris.Setup([name, *options, f"-artifact_prefix={corpus}/", str(corpus)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
