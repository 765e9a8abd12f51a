"""One pair of decisions as it was kept, the two side by side."""

from textwrap import wrap
from typing import Any

import msgspec

from gateway.evidence.rows import PairRow
from gateway.evidence.text import when
from gateway.ops.logs import escaped

WIDTH = 46  # characters of a side


def shown(pair: PairRow) -> str:
    """Who, what and when; the CALL; then both answers, with a mark where they differ."""
    paths = ", ".join(pair.paths) or "-"
    lines = [
        f"#{pair.id}  {when(pair.at)} UTC  station {pair.station}, segment {pair.segment}",
        f"{pair.severity} {pair.verdict}  {pair.kind} {pair.action}: {paths}",
    ]
    if pair.kind == "answer":
        lines += ["", "  the station asked", *(f"    {line}" for line in _pretty(pair.call))]
    left, right = _pretty(pair.primary), _pretty(pair.shadow)
    took = [f"{seconds:.3f} s" if pair.kind == "answer" else "" for seconds in
            (pair.primary_seconds, pair.shadow_seconds)]  # fmt: skip
    lines += ["", f"    {f'primary {took[0]}':{WIDTH}}   {pair.csms} {took[1]}"]
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else ""
        other = right[number] if number < len(right) else ""
        lines.append(f"  {' ' if one == other else '!'} {one:{WIDTH}} | {other}")
    return "\n".join(escaped(line.rstrip()) for line in lines)


def _pretty(payload: bytes) -> list[str]:
    if payload == b"null":
        return ["(nothing)"]
    found: Any = msgspec.json.decode(payload)
    text = msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=2).decode()
    lines = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        lines += wrap(line, WIDTH, subsequent_indent=indent, drop_whitespace=False) or [""]
    return lines
