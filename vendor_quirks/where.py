"""Conditions on a payload, as data: a dotted path, and what must be found there.

{"connectorId": 0}                      equal to it
{"connectorId": (0, None)}              one of these; None stands for absent
{"connectorId": None}                   absent, or null
{"status": Is("available-or-idle", f)}  whatever a predicate says
{"@transaction": None}                  of the situation: see FACTS
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from vendor_quirks.situation import Fact, Payload, Situation

Condition: TypeAlias = dict[str, Any]


class Is(msgspec.Struct, frozen=True):
    """A predicate with the words that it is known by."""

    words: str
    test: Callable[[Any], bool]

    def __repr__(self) -> str:
        return f"<{self.words}>"


def _open_transaction(payload: Payload, known: Situation) -> Any:
    found = known.transaction_at(payload.get("connectorId", 0))
    return None if found is None else found.id


def _unavailable(payload: Payload, known: Situation) -> Any:
    said = (connector.status.get("status") for connector in known.connectors.values())
    return True if "Unavailable" in said else None


def _profile_unit(payload: Payload, known: Situation) -> Any:
    return at("csChargingProfiles.chargingSchedule.chargingRateUnit", known.profile, known)


def _since_end(payload: Payload, known: Situation) -> Any:
    ended = known.marks.get(("ended",))
    return None if ended is None else known.now - ended.at


def _status(payload: Payload, known: Situation) -> Any:
    return known.connector(payload.get("connectorId")).status.get("status")


# What a condition or a template may ask of the situation, by its name after "@".
FACTS: dict[str, Callable[[Payload, Situation], Any]] = {
    "transaction": _open_transaction,
    "status": _status,
    "unavailable": _unavailable,  # True if some connector is
    "profile_unit": _profile_unit,  # of the last charging profile
    "since_end": _since_end,  # seconds since a transaction ended here
    "identity": lambda payload, known: known.nameplate.identity or None,
    "vendor": lambda payload, known: known.nameplate.vendor or None,
    "only_connector": lambda payload, known: (
        known.numbers()[0] if len(known.numbers()) == 1 else None
    ),
}
# Which messages have to be noted for it.
NEEDED: dict[str, Fact] = {
    "transaction": "transactions",
    "status": "status",
    "unavailable": "status",
    "profile_unit": "profiles",
    "since_end": "transactions",
    "only_connector": "status",
}


def at(path: str, payload: Payload, known: Situation) -> Any:
    """The value at a dotted path, None where there is none; `@name` is of the situation."""
    if path.startswith("@"):
        name, _, rest = path[1:].partition(".")
        return known.settings.get(rest) if name == "setting" else FACTS[name](payload, known)
    found: Any = payload
    for field in path.split("."):
        if isinstance(found, list) and found:
            found = found[0]
        if not isinstance(found, dict):
            return None
        found = found.get(field)
    return found


def fits(condition: Condition, payload: Payload, known: Situation) -> bool:
    """Whether everything that a condition names is so."""
    return all(_is(at(path, payload, known), wanted) for path, wanted in condition.items())


def _is(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, Is):
        return wanted.test(found)
    if isinstance(wanted, tuple):
        return any(_is(found, one) for one in wanted)
    # 0 is not False, and 1 is not True.
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)
