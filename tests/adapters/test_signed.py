"""Signed meter values: what the meter signed arrives as it was signed, with a number beside it."""

import base64
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters import v16, v201
from adapters.payload import decoder
from adapters.translation import metering, signed
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.records import Transaction

AT = "2025-03-01T10:00:00Z"
OCMF = 'OCMF|{"RD":[{"RV":1.100,"RU":"kWh"},{"RV":12345678.901234567890,"RU":"kWh"}]}|{"SD":"0"}'


def memory(**configuration: str) -> Memory:
    known = Memory("CS-1", Options(), {}, 0.0)
    known.station.configuration = configuration
    return known


def as_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def sample(value: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "format": "SignedData"} | more


def told(*samples: dict[str, Any], known: metering.Known | None = None) -> list[v201.SampledValue]:
    """What 2.0.1 is told of one element."""
    element = v16.MeterValue(AT, [msgspec.convert(s, v16.SampledValue) for s in samples])
    found = metering.to_201([element], 1, memory(), known)
    return found[0].sampled_value if found else []


@pytest.mark.parametrize(
    ("value", "data", "encoding"),
    [
        (OCMF, as_base64(OCMF), "OCMF"),
        ("<signed>12</signed>", as_base64("<signed>12</signed>"), ""),
        ("T0NNRnx7fQ==", "T0NNRnx7fQ==", ""),  # base64 as it is
        ("00ff7A", "00ff7A", ""),  # so is hex
        ('{"other":1}', as_base64('{"other":1}'), ""),
    ],
)
def test_a_signed_text_is_wrapped_and_not_altered(value: str, data: str, encoding: str) -> None:
    found = signed.to_201(value, 1, memory())
    assert found == v201.SignedMeterValue(data, "", encoding, "")


def test_a_signed_object_is_taken_over_and_what_it_lacks_is_empty() -> None:
    given = {"signedMeterData": "AA==", "encodingMethod": "EDL", "publicKey": None}
    found = signed.to_201(msgspec.json.encode(given).decode(), 1, memory())
    assert found == v201.SignedMeterValue("AA==", "", "EDL", "")


def test_the_public_key_of_the_connectors_meter_goes_with_an_ocmf_text() -> None:
    found = signed.to_201(OCMF, 2, memory(MeterPublicKey2="abc"))
    assert found is not None
    assert found.public_key == "abc"


def test_a_twin_takes_the_signature_and_what_is_left_out_has_its_default() -> None:
    first, second = told(
        {"value": "7", "measurand": "Voltage"},
        {"value": "120", "context": "Sample.Periodic"},
        sample("AA==", measurand="Energy.Active.Import.Register"),
    )
    assert first.signed_meter_value is None
    assert (second.value, second.signed_meter_value is not None) == (Decimal(120), True)


def test_two_signatures_of_one_moment_do_not_overwrite_each_other() -> None:
    twins = told({"value": "1"}, {"value": "2"}, sample("AA=="), sample("BBBB"))
    assert [s.signed_meter_value and s.signed_meter_value.signed_meter_data for s in twins] == [
        "AA==",
        "BBBB",
    ]


def test_a_signed_value_stands_where_the_station_put_it() -> None:
    values = told(sample(OCMF), {"value": "230", "measurand": "Voltage"})
    assert [s.measurand for s in values] == [None, "Voltage"]


@pytest.mark.parametrize("value", [OCMF, f'{{"signedMeterData":"{as_base64(OCMF)}"}}'])
@pytest.mark.parametrize(
    ("context", "reading"),
    [("Transaction.Begin", "1.1"), ("Transaction.End", "12345678.90123456789")],
)
def test_an_ocmf_text_gives_its_own_reading(value: str, context: str, reading: str) -> None:
    (found,) = told(sample(value, context=context))
    assert found.value == Decimal(reading)  # and not what a binary fraction makes of it
    assert found.unit_of_measure == v201.UnitOfMeasure(unit="kWh")


@pytest.mark.parametrize(
    "text", ["OCMF|", "OCMF|{}|{}", 'OCMF|{"RD":[]}|{}', 'OCMF|{"RD":[{"RV":"x"}]}|', "OCMF|{|{}"]
)
def test_an_ocmf_text_without_reading_gives_none(text: str) -> None:
    assert signed.ocmf_reading(text, is_first=True) is None


@pytest.mark.parametrize(
    ("context", "reading"),
    [("Transaction.Begin", 1000), ("Transaction.End", 1750), ("Sample.Periodic", 1500)],
)
def test_else_the_transaction_gives_the_reading_that_the_context_means(
    context: str, reading: int
) -> None:
    tx = Transaction("t-1", "OPEN", meter_start=1000, last_reading="1500")
    (found,) = told(sample("AA==", context=context), known=metering.Known(tx, 1750))
    assert (found.value, found.unit_of_measure) == (Decimal(reading), v201.UnitOfMeasure(unit="Wh"))


@pytest.mark.parametrize("more", [{"measurand": "Voltage"}, {"phase": "L1"}])
def test_a_signed_value_that_is_no_total_is_never_given_the_register(more: dict[str, Any]) -> None:
    tx = Transaction("t-1", "OPEN", meter_start=1000, last_reading="1500")
    assert told(sample("AA==", **more), known=metering.Known(tx)) == []


def test_outside_of_a_transaction_a_signed_value_without_number_is_dropped() -> None:
    assert told(sample("AA==")) == []
    assert told(sample("AA==", context="Transaction.Begin"), known=metering.Known(None, 7)) == []


@pytest.mark.parametrize(
    "value",
    ["A" * 2504, msgspec.json.encode({"signedMeterData": "", "publicKey": "A" * 2501}).decode()],
)
def test_a_signature_that_is_too_long_goes_beside_its_number(value: str) -> None:
    known = memory()
    element = v16.MeterValue(
        AT, [v16.SampledValue("120"), v16.SampledValue(value, format="SignedData")]
    )
    (found,) = metering.to_201([element], 1, known)
    assert [s.signed_meter_value for s in found.sampled_value] == [None]
    assert known.losses == [("signed_spill", "signedMeterData")]
    (beside,) = known.follow_ups
    assert next(beside) == v201.DataTransferRequest("ocpp-gateway", "SignedMeterData", value)


def test_a_signature_of_201_becomes_a_sample_of_its_own() -> None:
    given = {
        "value": 5.50,
        "context": "Transaction.End",
        "phase": "L1",
        "location": "Inlet",
        "unitOfMeasure": {"unit": "kWh"},
        "signedMeterValue": {
            "signedMeterData": "AA==",
            "signingMethod": "",
            "encodingMethod": "OCMF",
            "publicKey": "",
        },
    }
    element = decoder(v201.MeterValue).decode(
        msgspec.json.encode({"timestamp": AT, "sampledValue": [given]})
    )
    (found,) = metering.to_16([element], memory())
    common = {"context": "Transaction.End", "phase": "L1", "location": "Inlet"}
    text = '{"signedMeterData":"AA==","signingMethod":"","encodingMethod":"OCMF","publicKey":""}'
    assert msgspec.to_builtins(found.sampled_value) == [
        {"value": "5.5", "unit": "kWh"} | common,
        {"value": text, "format": "SignedData"} | common,
    ]


def test_a_reading_has_the_unit_of_the_one_before_if_it_names_none() -> None:
    text = 'OCMF|{"RD":[{"RV":1.5,"RU":"kWh"},{"RV":2.5}]}|{"SD":"0"}'
    assert signed.ocmf_reading(text, is_first=False) == (Decimal("2.5"), "kWh")
    assert signed.ocmf_reading('OCMF|{"RD":[{"RV":1.5},{"RV":2}]}|', is_first=False) == (
        Decimal(2),
        None,
    )
    assert signed.ocmf_reading('OCMF|{"RD":[{"RV":1.5},7]}|', is_first=False) is None
