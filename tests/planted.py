"""Secrets and id tokens that the tests use, and where no one of them may ever turn up.

Every gateway that a test starts logs at debug level. What it wrote is looked through when the whole
run is over: its log, its last metrics, and the evidence about shadows; not its store, which holds
id tokens, nor its configuration.
"""

import base64
from collections.abc import Iterator
from pathlib import Path

FOLDERS: list[Path] = []  # of the gateways of this run
MAY_HOLD_THEM = (".toml", ".pem", ".key", "state.db", "state.db-wal", "state.db-shm")

CARD = "04A1B2C3D4E5F6"  # the id token of every session
KEY = "706c616e7465642d6b65792d6f662d32302d6279"  # an AuthorizationKey, in hex digits
PASSWORDS = {
    "station": "planted-station-password",
    "other": "planted-plain-password",
    "wrong": "planted-wrong-password",
    "csms": "planted-csms-password",
    "old": "planted-old-pass",
    "new": "planted-new-pass",
    "newer": "planted-newer-pass",
    "file server": "planted-ftp-pass",
    "path": "planted-path",
}


def forms(secret: str) -> set[bytes]:
    """How a secret may look: as it is, in base64 at any offset, in hex."""
    raw = secret.encode()
    encoded = {base64.b64encode(b"x" * pad + raw)[4:-4] for pad in range(3)}
    return {raw, raw.hex().encode(), *encoded}


ALL = {form: name for name, secret in PASSWORDS.items() for form in forms(secret)}
ALL |= dict.fromkeys((*forms(KEY), *forms(bytes.fromhex(KEY).decode())), "key")
ALL |= dict.fromkeys((*forms(CARD), *forms(CARD.lower())), "card")


def found_in(data: bytes) -> set[str]:
    """The names of those that turn up."""
    return {name for form, name in ALL.items() if form in data}


def turned_up() -> Iterator[str]:
    """Everything that turned up in this run, and where."""
    for folder in FOLDERS:
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.is_file() and not path.name.endswith(MAY_HOLD_THEM):
                yield from (f"{name} in {path}" for name in found_in(path.read_bytes()))
