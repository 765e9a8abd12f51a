"""The ready answers for what cannot be done (specification 1.9)."""

from functools import cache

from adapters import v201


@cache
def info(reason_code: str) -> v201.StatusInfo:
    """Why a 2.0.1 request is refused, by a code of the standard's own list."""
    return v201.StatusInfo(reason_code=reason_code)
