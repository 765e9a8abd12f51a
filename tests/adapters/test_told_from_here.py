"""Variables that 2.0.1 wants and 1.6 has no key for: told from here, and read only."""

from typing import Any

import pytest

from gateway.testing import Bench
from tests.adapters.key_rows import only

STATE = {
    "boot": {
        "chargePointModel": "M1",
        "chargePointVendor": "VendorX",
        "chargePointSerialNumber": "SN-1",
        "chargeBoxSerialNumber": "BOX-1",
        "meterType": "DBC",
        "meterSerialNumber": "M-7",
    },
    "connectors": {"0": {"status16": "Unavailable"}, "1": {"status16": "Charging"}, "2": {}},
}
CONFIG: dict[str, Any] = {
    "supply_phases": 1,
    "evse_power_w": 7400,
    "topology": [
        {"connector": 1, "evse": 1, "evse_connector": 1, "type": "cCCS2"},
        {"connector": 2, "evse": 1, "evse_connector": 2},
    ],
}
FACTS = [
    tuple(row.split())
    for row in """
TxCtrlr - TxStartPoint - PowerPathClosed
TxCtrlr - TxStopPoint - EVConnected,Authorized
OCPPCommCtrlr - NetworkConfigurationPriority - 1
OCPPCommCtrlr - NetworkProfileConnectionAttempts - 3
OCPPCommCtrlr - OfflineThreshold - 60
OCPPCommCtrlr - MessageTimeout Default 30
DeviceDataCtrlr - ItemsPerMessage GetReport 50
DeviceDataCtrlr - ItemsPerMessage GetVariables 50
DeviceDataCtrlr - ItemsPerMessage SetVariables 20
DeviceDataCtrlr - BytesPerMessage GetReport 65536
DeviceDataCtrlr - BytesPerMessage GetVariables 65536
DeviceDataCtrlr - BytesPerMessage SetVariables 65536
DeviceDataCtrlr - ConfigurationValueSize - 500
DeviceDataCtrlr - ReportingValueSize - 500
ClockCtrlr - DateTime - 2025-03-01T10:00:00Z
ClockCtrlr - TimeSource - Heartbeat
LocalAuthListCtrlr - BytesPerMessage - 65536
LocalAuthListCtrlr - Entries - 0
SampledDataCtrlr - TxStartedMeasurands - Energy.Active.Import.Register
SecurityCtrlr - Identity - CS-1
SecurityCtrlr - CertificateEntries - 0
MonitoringCtrlr - Available - false
DisplayMessageCtrlr - Available - false
TariffCostCtrlr - Available Tariff false
TariffCostCtrlr - Available Cost false
SmartChargingCtrlr - LimitChangeSignificance - 0
SmartChargingCtrlr - Entries ChargingProfiles 0
ChargingStation - Available - true
ChargingStation - AvailabilityState - Unavailable
ChargingStation - SupplyPhases - 1
ChargingStation - Model - M1
ChargingStation - VendorName - VendorX
OCPP16LegacyCtrlr - meterType - DBC
OCPP16LegacyCtrlr - meterSerialNumber - M-7
OCPP16LegacyCtrlr - chargeBoxSerialNumber - BOX-1
EVSE 1 Available - true
EVSE 1 AvailabilityState - Occupied
EVSE 1 SupplyPhases - 1
EVSE 1 AllowReset - false
Connector 1:1 Available - true
Connector 1:2 AvailabilityState - Available
Connector 1:1 ConnectorType - cCCS2
Connector 1:2 ConnectorType - Undetermined
Connector 1:2 SupplyPhases - 1
""".strip().splitlines()
]


def place(component: str, where: str, variable: str, instance: str) -> dict[str, Any]:
    named: dict[str, Any] = {"name": component}
    if where != "-":
        evse, _, connector = where.partition(":")
        named["evse"] = {"id": int(evse)} | ({"connectorId": int(connector)} if connector else {})
    told = {"name": variable} | ({"instance": instance} if instance != "-" else {})
    return {"component": named, "variable": told}


@pytest.mark.parametrize(("component", "where", "variable", "instance", "value"), FACTS)
def test_what_is_known_here_is_told_without_asking_the_station(
    component: str, where: str, variable: str, instance: str, value: str
) -> None:
    asked = place(component, where, variable, instance)
    bench = Bench("A", CONFIG, STATE)
    out = bench.hear("backend", [2, "c", "GetVariables", {"getVariableData": [asked]}])
    told = {"attributeType": "Actual", "attributeStatus": "Accepted", "attributeValue": value}
    assert only(out, "backend") == [3, "c", {"getVariableResult": [asked | told]}]


@pytest.mark.parametrize(
    ("component", "where", "variable", "instance", "value"),
    [row for row in FACTS if row[2] != "TxStartedMeasurands"],  # a station may have a key for it
)
def test_what_is_told_from_here_is_read_only(
    component: str, where: str, variable: str, instance: str, value: str
) -> None:
    asked = place(component, where, variable, instance)
    data = asked | {"attributeValue": value}
    out = Bench("A", CONFIG, STATE).hear(
        "backend", [2, "c", "SetVariables", {"setVariableData": [data]}]
    )
    told = {"attributeType": "Actual", "attributeStatus": "Rejected"}
    why = {"attributeStatusInfo": {"reasonCode": "ReadOnly"}}
    assert only(out, "backend") == [3, "c", {"setVariableResult": [asked | told | why]}]


@pytest.mark.parametrize(
    ("component", "variable", "key", "listed", "value"),
    [
        ("SampledDataCtrlr", "TxEndedInterval", "MeterValueSampleInterval", "60", "60"),
        ("AlignedDataCtrlr", "TxEndedInterval", "ClockAlignedDataInterval", "900", "900"),
        ("AuthCacheCtrlr", "Available", "AuthorizationCacheEnabled", "false", "true"),
        ("ReservationCtrlr", "Available", "SupportedFeatureProfiles", "Core, Reservation", "true"),
        ("SmartChargingCtrlr", "Available", "SupportedFeatureProfiles", "Core", "false"),
        (
            "LocalAuthListCtrlr",
            "Available",
            "SupportedFeatureProfiles",
            "LocalAuthListManagement",
            "true",
        ),
    ],
)
def test_what_follows_from_a_key_is_asked_for(
    component: str, variable: str, key: str, listed: str, value: str
) -> None:
    asked = place(component, "-", variable, "-")
    bench = Bench("A", {})
    out = bench.hear("backend", [2, "c", "GetVariables", {"getVariableData": [asked]}])
    ask = only(out, "charger")
    assert ask[2:] == ["GetConfiguration", {"key": [key]}]
    row = {"key": key, "readonly": True, "value": listed}
    out = bench.hear("charger", [3, ask[1], {"configurationKey": [row]}])
    assert only(out, "backend")[2]["getVariableResult"][0]["attributeValue"] == value


@pytest.mark.parametrize("component", ["AuthCacheCtrlr", "SmartChargingCtrlr"])
def test_of_a_key_that_a_station_lacks_nothing_follows(component: str) -> None:
    asked = place(component, "-", "Available", "-")
    bench = Bench("A", {})
    ask = only(
        bench.hear("backend", [2, "c", "GetVariables", {"getVariableData": [asked]}]), "charger"
    )
    out = bench.hear("charger", [3, ask[1], {"unknownKey": ask[3]["key"]}])
    (told,) = only(out, "backend")[2]["getVariableResult"]
    assert told["attributeStatus"] == "UnknownVariable"


def test_the_power_of_an_evse_is_the_bound_of_its_variable() -> None:
    bench = Bench("A", CONFIG, STATE)
    wanted = {"component": {"name": "EVSE"}, "variable": {"name": "Power"}}
    request = {"requestId": 1, "componentVariable": [wanted]}
    ask = only(bench.hear("backend", [2, "c", "GetReport", request]), "charger")
    _, report = bench.hear("charger", [3, ask[1], {}])
    (row,) = report["frame"][3]["reportData"]
    assert row["variableAttribute"] == [{"type": "Actual", "mutability": "ReadOnly"}]
    assert row["variableCharacteristics"] == {
        "dataType": "decimal",
        "unit": "W",
        "maxLimit": 7400,
        "supportsMonitoring": False,
    }


@pytest.mark.parametrize(
    "component",
    [
        {"name": "TxCtrlr", "evse": {"id": 1}},
        {"name": "TxCtrlr", "instance": "x"},
        {"name": "EVSE", "evse": {"id": 9}},
        {"name": "Connector", "evse": {"id": 1}},
        {"name": "Connector", "evse": {"id": 1, "connectorId": 3}},
        {"name": "EVSE"},
        {"name": "Custom16LegacyCtrlr", "evse": {"id": 1}},
        {"name": "Nope"},
    ],
)
def test_a_component_that_is_not_there_is_unknown_whatever_the_variable(
    component: dict[str, Any],
) -> None:
    asked = {"component": component, "variable": {"name": "Available"}}
    out = Bench("A", CONFIG, STATE).hear(
        "backend", [2, "c", "GetVariables", {"getVariableData": [asked]}]
    )
    told = {"attributeType": "Actual", "attributeStatus": "UnknownComponent"}
    assert only(out, "backend") == [3, "c", {"getVariableResult": [asked | told]}]
