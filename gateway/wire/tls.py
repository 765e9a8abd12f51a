"""TLS as OCPP's security profiles 2 and 3 want it."""

import ssl
from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.oid import NameOID

COMMON_NAME = NameOID.COMMON_NAME

# The last four are those that a CSMS has to support (OCPP security whitepaper A00.FR.317);
# OpenSSL's own list, as Python narrows it, lacks the two without ephemeral keys.
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
    )
)


def server_context(
    chains: Iterable[tuple[str, str]], client_ca: str | None = None
) -> ssl.SSLContext:
    """For stations: (certificate, private key) files, one chain each for ECDSA and RSA at most.

    With `client_ca` a station has to show a certificate of that authority (profile 3).
    Raises OSError for files that cannot be read or do not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0  # stations stay for days: nothing to resume, bytes to spare
    for certificate, key in chains:
        context.load_cert_chain(certificate, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(
    ca: str | None = None, certificate: str | None = None, key: str | None = None
) -> ssl.SSLContext:
    """For CSMSs: the system's authorities, or `ca` alone; and our certificate, if they want one."""
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def common_name(sock: object) -> str:
    """The subject's common name in the certificate that the peer showed; empty if none."""
    if not isinstance(sock, ssl.SSLSocket) or (shown := sock.getpeercert(True)) is None:
        return ""
    names = x509.load_der_x509_certificate(shown).subject
    return next((str(name.value) for name in names.get_attributes_for_oid(COMMON_NAME)), "")
