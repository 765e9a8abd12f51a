"""Threat: TLS that is too old, too weak, expired, revoked or somebody else's."""

import ssl
from pathlib import Path
from typing import Any

import pytest
import trio
from cryptography import x509

from gateway.wire.tls import Holders, client_context, is_holder, server_context, shown_certificate
from tests.abuse.authority import DAY, NOW, Authority, joined
from tests.abuse.siege import Siege
from tests.endtoend.stage import Stage
from tests.endtoend.wire_end import NoHandshakeError, RefusedError
from tests.gateway.test_tls import close, shaken

pytestmark = pytest.mark.trio


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom everybody trusts."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def chains(ca: Authority) -> list[tuple[str, str]]:
    """The gateway's own, of both kinds."""
    return [ca.issue("gateway"), ca.issue("gateway", "rsa2048")]


def offering(ca: Authority, suites: str, version: ssl.TLSVersion) -> ssl.SSLContext:
    """A client that speaks this and nothing else, however weak."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca.path)
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    return context


V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SERVED = {  # OCPP's four, in TLS 1.2, and those that we add
    "ECDHE-ECDSA-AES128-GCM-SHA256": V12,
    "ECDHE-ECDSA-AES256-GCM-SHA384": V12,
    "AES128-GCM-SHA256": V12,
    "AES256-GCM-SHA384": V12,
    "ECDHE-RSA-AES128-GCM-SHA256": V12,
    "ECDHE-RSA-AES256-GCM-SHA384": V12,
    "ALL": V13,
}
REFUSED = {
    "AES128-SHA": V12,
    "AES256-SHA256": V12,
    "ECDHE-RSA-AES128-SHA": V12,
    "DHE-RSA-AES128-GCM-SHA256": V12,
    "NULL-SHA256": V12,
    "AECDH-AES128-SHA": V12,
    "PSK-AES128-GCM-SHA256": V12,
}


async def is_served(server: ssl.SSLContext, client: ssl.SSLContext) -> bool:
    """Whether both ends have a connection."""
    ends = await shaken(server, client)
    close(*ends)
    served = [isinstance(end, ssl.SSLSocket) for end in ends]
    return all(served)


async def test_exactly_the_suites_that_are_wanted_are_served(
    ca: Authority, chains: list[tuple[str, str]]
) -> None:
    server = server_context(chains)
    for suite, version in SERVED.items():
        assert await is_served(server, offering(ca, suite, version)), suite
    for suite, version in REFUSED.items():
        assert not await is_served(server, offering(ca, suite, version)), suite


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_what_is_older_than_tls_1_2_is_refused(
    version: ssl.TLSVersion, ca: Authority, chains: list[tuple[str, str]]
) -> None:
    assert not await is_served(server_context(chains), offering(ca, "ALL", version))


async def test_a_minimum_of_tls_1_3_refuses_1_2(
    ca: Authority, chains: list[tuple[str, str]]
) -> None:
    server = server_context(chains, minimum="1.3")
    assert not await is_served(server, offering(ca, "ALL", V12))
    assert await is_served(server, offering(ca, "ALL", V13))


async def test_either_kind_of_chain_is_shown_to_whom_it_suits(
    ca: Authority, chains: list[tuple[str, str]]
) -> None:
    kinds = {"ECDHE-ECDSA-AES128-GCM-SHA256": "EC", "AES128-GCM-SHA256": "RSA"}
    for suite, kind in kinds.items():
        ends = await shaken(server_context(chains), offering(ca, suite, V12))
        shown = x509.load_der_x509_certificate(shown_certificate(ends[1]))
        assert kind in type(shown.public_key()).__name__
        close(*ends)


def station(ca: Authority, chain: tuple[str, str]) -> ssl.SSLContext:
    """A client with this certificate, however weak."""
    context = offering(ca, "ALL", V12)
    context.load_cert_chain(*chain)
    return context


async def test_of_the_stations_certificates_only_the_good_ones_are_taken(
    ca: Authority, chains: list[tuple[str, str]], tmp_path: Path
) -> None:
    good, revoked = ca.issue("CS-1"), ca.issue("CS-1")
    server = server_context(chains, ca.path, ca.revoked(revoked[0]))
    assert await is_served(server, station(ca, good))
    assert await is_served(server, station(ca, ca.issue("CS-1", "rsa2048")))
    bad = {
        "revoked": revoked,
        "expired": ca.issue("CS-1", until=NOW - DAY),
        "of another authority": Authority(tmp_path, "authority").issue("CS-1"),
        "of 1024 bits": ca.issue("CS-1", "rsa1024"),
    }
    for name, chain in bad.items():
        assert not await is_served(server, station(ca, chain)), name
    assert not await is_served(server, offering(ca, "ALL", V12)), "none"


async def test_a_list_of_another_authority_lets_nobody_in(
    ca: Authority, chains: list[tuple[str, str]], tmp_path: Path
) -> None:
    other = Authority(tmp_path, "another").revoked()
    assert not await is_served(server_context(chains, ca.path, other), station(ca, ca.issue("X")))


async def test_each_of_several_authorities_has_its_list_and_one_that_expired_shuts_its_own_out(
    ca: Authority, chains: list[tuple[str, str]], tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other", "another")
    good, bad = (ca.issue("CS-1"), other.issue("CS-2")), (ca.issue("CS-1"), other.issue("CS-2"))
    both = joined(tmp_path / "both.pem", ca.path, other.path)
    for until, is_second_served in ((NOW + DAY, True), (NOW - DAY / 2, False)):
        lists = (ca.revoked(bad[0][0]), other.revoked(bad[1][0], until=until))
        server = server_context(chains, both, joined(tmp_path / "all.crl", *lists))
        served = [await is_served(server, station(ca, chain)) for chain in (*good, *bad)]
        assert served == [True, is_second_served, False, False]


async def test_a_certificate_is_bound_to_an_identity_and_an_operator(ca: Authority) -> None:
    def holds(identity: str, holders: Holders = Holders(), **keys: Any) -> bool:  # noqa: B008
        pem = Path(ca.issue("SN-7", **keys)[0]).read_bytes()
        return is_holder(ssl.PEM_cert_to_DER_cert(pem.decode()), identity, holders)

    assert holds("SN-7")
    assert not holds("SN-8")
    assert not holds("sn-7")
    assert holds("cs-1.example", beside=["cs-1.example"])
    assert holds("CS-1", Holders(names={"CS-1": "SN-7"}))
    assert not holds("SN-7", Holders(names={"SN-7": "SN-8"}))
    assert holds("SN-7", Holders("Us"), organisation="Us")
    assert not holds("SN-7", Holders("Us"), organisation="Them")
    assert not holds("SN-7", Holders("Us"))
    assert not is_holder(b"", "SN-7", Holders())


async def test_a_csms_with_a_weak_or_foreign_certificate_is_not_spoken_to(
    ca: Authority, tmp_path: Path
) -> None:
    ours = client_context(ca.path)
    assert await is_served(server_context([ca.issue("csms")]), ours)
    weak = server_context([ca.issue("csms")])
    weak.set_ciphers("ALL:@SECLEVEL=0")
    weak.load_cert_chain(*ca.issue("csms", "rsa1024"))
    ours.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    ours.maximum_version = V12
    assert not await is_served(weak, ours)
    foreign = Authority(tmp_path).issue("csms")
    assert not await is_served(server_context([foreign]), client_context(ca.path))


def profile_3(ca: Authority, more: str = "") -> str:
    """The listener's keys."""
    (certificate, key), (other, other_key) = ca.issue("gateway"), ca.issue("gateway", "rsa2048")
    return (
        f'security_profile = 3\ncertificate = "{certificate}"\nprivate_key = "{key}"\n'
        f'other_certificate = "{other}"\nother_private_key = "{other_key}"\n'
        f'client_ca = "{ca.path}"\n{more}'
    )


async def test_profile_3_as_it_is_configured(stage: Stage, ca: Authority) -> None:
    revoked = ca.issue("CS-1", organisation="Us")
    crl = f'client_crl = "{ca.revoked(revoked[0])}"\norganisation = "Us"\n'
    names = 'certificate_names = { "CS-2" = "SN-2" }\n'
    listen = profile_3(ca, crl + names)
    csms = await stage.csms("far", "1.6")
    gateway = await stage.gateway(csms, scheme="wss", listen=listen)
    for identity, name in (("CS-1", "CS-1"), ("CS-2", "SN-2")):
        tls = station(ca, ca.issue(name, organisation="Us"))
        end = await stage.station(gateway, identity, tls=tls)
        assert "currentTime" in await end.call("Heartbeat", {})
    wrong = {"CS-3": ca.issue("CS-1", organisation="Us"), "CS-1": ca.issue("CS-1")}
    for identity, chain in wrong.items():
        with pytest.raises(RefusedError) as refused:
            await stage.station(gateway, identity, tls=station(ca, chain))
        assert refused.value.status == 401
    with pytest.raises(NoHandshakeError):
        await stage.station(gateway, "CS-1", tls=station(ca, revoked))
    await gateway.until("handshakes_total", 1, outcome="tls_failed")
    assert "tls refused" in gateway.log


async def test_a_server_name_that_is_absent_or_odd_makes_no_difference(
    stage: Stage, ca: Authority
) -> None:
    certificate, key = ca.issue("gateway")
    listen = f'certificate = "{certificate}"\nprivate_key = "{key}"'
    gateway = await stage.gateway(await stage.csms("far", "1.6"), scheme="wss", listen=listen)
    around = Siege(gateway)
    for name in (None, "x" * 60 + ".example", "127.0.0.1", "other.example"):
        context = offering(ca, "ALL", V12)
        context.check_hostname = False
        stream = trio.SSLStream(await around.knock(), context, server_hostname=name)
        with trio.fail_after(5.0):
            await stream.do_handshake()
        await trio.aclose_forcefully(stream)


async def test_renegotiation_is_not_done(ca: Authority, chains: list[tuple[str, str]]) -> None:
    assert server_context(chains).options & ssl.OP_NO_RENEGOTIATION
    assert server_context(chains).options & ssl.OP_NO_COMPRESSION
