"""Firmware versions as stations spell them, made comparable."""

import re
from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]

LONGEST = 255  # OCPP allows 50 characters; what is far longer is no version, and costs time to read

DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+)+")
PLAIN = re.compile(r"[vV]?([0-9]+)")


def read(firmware: str) -> Version | None:
    """The one dotted number in a firmware string, or None where there is none, or more than one.

    `TAC3Z9119::V1.8.21` is read as 1.8.21. `V01.01.91/V01.01.90` could be either of two.
    """
    if len(firmware) > LONGEST:
        return None
    numbers = DOTTED.findall(firmware)
    if not numbers and (plain := PLAIN.fullmatch(firmware)):
        numbers = [plain[1]]
    if len(numbers) != 1:
        return None
    parts = [int(part) for part in numbers[0].split(".")]
    while parts and parts[-1] == 0:  # 6.0 is 6
        parts.pop()
    return tuple(parts)


def within(firmware: str, first: str | None, before: str | None) -> bool:
    """Whether first <= firmware < before. Without a bound always; unreadable, never within one."""
    if first is None and before is None:
        return True
    version = read(firmware)
    if version is None:
        return False
    lower, upper = read(first or ""), read(before or "")
    return (lower is None or lower <= version) and (upper is None or version < upper)
