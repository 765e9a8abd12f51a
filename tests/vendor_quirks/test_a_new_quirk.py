"""A quirk of a new vendor is a data file and a case file, as CONTRIBUTING.md has them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"`([\w./-]+\.(?:py|txt))`[^`]*```\w*\n(.*?)\n *```", re.DOTALL)
NEEDED = ("vendor_quirks", "tests/vendor_quirks")
NAME = "voltbox.no-error-code"


def told() -> dict[str, str]:
    """The files that the five steps show, by their paths."""
    found = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    return {path: dedent(text) + "\n" for path, text in found}


def copied(folder: Path) -> None:
    """The quirks and their tests, and no more, in a folder of their own."""
    for part in NEEDED:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def walked(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """These tests of the case files there."""
    chosen = [f"tests/vendor_quirks/test_cases.py::{test}" for test in tests]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


TESTS = (
    f"test_a_quirk_does_what_its_case_says[{NAME}]",
    f"test_a_quirk_that_is_switched_off_does_nothing[{NAME}]",
    "test_every_case_file_belongs_to_a_quirk",
)


def test_two_files_are_all_that_it_takes(tmp_path: Path) -> None:
    copied(tmp_path)
    files = told()
    assert [Path(path).suffix for path in files] == [".py", ".txt"]
    for path, text in files.items():
        assert not (tmp_path / path).exists()
        (tmp_path / path).write_text(text, "utf-8")
    done = walked(tmp_path, *TESTS)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("left_out", "notices"), [(".txt", TESTS[0]), (".py", TESTS[-1])])
def test_neither_the_data_nor_the_case_alone_is_enough(
    tmp_path: Path, left_out: str, notices: str
) -> None:
    copied(tmp_path)
    for path, text in told().items():
        if not path.endswith(left_out):
            (tmp_path / path).write_text(text, "utf-8")
    done = walked(tmp_path, notices)
    assert done.returncode == 1, "it ran, and failed"
    assert NAME in done.stdout
