"""The rules about ourselves: what keeps this repository readable, and its papers true."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from adapters import translation, v16, v201
from adapters.frame import Version
from adapters.payload import Action
from adapters.translation.options import Options
from gateway.core.tally import Tally
from gateway.ops import metrics
from gateway.settings import Config
from vendor_quirks.registry import QUIRKS

ROOT = Path(__file__).parents[1]
PACKAGES = ("adapters", "gateway", "vendor_quirks")
PURE = ("adapters/", "vendor_quirks/", "gateway/core/")
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
PAPERS = (
    "README.md",
    "CONTRIBUTING.md",
    *(f"{n}/README.md" for n in ("adapters", "benchmarks", "vendor_quirks")),
)

# Where an exception of any kind may end, and why; elsewhere it is named, or it flies on.
BROAD = {
    "gateway/core/shadows/audience.py": (
        1,
        "a bug in a shadow ends that shadow, never its station",
    ),
    "gateway/wire/link.py": (2, "on the hot path and beside it: a bug of ours ends one session"),
    "gateway/wire/listener.py": (
        1,
        "the other one: before there is a session, it ends a handshake",
    ),
    "vendor_quirks/mending.py": (
        1,
        "a repair that raises is our bug: the message goes on unmended",
    ),
}
# Marks that say "not now": how many a file may have, and why.
MARKS: dict[str, tuple[int, str]] = {
    "tests/endtoend/driven_peer.py": (1, "a far end on Node.js, which a machine may lack"),
}
# Written so that these patterns do not find themselves.
MARK = re.compile(
    r"\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b|mark\.(?:skip|xfail)|pytest\.(?:skip|xfail)\(|importorsk[i]p"
)
MACHINE = re.compile(
    r"/(?:home|Users|root|work|private/var)/\w"
    r"|--(?:extra-)?index-[u]rl|[\"']resol[v]ed[\"']\s*:"
    r"|https?://(?:files\.pythonhosted|pypi|test\.pypi|registry\.npmjs|[\w.-]*(?:nexus|artifactory))"
)


@cache
def files() -> tuple[Path, ...]:
    """What is in the repository, or would be after `git add`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def sources() -> dict[str, ast.Module]:
    """Every Python file, parsed."""
    return {name_of(p): ast.parse(p.read_bytes()) for p in files() if p.suffix == ".py"}


@cache
def product() -> dict[str, ast.Module]:
    """The Python files of the three packages."""
    return {n: tree for n, tree in sources().items() if n.partition("/")[0] in PACKAGES}


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


# Sizes and docstrings


def test_no_file_is_over_400_lines() -> None:
    lengths = {name: len(text_of(name).splitlines()) for name in sources()}
    assert not {name: n for name, n in lengths.items() if n > LONGEST_FILE}


def test_no_function_is_over_50_lines() -> None:
    found = {}
    for name, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    found[f"{name}:{node.name}"] = lines
    assert not found


def test_every_module_says_in_one_line_what_it_is() -> None:
    for name, tree in product().items():
        lines = (ast.get_docstring(tree) or "").splitlines()
        assert lines, name
        assert lines[0].endswith("."), f"{name}: a line, and a full stop"
        assert len(lines) == 1 or not lines[1], f"{name}: one line, then a blank one"


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Public names without a docstring; a method may be clear by its name and types."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield node.name


def test_every_public_class_and_function_has_a_docstring() -> None:
    found = {name: list(undocumented(tree)) for name, tree in product().items()}
    assert not {name: missing for name, missing in found.items() if missing}


# What may not be there


def test_no_mark_says_not_now() -> None:
    found = Counter(
        name_of(path)
        for path in files()
        if path.suffix != ".lock"
        for line in path.read_text("utf-8", errors="replace").splitlines()
        if MARK.search(line)
    )
    assert found == {name: count for name, (count, _) in MARKS.items()}


def test_no_file_knows_a_developers_machine_or_an_index_host() -> None:
    for path in files():
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            assert not MACHINE.search(line), f"{name_of(path)}:{number}: {line.strip()}"


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Catches everything, and does not let it fly on."""
    caught = {"Exception", "BaseException"} if handler.type is None else set()
    if handler.type is not None:
        caught = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    last = handler.body[-1]
    flies_on = isinstance(last, ast.Raise) and last.exc is None
    return bool(caught & {"Exception", "BaseException"}) and not flies_on


def test_exceptions_of_any_kind_end_only_where_that_has_a_reason() -> None:
    found = Counter(
        name
        for name, tree in product().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    )
    assert found == {name: count for name, (count, _) in BROAD.items()}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_pure_half_imports_no_input_or_output() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    forbidden = next(c["forbidden_modules"] for c in contracts if "pure" in c["name"])
    forbidden = tuple(f"{module}." for module in [*forbidden, "time", "json", "logging"])
    for name, tree in product().items():
        if name.startswith(PURE):
            found = [module for module in imported(tree) if f"{module}.".startswith(forbidden)]
            assert not found, name


# Tables that are complete


def test_every_quirk_has_its_case() -> None:
    cases = {path.stem for path in (ROOT / "tests/vendor_quirks/cases").glob("*.txt")}
    assert cases == {quirk.name for quirk in QUIRKS}


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
@pytest.mark.parametrize("sender", ["station", "csms"])
def test_every_action_is_translated_or_not_for_its_sender(sender: str, version: Version) -> None:
    actions: dict[str, Action] = v16.ACTIONS if version == "1.6" else v201.ACTIONS
    said = {name for name, action in actions.items() if action.sender in (sender, "both")}
    assert set(translation.entries(sender, version)) == said


def test_the_promised_cases_are_sorted_and_each_there_once() -> None:
    cases = text_of("acceptance-cases.txt").splitlines()
    assert cases == sorted(set(cases))
    assert all(re.fullmatch(r"[AB]\d\d-[a-z0-9-]+", case) for case in cases)


# Papers that are true


def section(title: str) -> str:
    """The text of README.md below a heading, up to the next one of its level or above."""
    level = title.partition(" ")[0]
    _, found, rest = f"\n{text_of('README.md')}".partition(f"\n{title}\n")
    assert found, f"README.md has no {title!r}"
    return re.split(rf"\n#{{1,{len(level)}}} ", rest)[0]


def shown(field: msgspec.structs.FieldInfo) -> str:
    """A key's default, as the tables of README.md show it."""
    if field.required:
        return "required"
    value: Any = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    if value is None or isinstance(value, msgspec.Struct):
        return "-"
    return f"`{msgspec.json.encode(value).decode()}`"


def tables() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """The configuration's tables, by the headings that they have in README.md."""
    for field in msgspec.structs.fields(Config):
        many = get_args(field.type)
        yield (f"[[{field.name}]]", many[0]) if many else (f"[{field.name}]", field.type)


@pytest.mark.parametrize(
    ("heading", "table"), list(tables()), ids=[heading for heading, _ in tables()]
)
def test_every_configuration_key_is_in_the_readme(
    heading: str, table: type[msgspec.Struct]
) -> None:
    lines = section(f"### `{heading}`").splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    fields = msgspec.structs.fields(table)
    expected = [f"| `{field.name}` | {shown(field)} |" for field in fields]
    for row in expected:
        assert any(line.startswith(row) for line in rows), row
    assert len(rows) == len(expected), "a row for each key, and no other"


def test_the_readme_says_which_options_have_no_effect() -> None:
    read = set(re.findall(r"\boptions\.(\w+)", "".join(map(text_of, product()))))
    idle = {field.name for field in msgspec.structs.fields(Options)} - read
    rows = section("### `[translation]`").splitlines()
    marked = {row.split("`")[1] for row in rows if row.startswith("| `") and "No effect yet" in row}
    assert marked == idle


def test_every_metric_is_in_the_readme_with_its_labels() -> None:
    text = section("## Metrics")
    families = [*metrics.GAUGES, *metrics.COUNTERS, *metrics.HISTOGRAMS, metrics.CALL_SECONDS]
    assert all(f"`{metrics.PREFIX}{family.name}" in text for family in metrics.WORKERS)
    for family in families:
        total = "_total" * (family in metrics.COUNTERS)
        labels = f"{{{','.join(family.labels)}}}" if family.labels else ""
        assert f"`{metrics.PREFIX}{family.name}{total}{labels}`" in text
    exposed = metrics.exposition(metrics.registry(Tally())).decode()
    names = re.findall(rf"^# TYPE ({metrics.PREFIX}\w+)", exposed, re.MULTILINE)
    assert len(names) >= len(families)
    for name in names:
        assert f"`{name}" in text


@cache
def definitions() -> set[str]:
    """`Class.method` and `module.function`, everything in the product that can be named so."""
    found = set()
    for name, tree in product().items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(f"{Path(name).stem}.{node.name}")
            elif isinstance(node, ast.ClassDef):
                inner = (
                    n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
                )
                found |= {f"{node.name}.{method.name}" for method in inner}
    return found


def test_the_way_of_a_message_names_functions_that_exist() -> None:
    named = set(re.findall(r"`(\w+\.\w+)`", section("## The way of one message")))
    assert len(named) > 20
    assert not named - definitions()


@pytest.mark.parametrize("paper", PAPERS)
def test_what_a_paper_points_at_exists(paper: str) -> None:
    text = text_of(paper)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target:
            assert (ROOT / paper).parent.joinpath(target).exists(), target
    makefile = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^ {4})make ([a-z]+)", text, re.MULTILINE)) <= makefile
