"""TLS as OCPP's security profiles 2 and 3 want it."""

import hashlib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeAlias

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

Minimum: TypeAlias = Literal["1.2", "1.3"]

# The last four are those that a CSMS has to support (OCPP security whitepaper A00.FR.317);
# OpenSSL's own list, as Python narrows it, lacks the two without ephemeral keys.
# Level 2 refuses keys below 112 bits of strength: RSA 2048, elliptic curves 224 (A00.FR.501).
CIPHERS = ":".join(
    (
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
        "@SECLEVEL=2",
    )
)
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Holders(msgspec.Struct, frozen=True):
    """What a station's certificate has to say beyond being valid (profile 3)."""

    organisation: str = ""  # A00.FR.404: the operator's name; empty: it is not looked at
    names: Mapping[str, str] = {}  # identity -> the common name that its certificate bears

    def includes(self, certificate: x509.Certificate, identity: str) -> bool:
        """Whether this is the certificate of that station."""
        operators = _said(certificate, NameOID.ORGANIZATION_NAME)
        if self.organisation and self.organisation not in operators:
            return False
        return self.names.get(identity, identity) in names_in(certificate)


def names_in(certificate: x509.Certificate) -> set[str]:
    """Whose it is: its common name, and the DNS names beside it."""
    names = _said(certificate, NameOID.COMMON_NAME)
    try:
        beside = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):  # none, or one that nobody can read
        return names
    return names | set(beside.get_values_for_type(x509.DNSName))


def server_context(
    chains: Iterable[tuple[str, str]],
    client_ca: str | None = None,
    revoked: str | None = None,
    minimum: Minimum = "1.2",
) -> ssl.SSLContext:
    """For stations: (certificate, private key) files, one chain each for ECDSA and RSA at most.

    With `client_ca` a station has to show a certificate of that authority (profile 3), one that
    is not in the list `revoked`. Raises OSError for files that cannot be read or do not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = VERSIONS[minimum]
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0  # stations stay for days: nothing to resume, bytes to spare
    for certificate, key in chains:
        _show(context, certificate, key)
    if client_ca is not None:
        _trust(context, client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    if revoked is not None:
        _trust(context, revoked)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context


def client_context(
    ca: str | None = None, certificate: str | None = None, key: str | None = None
) -> ssl.SSLContext:
    """For CSMSs: the system's authorities, or `ca` alone; and our certificate, if they want one.

    Raises OSError for files that cannot be read or do not fit.
    """
    with _named(ca):
        context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    if certificate is not None:
        _show(context, certificate, key)
    return context


def _show(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    """Have a chain. No passphrase: OpenSSL would ask for it on the terminal, and all would wait."""
    with _named(certificate, key):
        context.load_cert_chain(certificate, key, password=b"")


def _trust(context: ssl.SSLContext, path: str) -> None:
    with _named(path):
        context.load_verify_locations(path)


@contextmanager
def _named(*paths: str | None) -> Iterator[None]:
    """OpenSSL does not say which file it could not use."""
    try:
        yield
    except OSError as error:
        files = " with ".join(path for path in paths if path)
        raise OSError(f"{files}: {error}") from error


def shown_certificate(sock: object) -> bytes:
    """The certificate that the peer showed, as DER; empty if none."""
    return (sock.getpeercert(True) or b"") if isinstance(sock, ssl.SSLSocket) else b""


def fingerprint(certificate: bytes) -> bytes:
    """What tells certificates apart; empty for none."""
    return hashlib.sha256(certificate).digest() if certificate else b""


def is_holder(certificate: bytes, identity: str, holders: Holders) -> bool:
    """Whether a certificate, as DER, is that of this station. The chain is proven elsewhere."""
    try:
        return holders.includes(x509.load_der_x509_certificate(certificate), identity)
    except ValueError:  # OpenSSL could read it, we cannot: then it does not say whose it is
        return False


def _said(certificate: x509.Certificate, what: x509.ObjectIdentifier) -> set[str]:
    return {str(name.value) for name in certificate.subject.get_attributes_for_oid(what)}
