"""Signed messages of 2.0.1: opened without asking who signed them, and never made (17.3)."""

import base64
from typing import Any

import msgspec
import pytest

from gateway.testing import Bench

BEAT = {"currentTime": "2025-03-01T10:00:00Z"}


def signed(message: dict[str, Any], *, flat: bool = True) -> dict[str, Any]:
    """A message as JWS in JSON form (RFC 7515 section 7.2), flattened or general."""
    payload = base64.urlsafe_b64encode(msgspec.json.encode(message)).rstrip(b"=").decode()
    proof = {"protected": "eyJhbGciOiJFUzI1NiJ9", "signature": "c2ln"}
    return {"payload": payload} | (proof if flat else {"signatures": [proof]})


@pytest.mark.parametrize("flat", [True, False])
def test_a_signed_call_is_the_call_inside(flat: bool) -> None:
    event = {"type": "MemoryExhaustion", "timestamp": "2025-03-01T10:00:00Z", "techInfo": "??>"}
    call = [2, "1", "SecurityEventNotification-Signed", signed(event, flat=flat)]
    (out,) = bench().hear("charger", call)
    assert out["to"] == "backend"
    assert out["frame"][2:] == ["SecurityEventNotification", event]


def test_the_answer_to_a_signed_call_is_not_signed() -> None:
    on = bench()
    (out,) = on.hear("charger", [2, "1", "Heartbeat-Signed", signed({})])
    assert out["frame"][2:] == ["Heartbeat", {}]
    said = on.hear("backend", [3, out["frame"][1], BEAT])
    assert said == [{"to": "charger", "frame": [3, "1", BEAT]}]


def test_a_signed_command_of_a_csms_is_opened_too() -> None:
    (out,) = bench("A").hear("backend", [2, "1", "Reset-Signed", signed({"type": "Immediate"})])
    assert out["frame"][2:] == ["Reset", {"type": "Hard"}]


@pytest.mark.parametrize("flat", [True, False])
def test_a_signed_answer_is_the_answer_inside(flat: bool) -> None:
    on = bench("A")
    (out,) = on.hear("charger", [2, "1", "Heartbeat", {}])
    said = on.hear("backend", [3, out["frame"][1], signed(BEAT, flat=flat)])
    assert said == [{"to": "charger", "frame": [3, "1", BEAT]}]


@pytest.mark.parametrize(
    "payload", [{}, {"payload": 1}, {"payload": "***"}, {"payload": "W10"}, {"payload": "bm8"}]
)
def test_what_holds_no_message_is_refused(payload: dict[str, Any]) -> None:
    (out,) = bench().hear("charger", [2, "1", "Heartbeat-Signed", payload])
    assert out == {"to": "charger", "frame": [4, "1", "FormatViolation", out["frame"][3], {}]}


def test_what_is_inside_is_checked_as_if_it_were_not_signed() -> None:
    (out,) = bench().hear("charger", [2, "1", "Authorize-Signed", signed({})])
    assert out["frame"][:3] == [4, "1", "ProtocolError"]
    (out,) = bench().hear("charger", [2, "2", "Nonsense-Signed", signed({})])
    assert out["frame"][:3] == [4, "2", "NotImplemented"]


def test_16_knows_no_signed_messages() -> None:
    (out,) = bench("A").hear("charger", [2, "1", "Heartbeat-Signed", signed({})])
    assert out["frame"][:3] == [4, "1", "NotImplemented"]


def bench(pairing: str = "B") -> Bench:
    return Bench(pairing, {})
