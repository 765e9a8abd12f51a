"""What no shadow, log or evidence may hold: passwords, keys, credentials in URLs, id tokens."""

import hashlib
import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import msgspec

from adapters.payload import decoder, encode

MASK = "(redacted)"
LONGEST = 2000  # characters of one text in the evidence

# Configuration keys of 1.6 and variables of 2.0.1 whose value is a secret.
SECRETS = re.compile(r"password|authorizationkey|secret|privatekey|passphrase|\bpin\b|\bapn", re.I)
SECRET_FIELDS = frozenset({"basicAuthPassword", "password", "simPin", "apnPassword", "apnUserName"})
FREE = "data"  # of DataTransfer: a vendor's own, in whatever form
VALUES = frozenset({"value", "attributeValue", "actualValue", FREE})
TOKENS = frozenset({"idTag", "parentIdTag", "idToken", "additionalIdToken"})
CERTIFICATES = frozenset({"certificate", "csr", "exiRequest", "exiResponse", "certificateChain"})
# What a station says in them may be the value of a password.
TELLING = frozenset({"NotifyReport", "NotifyEvent", "NotifyCustomerInformation", "DataTransfer"})
CREDENTIALS = re.compile(r"(?:(?<=://)|(?<=:\\/\\/))[^/@\s\"]{1,256}@")  # JSON may have \/ for /
_CREDENTIALS = re.compile(CREDENTIALS.pattern.encode())
_decode = decoder(dict[str, Any]).decode
Leaf: TypeAlias = Callable[[str, str], str]  # the field's name, its text; as it may be shown


def is_secret(name: str) -> bool:
    """Whether a configuration key or variable of that name has a value that nobody may read."""
    return SECRETS.search(name) is not None


def told(action: str, payload: bytes) -> bytes:
    """What a station said as a shadow may hear it; nearly always the same bytes."""
    return redacted_secrets(payload) if action in TELLING else without_credentials(payload)


def without_credentials(payload: bytes) -> bytes:
    """A payload whose URLs name no user and no password; nearly always the same bytes."""
    if b"@" not in payload or (b"://" not in payload and b":\\/\\/" not in payload):
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
    return encode(_walked(found, partial(_as_evidence, key)))


def redacted_secrets(payload: bytes) -> bytes:
    """A payload without passwords, whose tokens may be told; the same bytes if there are none."""
    if SECRETS.search(payload.decode("utf-8", "replace")) is None:
        return without_credentials(payload)
    try:
        return encode(_walked(_decode(payload), _as_it_is))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return b"{}"


def _walked(value: Any, leaf: Leaf, name: str = "", *, hides: bool = False) -> Any:
    """`hides`: this is about a secret, whose values may be further inside (NotifyReport)."""
    if name in SECRET_FIELDS or (hides and name in VALUES):
        return MASK
    if isinstance(value, dict):
        hides = hides or _names_a_secret(value)
        return {inner: _walked(v, leaf, inner, hides=hides) for inner, v in value.items()}
    if isinstance(value, list):
        return [_walked(each, leaf, name, hides=hides) for each in value]
    if isinstance(value, str):
        value = CREDENTIALS.sub("", value)
    if is_secret(name) or (name == FREE and is_secret(str(value))):
        return MASK
    return leaf(name, value) if isinstance(value, str) else value


def _as_it_is(name: str, text: str) -> str:
    return text


def _as_evidence(key: bytes, name: str, text: str) -> str:
    if name in TOKENS:
        return f"token:{token_hash(text, key)}"
    if name in CERTIFICATES:
        return f"hash:{token_hash(text, key)}"
    return text[:LONGEST]


def _names_a_secret(fields: dict[str, Any]) -> bool:
    """A key with its value, as ChangeConfiguration, SetVariables and DataTransfer write it."""
    variable = fields.get("variable")
    inner = variable.get("name") if isinstance(variable, dict) else None
    names = (fields.get("key"), fields.get("messageId"), inner)
    return any(isinstance(name, str) and is_secret(name) for name in names)
