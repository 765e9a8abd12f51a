"""The three frames of OCPP-J, as they are read and as they are written."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import frame
from adapters.frame import Call, CallError, CallResult, FrameError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
chance = settings(max_examples=200, derandomize=True, database=None, deadline=None)


@chance
@given(message_id=TEXT, action=st.sampled_from(["Heartbeat", "DataTransfer"]), data=TEXT)
def test_what_is_emitted_is_parsed_as_it_was_meant(message_id: str, action: str, data: str) -> None:
    payload = msgspec.json.encode({"data": data})
    call = frame.parse(frame.emit_call(message_id, action, payload))
    assert isinstance(call, Call)
    assert (call.message_id, call.action, bytes(call.payload)) == (message_id, action, payload)
    result = frame.parse(frame.emit_result(message_id, payload))
    assert isinstance(result, CallResult)
    assert (result.message_id, bytes(result.payload)) == (message_id, payload)
    error = frame.parse(frame.emit_error("1.6", message_id, "InternalError", data, payload))
    assert isinstance(error, CallError)
    assert (error.message_id, error.code, error.description) == (message_id, "InternalError", data)
    assert bytes(error.details) == payload


def test_a_payload_stays_the_text_that_it_was() -> None:
    call = frame.parse(b'[2, "1", "DataTransfer", {"data" : 1.10,\n "u":"\\u00fc"} ]')
    assert isinstance(call, Call)
    assert bytes(call.payload) == b'{"data" : 1.10,\n "u":"\\u00fc"}'


def test_a_callerror_may_leave_out_its_words() -> None:
    error = frame.parse(b'[4,"1","GenericError"]')
    assert isinstance(error, CallError)
    assert (error.description, bytes(error.details)) == ("", b"{}")


@pytest.mark.parametrize(
    ("text", "code", "message_id"),
    [
        (b"", "RpcFrameworkError", ""),
        (b"Heartbeat", "RpcFrameworkError", ""),
        (b"\xff\xfe", "RpcFrameworkError", ""),
        (b'[2,"\xff","Heartbeat",{}]', "RpcFrameworkError", ""),
        (b'[2,"1","Heart\xff",{}]', "FormatViolation", "1"),
        (b"{}", "RpcFrameworkError", ""),
        (b"[2,17]", "RpcFrameworkError", ""),
        (b"[" * 100_000, "RpcFrameworkError", ""),
        (b'[2,"1","Heartbeat"]', "FormatViolation", "1"),
        (b'[2,"1",7,{}]', "FormatViolation", "1"),
        (b'[3,"1"]', "RpcFrameworkError", "1"),
        (b'[5,"1",{}]', "MessageTypeNotSupported", "1"),
        (b'[-1,"1"]', "MessageTypeNotSupported", "1"),
    ],
)
def test_a_text_that_is_no_frame_says_whose_it_is_as_far_as_can_be_read(
    text: bytes, code: str, message_id: str
) -> None:
    with pytest.raises(FrameError) as caught:
        frame.parse(text)
    assert (caught.value.code, caught.value.message_id) == (code, message_id)


@pytest.mark.parametrize(
    ("code", "in_16", "in_201"),
    [
        ("FormationViolation", "FormationViolation", "FormatViolation"),
        ("FormatViolation", "FormationViolation", "FormatViolation"),
        ("OccurenceConstraintViolation",) * 2 + ("OccurrenceConstraintViolation",),
        ("RpcFrameworkError", "ProtocolError", "RpcFrameworkError"),
        ("MessageTypeNotSupported", "ProtocolError", "MessageTypeNotSupported"),
        ("SecurityError", "SecurityError", "SecurityError"),
        ("CoffeeError", "GenericError", "GenericError"),
    ],
)
def test_an_error_code_is_spelled_as_each_version_wants_it(
    code: str, in_16: str, in_201: str
) -> None:
    assert frame.code_for("1.6", code) == in_16
    assert frame.code_for("2.0.1", code) == in_201


def test_a_description_is_cut_where_the_standard_cuts_it() -> None:
    error = frame.parse(frame.emit_error("1.6", "1", "GenericError", "ü" * 300))
    assert isinstance(error, CallError)
    assert error.description == "ü" * 255
