"""Stations' passwords: how they are kept, and how they are compared."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import msgspec

from gateway.settings import Secret

PREFIX = "scrypt$"
FORM = "scrypt$n$r$p$salt$hash, as `ocpp-gateway hash-password` writes it"
# OCPP wants 16 random characters or more, which no dictionary holds: about 10 ms and 4 MiB do.
N, R, P = 4096, 8, 1
MEMORY = 64 * 1024 * 1024


class Hash(msgspec.Struct, frozen=True):
    """A scrypt hash (RFC 7914) with its parameters."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def fits(self, password: bytes) -> bool:
        """Whether this is the hash of the password. Takes milliseconds: call it in a thread."""
        return hmac.compare_digest(derive(password, self.salt, self.n, self.r, self.p), self.digest)


def derive(password: bytes, salt: bytes, n: int = N, r: int = R, p: int = P) -> bytes:
    """The scrypt digest of a password."""
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=32)


def hashed(password: bytes) -> str:
    """A new hash of the password, in the form that a configuration holds."""
    salt = secrets.token_bytes(16)
    texts = (base64.b64encode(part).decode() for part in (salt, derive(password, salt)))
    return f"{PREFIX}{N}${R}${P}$" + "$".join(texts)


def parsed(text: str) -> Hash:
    """Read a hash. Raises ValueError if it is none, or asks for more memory than is allowed."""
    try:
        n, r, p, salt, digest = text.removeprefix(PREFIX).split("$")
        numbers = int(n), int(r), int(p)
        texts = (base64.b64decode(part, validate=True) for part in (salt, digest))
        result = Hash(*numbers, *texts)
    except (ValueError, binascii.Error):
        raise ValueError(FORM) from None
    is_power = result.n > 1 and result.n & (result.n - 1) == 0
    if not is_power or min(numbers) < 1 or 128 * result.n * result.r > MEMORY // 2 or result.p > 4:
        raise ValueError(f"{FORM}, n a power of two and 128 * n * r at most {MEMORY // 2}")
    if len(result.digest) != 32:
        raise ValueError(FORM)
    return result


class Passwords:
    """Who may connect with HTTP Basic (OCPP security profiles 1 and 2).

    An unknown identity costs the same as a wrong password. A password that was right is known
    again by a keyed digest, so that a fleet that reconnects at once does not wait for scrypt.
    """

    def __init__(self, credentials: Mapping[str, Secret]) -> None:
        self.credentials = credentials
        self.key = secrets.token_bytes(32)
        self.accepted: dict[str, bytes] = {}
        self.nobody = parsed(hashed(secrets.token_bytes(16)))

    def renewed(self, credentials: Mapping[str, Secret]) -> "Passwords":
        """The same for other credentials: what has not changed is known as before."""
        result = Passwords(credentials)
        result.key = self.key
        for identity, digest in self.accepted.items():
            if credentials.get(identity) == self.credentials.get(identity):
                result.accepted[identity] = digest
        return result

    def is_known(self, identity: str, user: bytes, password: bytes) -> bool:
        """Whether this pair was right before: quick, and False says nothing yet."""
        before = self.accepted.get(identity, b"")
        return is_user(user, identity) and hmac.compare_digest(before, self._digest(password))

    def is_right(self, identity: str, user: bytes, password: bytes) -> bool:
        """Whether the station is who it says. Takes milliseconds: call it in a thread."""
        if self.is_known(identity, user, password):
            return True
        kept = self.credentials.get(identity)
        meant = read_as_hex(password)
        fits = self._fits(kept.value if kept else "", password)
        if not fits and meant:
            fits = self._fits(kept.value if kept else "", meant)
        if fits and kept and is_user(user, identity):
            self.accepted[identity] = self._digest(password)
            return True
        return False

    def _fits(self, kept: str, password: bytes) -> bool:
        if kept and not kept.startswith(PREFIX):
            return hmac.compare_digest(kept.encode(), password)
        return (parsed(kept) if kept else self.nobody).fits(password)

    def _digest(self, password: bytes) -> bytes:
        return hashlib.blake2b(password, key=self.key, digest_size=32).digest()


def read_as_hex(password: bytes) -> bytes:
    """The bytes of an AuthorizationKey that a station sends as the digits it was given.

    A 1.6 key is set in up to 40 hex digits, and its bytes are the password (security whitepaper
    A00.FR.205); some stations send the digits. Whoever knows these knows the bytes.
    """
    if len(password) % 2 or not 32 <= len(password) <= 40:
        return b""
    try:
        return binascii.unhexlify(password)
    except binascii.Error:
        return b""


def is_user(user: bytes, identity: str) -> bool:
    """The user name is the identity (OCPP 1.6 security whitepaper, A00.FR.204)."""
    return hmac.compare_digest(user, identity.encode())
