"""What is forgiven in a payload, and the name that each fault has in OCPP."""

from typing import Any

import msgspec
import pytest

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.translation import lenient
from adapters.translation.memory import Memory
from adapters.translation.options import Options

START = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2025-03-01T10:00:00Z"}


def memory(lenience: str = "on") -> Memory:
    return Memory("CS-1", Options(lenient_inbound=lenience), {}, 0.0)  # type: ignore[arg-type]


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "ProtocolError"),
        (START | {"connectorId": "one"}, "TypeConstraintViolation"),
        (START | {"connectorId": "+-5"}, "TypeConstraintViolation"),
        (START | {"connectorId": "9" * 5000}, "TypeConstraintViolation"),
        (START | {"connectorId": 1.5}, "TypeConstraintViolation"),
        (START | {"connectorId": True}, "TypeConstraintViolation"),
        (START | {"idTag": ["A"]}, "TypeConstraintViolation"),
        (START | {"idTag": 7}, "TypeConstraintViolation"),
        (START | {"idTag": "x" * 21}, "PropertyConstraintViolation"),
        (START | {"colour": "red"}, "FormatViolation"),
        ([], "FormatViolation"),
        ("text", "FormatViolation"),
    ],
)
def test_each_fault_has_its_code(payload: Any, code: str) -> None:
    with pytest.raises(PayloadError) as caught:
        lenient.request(raw(payload), v16.StartTransactionRequest, memory())
    assert caught.value.code == code


def test_a_value_of_no_enumeration_and_a_list_too_short_have_theirs() -> None:
    with pytest.raises(PayloadError) as caught:
        lenient.request(raw({"type": "Lukewarm"}), v16.ResetRequest, memory())
    assert caught.value.code == "PropertyConstraintViolation"
    with pytest.raises(PayloadError) as caught:
        lenient.request(raw({"getVariableData": []}), v201.GetVariablesRequest, memory())
    assert caught.value.code == "OccurrenceConstraintViolation"


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"connectorId": " 1 "}, "text_number"),
        ({"connectorId": "1", "reservationId": None}, "null_field"),
    ],
)
def test_a_fault_that_changes_no_meaning_is_repaired_and_declared(
    fault: dict[str, Any], rule: str
) -> None:
    known = memory()
    request = lenient.request(raw(START | fault), v16.StartTransactionRequest, known)
    assert request.connector_id == 1
    assert rule in [loss[0] for loss in known.losses]


@pytest.mark.parametrize("said", ["1.0", "10e-1", "1E0", "0.1e1"])
def test_a_whole_number_may_be_said_with_a_point(said: str) -> None:
    known = memory()
    text = msgspec.Raw(f'{{"evseId":{said},"connectorId":1}}'.encode())
    request = lenient.request(text, v201.UnlockConnectorRequest, known)
    assert (request.evse_id, known.losses) == (1, [])


@pytest.mark.parametrize("said", ["1.5", "1e-400", "1e18", "-1e400"])
def test_a_number_with_a_fraction_or_of_many_digits_is_no_integer(said: str) -> None:
    text = msgspec.Raw(f'{{"evseId":{said},"connectorId":1}}'.encode())
    with pytest.raises(PayloadError):
        lenient.request(text, v201.UnlockConnectorRequest, memory())


def test_an_operator_may_want_such_faults_refused() -> None:
    with pytest.raises(PayloadError) as caught:
        lenient.request(
            raw(START | {"connectorId": "1"}), v16.StartTransactionRequest, memory("off")
        )
    assert caught.value.code == "TypeConstraintViolation"


def test_an_answer_is_not_lost_for_a_field_too_many() -> None:
    known = memory("off")
    answer = {"status": "Accepted", "more": 1}
    assert lenient.response(raw(answer), v16.ResetResponse, known).status == "Accepted"
    assert known.losses == [("unknown_field", "more")]


def test_null_is_an_empty_payload() -> None:
    for lenience in ("on", "off"):
        known = memory(lenience)
        empty = v16.HeartbeatRequest()
        assert lenient.request(msgspec.Raw(b"null"), v16.HeartbeatRequest, known) == empty
        assert known.losses == []


def test_a_required_field_that_is_null_is_missing() -> None:
    with pytest.raises(PayloadError) as caught:
        lenient.request(raw(START | {"idTag": None}), v16.StartTransactionRequest, memory())
    assert caught.value.code == "ProtocolError"


def test_what_the_other_version_cuts_anyway_may_be_too_long() -> None:
    known = memory()
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "meterType": "x" * 60}
    assert lenient.request(raw(boot), v16.BootNotificationRequest, known).meter_type == "x" * 25
    station = {"model": "M", "vendorName": "v" * 60}
    told: dict[str, Any] = {"reason": "PowerUp", "chargingStation": station}
    request = lenient.request(raw(told), v201.BootNotificationRequest, known)
    assert request.charging_station.vendor_name == "v" * 50
    assert known.losses == [("truncated", "meterType"), ("truncated", "vendorName")]
    station["model"] = "m" * 21
    with pytest.raises(PayloadError):
        lenient.request(raw(told), v201.BootNotificationRequest, known)
