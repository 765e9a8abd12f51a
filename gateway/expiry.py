"""When our own certificates end: read with them, exported as a metric, and warned of in time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

from cryptography import x509

from gateway.settings import Config

A_DAY = 86_400
SOON = 30 * A_DAY  # seconds before the end from which a line of the log says so, once a day

Ends: TypeAlias = dict[tuple[str, ...], int]  # (which, csms or "") -> Unix time


class Log(Protocol):
    """Where warnings go."""

    def warning(self, event: str, **facts: object) -> object: ...


def ends(config: Config) -> Ends:
    """When each of our certificates ends.

    Of a chain its first end counts, of a list of revoked ones when the next is due. A file that
    cannot be read here is left out: if it is in use, whoever uses it says so.
    """
    listen = config.listen
    files: dict[tuple[str, ...], Path | None] = {
        ("listener", ""): listen.certificate,
        ("listener_other", ""): listen.other_certificate,
        ("client_crl", ""): listen.client_crl,
        **{("client", csms.name): csms.certificate for csms in config.csms},
    }
    found = {which: _end(path, which[0]) for which, path in files.items() if path is not None}
    return {which: end for which, end in found.items() if end is not None}


def _end(path: Path, which: str) -> int | None:
    try:
        data = path.read_bytes()
        if which == "client_crl":
            due = x509.load_pem_x509_crl(data).next_update_utc
            return None if due is None else int(due.timestamp())
        chain = x509.load_pem_x509_certificates(data)
        return int(min(one.not_valid_after_utc.timestamp() for one in chain))
    except (OSError, ValueError):
        return None


def warn(known: Mapping[tuple[str, ...], int], now: float, log: Log) -> None:
    """Tell of each that ends soon, or has ended."""
    for (which, csms), end in sorted(known.items()):
        if end - now < SOON:
            days = int((end - now) // A_DAY)
            log.warning("certificate expires", certificate=which, csms=csms, days_left=days)
