"""deploy/gateway.example.toml shows every key with its default, and can be run."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from adapters.translation.options import Options
from gateway.config import load
from gateway.config_errors import TABLES

EXAMPLE = Path(__file__).parents[2] / "deploy" / "gateway.example.toml"


def test_the_example_loads() -> None:
    config = load(EXAMPLE)
    assert [segment.name for segment in config.segment] == ["pilot", "default"]


def example_keys() -> dict[str, dict[str, str]]:
    """Table -> key -> value as it is written, those that are commented out included."""
    tables: dict[str, dict[str, str]] = {}
    table = ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if head := re.match(r"\[+(\w+)\]+", line):
            table = head[1]
        elif pair := re.match(r"#?(\w+) = (.*?)\s*(?: # .*|   #.*)?$", line):
            tables.setdefault(table, {}).setdefault(pair[1], pair[2])
    return tables


@pytest.mark.parametrize("table", [name for name in TABLES if name and "." not in name])
def test_every_key_stands_in_the_example_with_its_default(table: str) -> None:
    written = example_keys()[table]
    assert set(written) == set(TABLES[table].__struct_fields__)
    for field in msgspec.structs.fields(TABLES[table]):
        is_illustration = field.default in (msgspec.NODEFAULT, None) or table == "segment"
        if not is_illustration and f"#{field.name} = " in EXAMPLE.read_text(encoding="utf-8"):
            value = tomllib.loads(f"x = {written[field.name]}")["x"]
            assert msgspec.convert(value, type(field.default)) == field.default


def test_the_example_shows_every_option_of_the_translation() -> None:
    assert set(example_keys()["translation"]) == set(Options.__struct_fields__)
