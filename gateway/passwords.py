"""Stations' passwords: how they are kept, and how they are compared."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import msgspec

from gateway.core.trust import Learnt
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

    @property
    def can_be_derived(self) -> bool:
        """RFC 7914, 2: n < 2^(128 * r / 8); and all blocks within the memory that is allowed."""
        blocks = 128 * self.r * (self.n + self.p + 2)
        return self.n.bit_length() <= 16 * self.r and blocks <= MEMORY

    def fits(self, password: bytes) -> bool:
        """Whether this is the hash of the password. Takes milliseconds: call it in a thread."""
        return hmac.compare_digest(derive(password, self.salt, self.n, self.r, self.p), self.digest)


def derive(password: bytes, salt: bytes, n: int = N, r: int = R, p: int = P) -> bytes:
    """The scrypt digest of a password."""
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=32)


def hashed(password: bytes) -> str:
    """A new hash of the password, in the form that a configuration holds."""
    return written(password, secrets.token_bytes(16))


def written(password: bytes, salt: bytes) -> str:
    """The hash with this salt, in that form."""
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
    if len(result.digest) != 32 or not result.can_be_derived:
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
        self.accepted: dict[str, tuple[bytes, str]] = {}  # a digest, and which hash it fits
        self._configured: dict[str, str] = {}  # in the form of a hash, where somebody asked
        self.nobody = parsed(hashed(secrets.token_bytes(16)))

    def renewed(self, credentials: Mapping[str, Secret]) -> "Passwords":
        """The same for other credentials: what has not changed is known as before."""
        result = Passwords(credentials)
        result.key = self.key
        for identity, known in self.accepted.items():
            if credentials.get(identity) == self.credentials.get(identity):
                result.accepted[identity] = known
        return result

    def is_known(self, identity: str, user: bytes, password: bytes) -> bool:
        """Whether this pair was right before: quick, and False says nothing yet."""
        before, _ = self.accepted.get(identity, (b"", ""))
        return is_user(user, identity) and hmac.compare_digest(before, self._digest(password))

    def is_right(
        self, identity: str, user: bytes, password: bytes, learnt: Learnt | None = None
    ) -> bool:
        """Whether the station is who it says. Takes milliseconds: call it in a thread."""
        if self.is_known(identity, user, password):
            return True
        kept = self.credentials.get(identity)
        good = self._good(identity, kept.value if kept else "", learnt)
        shown = [one for one in (password, read_as_hex(password)) if one]
        fits = next((text for text in good for one in shown if self._fits(text, one)), "")
        if fits and kept and is_user(user, identity):
            proof = fits if fits.startswith(PREFIX) else self.configured(identity)
            self.accepted[identity] = self._digest(password), proof
            return True
        return False

    def proof(self, identity: str) -> str:
        """By which hash a station was let in."""
        return self.accepted.get(identity, (b"", ""))[1]

    def forget(self, identity: str) -> None:
        """What was right before is so no more: look again."""
        self.accepted.pop(identity, None)

    def configured(self, identity: str) -> str:
        """The configured password as a hash. May take milliseconds."""
        kept = self.credentials.get(identity)
        text = kept.value if kept else ""
        if not text or text.startswith(PREFIX):
            return text
        if identity not in self._configured:
            salt = hashlib.blake2b(identity.encode(), digest_size=16).digest()
            self._configured[identity] = written(text.encode(), salt)
        return self._configured[identity]

    def is_overruled(self, identity: str, learnt: Learnt) -> bool:
        """Whether the configured password has changed since another was learnt."""
        return learnt.over != self.configured(identity)

    def _good(self, identity: str, kept: str, learnt: Learnt | None) -> tuple[str, ...]:
        if not kept or learnt is None or self.is_overruled(identity, learnt):
            return (kept,)
        return learnt.good

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
