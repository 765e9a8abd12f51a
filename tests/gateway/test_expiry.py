"""When certificates end: the first of a chain, a list's successor; a warning in the last month."""

from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from gateway import expiry, worker
from gateway.core.tally import Tally
from gateway.ops import merged
from gateway.settings import Config
from tests.abuse.authority import DAY, NOW, Authority

CSMSS = [
    {"name": "far", "url": "wss://far.example/ocpp", "version": "1.6"},
    {"name": "plain", "url": "ws://127.0.0.1:1/ocpp", "version": "1.6"},
]


def config(listen: dict[str, str], certificate: str | None = None) -> Config:
    """A configuration with these files."""
    shown = {} if certificate is None else {"certificate": certificate}
    given = {
        "listen": {"url": "wss://127.0.0.1:0/ocpp", **listen},
        "csms": [CSMSS[0] | shown, CSMSS[1]],
        "segment": [{"name": "default", "primary": "far"}],
    }
    return msgspec.convert(given, Config, dec_hook=lambda kind, value: kind(value))


def unix(days: int) -> int:
    """The moment so many days from now."""
    return int((NOW + days * DAY).timestamp())


def test_of_a_chain_the_first_end_counts_and_each_certificate_of_ours_is_there(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    leaf, _ = authority.issue("leaf", until=NOW + 90 * DAY)
    middle, _ = authority.issue("middle", until=NOW + 40 * DAY)
    client, _ = authority.issue("client", until=NOW + 50 * DAY)
    chain = tmp_path / "chain.pem"
    chain.write_bytes(Path(leaf).read_bytes() + Path(middle).read_bytes())
    listen = {"certificate": str(chain), "other_certificate": leaf}
    listen["client_crl"] = authority.revoked(leaf)
    assert expiry.ends(config(listen, client)) == {
        ("listener", ""): unix(40),
        ("listener_other", ""): unix(90),
        ("client_crl", ""): unix(1),
        ("client", "far"): unix(50),
    }


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    listen = {"certificate": str(broken), "other_certificate": str(tmp_path / "none.pem")}
    assert expiry.ends(config(listen | {"client_crl": str(broken)})) == {}


@pytest.mark.parametrize(
    ("days", "left"), [(31, None), (30, None), (29, 29), (1, 1), (0, 0), (-3, -3)]
)
def test_a_warning_comes_in_the_last_month_and_afterwards(days: int, left: int | None) -> None:
    end = 1_800_000_000
    with capture_logs() as logged:
        expiry.warn({("client", "far"): end}, end - days * expiry.A_DAY, worker.log)
    told = [(line["certificate"], line["csms"], line["days_left"]) for line in logged]
    assert told == ([] if left is None else [("client", "far", left)])


def test_several_workers_have_one_end_not_the_sum() -> None:
    tally, total = Tally(), Tally()
    tally.certificate_ends["listener", ""] = 1_800_000_000
    for _ in range(3):
        merged.add(total, merged.snapshot(tally))
    assert total.certificate_ends == {("listener", ""): 1_800_000_000}
