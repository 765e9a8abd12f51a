"""The configuration at its edges: odd values are named as mistakes, and end nothing else."""

from pathlib import Path

import msgspec
import pytest

from gateway.addresses import is_loopback
from gateway.config import Config, ConfigError
from gateway.summary import warnings
from tests.gateway.test_config import BASE, NOW, changed, loaded

SALT, DIGEST = "A" * 22 + "==", "A" * 43 + "="
WRONG = [
    ("[timeouts]", "[shadow]\nsample = 3\n[timeouts]", "shadow.sample", "one of commands"),
    ("[timeouts]", '[shadow]\ncommands = "x"\n[timeouts]', "shadow.commands", '"reject"'),
    ("[timeouts]", '[store]\nurl = "sqlite://"\n[timeouts]', "store.url", "state.db"),
    ("[timeouts]", '[store]\nurl = "sqlite:///"\n[timeouts]', "store.url", "state.db"),
    ("[timeouts]", '[store]\nurl = "sqlite://evidence.db"\n[timeouts]', "shadow.evidence", "other"),
    ("security_profile = 0", 'credentials_file = "\\u0000"', "listen.credentials_file", "text"),
    ('version = "1.6"', 'version = "1.6"\nuser = "a:b"\npassword = "x"', "csms[0].user", "colon"),
    (
        "security_profile = 0",
        f'credentials = {{ a = "scrypt$65536$1$1${SALT}${DIGEST}" }}',
        "listen.credentials.a",
        "n$r$p",
    ),
    *(
        (
            "[timeouts]",
            f"[translation]\norphan_timeout = {moment}\n[timeouts]",
            "translation.orphan_timeout",
            "above 0",
        )
        for moment in ("nan", "inf", "-1", "0")
    ),
    ("security_profile = 0", f'client_ca = "{"x" * 300}"', "listen.client_ca", "can be read"),
    ("[timeouts]", f'[quirks]\nfolder = "{"x" * 300}"\n[timeouts]', "", "a folder"),
]


@pytest.mark.parametrize(("old", "new", "key", "expected"), WRONG)
def test_an_odd_value_is_named_by_its_key(
    tmp_path: Path, old: str, new: str, key: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, changed(old, new))
    assert caught.value.key == key
    assert expected in caught.value.expected


@pytest.mark.parametrize("field", msgspec.structs.fields(Config), ids=lambda field: field.name)
def test_a_key_that_no_table_knows_is_told_in_each_of_them(
    tmp_path: Path, field: msgspec.structs.FieldInfo
) -> None:
    head = "[[{}]]" if field.name in ("csms", "segment") else "[{}]"
    written, table = BASE, head.format(field.name)
    if table not in written:
        written += f"{table}\n"
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, written.replace(f"{table}\n", f"{table}\nno-such-key = 1\n", 1))
    assert caught.value.key.endswith("no-such-key")


def test_a_stations_own_password_is_a_password_that_crosses_the_network(tmp_path: Path) -> None:
    shown = 'url = "ws://csms.example/ocpp"\nstation_credentials = true'
    config = loaded(tmp_path, changed('url = "wss://csms.example/ocpp"', shown))
    assert "csms new: its password crosses the network unencrypted" in list(warnings(config, NOW))


@pytest.mark.parametrize(
    ("host", "is_here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("127.csms.example", False), ("127.0.0.1.csms.example", False), ("10.0.0.1", False)],
)  # fmt: skip
def test_a_name_that_begins_like_a_loopback_address_is_none(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here
