"""The command line: what it does, and which status it leaves."""

import errno
import io
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.cli import main
from gateway.passwords import parsed
from gateway.settings import Config
from gateway.store import StoreError

EXAMPLE = Path(__file__).parents[2] / "deploy" / "gateway.example.toml"


def test_check_config_says_what_would_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--config", str(EXAMPLE)]) == 0
    said = capsys.readouterr().out
    assert "pilot: PILOT-* -> new (2.0.1), in the shadow legacy (1.6)" in said


def test_check_config_shows_every_default_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--all", "--config", str(EXAMPLE)]) == 0
    assert "timeouts.call = 30.0" in capsys.readouterr().out


def test_a_wrong_configuration_is_status_2_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text("[listen]\nurl = 3\n")
    for command in ("check-config", "run"):
        assert main([command, "--config", str(path)]) == 2
        said = capsys.readouterr().err
        assert f"{path}: listen.url: found 3; expected text" in said


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run"], ["check-config"], ["run", "-x"]])
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: ocpp-gateway" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"]])
def test_help_and_version_are_status_0(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    assert capsys.readouterr().out


def test_run_hands_the_configuration_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[Config, Path]] = []

    def worker(config: Config, path: Path) -> int:
        given.append((config, path))
        return 0

    monkeypatch.setitem(sys.modules, "gateway.worker", SimpleNamespace(main=worker))
    assert main(["run", "--config", str(EXAMPLE)]) == 0
    ((config, path),) = given
    assert config.listen.url == "ws://127.0.0.1:9000/ocpp"
    assert path == EXAMPLE


IN_USE = OSError(errno.EADDRINUSE, "127.0.0.1:9000: Address already in use")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreError("make room"), "make room"),
        (IN_USE, "127.0.0.1:9000"),
        (ExceptionGroup("", [ExceptionGroup("", [IN_USE])]), "another program listens there"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "no such name"),
    ],
)
def test_what_keeps_it_from_running_is_status_1_and_told(
    error: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "gateway.worker", SimpleNamespace(main=raising(error)))
    assert main(["run", "--config", str(EXAMPLE)]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [OSError(errno.EIO, "odd"), ExceptionGroup("", [IN_USE, ValueError("bug")])]
)
def test_a_bug_keeps_its_traceback(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gateway.worker", SimpleNamespace(main=raising(error)))
    with pytest.raises((OSError, ExceptionGroup)):
        main(["run", "--config", str(EXAMPLE)])


def raising(error: Exception) -> Callable[..., int]:
    def worker(*_: object) -> int:
        raise error

    return worker


def test_the_demo_is_told_whether_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bool] = []

    def demo(keep_running: bool) -> int:
        given.append(keep_running)
        return 0

    monkeypatch.setitem(sys.modules, "gateway.demo", SimpleNamespace(main=demo))
    assert main(["demo"]) == 0
    assert main(["demo", "--keep-running"]) == 0
    assert given == [False, True]


@pytest.mark.parametrize(
    ("options", "typed", "password"),
    [
        ([], "0123456789abcdef\n", b"0123456789abcdef"),
        (["--hex"], "00ff" * 8 + "\n", b"\x00\xff" * 8),
    ],
)
def test_a_password_is_hashed_from_standard_input(
    options: list[str],
    typed: str,
    password: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert main(["hash-password", *options]) == 0
    said = capsys.readouterr()
    assert parsed(said.out.strip()).fits(password)
    assert said.err == ""


@pytest.mark.parametrize(
    ("options", "typed", "said"),
    [
        ([], b"\n", "no password was given"),
        ([], b"", "no password was given"),
        (["--hex"], b"xyz\n", "leave --hex out"),
        ([], b"\xfcber-lange-latin1\n", "UTF-8"),
        ([], b"x" * 129, "128 bytes"),
    ],
)
def test_what_is_no_password_is_status_2(
    options: list[str],
    typed: bytes,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
    assert main(["hash-password", *options]) == 2
    assert said in capsys.readouterr().err


def test_who_ends_the_input_instead_of_typing_gave_no_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", raising(EOFError()))
    assert main(["hash-password"]) == 2
    assert "no password was given" in capsys.readouterr().err


def test_a_short_password_is_hashed_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["hash-password"]) == 0
    assert "16 bytes" in capsys.readouterr().err


def test_the_module_is_a_program_too() -> None:
    command = [sys.executable, "-m", "gateway.cli", "check-config", "--config", str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "segment" in done.stdout


def test_whoever_reads_no_further_is_no_fault() -> None:
    command = [sys.executable, "-m", "gateway.cli", "quirks", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0
