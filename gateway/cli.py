"""The command line: `ocpp-gateway run | check-config | demo | explain | quirks | ...`."""

import argparse
import errno
import getpass
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gateway import config as configuration
from gateway.limits import LIMITS
from gateway.ops import logs
from gateway.passwords import hashed
from gateway.settings import Config, ConfigError
from gateway.store import StoreError
from gateway.summary import effective, summary

DONE, FAILED, USAGE = 0, 1, 2
ADDRESS = {
    errno.EADDRINUSE: "another program listens there, see listen.url and admin.listen",
    errno.EADDRNOTAVAIL: "this machine has no such address, see listen.url and admin.listen",
    errno.EACCES: "ports below 1024 need a privilege, see listen.url and admin.listen",
}
NO_NAME = "no such name is known, see listen.url and admin.listen"
SHORTEST = 16  # bytes: OCPP's own minimum for a station's password


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says. The result is the exit status."""
    options = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        status = command(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever reads has read enough: `ocpp-gateway quirks list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except ConfigError as error:
        return complain(str(error), USAGE)
    except StoreError as error:
        return complain(str(error), FAILED)
    except (OSError, ExceptionGroup) as error:  # trio packs what its tasks raise
        if not (causes := why_not_listening(error)):
            raise
        return complain("cannot listen: " + "; ".join(causes), FAILED)
    except KeyboardInterrupt:
        return FAILED


def why_not_listening(error: BaseException) -> list[str]:
    """The reasons, if there is nothing else in it; otherwise it is a bug with its traceback."""
    if isinstance(error, BaseExceptionGroup):
        each = [why_not_listening(part) for part in error.exceptions]
        return [cause for causes in each for cause in causes] if all(each) else []
    cure = ADDRESS.get(error.errno or 0) if isinstance(error, OSError) else None
    cure = NO_NAME if isinstance(error, socket.gaierror) else cure
    return [f"{error}; {cure}"] if cure else []


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    result = argparse.ArgumentParser(
        prog="ocpp-gateway",
        description="One address for every charging station: mends vendors' flaws, translates "
        "OCPP 1.6J <-> 2.0.1, runs a second CSMS in the shadow.",
        epilog="Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 a gate not met.",
    )
    result.add_argument("--version", action="version", version=version("ocpp-gateway"))
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    run = added(commands, "run", run_gateway, "run the gateway until SIGTERM or SIGINT")
    check = added(commands, "check-config", check_config, "say what a configuration would run")
    for command in (run, check):
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="TOML")
    check.add_argument("--all", action="store_true", help="every key, defaults included")
    demo = added(commands, "demo", run_demo, "play stations and CSMSs around a gateway, once")
    demo.add_argument("--keep-running", action="store_true", help="go on until interrupted")
    told = added(commands, "explain", explain, "what becomes of a message in the other version")
    told.add_argument("action", help="an OCPP action, such as MeterValues")
    told.add_argument(
        "--from", dest="version", choices=["1.6", "2.0.1"], help="who sends it speaks"
    )
    add_shadow(commands)
    add_quirks(commands)
    hash_ = added(commands, "hash-password", hash_password, "hash a password for the configuration")
    hash_.add_argument(
        "--hex",
        action="store_true",
        help="the password is given in hex digits, as OCPP 1.6 sets AuthorizationKey",
    )
    return result


def add_shadow(commands: Any) -> None:
    """`shadow report` and `shadow diff`."""
    text = "what shadow CSMSs would have decided otherwise"
    shadow = commands.add_parser("shadow", help=text, description=text)
    inner = shadow.add_subparsers(required=True, metavar="COMMAND")
    report = added(inner, "report", shadow_report, "the differences of one segment, judged")
    report.add_argument("--segment", required=True, metavar="NAME", help="as it is configured")
    report.add_argument("--since", metavar="WHEN", help="36h, 7d, 2w, or a date; else everything")
    report.add_argument("--format", choices=["text", "json", "html"], default="text")
    diff = added(inner, "diff", shadow_diff, "one pair of decisions, side by side")
    diff.add_argument("id", type=int, metavar="ID", help="the number that the report gives it")
    for command in (report, diff):
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="TOML")


def add_quirks(commands: Any) -> None:
    """`quirks list`, `quirks show` and `quirks explain`."""
    text = "the faults of stations and CSMSs that are mended"
    quirks = commands.add_parser("quirks", help=text, description=text)
    inner = quirks.add_subparsers(required=True, metavar="COMMAND")
    every = added(inner, "list", quirks_list, "all of them: name, OCPP version, told by what")
    one = added(inner, "show", quirks_show, "all there is to know of one")
    one.add_argument("name", metavar="NAME", help="as `quirks list` has it")
    for command in (every, one):
        command.add_argument("--config", type=Path, metavar="FILE", help="for your own quirks, too")
    told = added(inner, "explain", quirks_explain, "which ones a station has, and what they did")
    told.add_argument("--station", required=True, metavar="ID", help="the station's identity")
    told.add_argument("--config", type=Path, required=True, metavar="FILE", help="TOML")


def added(
    commands: Any, name: str, function: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    """A command of its own."""
    result: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    result.set_defaults(command=function)
    return result


def run_gateway(options: argparse.Namespace) -> int:
    """`run`: serve until told to stop."""
    # Else it would end us until somebody listens for it, and no service manager minds that.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    config = configuration.load(options.config)
    import_module("gateway.parts").try_out(config)
    logs.set_up(config.log.level, config.log.format)
    return run(config, options.config)


def run(config: Config, path: Path) -> int:
    """Hand over to the worker, or to a supervisor of several; loaded only when needed."""
    module = "gateway.worker" if config.worker.count == 1 else "gateway.crew.supervisor"
    return int(import_module(module).main(config, path))


def check_config(options: argparse.Namespace) -> int:
    """`check-config`: read and check, print, touch nothing."""
    config = configuration.load(options.config)
    import_module("gateway.parts").try_out(config)
    now = time.time()  # noqa: TID251 (certificates end)
    print(effective(config) if options.all else summary(config, now))
    return DONE


def run_demo(options: argparse.Namespace) -> int:
    """`demo`: the main job, played once."""
    return int(import_module("gateway.demo").main(keep_running=options.keep_running))


def explain(options: argparse.Namespace) -> int:
    """`explain`: a message's rows of the table of translations, and an example of each."""
    explaining = import_module("gateway.explain")
    try:
        print(explaining.explained(options.action, options.version))
    except explaining.UnknownAction as error:
        return complain(str(error), USAGE)
    return DONE


def shadow_report(options: argparse.Namespace) -> int:
    """`shadow report`: what the evidence says of a segment."""
    return int(import_module("gateway.evidence.commands").show_report(options))


def shadow_diff(options: argparse.Namespace) -> int:
    """`shadow diff`: one pair that was kept."""
    return int(import_module("gateway.evidence.commands").show_diff(options))


def quirks_list(options: argparse.Namespace) -> int:
    """`quirks list`: one in a line."""
    return int(import_module("gateway.quirks_cli").show_list(options))


def quirks_show(options: argparse.Namespace) -> int:
    """`quirks show`: one of them."""
    return int(import_module("gateway.quirks_cli").show_one(options))


def quirks_explain(options: argparse.Namespace) -> int:
    """`quirks explain`: those of one station."""
    return int(import_module("gateway.quirks_cli").explain(options))


def hash_password(options: argparse.Namespace) -> int:
    """`hash-password`: from the terminal or from standard input, never from the arguments."""
    try:
        text = typed()
        password = bytes.fromhex(text) if options.hex else text.encode()
    except UnicodeError:
        return complain("the password is no UTF-8", USAGE)
    except ValueError:
        return complain("the password has other characters than hex digits: leave --hex out", USAGE)
    if not password:
        return complain("no password was given: type it, or pass it on standard input", USAGE)
    if len(password) > LIMITS.password:
        return complain(f"longer than {LIMITS.password} bytes: it would never be let in", USAGE)
    if len(password) < SHORTEST:
        complain(f"warning: OCPP wants {SHORTEST} bytes or more, this has {len(password)}", DONE)
    print(hashed(password))
    return DONE


def typed() -> str:
    """A line that somebody types, or that standard input has; empty if that ends before."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return getpass.getpass("Password: ")
    except EOFError:
        return ""


def complain(text: str, status: int) -> int:
    """Say it on stderr; the status is passed through."""
    print(f"ocpp-gateway: {text}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
