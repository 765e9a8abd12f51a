"""Threat: a vendor's own DataTransfer that does what the standard's commands are not let do."""

import time
from typing import Any

import msgspec
import pytest

from gateway.core.dangers import Danger
from gateway.core.transfers import HARMFUL, danger_in_transfer
from gateway.core.urls import UrlRules
from gateway.testing.bench import Bench
from tests.abuse.commands import RULES, guarded, to_station


def inside(data: Any, times: int = 1) -> str:
    """JSON as a text, again and again."""
    for _ in range(times):
        data = msgspec.json.encode(data).decode()
    return str(data)


MOVES: dict[str, tuple[str, Any]] = {
    "a URL alone": ("SetServer", "wss://elsewhere.example/ocpp"),
    "a URL in a sentence": ("Cmd", "connect to ws://elsewhere.example:80 now"),
    "a URL in JSON": ("Cmd", inside({"url": "wss://elsewhere.example"})),
    "a URL in JSON with escaped slashes": ("Cmd", '{"url":"wss:\\/\\/elsewhere.example"}'),
    "a URL in letters by number": ("Cmd", '{"url":"\\u0077ss://elsewhere.example"}'),
    "a URL in JSON in JSON": ("Cmd", inside({"a": [inside({"b": "wss://elsewhere.example"})]}, 2)),
    "a host by its field": ("Cmd", inside({"backendHost": "elsewhere.example", "port": 443})),
    "a host by its message": ("SetBackendUrl", "elsewhere.example:443"),
    "a host by its name beside it": (
        "Set", inside([{"key": "CentralSystemURI", "value": "elsewhere.example"}]),
    ),
    "a host in a pair": ("Set", "apn=x; csms_url=elsewhere.example; mode=1"),
    "a trick with a user": ("Set", "wss://ocpp.example@elsewhere.example/"),
}  # fmt: skip
HARMLESS: dict[str, tuple[str, Any]] = {
    "nothing": ("Ping", None),
    "a number": ("SetMode", "7"),
    "our own URL": ("SetServer", "wss://ocpp.example/ocpp"),
    "our own host": ("Set", inside([{"key": "CentralSystemURI", "value": "ocpp.example"}])),
    "a picture on the open internet": ("Show", inside({"image": "https://pics.example/a.png"})),
    "a question": ("GetBackendUrl", ""),
    "no JSON": ("Cmd", '{"a": ['),
    "a time": ("SetTime", "2025-03-01T10:00:00Z"),
}


def transfer(message: str, data: Any, vendor: str = "acme") -> list[Any]:
    """A DataTransfer of a CSMS."""
    payload = {"vendorId": vendor, "messageId": message, "data": data}
    return [2, "1", "DataTransfer", {k: v for k, v in payload.items() if v is not None}]


@pytest.mark.parametrize("pairing", ["same16", "same201", "A", "B"])
@pytest.mark.parametrize("name", MOVES)
def test_a_station_is_not_pointed_elsewhere_by_a_message_of_its_vendor(
    name: str, pairing: str
) -> None:
    bench = Bench(pairing, {}, urls=RULES)
    (said,) = bench.hear("backend", transfer(*MOVES[name]))
    assert said["to"] == "backend"
    assert said["frame"][2]["status"] == "Rejected"
    assert guarded(bench) == [("moves_away", "DataTransfer", "refused")]
    allowed = Bench(pairing, {"allow_migration": "on"}, urls=RULES)
    assert to_station(allowed.hear("backend", transfer(*MOVES[name])))
    assert guarded(allowed) == [("moves_away", "DataTransfer", "allowed")]


@pytest.mark.parametrize("pairing", ["same16", "same201", "A", "B"])
@pytest.mark.parametrize("name", HARMLESS)
def test_other_messages_of_vendors_pass_as_they_came(name: str, pairing: str) -> None:
    bench = Bench(pairing, {}, urls=RULES)
    asked = transfer(*HARMLESS[name])
    (heard,) = to_station(bench.hear("backend", asked))
    assert heard[2:] == asked[2:]
    assert not guarded(bench)


@pytest.mark.parametrize("pairing", ["same16", "B"])
def test_files_come_from_where_the_segment_allows_whoever_names_them(pairing: str) -> None:
    bench = Bench(pairing, {"allow_migration": "on"}, urls=RULES)
    for url in ("ftp://127.0.0.1/fw.bin", "tftp://files.example/fw.bin", "http://10.0.0.1/x"):
        assert not to_station(bench.hear("backend", transfer("Update", inside({"fw": url}))))
        assert guarded(bench) == [("url", "DataTransfer", "refused")]


@pytest.mark.parametrize("known", HARMFUL)
def test_commands_that_are_known_to_harm_are_refused(known: tuple[str, ...]) -> None:
    vendor, message, data = known
    bench = Bench("same16", {})
    assert not to_station(bench.hear("backend", transfer(message.title(), data.upper(), vendor)))
    assert guarded(bench) == [("moves_away", "DataTransfer", "refused")]
    assert to_station(bench.hear("backend", transfer(message, "another", vendor)))


def test_the_standards_own_texts_for_drivers_may_have_links() -> None:
    bench = Bench("same16", {}, urls=UrlRules(("https",), hosts=("files.example",)))
    shown = transfer("FinalCost", inside({"qrCodeText": "https://pay.example/7"}))
    assert not to_station(bench.hear("backend", shown))
    shown[3]["vendorId"] = "org.openchargealliance.costmsg"
    assert to_station(bench.hear("backend", shown)) == [shown]


@pytest.mark.parametrize("data", [5, [], {}, [[[["wss"]]]], {"a": None}, True, 1.5])
def test_any_json_is_looked_into_in_201(data: Any) -> None:
    assert danger_in_transfer({"vendorId": [], "messageId": {}, "data": data}, RULES) is None
    deep: Any = "wss://elsewhere.example"
    for _ in range(50):
        deep = {"a": [deep, data]}
    expected = Danger("moves_away", "wss://elsewhere.example")
    assert danger_in_transfer({"vendorId": "x", "data": deep}, RULES) == expected


@pytest.mark.parametrize(
    "data",
    [
        "wss:/" * 13_000, "a" * 65_000, "a=b " * 16_000, "[" * 65_000, '"' * 65_000,
        inside([f"x{n}" for n in range(9000)]), inside({f"x{n}": "y" for n in range(5500)}),
        "ocppurl " * 8000, "http://a " * 7000,
    ],
)  # fmt: skip
def test_the_biggest_message_is_judged_in_a_moment(data: str) -> None:
    begun = time.process_time()
    danger_in_transfer({"vendorId": "x", "messageId": "y", "data": data}, RULES)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("use", ["CSMSRootCertificate", "CentralSystemRootCertificate"])
def test_no_other_root_is_installed_by_way_of_plug_and_charge(use: str) -> None:
    data = msgspec.json.encode({"certificateType": use, "certificate": "x"}).decode()
    call = {"vendorId": "org.openchargealliance.iso15118pnc", "messageId": "InstallCertificate"}
    frame = [2, "1", "DataTransfer", call | {"data": data}]
    bench = Bench("same16", {"pin_proxy_root": "on"})
    assert bench.hear("backend", frame) == [
        {"to": "backend", "frame": [3, "1", {"status": "Rejected"}]}
    ]
    assert guarded(bench) == [("replaces_root", "DataTransfer", "refused")]
    assert to_station(Bench("same16", {}).hear("backend", frame)) == [frame]
