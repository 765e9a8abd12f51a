"""Who a station is, read from what it says, and remembered beyond its connection."""

from sys import intern
from typing import Any

import msgspec

from adapters.payload import encode
from gateway.core.route import Route
from vendor_quirks.match import Nameplate
from vendor_quirks.situation import Transaction, objects

KEY = "nameplate"  # the record that outlives the connection
OURS = ""  # records of the gateway itself, not of one CSMS
LONGEST = 255  # characters of a fact
MOST_IDS = 16  # vendor ids and configuration keys of one station that are remembered

# Where each version's BootNotification says who the station is.
FACTS_16 = {
    "vendor": "chargePointVendor",
    "model": "chargePointModel",
    "serial": "chargePointSerialNumber",
    "firmware": "firmwareVersion",
    "meter_type": "meterType",
}
FACTS_201 = {
    "vendor": "vendorName",
    "model": "model",
    "serial": "serialNumber",
    "firmware": "firmwareVersion",
}


NO_BOOT = msgspec.Raw(b"null")


class Remembered(msgspec.Struct, omit_defaults=True):
    """What a station told about itself, and the boot it told it with."""

    nameplate: Nameplate
    boot: msgspec.Raw = NO_BOOT  # as it came: who a station is told by
    fired: dict[str, int] | None = None  # what each quirk did; of an open connection half or more
    would: dict[str, int] | None = None  # what those would have done that were only observed
    running: tuple[Transaction, ...] = ()  # where some quirk has to know


def recalled(records: dict[str, dict[str, bytes]], route: Route, target: str) -> Remembered:
    """What an earlier connection learnt; the path and the version are this one's."""
    plain = Nameplate(identity=route.identity, version=route.version, path=target)
    stored = records.get(OURS, {}).get(KEY)
    if stored is None:
        return Remembered(plain)
    known = read(stored)
    if known.nameplate.version != route.version:
        known.boot = NO_BOOT  # what it told is known; those words are of the other version
    known.nameplate = msgspec.structs.replace(
        known.nameplate, identity=route.identity, version=route.version, path=target
    )
    return known


def read(stored: bytes) -> Remembered:
    """A record as it was kept; what its boot tells is read again."""
    known = msgspec.json.decode(stored, type=Remembered)
    said = msgspec.json.decode(known.boot)
    if said is not None:
        known.nameplate = booted(known.nameplate, said)
    return known


def added(before: dict[str, int] | None, now: dict[str, int]) -> dict[str, int]:
    """Counts by quirk, those of this connection among them."""
    before = before or {}
    return {name: before.get(name, 0) + now.get(name, 0) for name in before | now}


def record_of(remembered: Remembered) -> dict[str, bytes | None]:
    """The record to keep: without what its boot tells."""
    if remembered.boot != NO_BOOT:
        untold = msgspec.structs.replace(remembered.nameplate, **dict.fromkeys(FACTS_16, ""))
        remembered = msgspec.structs.replace(remembered, nameplate=untold)
    return {KEY: encode(remembered)}


def booted(old: Nameplate, payload: dict[str, Any]) -> Nameplate:
    """The nameplate after a BootNotification."""
    facts: Any = payload
    table = FACTS_16
    if old.version == "2.0.1":
        facts, table = payload.get("chargingStation"), FACTS_201
    if not isinstance(facts, dict):
        return old
    # Read before anything is mended, whatever case its fields are in. Thousands of stations are
    # of one make: they share its names.
    given = {str(field).casefold(): fact for field, fact in facts.items()}
    told = {
        name: intern(str(given.get(field.casefold()) or "")[:LONGEST])
        for name, field in table.items()
    }
    return msgspec.structs.replace(old, **told)


def listed(old: Nameplate, payload: dict[str, Any], wanted: frozenset[str]) -> Nameplate:
    """The nameplate after an answer to GetConfiguration: those keys that some match asks for."""
    entries = objects(payload.get("configurationKey"))
    seen = wanted & {entry["key"] for entry in entries if isinstance(entry.get("key"), str)}
    if seen <= old.keys or len(old.keys) >= MOST_IDS:
        return old
    return msgspec.structs.replace(old, keys=old.keys | seen)


def introduced(old: Nameplate, payload: dict[str, Any]) -> Nameplate:
    """The nameplate after a vendorId in StatusNotification or DataTransfer."""
    vendor_id = payload.get("vendorId")
    if not isinstance(vendor_id, str) or not vendor_id or vendor_id[:LONGEST] in old.vendor_ids:
        return old
    if len(old.vendor_ids) >= MOST_IDS:
        return old
    return msgspec.structs.replace(old, vendor_ids=old.vendor_ids | {vendor_id[:LONGEST]})


def showing(old: Nameplate, shown: frozenset[str]) -> Nameplate:
    """The nameplate after some behaviour."""
    return msgspec.structs.replace(old, shown=old.shown | shown) if shown - old.shown else old
