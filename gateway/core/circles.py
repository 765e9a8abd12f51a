"""Objects that know each other in circles are freed only when the interpreter looks for those."""

from functools import cache
from typing import Any


def emptied(part: object) -> None:
    """Take everything out of an object that nobody asks any more, so that no circle is left."""
    kind: Any = type(part)
    for name in _slots(kind):
        try:
            delattr(part, name)
        except AttributeError:  # nothing was put there
            continue
    getattr(part, "__dict__", {}).clear()


@cache
def _slots(kind: Any) -> tuple[str, ...]:
    return tuple(name for one in kind.__mro__ for name in getattr(one, "__slots__", ()))
