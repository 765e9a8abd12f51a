"""What a station's records say of it once it was let in, and what they say from then on."""

from collections.abc import Awaitable
from typing import Protocol

import msgspec

from gateway.core.route import Route
from gateway.core.trust import learnt_in, row, trust_in
from gateway.passwords import Passwords
from gateway.store import Records
from gateway.wire.handshake import HandshakeError
from gateway.wire.newcomer import Newcomer

Rows = dict[str, bytes | None]


class Vouching(Protocol):
    """Who knows the passwords."""

    def vouched(self, route: Route, newcomer: Newcomer, records: Records) -> Rows:
        """What is to be remembered. Raises HandshakeError if it is not good enough after all."""
        ...

    def hashed(self, identity: str, password: bytes) -> Awaitable[tuple[str, str]]:
        """The hash of a password, and that of the configured one."""
        ...


class Unvouched:
    """For listeners that ask for no passwords."""

    def vouched(self, route: Route, newcomer: Newcomer, records: Records) -> Rows:
        """Nothing."""
        return {}

    async def hashed(self, identity: str, password: bytes) -> tuple[str, str]:
        """Nobody asks for it."""
        return "", ""


def vouched(route: Route, newcomer: Newcomer, records: Records, passwords: Passwords) -> Rows:
    """The records of the gateway itself that change. Raises HandshakeError (401, 403).

    A station that was let in with a higher security profile is not with a lower one (A05.FR.07 of
    2.0.1, A05.FR.09 of the 1.6 whitepaper); a new password ends the old one (A01.FR.03).
    """
    rows: Rows = {}
    trust, learnt = trust_in(records), learnt_in(records)
    if newcomer.profile < trust.profile and route.options.allow_downgrade == "off":
        raise HandshakeError(403, "lower_profile")
    if newcomer.profile > trust.profile:
        rows |= row(msgspec.structs.replace(trust, profile=newcomer.profile))
    if not route.learns_passwords or learnt is None:
        return rows
    if passwords.is_overruled(route.identity, learnt):
        return rows
    if newcomer.proof not in learnt.good:  # it was right elsewhere, or before
        passwords.forget(route.identity)
        raise HandshakeError(401, "unauthorised")
    seen = learnt.seen(newcomer.proof)
    return rows if seen is learnt else rows | row(seen)
