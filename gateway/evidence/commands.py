"""`ocpp-gateway shadow report` and `shadow diff`: what the evidence says."""

import argparse
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from gateway import config as configuration
from gateway.evidence import page, side_by_side, text
from gateway.evidence.file import EvidenceFile
from gateway.evidence.keeper import path_of
from gateway.evidence.summary import Report, report
from gateway.settings import Config
from gateway.store import StoreError

DONE, FAILED, USAGE = 0, 1, 2
UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
AGO = re.compile(r"(\d{1,6})([mhdw])")


def since(told: str, now: float) -> float:
    """`90m`, `36h`, `7d`, `2w` ago, or an ISO 8601 date, since 1970. Raises ValueError."""
    try:
        if found := AGO.fullmatch(told):
            at = now - int(found[1]) * UNITS[found[2]]
        else:
            date = datetime.fromisoformat(told)
            at = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
        if 0 <= at <= now:
            return at
    except ValueError:
        pass
    raise ValueError(f"{told}: expected 36h, 7d, 2w, or a past date like 2025-03-01")


def opened(config: Config) -> EvidenceFile:
    """The evidence that a gateway with this configuration keeps. Raises StoreError."""
    path: Path | None = path_of(config)
    if path is None:
        raise StoreError("store.url is memory: and shadow.evidence is not set: nothing is kept")
    return EvidenceFile(path)


def show_report(options: argparse.Namespace) -> int:
    """`shadow report`: the differences of one segment, judged."""
    config, now = configuration.load(options.config), time.time()  # noqa: TID251 (a report is dated)
    segment = next((one for one in config.segment if one.name == options.segment), None)
    if segment is None:
        known = ", ".join(one.name for one in config.segment)
        return _complain(f"no segment is called {options.segment}; there are {known}")
    try:
        begin = since(options.since, now) if options.since else 0.0
    except ValueError as error:
        return _complain(f"--since {error}")
    baselines = [csms.name for csms in config.csms if csms.baseline]
    file = opened(config)
    try:
        found = report(file, segment.name, segment.primary, begin, now, baselines)
    finally:
        file.close()
    print(_formatted(found, options.format))
    return DONE


def _formatted(found: Report, form: str) -> str:
    if form == "html":
        return page.shown(found)
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(_with_verdicts(found))).decode()
    return text.shown(found)


def _with_verdicts(found: Report) -> dict[str, Any]:
    """The report's values, and what they amount to."""
    values: dict[str, Any] = msgspec.to_builtins(found, str_keys=True)
    for shadow, said in zip(found.shadows, values["shadows"], strict=True):
        said["says"] = text.verdict_on(shadow)
        said["compared"], said["unexplained"] = shadow.compared, shadow.unexplained
    return values


def show_diff(options: argparse.Namespace) -> int:
    """`shadow diff`: one pair, side by side."""
    file = opened(configuration.load(options.config))
    try:
        pair = file.pair(options.id)
    finally:
        file.close()
    if pair is None:
        print(f"ocpp-gateway: no pair has the number {options.id}", file=sys.stderr)
        return FAILED
    print(side_by_side.shown(pair))
    return DONE


def _complain(what: str) -> int:
    print(f"ocpp-gateway: {what}", file=sys.stderr)
    return USAGE
