"""Certificates good and bad: any key, name, validity, issuer, and lists of those revoked."""

import datetime
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def new_key(kind: str) -> Any:
    """ecdsa, or rsa and its size."""
    if kind == "ecdsa":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa")))


def joined(path: Path, *files: str) -> str:
    """One file with all that these have."""
    path.write_bytes(b"".join(Path(file).read_bytes() for file in files))
    return str(path)


class Authority:
    """One that signs what it is asked to."""

    def __init__(
        self, folder: Path, name: str = "authority", until: datetime.datetime = NOW + DAY
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._key, self._number = folder, new_key("ecdsa"), 0
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = self._builder(self._name, self._key.public_key(), NOW - DAY, until)
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        built = built.add_extension(constraints, critical=True).add_extension(usage, critical=True)
        self.path = self._written("ca.pem", built.sign(self._key, hashes.SHA256()))

    def issue(
        self,
        name: str,
        kind: str = "ecdsa",
        *,
        organisation: str = "",
        beside: Sequence[str] = (),
        until: datetime.datetime = NOW + DAY,
    ) -> tuple[str, str]:
        """Files of a certificate and its key."""
        self._number += 1
        key = new_key(kind)
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
        if organisation:
            subject.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
        names: list[x509.GeneralName] = [x509.DNSName(one) for one in beside]
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        built = self._builder(x509.Name(subject), key.public_key(), NOW - 2 * DAY, until)
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = self._written(f"{self._number}.pem", built.sign(self._key, hashes.SHA256()))
        private = self._folder / f"{self._number}.key"
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return certificate, str(private)

    def revoked(self, *certificates: str, until: datetime.datetime = NOW + DAY) -> str:
        """A list of those that are revoked."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        builder = builder.last_update(NOW - DAY).next_update(until)
        for path in certificates:
            number = x509.load_pem_x509_certificate(Path(path).read_bytes()).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(number)
            builder = builder.add_revoked_certificate(entry.revocation_date(NOW - DAY).build())
        self._number += 1
        return self._written(f"{self._number}.crl", builder.sign(self._key, hashes.SHA256()))

    def _builder(
        self, subject: x509.Name, key: Any, since: datetime.datetime, until: datetime.datetime
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
        builder = builder.public_key(key).serial_number(x509.random_serial_number())
        return builder.not_valid_before(since).not_valid_after(until)

    def _written(self, name: str, what: x509.Certificate | x509.CertificateRevocationList) -> str:
        path = self._folder / name
        path.write_bytes(what.public_bytes(serialization.Encoding.PEM))
        return str(path)
