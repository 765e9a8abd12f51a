"""Whether a payload is as its schema has it; if not, in what, as a word from a closed set."""

import re

import msgspec

from adapters import v16, v201
from adapters.frame import Version
from adapters.payload import Action, decoder

ACTIONS: dict[Version, dict[str, Action]] = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
PLACE = re.compile(r" - at `\$\.?([^`]*)`")
INDEX = re.compile(r"\[[^\]]*\]")


def violation(version: Version, key: str, payload: bytes) -> str:
    """The place in which a payload breaks its schema, without indexes; "" where it does not.

    A field that no schema knows is told by the place of its object, never by its name: whoever
    sends a message would choose the label of a metric.
    """
    action = ACTIONS[version].get(key.removesuffix("Response"))
    if action is None:
        return ""
    kind = action.request if key == action.name else action.response
    try:
        decoder(kind).decode(payload)
    except msgspec.DecodeError as error:
        found = PLACE.search(str(error))
        return INDEX.sub("", found[1]) if found and found[1] else "(payload)"
    except (UnicodeDecodeError, RecursionError):
        return "(payload)"
    return ""
