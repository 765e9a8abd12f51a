"""SECURITY.md: every promise names tests, the tests are there, and every abuse test is promised."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAPER = (ROOT / "SECURITY.md").read_text("utf-8")
BESIDES = {
    "test_fuzz.py",
    "test_security_paper.py",
    "test_stock_server.py",
    "test_the_list.py",
}  # no promises


def promises() -> list[list[str]]:
    """The rows of the table: promise, default, tests."""
    rows = [line for line in PAPER.splitlines() if line.startswith("| ") and "`tests/" in line]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_every_promise_has_a_default_and_tests_that_exist() -> None:
    assert len(promises()) > 20
    for promise, default, tests in promises():
        assert promise
        assert default
        named = re.findall(r"`(tests/[\w/]+\.py)`", tests)
        assert named, promise
        for name in named:
            assert re.search(r"^(async )?def test_", (ROOT / name).read_text("utf-8"), re.MULTILINE)


def test_every_abuse_test_keeps_a_promise() -> None:
    there = {path.name for path in Path(__file__).parent.glob("test_*.py")} - BESIDES
    named = set(re.findall(r"`tests/abuse/(\w+\.py)`", PAPER))
    assert there == named - BESIDES


def test_every_key_that_the_paper_names_exists() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    keys = re.findall(r"`(?:listen|admission|segment|csms|timeouts|urls)\.(\w+)`", PAPER)
    assert len(keys) > 8
    for key in keys:
        assert f"| `{key}` |" in readme, key
