"""Threat: a CSMS that sends stations to fetch from, or to upload to, where it should not."""

import base64
from typing import Any

import msgspec
import pytest

from gateway.core.effects import Guarded, Send
from gateway.core.guard import WORDLESS
from gateway.core.urls import UrlRules, wrong_with
from gateway.testing.bench import Bench
from tests.abuse.commands import RULES, guarded, to_station

LONG = "https://files.example/" + "x" * 2000

# What a station must not be told to fetch or to send to, and the word for it.
HOSTILE = {
    "file:///etc/passwd": "scheme",
    "gopher://files.example/1": "scheme",
    "javascript:alert(1)": "scheme",
    "files.example/fw.bin": "scheme",
    "": "scheme",
    "http://169.254.169.254/latest/meta-data": "inner_host",
    "http://2852039166/": "inner_host",
    "http://0xa9fea9fe/": "inner_host",
    "http://0251.0376.0251.0376/": "inner_host",
    "http://169.254.43518/": "inner_host",
    "http://127.1/": "inner_host",
    "http://0/": "inner_host",
    "http://[::1]/": "inner_host",
    "http://[::ffff:169.254.169.254]/": "inner_host",
    "http://[64:ff9b::a9fe:a9fe]/": "inner_host",
    "http://[2002:a9fe:a9fe::1]/": "inner_host",
    "http://[fe80::1%25eth0]/": "inner_host",
    "ftp://10.0.0.1/": "inner_host",
    "ftp://192.168.1.1/": "inner_host",
    "ftp://100.64.0.1/": "inner_host",
    "http://224.0.0.1/": "inner_host",
    "http://localhost/": "inner_host",
    "http://LOCALHOST./": "inner_host",
    "http://metadata.google.internal/": "inner_host",
    "http://printer.local/": "inner_host",
    "http://fileserver/": "inner_host",
    "http://files.example\r\nX: y/": "form",
    "http://files.example/a b": "form",
    "http://files.example\\@evil.example/": "form",
    "http://a@files.example@evil.example/": "form",
    "http://％31.example/": "form",
    "http://１６９.254.169.254/": "form",
    "http://%31%36%39.254.169.254/": "form",
    "http://1.2.3.4.5/": "form",
    "http://999.1.1.1/": "form",
    "http://[::1/": "form",
    "http://files.example:99999/": "form",
    "http://": "form",
    "\x00https://files.example/": "form",
    LONG: "too_long",
}
HARMLESS = (
    "https://files.example/fw.bin?token=1",
    "ftp://user:pass%40word@files.example:2121/in/",
    "HTTPS://FILES.EXAMPLE/",
    "sftp://93.184.215.14/x",
    "https://[2606:2800:21f::1]/x",
    "https://files.example./",
)

# Each command that bears an address, with a place for it, and how it says no.
COMMANDS_16 = {
    "UpdateFirmware": ({"location": "$", "retrieveDate": "2025-03-01T10:00:00Z"}, None),
    "GetDiagnostics": ({"location": "$"}, None),
    "GetLog": (
        {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": "$"}},
        {"status": "Rejected"},
    ),
    "SignedUpdateFirmware": (
        {
            "requestId": 1,
            "firmware": {
                "location": "$", "retrieveDateTime": "2025-03-01T10:00:00Z",
                "signingCertificate": "x", "signature": "y",
            },
        },
        {"status": "Rejected"},
    ),
}  # fmt: skip
NO_201 = {"status": "Rejected", "statusInfo": {"reasonCode": "InvalidURL"}}
COMMANDS_201 = {
    "UpdateFirmware": (
        {"requestId": 1, "firmware": {"location": "$", "retrieveDateTime": "2025-03-01T10:00:00Z"}},
        NO_201,
    ),
    "GetLog": ({"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": "$"}}, NO_201),
    "PublishFirmware": ({"location": "$", "checksum": "0" * 32, "requestId": 1}, NO_201),
}
ALL = {
    **{("same16", name): command for name, command in COMMANDS_16.items()},
    **{("same201", name): command for name, command in COMMANDS_201.items()},
    **{("A", name): command for name, command in COMMANDS_201.items()},
    **{("B", name): command for name, command in COMMANDS_16.items()},
}


def filled(payload: Any, url: str) -> Any:
    """A payload with an address in its place."""
    if isinstance(payload, dict):
        return {name: filled(inner, url) for name, inner in payload.items()}
    return url if payload == "$" else payload


def test_no_hostile_address_is_let_through_and_no_harmless_one_refused() -> None:
    for url, word in HOSTILE.items():
        assert wrong_with(url, RULES) == word, url[:80]
    for url in HARMLESS:
        assert wrong_with(url, RULES) == "", url


def test_hosts_may_be_named_and_then_no_other_is_let_through() -> None:
    rules = msgspec.structs.replace(RULES, hosts=("*.example", "10.1.0.*", "fileserver"))
    for url in ("https://files.example/", "ftp://10.1.0.7/", "ftp://fileserver/"):
        assert wrong_with(url, rules) == "", url
    for url in ("https://example.org/", "ftp://10.2.0.7/", "https://files.example.evil/"):
        assert wrong_with(url, rules) == "host", url
    named_besides = msgspec.structs.replace(RULES, hosts=("*", "10.1.0.7"))
    assert wrong_with("ftp://10.1.0.7/", named_besides) == ""
    assert wrong_with("ftp://10.1.0.8/", named_besides) == "inner_host"
    assert wrong_with("ftp://10.1.0.8/", msgspec.structs.replace(RULES, inner="allow")) == ""
    strict = msgspec.structs.replace(RULES, credentials=False)
    assert wrong_with("ftp://me:it@files.example/", strict) == "credentials"
    assert wrong_with("whatever", UrlRules()) == ""


@pytest.mark.parametrize(("pairing", "action"), ALL)
def test_a_command_with_a_hostile_address_is_answered_and_goes_nowhere(
    pairing: str, action: str
) -> None:
    payload, refusal = ALL[pairing, action]
    bench = Bench(pairing, {}, urls=RULES)
    for number, url in enumerate(HOSTILE):
        message = [2, str(number), action, filled(payload, url)]
        said = bench.hear("backend", message)
        assert [each["to"] for each in said] == ["backend"], url
        answer = said[0]["frame"]
        if refusal is None:
            assert answer[:3] == [4, str(number), "SecurityError"]
        else:
            assert answer == [3, str(number), refusal]
        assert guarded(bench) == [("url", action, "refused")]
    version = "1.6" if pairing in ("same16", "B") else "2.0.1"
    assert (refusal is None) == ((version, action) in WORDLESS)


@pytest.mark.parametrize(("pairing", "action"), [key for key in ALL if key[0].startswith("same")])
def test_a_command_with_a_harmless_address_passes_as_it_came(pairing: str, action: str) -> None:
    payload, _ = ALL[pairing, action]
    bench = Bench(pairing, {}, urls=RULES)
    for number, url in enumerate(HARMLESS):
        text = msgspec.json.format(
            msgspec.json.encode([2, str(number), action, filled(payload, url)]), indent=1
        )
        bench.hear_text("backend", text)
        assert [effect.text for effect in bench.effects if isinstance(effect, Send)] == [text]
        assert not guarded(bench)
        bench.hear("charger", [3, str(number), {"status": "Accepted"}])


def test_what_is_told_of_an_address_is_no_secret() -> None:
    bench = Bench("same16", {}, urls=RULES)
    location = "ftp://user:hidden@10.0.0.1/secret-path?key=1"
    bench.hear("backend", [2, "1", "GetDiagnostics", {"location": location}])
    (told,) = [effect for effect in bench.effects if isinstance(effect, Guarded)]
    assert told.detail == "inner_host ftp://10.0.0.1"


def test_a_name_that_stands_twice_is_no_way_around() -> None:
    bench = Bench("same16", {}, urls=RULES)
    twice = b'{"location":"http://127.0.0.1/","location":"https://files.example/x"}'
    said = to_station(bench.hear_text("backend", b'[2,"1","GetDiagnostics",%b]' % twice))
    assert said == [[2, "1", "GetDiagnostics", {"location": "https://files.example/x"}]]
    (sent,) = [effect.text for effect in bench.effects if isinstance(effect, Send)]
    assert b"127.0.0.1" not in sent


def test_a_signed_command_is_opened_and_judged() -> None:
    bench = Bench("same201", {}, urls=RULES)
    for url, passes in (("http://127.0.0.1/", False), ("https://files.example/", True)):
        inner = msgspec.json.encode(filled(COMMANDS_201["UpdateFirmware"][0], url))
        sealed = {"payload": base64.urlsafe_b64encode(inner).decode().rstrip("="), "signatures": []}
        said = bench.hear("backend", [2, url, "UpdateFirmware-Signed", sealed])
        assert bool(to_station(said)) == passes
        if not passes:
            assert said[0]["frame"][2] == "SecurityError"


PRIVATE = (
    "ftp://10.0.0.1/",
    "ftp://172.31.255.1/",
    "ftp://192.168.1.1/",
    "ftp://100.64.0.1/",
    "http://[fd12:3456::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://3232235777/",
    "http://fileserver/",
    "http://files.internal/",
)


def test_an_operators_own_servers_are_let_through_unless_that_is_unwanted() -> None:
    usual = msgspec.structs.replace(RULES, inner="private")
    assert usual.inner == UrlRules().inner
    for url in PRIVATE:
        assert wrong_with(url, usual) == "", url
        assert wrong_with(url, RULES) == "inner_host", url
    local = {u for u, word in HOSTILE.items() if word == "inner_host"} - set(PRIVATE)
    assert len(local) > 10
    for url in local - {"http://metadata.google.internal/", "http://printer.local/"}:
        assert wrong_with(url, usual) == "inner_host", url
