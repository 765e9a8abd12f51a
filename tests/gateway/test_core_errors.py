"""What is answered to frames that are none, and how a CALLERROR is told on the other leg (18)."""

from typing import Any

import pytest

from adapters import frame
from gateway.testing import Bench

VERSIONS = {"A": ("1.6", "2.0.1"), "B": ("2.0.1", "1.6")}
AUTHORIZE = {
    "A": {"idTag": "CARD-1"},
    "B": {"idToken": {"idToken": "CARD-1", "type": "Central"}},
}
# As 2.0.1 says it: what 1.6 is told. Every other code is the same in both.
IN_16 = {
    "FormatViolation": "FormationViolation",
    "OccurrenceConstraintViolation": "OccurenceConstraintViolation",
    "MessageTypeNotSupported": "ProtocolError",
    "RpcFrameworkError": "ProtocolError",
}
IN_201 = {
    "FormationViolation": "FormatViolation",
    "OccurenceConstraintViolation": "OccurrenceConstraintViolation",
}
CODES = sorted(frame.CODES_16 | frame.CODES_201 | {"TeapotError", "timeout", "closed", ""})


def expected(code: str, version: str) -> str:
    own = frame.CODES_16 if version == "1.6" else frame.CODES_201
    code = (IN_16 if version == "1.6" else IN_201).get(code, code)
    return code if code in own else "GenericError"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("pairing", ["A", "B"])
def test_a_csms_error_is_told_in_the_stations_words(pairing: str, code: str) -> None:
    bench = Bench(pairing, {})
    (out,) = bench.hear("charger", [2, "1", "Authorize", AUTHORIZE[pairing]])
    details = {"why": ["so"]}
    (out,) = bench.hear("backend", [4, out["frame"][1], code, "x" * 300, details])
    told = expected(code, VERSIONS[pairing][0])
    assert out == {"to": "charger", "frame": [4, "1", told, "x" * 255, details]}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("pairing", ["A", "B"])
def test_a_stations_error_is_told_in_the_words_of_the_csms(pairing: str, code: str) -> None:
    bench = Bench(pairing, {})
    (out,) = bench.hear("backend", [2, "1", "ClearCache", {}])
    (out,) = bench.hear("charger", [4, out["frame"][1], code])
    told = expected(code, VERSIONS[pairing][1])
    assert out == {"to": "backend", "frame": [4, "1", told, "", {}]}


@pytest.mark.parametrize(
    ("text", "in_16", "in_201"),
    [
        (b"no JSON", None, ["-1", "RpcFrameworkError"]),
        (b"{}", None, ["-1", "RpcFrameworkError"]),
        (b"[]", None, ["-1", "RpcFrameworkError"]),
        (b'[2,7,"Heartbeat",{}]', None, ["-1", "RpcFrameworkError"]),
        (b'[9,"8","x"]', None, ["8", "MessageTypeNotSupported"]),
        (b'[2,"8"]', ["8", "FormationViolation"], ["8", "FormatViolation"]),
        (b'[2,"8","Heartbeat"]', ["8", "FormationViolation"], ["8", "FormatViolation"]),
        (b'[2,"8",7,{}]', ["8", "FormationViolation"], ["8", "FormatViolation"]),
        (b'[2,"8","Heartbeat",[]]', ["8", "FormationViolation"], ["8", "FormatViolation"]),
        (b'[2,"8","Heartbeat",{"a":1}]', ["8", "FormationViolation"], ["8", "FormatViolation"]),
        (b'[2,"8","Brew",{}]', ["8", "NotImplemented"], ["8", "NotImplemented"]),
        (b'[2,"8","ClearCache",{}]', ["8", "NotSupported"], ["8", "NotSupported"]),
        (b'[3,"8"]', None, None),
        (b'[3,"8",{}]', None, None),
        (b'[4,"8",7]', None, None),
    ],
)
@pytest.mark.parametrize("pairing", ["A", "B"])
def test_a_broken_frame_is_answered_as_its_version_says(
    pairing: str, text: bytes, in_16: list[str] | None, in_201: list[str] | None
) -> None:
    bench = Bench(pairing, {})
    said = bench.hear_text("charger", text)
    wanted = in_16 if VERSIONS[pairing][0] == "1.6" else in_201
    assert [out["frame"][:3] for out in said] == ([[4, *wanted]] if wanted else [])


@pytest.mark.parametrize("pairing", ["A", "B"])
def test_an_answer_that_cannot_be_read_is_an_internal_error(pairing: str) -> None:
    bench = Bench(pairing, {})
    for payload in ({"no": "status"}, [], "text"):
        (out,) = bench.hear("charger", [2, "1", "Authorize", AUTHORIZE[pairing]])
        (out,) = bench.hear("backend", [3, out["frame"][1], payload])
        assert out["frame"][:3] == [4, "1", "InternalError"]


def test_an_error_in_answer_to_what_nobody_asked_for_stays_here() -> None:
    bench = Bench("B", {}, {"accepted": False})
    station: dict[str, Any] = {"model": "M", "vendorName": "V"}
    boot = {"reason": "PowerUp", "chargingStation": station}
    (out,) = bench.hear("charger", [2, "1", "BootNotification", boot])
    accepted = {"currentTime": "2025-03-01T10:00:00Z", "interval": 300, "status": "Accepted"}
    said = bench.hear("backend", [3, out["frame"][1], accepted])
    (zero,) = [out["frame"] for out in said if out["to"] == "backend"]
    assert bench.hear("backend", [4, zero[1], "InternalError", "", {}]) == []


def test_a_broken_call_is_no_answer_to_a_command_that_bears_the_same_id() -> None:
    bench = Bench("same16", {})
    bench.hear("backend", [2, "5", "ClearCache", {}])
    (out,) = bench.hear_text("charger", b'[2,"5","Heartbeat"]')
    assert (out["to"], out["frame"][:3]) == ("charger", [4, "5", "FormationViolation"])
    (out,) = bench.hear("charger", [3, "5", {"status": "Accepted"}])
    assert out == {"to": "backend", "frame": [3, "5", {"status": "Accepted"}]}
