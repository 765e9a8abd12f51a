"""A payload of ours is decoded as its schema has it, once for each shape."""

from decimal import Decimal
from typing import get_args

import pytest

from adapters import v201
from adapters.payload import encode
from gateway.core import own_payloads
from gateway.core.own_payloads import flaw


def event(trigger: str = "MeterValuePeriodic", seq: int = 1) -> v201.TransactionEventRequest:
    return v201.TransactionEventRequest(
        event_type="Updated",
        timestamp="2025-03-01T10:00:00Z",
        trigger_reason=trigger,  # type: ignore[arg-type]  # what no schema has, on purpose
        seq_no=seq,
        transaction_info=v201.Transaction(transaction_id="tx-1"),
        meter_value=[
            v201.MeterValue(
                sampled_value=[v201.SampledValue(value=Decimal("1.5"))],
                timestamp="2025-03-01T10:00:00Z",
            )
        ],
    )


def test_what_differs_in_digits_alone_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = event(seq=3), event(seq=4)
    assert flaw(first, encode(first)) == ""
    monkeypatch.delattr(own_payloads, "decoder")
    assert flaw(second, encode(second)) == ""


def test_a_wrong_word_is_a_flaw_whatever_was_right_before() -> None:
    right = event()
    assert flaw(right, encode(right)) == ""
    for wrong in (event("MeterValuePeriodix"), event(""), event("MeterValuePeriodic ")):
        for _ in range(2):
            assert "trigger" in flaw(wrong, encode(wrong)).casefold()


def test_every_word_of_an_enumeration_passes() -> None:
    for word in get_args(v201.TriggerReason):
        assert flaw(event(word), encode(event(word))) == ""


def test_a_schema_that_bounds_a_number_is_asked_each_time() -> None:
    needs = v201.ChargingNeeds(
        requested_energy_transfer="DC",
        dc_charging_parameters=v201.DCChargingParameters(
            ev_max_current=200, ev_max_voltage=400, full_soc=80
        ),
    )
    request = v201.NotifyEVChargingNeedsRequest(evse_id=1, charging_needs=needs)
    text = encode(request)
    assert flaw(request, text.replace(b"80", b"100")) == ""
    assert "100" in flaw(request, text.replace(b"80", b"101"))
