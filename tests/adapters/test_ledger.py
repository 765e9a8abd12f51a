"""The ledger is complete and true: every message has its row, and nothing else is ever lost."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from adapters.frame import Version
from adapters.translation import FROM_CSMS, FROM_STATION, ledger
from adapters.translation.conversation import Untranslatable
from adapters.translation.ledger import ANYWHERE, ROWS, RULES, UNASKED, rules
from adapters.translation.unmapped import RULE

TRANSLATION = Path(ledger.__file__).parent
# Section 20 of the specification, as it stands there.
SECTION_20 = [
    *("null_field", "measurand", "unit", "value", "value_truncated"),
    *("truncated", "boot_field", "groupIdToken", "missing_idTokenInfo", "connector_guess"),
    *("clock", "stop_reason", "meter_conflict", "rebased", "signed_spill"),
    *("txevent_field", "salesTariff", "evse_scope", "synthetic_start", "synthetic_end"),
    *("dup_start", "cost", "personal_message", "additionalInfo", "long_token_omitted"),
    *("unmapped_notification", "install_date", "error_detail", "phase_rotation", "limit_rounded"),
]


@pytest.mark.parametrize(("sender", "version"), ROWS)
def test_every_message_has_a_row_and_nothing_else_has(sender: str, version: Version) -> None:
    table = FROM_STATION if sender == "station" else FROM_CSMS
    entries = {action: entry for (spoken, action), entry in table.items() if spoken == version}
    rows = ROWS[sender, version]
    assert rows.keys() == entries.keys()
    for action, entry in entries.items():
        if isinstance(entry, Untranslatable):
            assert rows[action].kind in ("local", "refused"), action
            assert rules(rows[action]) == [entry.rule] * bool(entry.rule), action


def test_the_names_of_the_specification_come_first_and_are_all_there() -> None:
    assert list(RULES)[: len(SECTION_20)] == SECTION_20


def test_rows_lose_by_known_names_only() -> None:
    declared = {rule for rows in ROWS.values() for row in rows.values() for rule in rules(row)}
    assert declared <= set(RULES)
    assert {*ANYWHERE, *UNASKED} <= set(RULES)
    assert set(RULES) <= declared | {*ANYWHERE, *UNASKED}


def named_in_code() -> dict[str, set[str]]:
    """By name, the files of the translation and of the core where that is lost."""
    found = defaultdict(set)
    for folder in (TRANSLATION, TRANSLATION.parents[1] / "gateway/core"):
        for path in folder.glob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "lose":
                    rule = node.args[0]
                    name = rule.value if isinstance(rule, ast.Constant) else RULE
                    found[str(name)].add(path.name)
    return found


def test_every_name_that_something_is_lost_by_is_in_the_ledger_and_the_reverse() -> None:
    found = named_in_code()
    assert not {name: files for name, files in found.items() if name not in RULES}, (
        "a new name: give it a line in ledger.RULES, and name it in the rows that lose by it"
    )
    assert set(RULES) == set(found)
