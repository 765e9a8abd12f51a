"""Samples of both versions: what a number means, and which numbers mean nothing."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.payload import decoder, encode
from adapters.translation import metering, readings, registers
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.records import Connector, Transaction

AT = "2025-03-01T10:00:00Z"


def memory() -> Memory:
    return Memory("CS-1", Options(), {}, 0.0)


def elements(*samples: dict[str, Any]) -> list[v201.MeterValue]:
    """One meter value with these samples, read as from the wire."""
    given = {"timestamp": AT, "sampledValue": list(samples)}
    return [decoder(v201.MeterValue).decode(msgspec.json.encode(given))]


def told_to_201(**sample: Any) -> dict[str, Any]:
    """What 2.0.1 is told of one 1.6 sample."""
    read = msgspec.convert(sample, v16.SampledValue)
    (element,) = metering.to_201([v16.MeterValue(AT, [read])], 1, memory())
    told: dict[str, Any] = msgspec.to_builtins(element.sampled_value[0])
    return told


@pytest.mark.parametrize(
    ("measurand", "unit", "told"),
    [
        (None, None, None),  # both versions mean Wh
        ("Energy.Active.Import.Register", "kWh", "kWh"),
        ("Power.Active.Import", None, "W"),  # 2.0.1 would read Wh
        ("Current.Import", None, "A"),
        ("SoC", None, "Percent"),
        ("Frequency", None, "Hz"),
        ("Power.Factor", None, None),
        ("Voltage", "V", "V"),
    ],
)
def test_a_unit_that_16_left_out_is_said_where_201_would_mean_another(
    measurand: str | None, unit: str | None, told: str | None
) -> None:
    given = {"measurand": measurand, "unit": unit}
    sample = told_to_201(value="7", **{name: text for name, text in given.items() if text})
    assert sample.get("unitOfMeasure", {}).get("unit") == told
    assert "multiplier" not in sample.get("unitOfMeasure", {})  # 1 would mean times ten


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("1.10", "1.1"),
        ("0.1", "0.1"),
        ("230", "230"),
        ("-0.0", "0"),
        ("1E3", "1000"),
        ("12.5e-3", "0.0125"),
        ("+7", "7"),
        (".5", "0.5"),
        ("9007199254740993.0000000000000001", "9007199254740993.0000000000000001"),
        ("12345678901234567890123456789012345.6", "12345678901234567890123456789012345.6"),
    ],
)
def test_a_number_is_told_by_its_shortest_text_and_with_every_digit(said: str, told: str) -> None:
    (element,) = metering.to_201([v16.MeterValue(AT, [v16.SampledValue(said)])], 1, memory())
    assert f'"value":{told}}}'.encode() in encode(element)


@pytest.mark.parametrize(
    ("sample", "value", "unit"),
    [
        ({"value": " 12.5 "}, "12.5", None),
        ({"value": "12,5"}, "12.5", None),
        ({"value": "12.5 kWh", "unit": "kWh"}, "12.5", "kWh"),
        ({"value": "12.5kWh"}, "12.5", "kWh"),  # said here alone
        ({"value": "230 V", "measurand": "Voltage"}, "230", "V"),
        ({"value": "95 %", "measurand": "SoC"}, "95", "Percent"),
    ],
)
def test_a_number_that_is_loosely_written_is_read_unless_that_is_switched_off(
    sample: dict[str, str], value: str, unit: str | None
) -> None:
    told = told_to_201(**sample)
    assert (str(told["value"]), told.get("unitOfMeasure", {}).get("unit")) == (value, unit)
    strict = Memory("CS-1", Options(lenient_inbound="off"), {}, 0.0)
    read = msgspec.convert(sample, v16.SampledValue)
    assert metering.to_201([v16.MeterValue(AT, [read])], 1, strict) == []
    assert [rule for rule, _ in strict.losses] == ["value"]


@pytest.mark.parametrize(
    "value", ["", "NaN", "Infinity", "twelve", "1e400", "1_000", "1.234,5", "\u0663"]
)
def test_a_value_that_is_no_number_is_dropped_and_declared(value: str) -> None:
    known = memory()
    assert metering.to_201([v16.MeterValue(AT, [v16.SampledValue(value)])], 1, known) == []
    assert [rule for rule, _ in known.losses] == ["value"]


@pytest.mark.parametrize("measurand", ["Temperature", "RPM"])
def test_a_measurand_of_16_alone_is_dropped_and_declared(measurand: str) -> None:
    known, read = memory(), v16.SampledValue("7", measurand=measurand)  # type: ignore[arg-type]
    assert metering.to_201([v16.MeterValue(AT, [read])], 1, known) == []
    assert known.losses == [("measurand", measurand)]


@pytest.mark.parametrize(
    ("sample", "value", "unit"),
    [
        ({"value": 1.5, "unitOfMeasure": {"multiplier": 3}}, "1500", "Wh"),
        ({"value": 250, "unitOfMeasure": {"unit": "kW", "multiplier": -2}}, "2.5", "kW"),
        ({"value": 50, "measurand": "Frequency", "unitOfMeasure": {"unit": "Hz"}}, "50", None),
        ({"value": 7, "unitOfMeasure": {"unit": "dBm"}}, "7", None),
        ({"value": 7, "unitOfMeasure": {"unit": "Hertz"}}, "7", None),
        ({"value": 7, "unitOfMeasure": {"unit": "Celcius"}}, "7", "Celsius"),
        ({"value": 7, "measurand": "Voltage", "unitOfMeasure": {"multiplier": 1}}, "70", None),
        ({"value": 1.50, "unitOfMeasure": {"multiplier": 0}}, "1.5", "Wh"),
        ({"value": 1e3}, "1000", None),
        ({"value": 0.0}, "0", None),
    ],
)
def test_a_power_of_ten_is_worked_into_the_value(
    sample: dict[str, Any], value: str, unit: str | None
) -> None:
    (element,) = metering.to_16(elements(sample), memory())
    assert (element.sampled_value[0].value, element.sampled_value[0].unit) == (value, unit)


@pytest.mark.parametrize("multiplier", [41, -99, 999_999, -(10**9), 2**63, 10**60])
def test_a_power_of_ten_that_no_meter_has_is_dropped_before_it_costs_anything(
    multiplier: int,
) -> None:
    known = memory()
    odd = elements({"value": 7, "unitOfMeasure": {"unit": "kWh", "multiplier": multiplier}})
    assert metering.to_16(odd, known) == []
    assert [rule for rule, _ in known.losses] == ["value"]
    assert registers.last_register(odd) is None


def test_a_register_beyond_all_energy_is_no_meter_start() -> None:
    odd = elements({"value": 1e30, "context": "Transaction.Begin"}, {"value": 12})
    tx, connector = Transaction("t-1", "WAIT"), Connector(1)
    readings.note(odd, tx, connector, memory())
    assert readings.meter_start(odd, tx, connector, memory()) == 12


@pytest.mark.parametrize("reading", [10**40, -(10**60)])
def test_a_meter_start_of_absurd_length_is_refused(reading: int) -> None:
    with pytest.raises(PayloadError):
        registers.plausible(reading)


@pytest.mark.parametrize(
    ("samples", "start"),
    [
        ([{"value": 1.2345, "unitOfMeasure": {"unit": "kWh"}}, {"value": 9}], 1234),
        ([{"value": 7}, {"value": 5, "context": "Transaction.Begin"}], 5),
        ([{"value": 7, "location": "Inlet"}, {"value": 9, "location": "Outlet"}], 9),
        ([{"value": 7, "location": "Inlet"}], 7),
        ([{"value": 1, "phase": phase} for phase in ("L1", "L2", "L3")], 3),
        ([{"value": 7, "measurand": "SoC"}, {"value": 0.5}], 0),
    ],
)  # fmt: skip
def test_meter_start_is_the_register_that_says_it_best(
    samples: list[dict[str, Any]], start: int
) -> None:
    given = elements(*samples)
    tx, connector = Transaction("t-1", "WAIT"), Connector(1)
    readings.note(given, tx, connector, memory())
    assert readings.meter_start(given, tx, connector, memory()) == start
    assert not tx.rebase


@pytest.mark.parametrize(
    ("sample", "reading", "is_lossy"),
    [
        ({"value": 100.4}, 100, True),
        ({"value": 1.2345, "unitOfMeasure": {"unit": "kWh"}}, 1234, True),
        ({"value": 1.234, "unitOfMeasure": {"unit": "kWh"}}, 1234, False),
        ({"value": 10.0, "unitOfMeasure": {"multiplier": 1}}, 100, False),
    ],
)
def test_only_a_fraction_of_a_watt_hour_is_lost_by_rounding(
    sample: dict[str, Any], reading: int, is_lossy: bool
) -> None:
    given, connector = elements(sample | {"context": "Transaction.Begin"}), Connector(1)
    known = memory()
    assert readings.meter_start(given, Transaction("t-1", "WAIT"), connector, known) == reading
    assert known.losses == [("wh_rounded", "meterStart")] * is_lossy
    known, ended = memory(), elements(sample | {"context": "Transaction.End"})
    assert readings.meter_stop(ended, Transaction("t-1", "OPEN"), known) == reading
    assert known.losses == [("wh_rounded", "meterStop")] * is_lossy


def test_two_phases_are_no_total() -> None:
    given = elements({"value": 1, "phase": "L1"}, {"value": 1, "phase": "L2"})
    tx = Transaction("t-1", "WAIT")
    assert readings.meter_start(given, tx, Connector(1), memory()) == 0
    assert tx.rebase


def test_the_connectors_last_register_serves_for_a_quarter_of_an_hour() -> None:
    known, connector = memory(), Connector(1, register_wh="500", register_at=0.0)
    known.now = 900.0
    assert readings.meter_start([], Transaction("a", "WAIT"), connector, known) == 500
    known.now = 901.0
    tx = Transaction("b", "WAIT")
    assert readings.meter_start([], tx, connector, known) == 0
    assert tx.rebase


def test_a_signed_sample_is_never_swallowed_by_meter_start_or_stop() -> None:
    signed = {"signedMeterData": "", "signingMethod": "", "encodingMethod": "", "publicKey": ""}
    given = elements(
        {"value": 5, "context": "Transaction.End", "signedMeterValue": signed}, {"value": 6}
    )
    (rest,) = readings.without_stop(given, Transaction("t-1", "OPEN"))
    assert rest.sampled_value[0].value == Decimal(5)
