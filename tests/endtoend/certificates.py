"""A certificate authority for one test run."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.endtoend.gateway_process import ACCESS

DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates, and keeps all files in one folder."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = named(name)
        self.path = folder / "ca.pem"
        root = self._builder(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.path.write_bytes(self._signed(root))

    def issue(self, common_name: str) -> tuple[Path, Path]:
        """A certificate for this machine's loopback or for a station, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        places = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ACCESS))])
        builder = self._builder(named(common_name), key.public_key())
        certificate, private = (self._folder / f"{common_name}.{end}" for end in ("pem", "key"))
        certificate.write_bytes(self._signed(builder.add_extension(places, critical=False)))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return certificate, private

    def client(self, chain: tuple[Path, Path] | None = None) -> ssl.SSLContext:
        """For a client that trusts this authority alone, and may show a certificate."""
        context = ssl.create_default_context(cafile=str(self.path))
        if chain is not None:
            context.load_cert_chain(*chain)
        return context

    def server(self, chain: tuple[Path, Path], *, asks: bool = False) -> ssl.SSLContext:
        """For a server, which may ask its clients for a certificate of this authority."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*chain)
        if asks:
            context.load_verify_locations(str(self.path))
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _builder(
        self, subject: x509.Name, public_key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
        )

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        certificate = builder.sign(self._key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM)


def named(common_name: str) -> x509.Name:
    """A subject that is a common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
