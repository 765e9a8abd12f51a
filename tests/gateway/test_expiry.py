"""When certificates, authorities and lists end: the first of several; warned of in time."""

from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from gateway import expiry, worker
from gateway.core.tally import Tally
from gateway.ops import merged
from gateway.settings import Config
from gateway.summary import endings
from tests.abuse.authority import DAY, NOW, Authority, joined

CSMSS = [
    {"name": "far", "url": "wss://far.example/ocpp", "version": "1.6"},
    {"name": "plain", "url": "ws://127.0.0.1:1/ocpp", "version": "1.6"},
]


def config(listen: dict[str, str], **far: str) -> Config:
    """A configuration with these files."""
    given = {
        "listen": {"url": "wss://127.0.0.1:0/ocpp", **listen},
        "csms": [CSMSS[0] | far, CSMSS[1]],
        "segment": [{"name": "default", "primary": "far"}],
    }
    return msgspec.convert(given, Config, dec_hook=lambda kind, value: kind(value))


def unix(days: int) -> int:
    """The moment so many days from now."""
    return int((NOW + days * DAY).timestamp())


def test_of_several_in_a_file_the_first_end_counts_and_every_file_is_there(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    leaf, _ = authority.issue("leaf", until=NOW + 90 * DAY)
    middle, _ = authority.issue("middle", until=NOW + 40 * DAY)
    client, _ = authority.issue("client", until=NOW + 50 * DAY)
    younger = Authority(tmp_path / "younger", until=NOW + 70 * DAY)
    authorities = joined(tmp_path / "both.pem", younger.path, authority.path)
    listen = {"certificate": joined(tmp_path / "chain.pem", leaf, middle)}
    listen |= {"other_certificate": leaf, "client_ca": authorities}
    later = younger.revoked(until=NOW + 7 * DAY)
    listen["client_crl"] = joined(tmp_path / "all.crl", later, authority.revoked(leaf))
    assert expiry.ends(config(listen, certificate=client, ca=younger.path)) == {
        ("listener", ""): unix(40),
        ("listener_other", ""): unix(90),
        ("client_ca", ""): unix(1),
        ("client_crl", ""): unix(1),
        ("client", "far"): unix(50),
        ("ca", "far"): unix(70),
    }
    assert expiry.ends(config({"client_crl": later})) == {("client_crl", ""): unix(7)}


def test_what_cannot_be_read_is_left_out_and_who_checks_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    listen = {"certificate": str(broken), "other_certificate": str(tmp_path / "none.pem")}
    listen |= {"client_crl": str(broken), "client_ca": str(broken)}
    given = config(listen, ca=str(broken))
    assert expiry.ends(given) == {}
    told = [warning.partition(" tells no end")[0] for warning in endings(given, 0.0)]
    keys = ("client_ca", "client_crl", "certificate", "other_certificate")
    assert told == ["csms far: ca", *(f"listen.{key}" for key in keys)]


@pytest.mark.parametrize(
    ("which", "days", "left"),
    [
        *[("client", days, None) for days in (31, 30)],
        *[("client", days, days) for days in (29, 1, 0, -3)],
        *[("client_crl", days, None) for days in (29, 7, 2)],
        *[("client_crl", days, days) for days in (1, 0, -3)],
    ],
)
def test_a_warning_comes_in_the_last_month_or_of_a_list_in_the_last_two_days(
    which: str, days: int, left: int | None
) -> None:
    end = 1_800_000_000
    with capture_logs() as logged:
        expiry.warn({(which, "far"): end}, end - days * expiry.A_DAY, worker.log)
    told = [(line["certificate"], line["csms"], line["days_left"]) for line in logged]
    assert told == ([] if left is None else [(which, "far", left)])


def test_who_checks_the_configuration_is_told_by_the_keys_that_name_the_files(
    tmp_path: Path,
) -> None:
    authority, now = Authority(tmp_path), NOW.timestamp()
    files = {"certificate": authority.path, "client_ca": authority.path}
    files["client_crl"] = authority.revoked()
    given = config(files, certificate=authority.path, ca=authority.path)
    assert [*endings(given, now - 40 * expiry.A_DAY)] == []
    day = f"{NOW + DAY:%Y-%m-%d}"
    assert [*endings(given, now)] == [
        f"csms far: ca ends on {day}",
        f"csms far: certificate ends on {day}",
        f"listen.client_ca ends on {day}",
        f"listen.client_crl ends on {day}: then nobody is let in",
        f"listen.certificate ends on {day}",
    ]
    assert f"listen.client_ca has ended on {day}" in endings(given, now + 2 * expiry.A_DAY)


def test_several_workers_have_one_end_not_the_sum() -> None:
    tally, total = Tally(), Tally()
    tally.certificate_ends["listener", ""] = 1_800_000_000
    for _ in range(3):
        merged.add(total, merged.snapshot(tally))
    assert total.certificate_ends == {("listener", ""): 1_800_000_000}
