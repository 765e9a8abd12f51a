"""The configuration: what it accepts, how it refuses, and what it decides for a station."""

import re
from pathlib import Path

import msgspec
import pytest

from gateway.addresses import Endpoint, endpoint, host_port, leg_url
from gateway.config import Config, ConfigError, dial_url, load, route, segment_of
from gateway.passwords import Passwords, hashed, parsed
from gateway.settings import Secret
from gateway.summary import effective, summary, warnings

NOW = 1_800_000_000.0
BASE = """\
[listen]
url = "ws://127.0.0.1:9000/ocpp"
security_profile = 0

[[csms]]
name = "legacy"
url = "ws://127.0.0.1:9101/steve"
version = "1.6"

[[csms]]
name = "new"
url = "wss://csms.example/ocpp"
version = "2.0.1"

[[segment]]
name = "pilot"
match = { identity = "PILOT-*" }
primary = "new"
shadows = ["legacy"]

[[segment]]
name = "default"
primary = "legacy"
shadows = []

[timeouts]
call = 12.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cert.pem", "key.pem", "ca.pem"):
        (tmp_path / name).write_text("")
    return tmp_path


def loaded(folder: Path, text: str = BASE) -> Config:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new, 1)


def test_a_station_goes_to_the_first_segment_that_matches(folder: Path) -> None:
    config = loaded(folder)
    names = [segment_of(config, identity) for identity in ("PILOT-1", "pilot-1", "X")]
    assert [segment.name for segment in names if segment] == ["pilot", "default", "default"]


def test_a_route_carries_all_that_the_core_must_know(folder: Path) -> None:
    text = BASE + '[quirks]\noff = ["huawei.empty-vendor"]\n'
    text += 'on = ["generic.trigger-status-per-connector-unanswered"]\n'
    found = route(loaded(folder, text), "PILOT-1", ["ocpp1.6"])
    assert found is not None
    assert (found.identity, found.segment, found.version) == ("PILOT-1", "pilot", "1.6")
    assert (found.primary.name, found.primary.version) == ("new", "2.0.1")
    assert [shadow.name for shadow in found.shadows] == ["legacy"]
    assert found.call_timeout == 12.5
    assert found.quirks_off == {"huawei.empty-vendor"}
    assert found.quirks_on == {"generic.trigger-status-per-connector-unanswered"}


@pytest.mark.parametrize(
    ("identity", "offered", "version"),
    [
        ("PILOT-1", ["ocpp1.6", "ocpp2.0.1"], "2.0.1"),
        ("OTHER", ["ocpp2.0.1", "ocpp1.6"], "1.6"),
        ("PILOT-1", ["ocpp1.6"], "1.6"),
        ("OTHER", ["ocpp2.0.1", "ocpp2.1"], "2.0.1"),
        ("PILOT-1", [], "1.6"),
    ],
)
def test_the_version_that_needs_no_translation_is_preferred(
    folder: Path, identity: str, offered: list[str], version: str
) -> None:
    found = route(loaded(folder), identity, offered)
    assert found is not None
    assert found.version == version


def test_a_station_that_speaks_neither_version_has_no_route(folder: Path) -> None:
    assert route(loaded(folder), "X", ["ocpp1.5"]) is None


def test_a_station_that_no_segment_matches_has_no_route(folder: Path) -> None:
    text = changed('name = "default"', 'name = "default"\nmatch = { identity = "X-*" }')
    assert route(loaded(folder, text), "Y-1", []) is None


def test_a_segments_options_lie_over_the_common_ones_key_by_key(folder: Path) -> None:
    text = changed('name = "pilot"', 'name = "pilot"\ntranslation = { link_policy = "buffer" }')
    text += '[translation]\nreport_chunk = 7\nidentifiers = "counted"\n'
    pilot, rest = (route(loaded(folder, text), name, []) for name in ("PILOT-1", "X"))
    assert pilot is not None
    assert rest is not None
    assert (pilot.options.link_policy, pilot.options.report_chunk) == ("buffer", 7)
    assert (rest.options.link_policy, rest.options.report_chunk) == ("mirror", 7)


def test_an_identity_is_encoded_and_mapped_on_the_way_to_a_csms(folder: Path) -> None:
    text = BASE + '[translation]\nidentity_map = { "a b/ä" = "CS 1" }\n'
    config = loaded(folder, text)
    for identity, url in (("a b/ä", "CS%201"), ("x y/ü", "x%20y%2F%C3%BC")):
        found = route(config, identity, [])
        assert found is not None
        legacy = config.named("legacy")
        assert dial_url(legacy, found) == f"ws://127.0.0.1:9101/steve/{url}"
        legacy = msgspec.structs.replace(legacy, trailing_slash=True)
        assert dial_url(legacy, found) == f"ws://127.0.0.1:9101/steve/{url}/"


WRONG = [
    ("security_profile = 0", "security_profil = 0", "listen.security_profil", "one of url,"),
    ("security_profile = 0", "security_profile = 4", "listen.security_profile", "<= 3"),
    ("security_profile = 0", "security_profile = 2", "listen.security_profile", "wss://"),
    ("security_profile = 0", "security_profile = 1", "listen.credentials", "profile 1"),
    ("security_profile = 0", 'certificate = "cert.pem"', "listen.certificate", "ws://"),
    ("security_profile = 0", 'default_version = "1.5"', "listen.default_version", '"2.0.1"'),
    ("security_profile = 0", "message_limit = 10", "listen.message_limit", ">= 1024"),
    ("security_profile = 0", 'credentials = { "" = "x" }', "listen.credentials.", "an identity"),
    ("security_profile = 0", 'other_certificate = "cert.pem"', "listen.other_certificate", "wss"),
    ("security_profile = 0", 'organisation = "Us"', "listen.organisation", "profile = 3"),
    ("[timeouts]", '[admission]\nexempt = ["10.0.0.1/8"]\n[timeouts]', "admission.exempt[0]", ""),
    ("[timeouts]", "[admission]\nwrong = 1\n[timeouts]", "admission.wrong", "wrong_passwords"),
    (
        'version = "1.6"',
        'version = "1.6"\npassword = "x"\nstation_credentials = true',
        "csms[0].station_credentials",
        "a password of ours",
    ),
    (
        'version = "1.6"',
        'version = "1.6"\npassword = "x"\nempty_password = true',
        "csms[0].empty_password",
        "other credentials",
    ),
    (
        'version = "1.6"',
        'version = "1.6"\nanswer_here = ["Authorize"]',
        "csms[0].answer_here[0]",
        "FirmwareStatusNotification",
    ),
    (
        'version = "1.6"',
        'version = "1.6"\nbusy_codes = [""]',
        "csms[0].busy_codes[0]",
        "a CALLERROR",
    ),
    ('version = "1.6"', 'version = "1.6"\nturn_gap = -1', "csms[0].turn_gap", ">= 0"),
    ('version = "1.6"', 'version = "1.6"\nshort_lived = 6', "csms[0].short_lived", "<= 5"),
    ("security_profile = 0", 'credentials = { a = "scrypt$1" }', "listen.credentials.a", "n$r$p"),
    ("security_profile = 0", 'credentials_file = "no"', "", "can be read"),
    ('url = "ws://127.0.0.1:9000/ocpp"', "", "listen.url", "required"),
    ('"ws://127.0.0.1:9000/ocpp"', '"http://127.0.0.1"', "listen.url", "ws://"),
    ('"ws://127.0.0.1:9000/ocpp"', '"ws://127.0.0.1:99999"', "listen.url", "0-65535"),
    ('"ws://127.0.0.1:9000/ocpp"', '"wss://127.0.0.1:9000"', "listen.certificate", "PEM"),
    ('"ws://127.0.0.1:9101/steve"', '"ws://u:p@h/"', "csms[0].url", "user and password"),
    ('"ws://127.0.0.1:9101/steve"', '"ws://h/?a=b"', "csms[0].url", "without ?"),
    ('"ws://127.0.0.1:9101/steve"', '"ws://csms..example"', "csms[0].url", "1 to 63 characters"),
    ('name = "legacy"', 'name = "station"', "csms[0].name", "another name"),
    ('name = "legacy"', 'name = "new"', "csms[1].name", "no other CSMS"),
    ('name = "legacy"', 'name = "a b"', "csms[0].name", "letters"),
    ('version = "1.6"', 'version = "1.6"\nuser = "u"', "csms[0].password", "for this user"),
    ('version = "1.6"', 'version = "1.6"\nca = "ca.pem"', "csms[0].ca", "wss://"),
    ('version = "2.0.1"', 'version = "2.0.1"\nca = "no"', "csms[1].ca", "a file"),
    (
        'version = "2.0.1"',
        'version = "2.0.1"\ncertificate = "cert.pem"',
        "csms[1].certificate",
        "both",
    ),
    ('version = "1.6"', 'version = "1.6"\npassword_file = "no"', "csms[0].password_file", "read"),
    ('version = "1.6"', "version = 1.6", "csms[0].version", '"1.6"'),
    ('identity = "PILOT-*"', 'vendor = "ABB"', "segment[0].match.vendor", "identity"),
    ('identity = "PILOT-*"', 'identity = ""', "segment[0].match.identity", "glob"),
    ('identity = "PILOT-*"', 'identity = "*"', "segment[1]", "before"),
    ('match = { identity = "PILOT-*" }', "", "segment[1]", 'before "pilot"'),
    ('name = "default"', 'name = "pilot"', "segment[1].name", "no other segment"),
    ('primary = "new"', 'primary = "nwe"', "segment[0].primary", "legacy, new"),
    ('shadows = ["legacy"]', 'shadows = ["old"]', "segment[0].shadows[0]", "legacy, new"),
    ('shadows = ["legacy"]', 'shadows = ["new"]', "segment[0].shadows[0]", "does not have yet"),
    ('shadows = ["legacy"]', 'shadows = "legacy"', "segment[0].shadows", "a list"),
    ("call = 12.5", "call = 0", "timeouts.call", "> 0"),
    ("call = 12.5", "call = nan", "timeouts.call", ""),
    ("call = 12.5", "call = inf", "timeouts.call", "86400"),
    ("call = 12.5", "calls = 1", "timeouts.calls", "one of call, dial, drain"),
    (
        "[timeouts]",
        '[translation]\nlink_policy = "b"\n[timeouts]',
        "translation.link_policy",
        '"buffer"',
    ),
    (
        "[timeouts]",
        "[translation]\nreport_chunk = 0\n[timeouts]",
        "translation.report_chunk",
        "above 0",
    ),
    (
        "[timeouts]",
        '[translation]\ntopology = "x"\n[timeouts]',
        "translation.topology",
        '"discover"',
    ),
    (
        "[timeouts]",
        "[translation]\ntopology = [{ connector = 0, evse = 1 }]\n[timeouts]",
        "translation.topology[0].connector",
        "from 1 on",
    ),
    (
        "[timeouts]",
        '[translation]\ntoken_rules = [{ pattern = "(", type = "Central" }]\n[timeouts]',
        "translation.token_rules[0].pattern",
        "regular expression",
    ),
    (
        'name = "pilot"',
        'name = "pilot"\ntranslation = { stop_at = "x" }',
        "segment[0].translation.stop_at",
        "tx_end",
    ),
    ("[timeouts]", '[store]\nurl = "postgresql://h"\n[timeouts]', "store.url", "sqlite:///"),
    ("[timeouts]", '[admin]\nlisten = "9090"\n[timeouts]', "admin.listen", "host:port"),
    ("[timeouts]", '[log]\nlevel = "loud"\n[timeouts]', "log.level", '"debug"'),
    (
        "[timeouts]",
        '[quirks]\noff = ["huawei.empty-vndor"]\n[timeouts]',
        "quirks.off[0]",
        "empty-vendor",
    ),
    ("[timeouts]", "[quirk]\n[timeouts]", "quirk", "one of listen"),
    ("call = 12.5", "call = = 1", "", "TOML"),
]


@pytest.mark.parametrize(("old", "new", "key", "expected"), WRONG)
def test_what_is_wrong_is_named_by_its_key(
    folder: Path, old: str, new: str, key: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, changed(old, new))
    assert caught.value.key == key
    assert expected in caught.value.expected
    assert str(caught.value).startswith(str(folder))


def test_a_syntax_error_names_its_line(folder: Path) -> None:
    with pytest.raises(ConfigError, match="line 27"):
        loaded(folder, changed("call = 12.5", "call = = 1"))


@pytest.mark.parametrize("table", ["csms", "segment"])
def test_csmss_and_segments_are_needed(folder: Path, table: str) -> None:
    rest = "".join(part for part in re.split(r"(?m)^(?=\[)", BASE) if f"[[{table}]]" not in part)
    for text in (rest, f"{table} = []\n{rest}"):
        with pytest.raises(ConfigError) as caught:
            loaded(folder, text)
        assert caught.value.key == table


@pytest.mark.parametrize("content", [b"\xff", None])
def test_a_file_that_cannot_be_read_is_named(folder: Path, content: bytes | None) -> None:
    path = folder / "gateway.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.path == path


def test_paths_start_at_the_files_folder(folder: Path) -> None:
    text = changed('"ws://127.0.0.1:9000/ocpp"', '"wss://127.0.0.1:9000/ocpp"').replace(
        "security_profile = 0", 'certificate = "cert.pem"\nprivate_key = "key.pem"'
    )
    config = loaded(folder, text + '[store]\nurl = "sqlite://var/state.db"\n')
    assert config.listen.certificate == folder / "cert.pem"
    assert config.store.url == f"sqlite://{folder}/var/state.db"
    config = loaded(folder, text + '[store]\nurl = "sqlite:///var/lib/x/state.db"\n')
    assert config.store.url == "sqlite:///var/lib/x/state.db"


def test_passwords_come_from_files_and_are_never_shown(folder: Path) -> None:
    (folder / "csms.password").write_text("geheim-csms\n")
    (folder / "stations.toml").write_text('"S-2" = "geheim-zwei"\n')
    text = changed("security_profile = 0", "security_profile = 1").replace(
        'version = "1.6"', 'version = "1.6"\npassword_file = "csms.password"'
    )
    keys = 'credentials_file = "stations.toml"\ncredentials = { "S-1" = "geheim-eins" }\n'
    config = loaded(folder, text.replace("[listen]\n", f"[listen]\n{keys}"))
    assert config.named("legacy").password == Secret("geheim-csms")
    assert set(config.listen.credentials) == {"S-1", "S-2"}
    for shown in (repr(config), str(config), effective(config), summary(config, NOW)):
        assert "geheim" not in shown


def test_an_error_about_a_secret_does_not_show_it(folder: Path) -> None:
    for line in ('credentials = { a = ["geheim"] }', 'credentials = { a = "scrypt$geheim" }'):
        with pytest.raises(ConfigError) as caught:
            loaded(folder, changed("security_profile = 0", line))
        assert "geheim" not in str(caught.value)


def test_what_may_be_unwise_is_said(folder: Path) -> None:
    assert list(warnings(loaded(folder), NOW)) == []
    text = changed("127.0.0.1:9000", "0.0.0.0:9000").replace(
        "[timeouts]", '[store]\nurl = "memory:"\n[admin]\nlisten = "0.0.0.0:9090"\n[timeouts]'
    )
    said = "\n".join(warnings(loaded(folder, text), NOW))
    for word in ("listen.security_profile", "store.url", "admin.listen"):
        assert word in said


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://h", Endpoint(False, "h", 80, "")),
        ("wss://h/", Endpoint(True, "h", 443, "")),
        ("ws://[::1]:0/a/b/", Endpoint(False, "::1", 0, "/a/b")),
    ],
)
def test_a_url_is_taken_apart(url: str, expected: Endpoint) -> None:
    assert endpoint(url) == expected


@pytest.mark.parametrize(
    "url", ["ws://", "ws://h:x", "h:80", "ws://h\n", "ws://ä", "ws://h/ x", ""]
)
def test_what_is_no_websocket_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="ws://"):
        endpoint(url)


def test_hosts_and_ports() -> None:
    assert host_port("127.0.0.1:0") == ("127.0.0.1", 0)
    assert host_port("[::1]:9090") == ("::1", 9090)
    for text in ("", "host", ":80", "h:x", "u@h:1", "h:1/x", "h:99999"):
        with pytest.raises(ValueError, match="host:port"):
            host_port(text)
    assert leg_url("ws://h/a/", "x/y") == "ws://h/a/x%2Fy"


def test_a_password_is_known_by_its_hash_and_an_unknown_station_is_not() -> None:
    passwords = Passwords({"A": Secret(hashed(b"right")), "B": Secret("plain")})
    assert not passwords.is_known("A", b"A", b"right")
    assert passwords.is_right("A", b"A", b"right")
    assert passwords.is_known("A", b"A", b"right")
    assert passwords.is_right("B", b"B", b"plain")
    for identity, user, password in (
        ("A", b"A", b"wrong"),
        ("A", b"B", b"right"),
        ("B", b"A", b"plain"),
        ("C", b"C", b"right"),
        ("C", b"C", b""),
        ("B", b"B", b"\xff"),
    ):
        assert not passwords.is_right(identity, user, password)
        assert not passwords.is_known(identity, user, password)


@pytest.mark.parametrize(
    "text", ["", "scrypt$", "scrypt$3$8$1$AA==$AA==", "scrypt$1048576$64$1$$", "x"]
)
def test_a_hash_that_is_none_or_too_dear_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="scrypt"):
        parsed(text)


def test_every_default_is_shown_when_asked_for(folder: Path) -> None:
    lines = effective(loaded(folder)).splitlines()
    for line in (
        "timeouts.drain = 5.0",
        'log.format = "auto"',
        'segment[0].translation.link_policy = "mirror"',
        "csms[0].ca = (none)",
    ):
        assert line in lines
