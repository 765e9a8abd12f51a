"""What is remembered of a station's credentials and security, beyond its connections.

A password that a CSMS changes through the gateway (2.0.1 A01, 1.6 whitepaper A01) is remembered, as
a hash, before the station hears of it; the old one stays good until the new one was seen. So no
answer that is lost, and no crash, locks a station out.
"""

import binascii
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from adapters.payload import encode
from adapters.translation.records import Credentials, read
from gateway.core.nameplates import OURS

CREDENTIALS = "credentials"  # the translation's record of the same thing
MOST_TOLD = 3  # passwords that the station may have, besides the one that was seen last
MOST_SLOTS = 32
PASSWORDS = frozenset({("", "authorizationkey"), ("securityctrlr", "basicauthpassword")})


class Learnt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is good for one station, as scrypt hashes. `over` is the configured one replaced by it.

    Where the configuration says something else than `over`, the operator has had the last word.
    """

    KEY = "password"

    over: str
    current: str = ""  # seen last; empty: the configured one
    told: tuple[str, ...] = ()  # what the station may have been set to since, the latest last

    @property
    def good(self) -> tuple[str, ...]:
        """The likeliest first."""
        return (*reversed(self.told), self.current or self.over)

    def telling(self, text: str) -> "Learnt":
        """The station is about to be told this one."""
        return msgspec.structs.replace(self, told=(*self.told, text)[-MOST_TOLD:])

    def refused(self, text: str) -> "Learnt":
        """The station did not take it."""
        return msgspec.structs.replace(self, told=tuple(one for one in self.told if one != text))

    def seen(self, text: str) -> "Learnt":
        """The station has shown it: what was good before is so no more (A01.FR.03)."""
        return self if text not in self.told else Learnt(self.over, text)


class Trust(msgspec.Struct, frozen=True, omit_defaults=True):
    """How secure the station has been, and which of its network profiles lead to this gateway."""

    KEY = "security"

    profile: int = 0  # the highest with which it was let in (A05: never lower again)
    slots: tuple[int, ...] = ()

    def having(self, slot: int, is_ours: bool) -> "Trust":
        """A network profile of this number leads here now, or elsewhere."""
        slots = tuple(one for one in self.slots if one != slot)
        slots = (*slots, slot)[-MOST_SLOTS:] if is_ours else slots
        return msgspec.structs.replace(self, slots=slots)


UNKNOWN = Trust()


def row(record: Learnt | Trust) -> dict[str, bytes | None]:
    """A record as it is kept, among those of the gateway itself."""
    return {record.KEY: encode(record)}


def learnt_in(records: Mapping[str, Mapping[str, bytes]]) -> Learnt | None:
    """What a station's records say of its password."""
    stored = records.get(OURS, {}).get(Learnt.KEY)
    return None if stored is None else msgspec.json.decode(stored, type=Learnt)


def trust_in(records: Mapping[str, Mapping[str, bytes]]) -> Trust:
    """What a station's records say of its security."""
    stored = records.get(OURS, {}).get(Trust.KEY)
    return UNKNOWN if stored is None else msgspec.json.decode(stored, type=Trust)


def shown_to(csms: str, records: Mapping[str, Mapping[str, bytes]]) -> Credentials | None:
    """The password that this CSMS has told us to show it for this station."""
    stored = records.get(csms, {}).get(CREDENTIALS)
    record = None if stored is None else read(CREDENTIALS, stored)
    return record if isinstance(record, Credentials) else None


def password_in(name: str, value: Any) -> bytes:
    """The password that a setting's value stands for; empty for what is none.

    A 1.6 AuthorizationKey is given in hex digits, and its bytes are the password (A00.FR.205);
    where a vendor wants plain text it is no hex. 2.0.1's is always text.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return b""
    text = str(value)
    if name == "authorizationkey" and len(text) <= 40:
        try:
            return binascii.unhexlify(text)
        except (binascii.Error, ValueError):
            pass
    return text.encode()
