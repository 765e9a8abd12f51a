"""Values as TOML has them in one line: the standard library reads TOML, and does not write it."""

from typing import Any

import msgspec


def inline(value: Any) -> str:
    """A value, however deep."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {inline(one)}' for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    return msgspec.json.encode(value).decode()
