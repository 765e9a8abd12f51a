"""What no shadow, log or evidence may hold: passwords, keys, credentials in URLs, id tokens."""

import hashlib
import re
from typing import Any

import msgspec

from adapters.payload import decoder, encode

MASK = "(redacted)"
LONGEST = 2000  # characters of one text in the evidence

# Configuration keys of 1.6 and variables of 2.0.1 whose value is a secret.
SECRETS = re.compile(r"password|authorizationkey|secret|privatekey|passphrase|\bpin\b|\bapn", re.I)
SECRET_FIELDS = frozenset({"basicAuthPassword", "password", "simPin", "apnPassword", "apnUserName"})
VALUES = frozenset({"value", "attributeValue", "actualValue"})
TOKENS = frozenset({"idTag", "parentIdTag", "idToken", "additionalIdToken"})
CERTIFICATES = frozenset({"certificate", "csr", "exiRequest", "exiResponse", "certificateChain"})
# What a station says in them may be the value of a password.
TELLING = frozenset({"NotifyReport", "NotifyEvent", "NotifyCustomerInformation", "DataTransfer"})
CREDENTIALS = re.compile(r"(?<=://)[^/@\s\"]{1,256}@")
_CREDENTIALS = re.compile(CREDENTIALS.pattern.encode())
_decode = decoder(dict[str, Any]).decode


def is_secret(name: str) -> bool:
    """Whether a configuration key or variable of that name has a value that nobody may read."""
    return SECRETS.search(name) is not None


def told(action: str, payload: bytes) -> bytes:
    """What a station said as a shadow may hear it; nearly always the same bytes."""
    return redacted_secrets(payload) if action in TELLING else without_credentials(payload)


def without_credentials(payload: bytes) -> bytes:
    """A payload whose URLs name no user and no password; nearly always the same bytes."""
    if b"://" not in payload or b"@" not in payload:
        return payload
    return _CREDENTIALS.sub(b"", payload)


def token_hash(token: str, key: bytes) -> str:
    """A keyed hash of an id token, the same for upper and lower case: 16 hexadecimal digits."""
    return hashlib.blake2b(token.casefold().encode(), key=key, digest_size=8).hexdigest()


def redacted(payload: bytes, key: bytes) -> bytes:
    """A payload as it may be kept: it shows what differed, and nobody's token or password."""
    try:
        found = _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return b'"(no object)"'
    return encode(_walked(found, key))


def redacted_secrets(payload: bytes) -> bytes:
    """A payload without passwords, whose tokens may be told; the same bytes if there are none."""
    if SECRETS.search(payload.decode("utf-8", "replace")) is None:
        return without_credentials(payload)
    try:
        return without_credentials(encode(_masked(_decode(payload))))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return b"{}"


def _masked(value: Any, *, hides: bool = False) -> Any:
    """`hides`: this is about a secret, whose values may be further inside (NotifyReport)."""
    if isinstance(value, list):
        return [_masked(each, hides=hides) for each in value]
    if not isinstance(value, dict):
        return value
    hides = hides or _names_a_secret(value)
    return {
        name: MASK
        if name in SECRET_FIELDS or (hides and name in VALUES)
        else _masked(inner, hides=hides)
        for name, inner in value.items()
    }


def _walked(value: Any, key: bytes, name: str = "", *, hides: bool = False) -> Any:
    if isinstance(value, dict):
        hides = hides or _names_a_secret(value)
        return {
            inner: MASK if hides and inner in VALUES else _walked(v, key, inner, hides=hides)
            for inner, v in value.items()
        }
    if isinstance(value, list):
        return [_walked(each, key, name, hides=hides) for each in value]
    if not isinstance(value, str):
        return value
    if name in TOKENS:
        return f"token:{token_hash(value, key)}"
    if name in SECRET_FIELDS:
        return MASK
    if name in CERTIFICATES:
        return f"hash:{token_hash(value, key)}"
    return CREDENTIALS.sub("", value[:LONGEST])


def _names_a_secret(fields: dict[str, Any]) -> bool:
    """A key with its value, as ChangeConfiguration, GetConfiguration and SetVariables write it."""
    variable = fields.get("variable")
    names = (fields.get("key"), variable.get("name") if isinstance(variable, dict) else None)
    return any(isinstance(name, str) and is_secret(name) for name in names)
