"""RFC 6455 as raw bytes, both roles: framing, pings, reserved bits, opcodes, fragments, UTF-8."""

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto.connection import Connection as Oracle
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from gateway.wire import framing
from gateway.wire.decoder import FRAGMENT_LIMIT, Decoder
from gateway.wire.framing import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    FramingError,
    close_code,
    close_payload,
    encoded,
    is_bare_pong,
    whole_text,
)

KEY = b"\x01\x9f\xfe\x7b"
LIMIT = 65_536
SIZES = (0, 1, 124, 125, 126, 127, 1000, 65_534, 65_535, 65_536)


def frame(
    opcode: int, payload: bytes = b"", *, client: bool, final: bool = True, rsv: int = 0
) -> bytes:
    """One frame, right or wrong in its first byte."""
    whole = encoded(opcode, payload, KEY if client else b"")
    return bytes(((0x80 if final else 0) | rsv | opcode,)) + whole[1:]


def read(data: bytes, *, client: bool, limit: int = LIMIT) -> list[tuple[int, bytes]]:
    """All that the decoder makes of some bytes."""
    decoder = Decoder(from_client=client, limit=limit)
    decoder.receive(data)
    found = []
    while (one := decoder.next()) is not None:
        found.append(one)
    return found


def refusal(data: bytes, *, client: bool, limit: int = LIMIT) -> tuple[int, str]:
    """Why the decoder refuses some bytes."""
    with pytest.raises(FramingError) as caught:
        read(data, client=client, limit=limit)
    return caught.value.code, caught.value.reason


roles = pytest.mark.parametrize("client", [True, False], ids=["from-client", "from-server"])


@roles
@pytest.mark.parametrize("size", SIZES)
def test_a_text_of_any_size_comes_out_as_it_went_in(size: int, client: bool) -> None:
    text = bytes(random.Random(size).choices(b'abc[]{}",: 1', k=size))
    data = frame(TEXT, text, client=client)
    assert read(data, client=client) == [(TEXT, text)]
    if len(data) >= 6 and size <= 65_535:
        assert whole_text(data, client, LIMIT) == text


@roles
def test_a_binary_message_is_refused_because_ocpp_is_text(client: bool) -> None:
    assert refusal(frame(BINARY, b"[]", client=client), client=client) == (1003, "binary")


@roles
@pytest.mark.parametrize("opcode", [PING, PONG])
@pytest.mark.parametrize("size", [0, 1, 125])
def test_control_frames_carry_up_to_125_bytes(opcode: int, size: int, client: bool) -> None:
    payload = bytes(range(size))
    assert read(frame(opcode, payload, client=client), client=client) == [(opcode, payload)]


@roles
@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_longer_control_frame_is_refused(opcode: int, client: bool) -> None:
    data = frame(opcode, b"x" * 126, client=client)
    assert refusal(data, client=client) == (1002, "control_frame")


@roles
@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_fragmented_control_frame_is_refused(opcode: int, client: bool) -> None:
    data = frame(opcode, b"", client=client, final=False)
    assert refusal(data, client=client) == (1002, "control_frame")


@roles
@pytest.mark.parametrize("rsv", [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70])
@pytest.mark.parametrize("opcode", [TEXT, PING])
def test_reserved_bits_are_refused_because_no_extension_is_negotiated(
    rsv: int, opcode: int, client: bool
) -> None:
    data = frame(opcode, b"hello", client=client, rsv=rsv)
    assert whole_text(data, client, LIMIT) is None
    assert refusal(data, client=client) == (1002, "reserved_bits")


@roles
@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_an_opcode_without_a_meaning_is_refused(opcode: int, client: bool) -> None:
    assert refusal(frame(opcode, b"", client=client), client=client) == (1002, "opcode")


@roles
def test_a_frame_masked_for_the_wrong_direction_is_refused(client: bool) -> None:
    data = frame(TEXT, b"[2,3,4]", client=not client)
    assert whole_text(data, client, LIMIT) is None
    assert refusal(data, client=client) == (1002, "masking")


@roles
def test_what_came_before_a_mistake_is_still_heard(client: bool) -> None:
    decoder = Decoder(from_client=client, limit=LIMIT)
    decoder.receive(frame(TEXT, b"one", client=client) + frame(PING, client=client, rsv=0x40))
    assert decoder.next() == (TEXT, b"one")
    with pytest.raises(FramingError):
        decoder.next()


@roles
def test_a_fragmented_text_is_put_together_around_control_frames(client: bool) -> None:
    data = (
        frame(TEXT, b"[2,", client=client, final=False)
        + frame(PING, b"?", client=client)
        + frame(CONTINUATION, b"", client=client, final=False)
        + frame(PONG, b"!", client=client)
        + frame(CONTINUATION, b"3]", client=client)
    )
    assert read(data, client=client) == [(PING, b"?"), (PONG, b"!"), (TEXT, b"[2,3]")]


@roles
@pytest.mark.parametrize("final", [True, False])
def test_a_continuation_of_nothing_is_refused(final: bool, client: bool) -> None:
    data = frame(CONTINUATION, b"x", client=client, final=final)
    assert refusal(data, client=client) == (1002, "fragmentation")


@roles
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_new_message_within_a_fragmented_one_is_refused(opcode: int, client: bool) -> None:
    data = frame(TEXT, b"a", client=client, final=False) + frame(opcode, b"b", client=client)
    assert refusal(data, client=client) == (1002, "fragmentation")


@roles
def test_more_fragments_than_allowed_are_refused_however_empty(client: bool) -> None:
    rest = frame(CONTINUATION, b"", client=client, final=False) * FRAGMENT_LIMIT
    data = frame(TEXT, b"", client=client, final=False) + rest
    assert refusal(data, client=client) == (1008, "fragments")


@roles
@pytest.mark.parametrize("declared", [LIMIT + 1, 2**40, 2**63 - 1])
def test_a_message_over_the_limit_is_refused_at_its_header(declared: int, client: bool) -> None:
    head = bytes((0x81, (0x80 if client else 0) | 127)) + declared.to_bytes(8, "big")
    assert refusal(head, client=client) == (1009, "too_big")


@roles
def test_fragments_count_together_towards_the_limit(client: bool) -> None:
    data = frame(TEXT, b"x" * 600, client=client, final=False)
    data += frame(CONTINUATION, b"x" * 600, client=client)
    assert refusal(data, client=client, limit=1199) == (1009, "too_big")
    assert len(read(data, client=client, limit=1200)[0][1]) == 1200


@roles
def test_the_limit_holds_on_the_fast_path_too(client: bool) -> None:
    data = frame(TEXT, b"x" * 1201, client=client)
    assert whole_text(data, client, 1200) is None
    assert refusal(data, client=client, limit=1200) == (1009, "too_big")


@roles
@pytest.mark.parametrize("length", [b"\x7e\x00\x05", b"\x7f" + (500).to_bytes(8, "big")])
def test_a_length_in_more_bytes_than_needed_is_refused(length: bytes, client: bool) -> None:
    head = bytes((0x81, length[0] | (0x80 if client else 0))) + length[1:]
    data = head + (KEY if client else b"") + b"x" * 5
    assert whole_text(data, client, LIMIT) is None
    assert refusal(data, client=client) == (1002, "length")


@roles
def test_a_length_with_its_highest_bit_set_is_refused(client: bool) -> None:
    head = bytes((0x81, (0x80 if client else 0) | 127)) + (1 << 63).to_bytes(8, "big")
    assert refusal(head, client=client) == (1002, "length")


GOOD_UTF8 = ("κόσμε", "\x00", "￿", "\U0010ffff", "퟿", "", "Hello-µ@ßöäü")
BAD_UTF8 = (
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
    b"\xf4\x90\x80\x80",
    b"\xc0\xaf",
    b"\xed\xbf\xbf",
    b"\xf8\x88\x80\x80\x80",
    b"ab\xff",
    b"\xe2\x82",
)


@roles
@pytest.mark.parametrize("text", GOOD_UTF8)
def test_valid_utf8_passes_wherever_it_is_cut(text: str, client: bool) -> None:
    payload = text.encode() + b" and enough"
    for at in range(len(payload)):
        data = frame(TEXT, payload[:at], client=client, final=False)
        data += frame(CONTINUATION, payload[at:], client=client)
        assert read(data, client=client) == [(TEXT, payload)]
    assert whole_text(frame(TEXT, payload, client=client), client, LIMIT) == payload


@roles
@pytest.mark.parametrize("payload", BAD_UTF8)
def test_invalid_utf8_is_refused(payload: bytes, client: bool) -> None:
    data = frame(TEXT, payload, client=client)
    assert whole_text(data, client, LIMIT) is None
    assert refusal(data, client=client) == (1007, "not_utf8")


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 3000, 3999, 4000, 4999]
)
def test_a_registered_or_private_close_code_is_accepted(code: int) -> None:
    assert close_code(close_payload(code, "why")) == code


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2999, 5000, 65535])
def test_a_close_code_that_may_not_be_sent_is_refused(code: int) -> None:
    with pytest.raises(FramingError) as caught:
        close_code(code.to_bytes(2, "big") + b"why")
    assert (caught.value.code, caught.value.reason) == (1002, "close_code")


def test_a_close_frame_without_code_is_1005_with_half_a_code_refused() -> None:
    assert close_code(b"") == 1005
    with pytest.raises(FramingError) as caught:
        close_code(b"\x03")
    assert caught.value.code == 1002


def test_a_close_reason_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(FramingError) as caught:
        close_code(close_payload(1000) + b"\xce\xba\xed\xa0\x80")
    assert caught.value.code == 1007


def test_a_long_close_reason_is_cut_between_characters() -> None:
    payload = close_payload(1008, "ö" * 100)
    assert len(payload) == 124
    assert payload[2:].decode() == "ö" * 61


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_both_ways_to_mask_agree_and_undo_themselves(data: bytes, key: bytes) -> None:
    assert framing.xored(data, key) == framing.masked(data, key)
    assert framing.xored(framing.xored(data, key), key) == data


def test_masking_keys_do_not_repeat_soon() -> None:
    keys = framing.MaskKeys()
    drawn = [keys.next() for _ in range(3000)]
    assert all(len(key) == 4 for key in drawn)
    assert len(set(drawn)) > 2990


messages = st.lists(
    st.one_of(
        st.tuples(st.just(TEXT), st.text(max_size=200).map(str.encode)),
        st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125)),
    ),
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(messages, st.booleans(), st.randoms(use_true_random=False))
def test_however_a_stream_is_chunked_the_same_messages_come_out(
    wanted: list[tuple[int, bytes]], client: bool, chance: random.Random
) -> None:
    stream = b"".join(frame(opcode, payload, client=client) for opcode, payload in wanted)
    decoder, found = Decoder(from_client=client, limit=LIMIT), []
    while stream:
        size = chance.randint(1, len(stream))
        decoder.receive(stream[:size])
        stream = stream[size:]
        while (one := decoder.next()) is not None:
            found.append(one)
    assert found == wanted
    assert decoder.idle


EVENTS = {TEXT: TextMessage, BINARY: BytesMessage, PING: Ping, PONG: Pong, CLOSE: CloseConnection}


@settings(max_examples=80, deadline=None)
@given(messages, st.booleans(), st.binary(min_size=4, max_size=4))
def test_wsproto_reads_what_we_write(
    wanted: list[tuple[int, bytes]], client: bool, key: bytes
) -> None:
    oracle = Oracle(ConnectionType.SERVER if client else ConnectionType.CLIENT)
    for opcode, payload in wanted:
        oracle.receive_data(encoded(opcode, payload, key if client else b""))
        (event,) = oracle.events()
        assert isinstance(event, EVENTS[opcode])
        data = event.data if isinstance(event, TextMessage) else bytes(event.payload)
        assert (data.encode() if isinstance(data, str) else data) == payload


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=5), st.booleans(), st.booleans())
def test_we_read_what_wsproto_writes(texts: list[str], client: bool, split: bool) -> None:
    oracle = Oracle(ConnectionType.CLIENT if client else ConnectionType.SERVER)
    stream = b""
    for text in texts:
        if split:
            stream += oracle.send(TextMessage(data=text[:7], message_finished=False))
            text_end = text[7:]
        else:
            text_end = text
        stream += oracle.send(TextMessage(data=text_end))
    assert read(stream, client=client) == [(TEXT, text.encode()) for text in texts]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80), st.booleans())
def test_whatever_bytes_come_nothing_but_a_framing_error_is_raised(
    data: bytes, client: bool
) -> None:
    whole_text(data, client, LIMIT)
    with suppress(FramingError):
        for opcode, payload in read(data, client=client):
            if opcode == CLOSE:
                close_code(payload)


def test_a_bare_pong_is_known_and_nothing_else_is_taken_for_one() -> None:
    assert is_bare_pong(encoded(PONG, b""), from_client=False)
    assert is_bare_pong(encoded(PONG, b"", KEY), from_client=True)
    for data in (
        encoded(PONG, b"x"), encoded(PING, b""), encoded(PONG, b"") * 2, encoded(TEXT, b""),
        b"\x8a", b"\x0a\x00", b"\xca\x00",
    ):  # fmt: skip
        assert not is_bare_pong(data, from_client=False)
    assert not is_bare_pong(encoded(PONG, b""), from_client=True), "a client masks"
    assert not is_bare_pong(encoded(PONG, b"", KEY), from_client=False), "a server does not"
    assert not is_bare_pong(encoded(PONG, b"x", KEY), from_client=True)
