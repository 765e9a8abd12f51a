"""When certificates and authorities that are configured end: exported, and warned of in time."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from cryptography import x509

from gateway.settings import Config

A_DAY = 86_400
SOON = 30 * A_DAY  # seconds before the end from which a line of the log says so, once a day
SOON_LIST = 2 * A_DAY  # the same for a list of revoked ones: many are issued for a week
LIST = b"-----BEGIN X509 CRL-----"

Ends: TypeAlias = dict[tuple[str, ...], int]  # (which, csms or "") -> Unix time


class Log(Protocol):
    """Where warnings go."""

    def warning(self, event: str, **facts: object) -> object: ...


def files(config: Config) -> dict[tuple[str, ...], Path]:
    """The files that TLS rests on, and that end."""
    listen = config.listen
    named: dict[tuple[str, ...], Path | None] = {
        ("listener", ""): listen.certificate,
        ("listener_other", ""): listen.other_certificate,
        ("client_ca", ""): listen.client_ca,
        ("client_crl", ""): listen.client_crl,
        **{("client", csms.name): csms.certificate for csms in config.csms},
        **{("ca", csms.name): csms.ca for csms in config.csms},
    }
    return {which: path for which, path in named.items() if path is not None}


def ends(config: Config) -> Ends:
    """When each of these files ends.

    Of several certificates in a file the first end counts, of lists of revoked ones when the next
    is due. A file that cannot be read here is left out: if it is in use, whoever uses it says so.
    """
    found = {which: _end(path, which[0]) for which, path in files(config).items()}
    return {which: end for which, end in found.items() if end is not None}


def _end(path: Path, which: str) -> int | None:
    read = _successors if which == "client_crl" else _last_moments
    try:
        moments = [int(at.timestamp()) for at in read(path.read_bytes())]
    except (OSError, ValueError):
        return None
    return min(moments, default=None)


def _last_moments(data: bytes) -> Iterable[datetime]:
    return [one.not_valid_after_utc for one in x509.load_pem_x509_certificates(data)]


def _successors(data: bytes) -> Iterable[datetime]:
    """Each authority has a list of its own, and all of them are in the one file."""
    lists = [x509.load_pem_x509_crl(LIST + rest) for rest in data.split(LIST)[1:]]
    return [one.next_update_utc for one in lists if one.next_update_utc is not None]


def near(known: Mapping[tuple[str, ...], int], now: float) -> Iterator[tuple[str, str, int]]:
    """Each that ends soon, or has ended: which, the CSMS or "", and when, as Unix time."""
    for (which, csms), end in sorted(known.items()):
        if end - now < (SOON_LIST if which == "client_crl" else SOON):
            yield which, csms, end


def warn(known: Mapping[tuple[str, ...], int], now: float, log: Log) -> None:
    """Tell the log."""
    for which, csms, end in near(known, now):
        days = int((end - now) // A_DAY)
        log.warning("certificate expires", certificate=which, csms=csms, days_left=days)
