"""No CSMS is reached less securely than the stations reach us, unless that is wanted (17.3)."""

from pathlib import Path

import pytest

from gateway.config import ConfigError, load

LISTEN = {
    1: 'url = "ws://127.0.0.1:1/ocpp"\nsecurity_profile = 1\ncredentials = { a = "b" }',
    3: """url = "wss://127.0.0.1:1/ocpp"
security_profile = 3
certificate = "a.pem"
private_key = "a.pem"
client_ca = "a.pem\"""",
}
CSMS = {  # its security profile -> what says so
    0: 'url = "ws://csms.example"',
    1: 'url = "ws://csms.example"\npassword = "x"',
    2: 'url = "wss://csms.example"',
    3: 'url = "wss://csms.example"\ncertificate = "a.pem"\nprivate_key = "a.pem"',
}
HERE = 'url = "ws://127.0.0.1:1/far"'


def check(folder: Path, listen: str, primary: str, shadow: str, more: str = "") -> None:
    """Load a configuration. Raises ConfigError."""
    (folder / "a.pem").write_text("")
    path = folder / "gateway.toml"
    path.write_text(f"""
[listen]
{listen}
[[csms]]
name = "far"
version = "2.0.1"
{primary}
[[csms]]
name = "old"
version = "1.6"
{shadow}
[[segment]]
name = "default"
primary = "far"
shadows = ["old"]
{more}
""")
    load(path)


@pytest.mark.parametrize("wanted", LISTEN)
@pytest.mark.parametrize("profile", CSMS)
def test_a_csms_with_a_lower_profile_has_to_be_allowed(
    tmp_path: Path, wanted: int, profile: int
) -> None:
    if profile >= wanted:
        check(tmp_path, LISTEN[wanted], CSMS[profile], HERE)
        return
    with pytest.raises(ConfigError) as caught:
        check(tmp_path, LISTEN[wanted], CSMS[profile], HERE)
    assert caught.value.key == "segment[0].primary"
    assert "allow_downgrade" in caught.value.expected
    check(tmp_path, LISTEN[wanted], CSMS[profile], HERE, '[translation]\nallow_downgrade = "on"')


def test_a_shadow_is_no_exception(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check(tmp_path, LISTEN[1], HERE, CSMS[0])
    assert caught.value.key == "segment[0].shadows"


def test_what_never_leaves_this_machine_needs_no_profile(tmp_path: Path) -> None:
    check(tmp_path, LISTEN[3], HERE, HERE)


def test_a_password_that_is_the_stations_own_is_one_too(tmp_path: Path) -> None:
    shown = f"{CSMS[0]}\nstation_credentials = true"
    check(tmp_path, LISTEN[1], shown, HERE)
    with pytest.raises(ConfigError):
        check(tmp_path, LISTEN[3], shown, HERE)
