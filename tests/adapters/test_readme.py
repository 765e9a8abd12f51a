"""adapters/README.md: its tables are made from the code and the ledger, and are current.

To renew them: `.venv/bin/python tests/adapters/test_readme.py`.
"""

from collections.abc import Iterator
from pathlib import Path

from adapters.frame import Version
from adapters.translation import FROM_CSMS, FROM_STATION, ledger
from gateway.explain import described

README = Path(__file__).parents[2] / "adapters/README.md"
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"

TITLES: dict[tuple[str, Version], str] = {
    ("station", "1.6"): "16_to_201: a 1.6 station says",
    ("csms", "2.0.1"): "16_to_201: its 2.0.1 CSMS asks",
    ("station", "2.0.1"): "201_to_16: a 2.0.1 station says",
    ("csms", "1.6"): "201_to_16: its 1.6 CSMS asks",
}


def rendered() -> str:
    """The kinds, a table for each pairing and sender, and the names of what is lost."""
    parts = [kinds(), *(rows(*side) for side in TITLES), losses()]
    return "\n".join("\n".join(part) + "\n" for part in parts)


def kinds() -> Iterator[str]:
    yield "| kind | meaning |"
    yield "|---|---|"
    yield from (f"| {kind} | {meaning} |" for kind, meaning in ledger.KINDS.items())


def rows(sender: str, version: Version) -> Iterator[str]:
    table = FROM_STATION if sender == "station" else FROM_CSMS
    yield f"### {TITLES[sender, version]}\n"
    yield "| action | kind | in | what becomes of it | what is lost |"
    yield "|---|---|---|---|---|"
    for action, row in sorted(ledger.ROWS[sender, version].items()):
        where, what = described(table[version, action])
        file, _, function = where.partition(" ")
        place = f"`{file}` {function}".strip()
        yield f"| {action} | {row.kind} | {place} | {what} | {lost(row)} |"


def lost(row: ledger.Row) -> str:
    """The rules, with the fields that are always the same ones."""
    named = [loss.partition(": ") for loss in row.losses]
    return "; ".join(f"{rule} ({fields})" if fields else rule for rule, _, fields in named) or "-"


def losses() -> Iterator[str]:
    yield "### What is lost, by its name in metrics\n"
    yield "| rule | what is lost |"
    yield "|---|---|"
    yield from (f"| {rule} | {meaning} |" for rule, meaning in ledger.RULES.items())


def test_the_readme_has_the_table_as_it_is() -> None:
    _, begin, rest = README.read_text("utf-8").partition(BEGIN)
    table, end, _ = rest.partition(END)
    assert begin, "the mark before the table"
    assert end, "the mark behind the table"
    assert table == "\n" + rendered() + "\n", "renew it: see the top of this file"


if __name__ == "__main__":
    head, _, rest = README.read_text("utf-8").partition(BEGIN)
    README.write_text(f"{head}{BEGIN}\n{rendered()}\n{END}{rest.partition(END)[2]}", "utf-8")
