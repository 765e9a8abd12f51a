"""Threat: a CSMS that takes a station away from here, or lowers its security."""

import base64
import signal
from typing import Any

import msgspec
import pytest

from gateway.core.effects import Learn, Send
from gateway.passwords import hashed
from gateway.testing.bench import Bench
from gateway.testing.fakes import CallFailed
from tests.abuse.commands import RULES, guarded, to_station
from tests.endtoend.gateway_process import until
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.wire_end import RefusedError
from tests.planted import PASSWORDS

MOVES_16 = ("CentralSystemURI", "BackendURL", "OCPPServerAddress", "csms_url", "ServerHost")


@pytest.mark.parametrize("key", MOVES_16)
def test_a_station_of_16_is_not_pointed_elsewhere(key: str) -> None:
    change = [2, "1", "ChangeConfiguration", {"key": key, "value": "wss://elsewhere.example"}]
    bench = Bench("same16", {}, urls=RULES)
    said = bench.hear("backend", change)
    assert said == [{"to": "backend", "frame": [3, "1", {"status": "Rejected"}]}]
    assert guarded(bench) == [("moves_away", "ChangeConfiguration", "refused")]
    allowed = Bench("same16", {"allow_migration": "on"})
    assert to_station(allowed.hear("backend", change)) == [change]
    assert guarded(allowed) == [("moves_away", "ChangeConfiguration", "allowed")]
    here = [2, "2", "ChangeConfiguration", {"key": key, "value": "wss://OCPP.example:443/x"}]
    assert to_station(bench.hear("backend", here)) == [here]
    for around in ("wss://ocpp.example@evil.example", "wss://ocpp.example\\@evil.example/"):
        said = bench.hear("backend", [2, "3", "ChangeConfiguration", {"key": key, "value": around}])
        assert not to_station(said)


def profile(url: str, number: int = 1, security: int = 2) -> list[Any]:
    """A SetNetworkProfile."""
    data = {
        "ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": url,
        "messageTimeout": 30, "securityProfile": security, "ocppInterface": "Wired0",
    }  # fmt: skip
    return [2, "1", "SetNetworkProfile", {"configurationSlot": number, "connectionData": data}]


def variables(*values: tuple[str, str, str]) -> list[Any]:
    """A SetVariables."""
    data = [
        {"component": {"name": component}, "variable": {"name": name}, "attributeValue": value}
        for component, name, value in values
    ]
    return [2, "1", "SetVariables", {"setVariableData": data}]


def test_a_network_profile_that_leads_elsewhere_is_refused_and_one_that_leads_here_is_not() -> None:
    bench = Bench("same201", {}, urls=RULES, security_profile=2)
    said = bench.hear("backend", profile("wss://elsewhere.example/x"))
    info = {"reasonCode": "InvalidNetworkConf"}
    assert said[0]["frame"] == [3, "1", {"status": "Rejected", "statusInfo": info}]
    lower = bench.hear("backend", profile("wss://ocpp.example/x", security=1))
    info = {"reasonCode": "NoSecurityDowngrade"}
    assert lower[0]["frame"] == [3, "1", {"status": "Rejected", "statusInfo": info}]
    assert guarded(bench) == [("lowers_profile", "SetNetworkProfile", "refused")]
    here = profile("wss://ocpp.example/x", security=3)
    assert to_station(bench.hear("backend", here)) == [here]


@pytest.mark.parametrize("written", [b"1.0", b"1e0", b"10e-1"])
def test_a_lower_profile_is_refused_however_its_number_is_written(written: bytes) -> None:
    bench = Bench("same201", {}, urls=RULES, security_profile=2)
    text = msgspec.json.encode(profile("wss://ocpp.example/x", security=1))
    text = text.replace(b'"securityProfile":1', b'"securityProfile":%b' % written)
    assert not to_station(bench.hear_text("backend", text))
    setting = variables(("SecurityCtrlr", "SecurityProfile", written.decode()))
    assert not to_station(bench.hear("backend", setting))


def test_only_profiles_that_lead_here_may_be_given_priority_also_after_a_restart() -> None:
    bench = Bench("same201", {}, urls=RULES)
    priority = variables(("OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1"))
    assert not to_station(bench.hear("backend", priority))
    for slot, status in ((1, "Accepted"), (2, "Rejected"), (2, "Accepted")):
        bench.hear("backend", profile("wss://ocpp.example/x", slot))
        bench.hear("charger", [3, "1", {"status": status}])
        passes = bool(to_station(bench.hear("backend", priority)))
        assert passes == ((slot, status) == (2, "Accepted"))
    bench.hear("charger", [3, "1", {"setVariableResult": []}])
    bench.event("charger", "restart")
    bench.event("charger", "connect")
    assert to_station(bench.hear("backend", priority)) == [priority]


def test_the_security_profile_is_raised_and_never_lowered() -> None:
    bench = Bench("same16", {}, security_profile=2)
    for value, passes in (("1", False), ("0", False), ("2", True), ("3", True)):
        change = [2, value, "ChangeConfiguration", {"key": "securityProfile", "value": value}]
        said = bench.hear("backend", change)
        assert to_station(said) == ([change] if passes else [])
        if passes:
            bench.hear("charger", [3, value, {"status": "Accepted"}])


def test_of_several_settings_the_harmless_ones_are_set_and_every_one_is_answered() -> None:
    bench = Bench("same201", {}, urls=RULES, security_profile=2)
    asked = variables(
        ("SecurityCtrlr", "SecurityProfile", "1"),
        ("OCPPCommCtrlr", "HeartbeatInterval", "60"),
        ("SecurityCtrlr", "Identity", "ANOTHER"),
        ("OCPPCommCtrlr", "WebSocketPingInterval", "30"),
    )
    (told,) = to_station(bench.hear("backend", asked))
    names = [item["variable"]["name"] for item in told[3]["setVariableData"]]
    assert names == ["HeartbeatInterval", "WebSocketPingInterval"]
    results = [
        {
            "attributeStatus": "Accepted",
            "component": item["component"],
            "variable": item["variable"],
        }
        for item in told[3]["setVariableData"]
    ]
    (answer,) = bench.hear("charger", [3, "1", {"setVariableResult": results}])
    rows = answer["frame"][2]["setVariableResult"]
    assert [row["variable"]["name"] for row in rows] == [
        item["variable"]["name"] for item in asked[3]["setVariableData"]
    ]
    assert [row["attributeStatus"] for row in rows] == [
        "Rejected", "Accepted", "Rejected", "Accepted",
    ]  # fmt: skip
    assert rows[0]["attributeStatusInfo"] == {"reasonCode": "NoSecurityDowngrade"}


def test_a_root_is_not_replaced_where_it_is_pinned() -> None:
    for pairing, use in (
        ("same16", "CentralSystemRootCertificate"),
        ("same201", "CSMSRootCertificate"),
    ):
        install = [2, "1", "InstallCertificate", {"certificateType": use, "certificate": "x"}]
        bench = Bench(pairing, {"pin_proxy_root": "on"})
        assert not to_station(bench.hear("backend", install))
        assert guarded(bench) == [("replaces_root", "InstallCertificate", "refused")]
        other = [
            2,
            "2",
            "InstallCertificate",
            {"certificateType": "V2GRootCertificate", "certificate": "x"},
        ]
        assert to_station(bench.hear("backend", other)) == [other]
        assert to_station(Bench(pairing, {}).hear("backend", install)) == [install]


def test_what_the_translation_refuses_by_itself_is_told_all_the_same() -> None:
    bench = Bench("A", {})
    bench.hear("backend", variables(("Custom16LegacyCtrlr", "CentralSystemURI", "wss://x.example")))
    assert guarded(bench) == [("moves_away", "SetVariables", "refused")]
    bench.hear("backend", profile("wss://elsewhere.example/x"))
    assert guarded(bench) == [("moves_away", "SetNetworkProfile", "refused")]


def test_a_station_that_hears_no_such_command_pays_nothing() -> None:
    bench = Bench("same16", {}, urls=RULES)
    reset = b'[2, "1", "Reset", {"type": "Soft"}]'
    bench.hear_text("backend", reset)
    assert [type(effect) for effect in bench.effects] == [Send]


def test_broken_settings_are_the_stations_business() -> None:
    for pairing, action in (("same16", "ChangeConfiguration"), ("same201", "SetVariables")):
        bench = Bench(pairing, {}, urls=RULES, security_profile=2)
        bodies = (
            {}, {"key": 1, "value": []}, {"setVariableData": 3}, {"setVariableData": [3, {}]},
            {"key": "HeartbeatInterval", "value": {"deep": [{}]}},
        )  # fmt: skip
        for number, payload in enumerate(bodies):
            message = [2, str(number), action, payload]
            assert to_station(bench.hear("backend", message)) == [message]
            bench.hear("charger", [3, str(number), {"setVariableResult": [5], "status": []}])


BROKEN: tuple[Any, ...] = (None, 5, [], {}, "", "9" * 5000, [[]], {"": {}}, "2,", "\u0660", -1)


@pytest.mark.parametrize("value", BROKEN)
def test_no_value_and_no_answer_raises(value: Any) -> None:
    old = Bench("same16", {"pin_proxy_root": "on"}, urls=RULES, security_profile=2)
    new = Bench("same201", {"pin_proxy_root": "on"}, urls=RULES, security_profile=2)
    places = (
        ("SecurityCtrlr", "BasicAuthPassword"), ("SecurityCtrlr", "SecurityProfile"),
        ("OCPPCommCtrlr", "NetworkConfigurationPriority"), (value, value),
    )  # fmt: skip
    data = [{"component": {"name": c}, "variable": {"name": v}} for c, v in places]
    data = [place | {"attributeValue": value} for place in data]
    connection = {"configurationSlot": value, "connectionData": value}
    ours = {"ocppCsmsUrl": "wss://ocpp.example", "securityProfile": value}
    asked = [
        (old, "ChangeConfiguration", {"key": key, "value": value})
        for key in ("AuthorizationKey", "SecurityProfile", "BackendURL", value)
    ]
    asked += [
        (new, "SetVariables", {"setVariableData": data}),
        (new, "SetVariables", {"setVariableData": [*data[:1], value]}),
        (new, "SetNetworkProfile", connection),
        (new, "SetNetworkProfile", connection | {"connectionData": ours}),
        (new, "InstallCertificate", {"certificateType": value}),
        (new, "UpdateFirmware", {"firmware": value}),
        (new, "GetLog", {"log": {"remoteLocation": value}}),
    ]
    for number, (bench, action, payload) in enumerate(asked):
        said = bench.hear("backend", [2, str(number), action, payload])
        assert len(said) == 1
        if to_station(said):
            answer = {"setVariableResult": [value, {"attributeStatus": value}], "status": value}
            assert len(bench.hear("charger", [3, str(number), answer])) == 1


# With sockets


@pytest.mark.trio
async def test_a_refused_command_is_logged_and_counted_and_segments_have_their_own_rules(
    stage: Stage,
) -> None:
    csms = await stage.wire_csms("far", "1.6")
    segments = (
        '[[segment]]\nname = "inner"\nprimary = "far"\nmatch = { identity = "IN-*" }\n'
        'urls = { hosts = ["127.0.0.*"] }\n[[segment]]\nname = "default"\nprimary = "far"\n'
    )
    gateway = await stage.gateway(csms, segments=segments)
    location = {"location": "ftp://me:planted-ftp-pass@127.0.0.9/planted-path"}
    station = await stage.station(gateway, "IN-1", answers={"GetDiagnostics": {}})
    desk = await csms.talker("IN-1", CSMS_ANSWERS["1.6"])
    assert await desk.call("GetDiagnostics", location) == {}
    assert station.heard == [("GetDiagnostics", location)]
    station = await stage.station(gateway, "CS-1", answers={})
    desk = await csms.talker("CS-1", CSMS_ANSWERS["1.6"])
    with pytest.raises(CallFailed, match="SecurityError"):
        await desk.call("GetDiagnostics", location)
    labels = {"rule": "url", "action": "GetDiagnostics", "outcome": "refused"}
    await gateway.until("guarded_total", 1, **labels)
    (line,) = [line for line in gateway.log.splitlines() if "guarded command" in line]
    assert '"station":"CS-1"' in line
    assert "inner_host ftp://127.0.0.9" in line
    assert "planted" not in gateway.log
    assert not station.heard


@pytest.mark.trio
async def test_who_came_with_a_higher_profile_is_not_let_in_with_a_lower_one(stage: Stage) -> None:
    csms = await stage.csms("far", "1.6")
    password = PASSWORDS["station"]
    kept = f'security_profile = 1\n[listen.credentials]\nCS-1 = "{hashed(password.encode())}"\n'
    gateway = await stage.gateway(csms, listen=kept)
    shown = base64.b64encode(f"CS-1:{password}".encode())
    headers = [(b"Authorization", b"Basic " + shown)]
    station = await stage.station(gateway, "CS-1", headers=headers)
    await station.call("Heartbeat", {})
    lower = gateway.path.read_text().replace("security_profile = 1", "security_profile = 0")
    for text, is_let_in in (
        (lower, False),
        (lower.replace("[translation]", '[translation]\nallow_downgrade = "on"'), True),
    ):
        before = gateway.log.count("configuration loaded")
        gateway.path.write_text(text)
        gateway.signal(signal.SIGHUP)
        await until(lambda before=before: gateway.log.count("configuration loaded") > before)
        if is_let_in:
            await stage.station(gateway, "CS-1", headers=headers)
        else:
            with pytest.raises(RefusedError) as refused:
                await stage.station(gateway, "CS-1", headers=headers)
            assert refused.value.status == 403
            await station.call("Heartbeat", {})  # who was turned away ended nobody's connection
    await stage.station(gateway, "CS-2")
    await gateway.until("handshakes_total", 1, outcome="lower_profile")
    assert '"outcome":"lower_profile"' in gateway.log


@pytest.mark.parametrize("value", [{}, {"value": None}, {"value": True}, {"value": ["a"]}])
def test_a_password_that_is_none_is_not_learnt(value: Any) -> None:
    bench = Bench("same16", {}, learns_passwords=True)
    change = [2, "1", "ChangeConfiguration", {"key": "AuthorizationKey"} | value]
    assert to_station(bench.hear("backend", change)) == [change]
    assert not [effect for effect in bench.effects if isinstance(effect, Learn)]
