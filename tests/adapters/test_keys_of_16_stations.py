"""Every variable that a 1.6 station has by its keys: read, written and reported."""

from typing import Any

import pytest

from adapters.translation import keys
from gateway.testing import Bench
from tests.adapters.key_rows import (
    BOUNDS,
    DATA,
    LEGACY,
    ROWS,
    VALUES,
    each_key,
    known,
    only,
    variable_of,
)


def test_every_key_of_the_table_is_among_these() -> None:
    tested = {row[0].replace("MeterPublicKey1", "MeterPublicKey").split(",")[0] for row in ROWS}
    tested |= {row[0] for row in BOUNDS} | {row[0] for row in LEGACY}
    assert tested | {"GetConfigurationMaxKeys", "AuthorizationKey"} == {k.name for k in keys.KEYS}


@each_key
def test_a_variable_is_read_as_its_key(row: list[str]) -> None:
    said16, said201 = VALUES[row[2]]
    bench, variable = known(row[0], said16), variable_of(row)
    ask = only(
        bench.hear("backend", [2, "c", "GetVariables", {"getVariableData": [variable]}]), "charger"
    )
    assert ask[2:] == ["GetConfiguration", {"key": [row[0]]}]
    listed = {"key": row[0], "readonly": row[1] == "R", "value": said16}
    answer = only(bench.hear("charger", [3, ask[1], {"configurationKey": [listed]}]), "backend")
    told = {"attributeType": "Actual", "attributeStatus": "Accepted", "attributeValue": said201}
    assert answer == [3, "c", {"getVariableResult": [variable | told]}]


@each_key
def test_a_variable_is_written_as_its_key_or_is_read_only(row: list[str]) -> None:
    said16, said201 = VALUES[row[2]]
    bench, variable = known(row[0], said16), variable_of(row)
    data = variable | {"attributeValue": said201}
    out = bench.hear("backend", [2, "c", "SetVariables", {"setVariableData": [data]}])
    told = variable | {"attributeType": "Actual", "attributeStatus": "Accepted"}
    if row[1] == "R":
        told |= {"attributeStatus": "Rejected", "attributeStatusInfo": {"reasonCode": "ReadOnly"}}
    else:
        change = only(out, "charger")
        value = said16 if row[2] == "rotation" else said201
        assert change[2:] == ["ChangeConfiguration", {"key": row[0], "value": value}]
        out = bench.hear("charger", [3, change[1], {"status": "Accepted"}])
    assert only(out, "backend") == [3, "c", {"setVariableResult": [told]}]


def report_of(*listed: dict[str, Any]) -> list[Any]:
    bench = Bench("A", {"report_chunk": 500})
    request = {"requestId": 1, "reportBase": "FullInventory"}
    ask = only(bench.hear("backend", [2, "c", "GetBaseReport", request]), "charger")
    out = bench.hear("charger", [3, ask[1], {"configurationKey": list(listed)}])
    rows: list[Any] = out[1]["frame"][3]["reportData"]
    return rows


@pytest.mark.parametrize("readonly", [True, False])
@each_key
def test_a_key_is_reported_as_its_variable(row: list[str], readonly: bool) -> None:
    said16, said201 = VALUES[row[2]]
    first = report_of({"key": row[0], "readonly": readonly, "value": said16})[0]
    is_fixed = readonly or row[1] == "R"
    attribute = {"type": "Actual", "value": said201, "mutability": "ReadOnly"}
    if not is_fixed:
        attribute |= {"mutability": "ReadWrite", "persistent": True}
    assert first["variableAttribute"] == [attribute]
    assert {name: first[name] for name in ("component", "variable")} == variable_of(row)
    told = first["variableCharacteristics"]
    assert told["dataType"] == DATA.get(row[2], row[2])
    assert told["supportsMonitoring"] is False


@pytest.mark.parametrize(("name", "component", "variable", "instance", "bound"), BOUNDS)
def test_a_bound_is_reported_with_the_variable_that_it_is_of(
    name: str, component: str, variable: str, instance: str | None, bound: str
) -> None:
    value: Any = 20 if bound == "maxLimit" else "de,en"
    first = report_of({"key": name, "readonly": True, "value": str(value)})[0]
    assert first["component"] == {"name": component}
    assert first["variable"] == {"name": variable} | ({"instance": instance} if instance else {})
    assert first["variableCharacteristics"][bound] == value


@pytest.mark.parametrize(("name", "access", "kind"), LEGACY)
def test_a_key_without_counterpart_is_a_variable_of_its_own_name(
    name: str, access: str, kind: str
) -> None:
    said16, said201 = VALUES[kind]
    first = report_of({"key": name, "readonly": access == "R", "value": said16})[0]
    place = {"component": {"name": "OCPP16LegacyCtrlr"}, "variable": {"name": name}}
    assert {key: first[key] for key in place} == place
    assert first["variableAttribute"][0]["value"] == said201
    data = place | {"attributeValue": said201}
    out = Bench("A", {}).hear("backend", [2, "c", "SetVariables", {"setVariableData": [data]}])
    assert only(out, "backend" if access == "R" else "charger")


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ("True", "boolean", "true"),
        ("-12", "integer", "-12"),
        ("1.50", "decimal", "1.50"),
        ("1e5", "string", "1e5"),
        ("", "string", ""),
        (None, "string", None),
    ],
)
def test_a_vendors_key_is_reported_under_its_own_name(
    value: str | None, kind: str, said: str | None
) -> None:
    listed = {"key": "Vendor.Key-1", "readonly": False} | (
        {} if value is None else {"value": value}
    )
    first = report_of(listed)[0]
    assert first["component"] == {"name": "Custom16LegacyCtrlr"}
    assert first["variable"] == {"name": "Vendor.Key-1"}
    assert first["variableAttribute"][0].get("value") == said
    assert first["variableCharacteristics"] == {"dataType": kind, "supportsMonitoring": False}
