"""Times, numbers and names that both versions must understand alike."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.errors import PayloadError
from adapters.translation.scalars import (
    alias,
    counted_ids,
    is_bogus,
    moment,
    number,
    random_ids,
    rfc3339,
    seconds,
    shortest,
    utc,
    whole,
)

NOW = seconds("2025-03-01T10:00:00Z")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2025-03-01T10:00:00Z", "2025-03-01T10:00:00Z"),
        ("2025-03-01T10:00:00", "2025-03-01T10:00:00Z"),  # no zone: UTC
        ("2025-03-01T12:00:00+02:00", "2025-03-01T10:00:00Z"),
        ("2025-03-01T00:30:00.5+01:00", "2025-02-28T23:30:00.5Z"),
        ("2025-03-01T10:00:00.120Z", "2025-03-01T10:00:00.120Z"),
        ("2025-03-01T10:00:00.123456789Z", "2025-03-01T10:00:00.123Z"),
        ("2025-03-01T10:00:00.9999Z", "2025-03-01T10:00:00.999Z"),
        ("0999-03-01T10:00:00.5Z", "0999-03-01T10:00:00.5Z"),
        ("2025-03-01t10:00:00.5z", "2025-03-01T10:00:00.5Z"),  # RFC 3339 5.6
        ("2025-03-01T10:00:00,25Z", "2025-03-01T10:00:00.25Z"),  # as ISO 8601 has it
        ("2025-03-01T11:00:00,25+01:00", "2025-03-01T10:00:00.25Z"),
        ("2025-W09-6T10:00:00Z", "2025-03-01T10:00:00Z"),
        ("2025-03-01T10:00:00.Z", "2025-03-01T10:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),  # a leap second is the next one
        ("2017-01-01T00:59:60.25+01:00", "2017-01-01T00:00:00.25Z"),
    ],
)
def test_a_time_is_told_in_utc_with_its_digits(said: str, meant: str) -> None:
    assert utc(said) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1",
        "2025-13-01T10:00:00Z",
        "2025-03-01 25:00",
        "x" * 9999,
        "2025-03-01T10:60:60Z",
        "2025-03-01T10:00:61Z",
        "9999-12-31T23:59:60Z",
    ],
)
def test_what_is_no_time_is_refused_in_a_few_words(text: str) -> None:
    with pytest.raises(PayloadError) as caught:
        utc(text)
    assert caught.value.code == "PropertyConstraintViolation"
    assert len(caught.value.reason) < 100


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_at_the_edge_of_the_calendar_is_refused_not_fatal(text: str) -> None:
    with pytest.raises(PayloadError):
        utc(text)


def test_a_clock_before_2020_or_a_day_ahead_tells_nothing() -> None:
    assert is_bogus("1970-01-01T00:00:00Z", NOW)
    assert is_bogus("2019-12-31T23:59:59Z", NOW)
    assert is_bogus("2025-03-02T10:00:01Z", NOW)
    assert not is_bogus("2020-01-01T00:00:00Z", NOW)
    assert not is_bogus("2025-03-02T10:00:00Z", NOW)


def test_our_clock_is_told_to_the_second() -> None:
    assert rfc3339(NOW + 0.9) == "2025-03-01T10:00:00Z"
    assert moment(rfc3339(NOW)).timestamp() == NOW


@pytest.mark.parametrize("text", ["", "x", "NaN", "-Infinity", "1e999", "1e-99", "0x10", "1,5"])
def test_what_no_meter_shows_is_no_number(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.10", "1.1"), ("1E+3", "1000"), ("1E-7", "0.0000001"), ("-0.0", "0"), ("100", "100")],
)
def test_a_number_is_told_in_its_shortest_form_without_exponent(value: str, text: str) -> None:
    assert shortest(Decimal(value)) == text


@example("16.0")
@example("0.00")
@example("-0.0")
@example("1" + "0" * 30)
@example("1" + "0" * 19 + ".0")
@given(st.from_regex(r"[+-]?[0-9]{1,24}(?:\.[0-9]{0,20})?", fullmatch=True))
def test_what_a_meter_shows_keeps_its_value_and_gets_its_shortest_text(text: str) -> None:
    assert str(number(text)) == shortest(Decimal(text))


def test_halves_of_a_watt_hour_go_to_the_even_one() -> None:
    assert [whole(Decimal(text)) for text in ("0.5", "1.5", "2.5", "-0.5", "2.51")] == [
        *(0, 2, 2, 0, 3)
    ]


def test_an_alias_is_twenty_hexadecimal_digits_that_depend_on_the_type_and_not_on_the_case() -> (
    None
):
    ours = alias("eMAID", "DE-ABC-C12345678-9")
    assert ours == alias("eMAID", "de-abc-c12345678-9")
    assert ours != alias("Central", "DE-ABC-C12345678-9")
    assert len(ours) == 20
    assert set(ours) <= set("0123456789ABCDEF")


def test_message_ids_fit_the_standard_and_differ() -> None:
    ids = random_ids()
    found = [next(ids) for _ in range(1000)]
    assert len(set(found)) == 1000
    assert {len(each) for each in found} == {36}
    assert next(random_ids()) not in found
    assert next(counted_ids()) == "gw-1"
