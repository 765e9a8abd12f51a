"""Vendors' own DataTransfer: what in one would send a station elsewhere, or to files it should not.

No vendor has to be known for that: an address is one by its form, or by the name of the field that
it stands in. The table is for commands that harm without an address.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.payload import decoder
from adapters.translation.keys import says_where_to_connect
from gateway.core.dangers import ROOTS, Danger
from gateway.core.mender import Payload
from gateway.core.urls import UrlRules, leads_here, shown, wrong_with

# vendorId, messageId, data, in lower case -> what the station does then.
HARMFUL: dict[tuple[str, ...], str] = {
    # As it left the factory it knows no CSMS of yours (DJBenson/GivEVC-OCPP, coordinator.py).
    ("givenergy", "setting", "refactory"): "factory reset",
}
# The OCA's own: certificates, and texts for drivers whose links no station follows.
STANDARD = "org.openchargealliance."
CONNECTS = frozenset({"ws", "wss"})
FETCHES = frozenset({"file", "ftp", "ftps", "http", "https", "scp", "sftp", "tftp"})
VALUES = frozenset({"value", "val", "data"})  # what a pair calls the value of its name
DEEPEST = 4  # JSON in a text in JSON, and so on
_URL = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{0,9})://[^\s\"'<>|,;]*")
_PAIR = re.compile(r"(?<!\w)(\w{4,50})\s?[=:]\s?([^\s,;&]+)")
_as_anything = decoder(Any)


def danger_in_transfer(
    payload: Payload, rules: UrlRules, *, pins_root: bool = False
) -> Danger | None:
    """Why a CSMS's DataTransfer should not reach the station."""
    vendor, message, data = (payload.get(name) for name in ("vendorId", "messageId", "data"))
    known = tuple(str(part).strip().casefold() for part in (vendor, message, data))
    if known in HARMFUL:
        return Danger("moves_away", HARMFUL[known])
    texts = [*_texts(str(message or ""), data)]
    if pins_root and (root := next((text for _, text in texts if text in ROOTS), "")):
        return Danger("replaces_root", root)
    if known[0].startswith(STANDARD):
        return None
    for name, text in texts:
        if danger := _called(name, text, rules) or _written(text, rules):
            return danger
    return None


def _called(name: str, text: str, rules: UrlRules) -> Danger | None:
    """An address because of what it is called, here or in the text itself."""
    for said, value in ((name, text), *_PAIR.findall(text)):
        if value and says_where_to_connect(said) and not leads_here(value, rules):
            return Danger("moves_away", said[:50])
    return None


def _written(text: str, rules: UrlRules) -> Danger | None:
    """An address because of its form."""
    for found in _URL.finditer(text):
        url, scheme = found[0], found[1].lower()
        if scheme in CONNECTS and not leads_here(url, rules):
            return Danger("moves_away", shown(url))
        if scheme in FETCHES and (wrong := wrong_with(url, rules)):
            return Danger("url", f"{wrong} {shown(url)}")
    return None


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value, with the name of its field; JSON in a text is looked into."""
    inside: list[tuple[str, Any, int]] = [(name, value, 0)]
    while inside:
        name, value, depth = inside.pop()
        if isinstance(value, dict):
            inside += [(*pair, depth) for pair in _members(value)]
        elif isinstance(value, list):
            inside += [(name, each, depth) for each in value]
        elif isinstance(value, str):
            is_json = value.lstrip()[:1] in ("{", "[", '"') and depth < DEEPEST
            inner = _json_in(value) if is_json else None
            if inner is not None:
                inside.append((name, inner, depth + 1))
            else:
                yield name, value


def _members(fields: Payload) -> Iterator[tuple[str, Any]]:
    """The fields; a value beside its name, as settings are often told, is called that."""
    said = next((v for v in fields.values() if isinstance(v, str) and says_where_to_connect(v)), "")
    for key, value in fields.items():
        yield (said if said and key.casefold() in VALUES else key), value


def _json_in(text: str) -> Any:
    """What the text is as JSON; None if it is none."""
    try:
        return _as_anything.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
