"""Every part that quirks are made of and that is data, found by its place and told by its shape."""

from collections.abc import Iterator
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Literal, TypeAlias

import msgspec

from vendor_quirks import answers, command, repairs

Hook: TypeAlias = Literal["repair", "raw_text", "envelope", "handshake", "command", "answer_here"]
Kind: TypeAlias = type[msgspec.Struct]
# What tells a part of each hook: the method that does its work, and the last thing that it is told.
SHAPES: dict[Hook, tuple[str, str]] = {
    "repair": ("__call__", "known"),
    "raw_text": ("__call__", "text"),
    "envelope": ("__call__", "open_id"),
    "handshake": ("__call__", "target"),
    "command": ("talk", "known"),
    "answer_here": ("heard", "message_id"),
}


def modules() -> Iterator[ModuleType]:
    """Where such parts are."""
    yield from (answers, command)
    for name in sorted(module.name for module in iter_modules(repairs.__path__)):
        yield import_module(f"{repairs.__name__}.{name}")


def kinds_in(module: ModuleType) -> Iterator[Kind]:
    """The kinds of data that a module defines, as they stand there."""
    for kind in vars(module).values():
        is_data = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        if is_data and kind.__module__ == module.__name__ and not kind.__name__.startswith("_"):
            yield kind


def hook_of(kind: Any) -> Hook | None:
    """What a kind of data is a part for; None where it is only a part of another one."""
    for hook, (method, last) in SHAPES.items():
        work = getattr(kind, method, None) if method in vars(kind) else None
        if work is not None and [*signature(work).parameters][-1] == last:
            return hook
    return None


def primitives() -> dict[Hook, dict[str, Kind]]:
    """All parts by hook and name."""
    found: dict[Hook, dict[str, Kind]] = {hook: {} for hook in SHAPES}
    for module in modules():
        for kind in kinds_in(module):
            hook = hook_of(kind)
            if hook is not None:
                found[hook][kind.__name__] = kind
    return found
