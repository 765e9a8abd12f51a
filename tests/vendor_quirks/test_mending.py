"""Mending holds on whatever JSON or text it is given."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vendor_quirks.every_repair import EVERY
from vendor_quirks.compiled import DIRECTIONS
from vendor_quirks.mending import copied, mend_envelope
from vendor_quirks.quirk import Nameplate, Repair
from vendor_quirks.registry import QUIRKS, mend, mend_text, repairs_for
from vendor_quirks.repairs.fields import Each, Replace, SetTo
from vendor_quirks.situation import Connector, Situation, Transaction

PLACES = "csChargingProfiles chargingProfile stackLevel chargePointVendor meterValue sampledValue"
SAID = "transactionData transactionId connectorId idTag key configurationKey timestamp unit phase"
MORE = "measurand unknownKey meterStop limit format signedMeterValue signedMeterData value x"
FIELDS = [*PLACES.split(), *SAID.split(), *MORE.split()]
WORDS = (
    "|1970-01-01T00:00:00Z|2026-01-01T9:00:00|kWh|Wh|L1-N| 0.5|1.25|1e400|true|SignedData|Raw"
    "|Huawei|Current.Import.L1|Energy.Active.Import.Register|HeartbeatInterval"
)
NUMBERS = [-1, 0, 3, 77, 2**63, Decimal("1.10")]
VALUES = [*WORDS.split("|"), *NUMBERS, False, True, None]

JSON = st.recursive(
    st.sampled_from(VALUES) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=20,
)
OBJECT = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4)
SAMPLE = st.fixed_dictionaries(
    {"value": st.sampled_from(["1", "", 2])},
    optional={
        "unit": st.sampled_from(["kWh", "Wh", "C", ""]),
        "measurand": JSON,
        "phase": JSON,
        "format": st.sampled_from(["Raw", "SignedData"]),
        "signedMeterValue": OBJECT,
    },
)
METER = st.lists(st.fixed_dictionaries({"sampledValue": st.lists(SAMPLE | OBJECT, max_size=3)}))
PROFILE = st.fixed_dictionaries({"stackLevel": st.integers() | JSON})
PAYLOADS = OBJECT | st.fixed_dictionaries(
    {},
    optional={
        "meterValue": METER,
        "csChargingProfiles": PROFILE,
        "chargingProfile": PROFILE,
        "chargePointVendor": JSON,
        "stackLevel": JSON,
        "transactionData": METER,
        "transactionId": JSON,
        "connectorId": st.sampled_from([0, 1, 2]) | JSON,
        "idTag": JSON,
        "key": JSON,
        "value": JSON,
        "timestamp": JSON,
        "configurationKey": st.lists(OBJECT, max_size=3),
    },
)

TABLES = [getattr(quirk, direction) for quirk in QUIRKS for direction in DIRECTIONS]
OURS = [repair for table in TABLES for repairs in table.values() for repair in repairs]
# The worst that a quirk could do to meter values: signed ones must be safe from it.
SAMPLES: list[Repair] = [
    Each("meterValue.sampledValue", SetTo("value", "9")),
    Each("meterValue.sampledValue", Replace("format", {"Raw": "Text"})),
    Each("meterValue.sampledValue.signedMeterValue", SetTo("signedMeterData", "")),
    Each("meterValue.signedMeterValue.x", SetTo("value", "")),
]
REPAIRS: list[tuple[str, Repair]] = [
    (f"number {number}", repair) for number, repair in enumerate([*OURS, *SAMPLES, *EVERY])
]
TEXTS = [("text", repair) for quirk in QUIRKS for repair in quirk.raw_text]

FRAGMENTS = st.sampled_from(
    ['"transactionId"', '"configurationKey"', '"', "\\", *"[]{},: \n1é", '"[,"', '"\\":,"']
)
TEXT = st.lists(FRAGMENTS, max_size=30).map("".join).map(str.encode)


def known() -> Situation:
    """A station with a transaction on connector 1, and some configuration."""
    running = Transaction(1, 77, "04A1", 1000, "2026-01-01T11:00:00Z")
    return Situation(
        now=1_767_268_800.0,
        settings={"tag": "FREE", "tags": {"x": "y"}, "zone": 2},
        connectors={1: Connector(status={"status": "Charging"}, transaction=running)},
        keys={"heartbeatinterval": ("HeartBeatInterval", "300")},
    )


quiet = settings(derandomize=True, deadline=None, max_examples=100)


def objects(value: Any) -> list[dict[str, Any]]:
    each = value if isinstance(value, list) else [value]
    return [one for one in each if isinstance(one, dict)]


def signed(payload: dict[str, Any]) -> list[Any]:
    """What of the samples a signature covers: 1.6 has it in the value, 2.0.1 beside it."""
    meters = [*objects(payload.get("meterValue")), *objects(payload.get("transactionData"))]
    samples = [sample for meter in meters for sample in objects(meter.get("sampledValue"))]
    blocks = [sample for sample in samples if sample.get("format") == "SignedData"]
    beside = [sample["signedMeterValue"] for sample in samples if "signedMeterValue" in sample]
    return deepcopy(blocks + beside)


@given(payload=PAYLOADS)
@quiet
def test_a_repair_counts_what_it_changes_and_has_nothing_left_to_do(
    payload: dict[str, Any],
) -> None:
    for pair in REPAIRS:
        mended = copied(payload)
        done = mend((pair,), mended, known())
        assert all(changes > 0 for _, changes in done)
        assert bool(done) == (repr(mended) != repr(payload))
        assert mend((pair,), mended, known()) == []


@given(payload=PAYLOADS)
@quiet
def test_signed_values_are_never_altered(payload: dict[str, Any]) -> None:
    before = signed(payload)
    mend(tuple(REPAIRS), payload, known())
    assert signed(payload) == before


def test_a_signed_sample_stays_while_its_neighbour_is_mended() -> None:
    sealed = {"value": "OCMF|{}|{}", "format": "SignedData"}
    payload = {"meterValue": [{"sampledValue": [sealed.copy(), {"value": "1"}]}]}
    assert mend((("set", SAMPLES[0]),), payload) == [("set", 1)]
    assert payload["meterValue"][0]["sampledValue"] == [sealed, {"value": "9"}]


@given(vendor=st.text(max_size=8), model=st.text(max_size=8), firmware=st.text(max_size=8))
@quiet
def test_an_unknown_vendor_is_never_touched(vendor: str, model: str, firmware: str) -> None:
    for version in ("1.6", "2.0.1"):
        nameplate = Nameplate("CS-1", version, f"_{vendor}", f"_{model}", "", firmware)
        assert repairs_for(nameplate).names == ()


@given(value=JSON)
@quiet
def test_text_that_is_json_has_nothing_to_respell(value: Any) -> None:
    for text in (msgspec.json.encode(value), msgspec.json.format(msgspec.json.encode(value))):
        assert mend_text(tuple(TEXTS), text) == (text, [])


@given(texts=st.lists(TEXT.map(lambda text: text.decode()), max_size=4))
@quiet
def test_nothing_is_respelled_inside_a_string(texts: list[str]) -> None:
    text = msgspec.json.encode(texts)
    assert mend_text(tuple(TEXTS), text) == (text, [])


@given(text=TEXT | st.binary(max_size=40))
@quiet
def test_respelling_never_raises_and_only_ever_tells_of_a_change(text: bytes) -> None:
    mended, done = mend_text(tuple(TEXTS), text)
    assert bool(done) == (mended != text)
    assert all(changes == 1 for _, changes in done)


@given(frame=st.lists(JSON, max_size=6) | st.tuples(st.integers(0, 5), JSON, JSON, JSON).map(list))
@quiet
def test_an_envelope_is_mended_once_or_left_as_it_is(frame: list[Any]) -> None:
    for quirk in QUIRKS:
        for repair in quirk.envelope:
            mended = deepcopy(frame)
            done = mend_envelope((("it", repair),), mended, "7")
            assert done in ([], [("it", 1)])
            assert bool(done) == (repr(mended) != repr(frame))
            assert mend_envelope((("it", repair),), mended, "7") == []


@pytest.mark.parametrize(
    "piece",
    [b'\\"', b'"', b"[", b",", b"[,", b" ", b'"transactionId"', b'"transactionId":', b", ", b"\\"],
)
@pytest.mark.parametrize("front", [b"", b'"', b"[", b",", b'"transactionId"'])
def test_hostile_text_costs_time_in_proportion(front: bytes, piece: bytes) -> None:
    # What took the square of this length would run for minutes.
    text = front + piece * (300_000 // len(piece))
    mended, _ = mend_text(tuple(TEXTS), text)
    assert len(mended) <= len(text)


def half_done(payload: dict[str, Any], known: Situation) -> int:
    payload["meterValue"][0]["value"] = "spoiled"
    payload["added"] = 1
    raise KeyError("absent")


def test_a_repair_that_raises_is_told_and_leaves_no_trace() -> None:
    payload: dict[str, Any] = {"meterValue": [{"value": Decimal("1.10")}], "stackLevel": 3}
    pairs = (
        ("before", SetTo("stackLevel", 0)),
        ("ours", half_done),
        ("after", Each("meterValue", SetTo("value", "2"))),
    )
    done = mend(pairs[:2], payload)
    assert done == [("before", 1), ("ours", -1)]
    assert payload == {"meterValue": [{"value": Decimal("1.10")}], "stackLevel": 0}
    assert isinstance(payload["meterValue"][0]["value"], Decimal)
    assert mend(pairs[1:], payload) == [("ours", -1), ("after", 1)]


def test_a_text_repair_that_raises_is_told_and_the_next_one_goes_on() -> None:
    def broken(text: bytes) -> bytes:
        raise ValueError(text)

    text, done = mend_text((("ours", broken), ("next", lambda text: text + b"]")), b"[")
    assert (text, done) == (b"[]", [("ours", -1), ("next", 1)])


def test_the_deepest_payload_that_parses_is_left_alone_not_fatal() -> None:
    for depth in range(900, 1000, 5):
        try:
            payload = msgspec.json.decode(b'{"a":' * depth + b"1" + b"}" * depth)
        except RecursionError:
            break
        assert mend((("set", SetTo("stackLevel", 0)),), payload) == []
