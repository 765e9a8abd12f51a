"""Every key that a 2.0.1 station has by its variables: read and written."""

from typing import Any

import msgspec
import pytest

from gateway.testing import Bench
from tests.adapters.key_rows import (
    BOUNDS,
    LEGACY,
    MADE_HERE,
    ROWS,
    VALUES,
    each_key,
    known,
    only,
    variable_of,
)


@each_key
def test_a_key_is_read_as_its_variable(row: list[str]) -> None:
    said16, said201 = VALUES[row[2]]
    bench, variable = Bench("B", {}), variable_of(row)
    out = bench.hear("backend", [2, "c", "GetConfiguration", {"key": [row[0]]}])
    ask = only(out, "charger")
    wanted = ask[3]["getVariableData"]
    assert wanted[-1] == variable
    unknown = {"attributeStatus": "UnknownVariable"}
    told = {"attributeStatus": "Accepted", "attributeValue": said201}
    results = [asked | (told if asked == variable else unknown) for asked in wanted]
    answer = only(bench.hear("charger", [3, ask[1], {"getVariableResult": results}]), "backend")
    value = said16 if row[2] in ("rotation", "price", "units") else said201
    listed = {"key": row[0], "readonly": row[1] == "R", "value": value}
    assert answer == [3, "c", {"configurationKey": [listed]}]


@each_key
def test_a_key_is_written_as_its_variable_or_is_read_only(row: list[str]) -> None:
    said16, said201 = VALUES[row[2]]
    bench, variable = Bench("B", {}), variable_of(row)
    payload = {"key": row[0], "value": said16}
    out = bench.hear("backend", [2, "c", "ChangeConfiguration", payload])
    if row[1] == "R":
        assert only(out, "backend") == [3, "c", {"status": "Rejected"}]
        return
    ask = only(out, "charger")
    data = ask[3]["setVariableData"]
    assert data[0] == variable | {"attributeValue": said201}
    also = [] if row[4] not in ("Interval", "TxUpdatedInterval") else ["TxEndedInterval"]
    assert [each["variable"]["name"] for each in data[1:]] == also
    results = [
        {"component": each["component"], "variable": each["variable"], "attributeStatus": status}
        for each, status in zip(data, ["Accepted", "Rejected"], strict=False)
    ]
    answer = only(bench.hear("charger", [3, ask[1], {"setVariableResult": results}]), "backend")
    assert answer == [3, "c", {"status": "Accepted"}]


@each_key
def test_what_one_pairing_writes_the_other_writes_back(row: list[str]) -> None:
    if row[1] == "R":
        return
    said16, said201 = VALUES[row[2]]
    out = Bench("B", {}).hear(
        "backend", [2, "c", "ChangeConfiguration", {"key": row[0], "value": said16}]
    )
    data = only(out, "charger")[3]["setVariableData"][:1]
    out = known(row[0], said16).hear("backend", [2, "c", "SetVariables", {"setVariableData": data}])
    value = said16 if row[2] == "rotation" else said201
    assert only(out, "charger")[3] == {"key": row[0], "value": value}


@pytest.mark.parametrize(("name", "component", "variable", "instance", "bound"), BOUNDS)
def test_a_bound_is_known_from_any_report(
    name: str, component: str, variable: str, instance: str | None, bound: str
) -> None:
    value: Any = 20 if bound == "maxLimit" else "de,en"
    told = {"dataType": "integer", "supportsMonitoring": False, bound: value}
    place = {"name": variable} | ({"instance": instance} if instance else {})
    row = {
        "component": {"name": component},
        "variable": place,
        "variableAttribute": [{"value": "1"}],
        "variableCharacteristics": told,
    }
    head = {"requestId": 7, "generatedAt": "2025-03-01T10:00:00Z", "seqNo": 0}
    bench = Bench("B", {})
    bench.hear("charger", [2, "r", "NotifyReport", head | {"reportData": [row]}])
    out = bench.hear("backend", [2, "c", "GetConfiguration", {"key": [name]}])
    listed = {"key": name, "readonly": True, "value": str(value)}
    assert only(out, "backend") == [3, "c", {"configurationKey": [listed]}]
    out = bench.hear("backend", [2, "d", "ChangeConfiguration", {"key": name, "value": "9"}])
    assert only(out, "backend") == [3, "d", {"status": "Rejected"}]


@pytest.mark.parametrize("name", [*(row[0] for row in LEGACY), "GetConfigurationMaxKeys"])
def test_a_key_without_counterpart_is_made_here_or_unknown(name: str) -> None:
    bench = Bench("B", {})
    out = bench.hear("backend", [2, "c", "GetConfiguration", {"key": [name]}])
    if name == "SupportedFeatureProfiles":  # follows from what controllers there are
        ask = only(out, "charger")
        results = [
            each | {"attributeStatus": "UnknownComponent"} for each in ask[3]["getVariableData"]
        ]
        out = bench.hear("charger", [3, ask[1], {"getVariableResult": results}])
    told: dict[str, Any] = {"unknownKey": [name]}
    if name in MADE_HERE:
        told = {"configurationKey": [{"key": name, "readonly": True, "value": MADE_HERE[name]}]}
    assert only(out, "backend") == [3, "c", told]
    out = bench.hear("backend", [2, "d", "ChangeConfiguration", {"key": name, "value": "9"}])
    status = "Rejected" if name in MADE_HERE else "NotSupported"
    assert only(out, "backend") == [3, "d", {"status": status}]


def test_all_keys_are_read_in_portions_and_what_the_station_lacks_is_left_out() -> None:
    bench = Bench("B", {})
    out = bench.hear("backend", [2, "c", "GetConfiguration", {}])
    wanted: list[Any] = []
    while out[0]["to"] == "charger":
        ask = only(out, "charger")
        part = ask[3]["getVariableData"]
        assert len(part) <= 10
        wanted += part
        results = [
            each
            | (
                {"attributeStatus": "Accepted", "attributeValue": "60"}
                if each["variable"]["name"] in ("HeartbeatInterval", "ProfileStackLevel")
                else {"attributeStatus": "UnknownVariable"}
            )
            for each in part
        ]
        out = bench.hear("charger", [3, ask[1], {"getVariableResult": results}])
    assert all(wanted.count(each) == 1 for each in wanted)
    assert {msgspec.json.encode(variable_of(row)) for row in ROWS if "," not in row[0]} <= {
        msgspec.json.encode(each) for each in wanted
    }
    told = only(out, "backend")[2]
    assert set(told) == {"configurationKey"}
    assert {row["key"]: row.get("value") for row in told["configurationKey"]} == {
        "HeartbeatInterval": "60",
        "ChargeProfileMaxStackLevel": "60",
        "AuthorizationKey": None,
    } | MADE_HERE | {
        "SupportedFeatureProfiles": "Core,FirmwareManagement,RemoteTrigger,SmartCharging"
    }
