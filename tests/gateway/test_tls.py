"""TLS with real certificates: the suites of OCPP, both kinds of chain, client certificates."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from gateway.wire import stream
from gateway.wire.framing import TEXT, encoded
from gateway.wire.lane import Upgraded
from gateway.wire.tls import Holders, client_context, is_holder, server_context, shown_certificate
from tests.gateway.wire_bench import KEY, PATIENCE, End, Forwarding, harbour

pytestmark = pytest.mark.trio

NOON = datetime.datetime.now(datetime.UTC)


class Authority:
    """Makes certificates in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        built = self._builder("test authority", self.key.public_key())
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.path = str(folder / "ca.pem")
        Path(self.path).write_bytes(self._signed(built))

    def issue(self, name: str, kind: str = "ecdsa") -> tuple[str, str]:
        """Files of a certificate and its key."""
        key: Any = ec.generate_private_key(ec.SECP256R1())
        if kind == "rsa":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        alternatives = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        built = self._builder(name, key.public_key()).add_extension(
            x509.SubjectAlternativeName(alternatives), critical=False
        )
        certificate, private = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(self._signed(built))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(certificate), str(private)

    def _builder(self, name: str, public_key: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOON - datetime.timedelta(days=1))
            .not_valid_after(NOON + datetime.timedelta(days=1))
        )

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        certificate = builder.sign(self.key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def chains(authority: Authority) -> list[tuple[str, str]]:
    return [authority.issue("gateway-ecdsa"), authority.issue("gateway-rsa", "rsa")]


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a TCP connection on loopback, non-blocking."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
    for sock in (client, accepted):
        stream.prepare(sock)
    return accepted, client


async def shaken(
    server: ssl.SSLContext, client: ssl.SSLContext
) -> tuple[ssl.SSLSocket | OSError, ssl.SSLSocket | OSError]:
    """Both ends after a handshake, or why it failed."""
    results: dict[str, ssl.SSLSocket | OSError] = {}

    async def one(name: str, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        try:
            sock = await stream.secure(sock, context, host)
            if host:  # in TLS 1.3 a refusal arrives only after the handshake
                await stream.receive(sock, 1)
            else:
                await stream.send_all(sock, b"!")
            results[name] = cast("ssl.SSLSocket", sock)
        except OSError as error:
            results[name] = error
            sock.close()

    accepted, connecting = tcp_pair()
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one, "server", accepted, server, "")
            nursery.start_soon(one, "client", connecting, client, "127.0.0.1")
    return results["server"], results["client"]


def close(*ends: ssl.SSLSocket | OSError) -> None:
    for end in ends:
        if isinstance(end, ssl.SSLSocket):
            end.close()


@pytest.mark.parametrize(
    "suite",
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    ],
)
async def test_each_suite_that_ocpp_obliges_a_csms_to_support_is_served(
    suite: str, authority: Authority, chains: list[tuple[str, str]]
) -> None:
    client = ssl.create_default_context(cafile=authority.path)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers(suite)
    server_end, client_end = await shaken(server_context(chains), client)
    assert isinstance(client_end, ssl.SSLSocket)
    assert (client_end.cipher() or ("",))[0] == suite
    close(server_end, client_end)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_our_own_two_sides_fit_each_other(
    version: ssl.TLSVersion, authority: Authority, chains: list[tuple[str, str]]
) -> None:
    client = client_context(authority.path)
    client.minimum_version = client.maximum_version = version
    server_end, client_end = await shaken(server_context(chains), client)
    assert isinstance(client_end, ssl.SSLSocket)
    close(server_end, client_end)


def outdated(client: ssl.SSLContext) -> None:
    client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1
    client.set_ciphers("ALL:@SECLEVEL=0")


def weak(client: ssl.SSLContext) -> None:
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("AES128-SHA")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
@pytest.mark.parametrize("change", [outdated, weak])
async def test_what_is_out_of_date_is_refused(
    change: Callable[[ssl.SSLContext], None], authority: Authority, chains: list[tuple[str, str]]
) -> None:
    client = ssl.create_default_context(cafile=authority.path)
    change(client)
    server_end, client_end = await shaken(server_context(chains), client)
    assert isinstance(server_end, OSError)
    assert isinstance(client_end, OSError)


async def test_a_csms_whose_authority_is_unknown_is_not_trusted(
    chains: list[tuple[str, str]],
) -> None:
    server_end, client_end = await shaken(server_context(chains), client_context())
    assert isinstance(client_end, ssl.SSLCertVerificationError)
    close(server_end)


async def test_profile_3_reads_the_name_out_of_the_stations_certificate(
    authority: Authority, chains: list[tuple[str, str]]
) -> None:
    server = server_context(chains, authority.path)
    client = client_context(authority.path, *authority.issue("CS-0042"))
    server_end, client_end = await shaken(server, client)
    assert is_holder(shown_certificate(server_end), "CS-0042", Holders())
    assert not is_holder(shown_certificate(server_end), "CS-0043", Holders())
    close(server_end, client_end)


async def test_profile_3_refuses_a_station_without_certificate_or_of_another_authority(
    authority: Authority, chains: list[tuple[str, str]], tmp_path: Path
) -> None:
    server = server_context(chains, authority.path)
    foreign = Authority(tmp_path).issue("CS-0042")
    for files in ((), foreign):
        server_end, client_end = await shaken(server, client_context(authority.path, *files))
        assert isinstance(server_end, OSError)
        close(client_end)


async def test_the_lane_serves_tls_sockets_with_messages_of_many_records(
    authority: Authority, chains: list[tuple[str, str]]
) -> None:
    async with harbour() as port:
        server_end, client_end = await shaken(
            server_context(chains), client_context(authority.path)
        )
        assert isinstance(server_end, ssl.SSLSocket)
        assert isinstance(client_end, ssl.SSLSocket)
        primary, far_primary = port.pair(False)
        port.ends.append(End(client_end, client=True))
        station = port.ends[-1]
        port.lane.adopt(port.link(Forwarding()), Upgraded(server_end), primary)
        texts = [b"%d:" % size + b"x" * size for size in (0, 100, 16_384, 40_000, 65_000, 7)]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(station.send, b"".join(encoded(TEXT, text, KEY) for text in texts))
            for text in texts:
                assert await far_primary.hear() == (TEXT, text)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(far_primary.send, b"".join(encoded(TEXT, text) for text in texts))
            for text in texts:
                assert await station.hear() == (TEXT, text)
