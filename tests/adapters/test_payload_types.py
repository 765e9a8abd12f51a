"""Every payload type against the schema it stands for, all the way down, in both versions."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, get_args

import msgspec
import msgspec.inspect as look
import ocpp  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import payload, v16, v201

Message: TypeAlias = type[payload.Payload]

# Where a type takes more than one of its schemas does, with the reason at the type itself.
UNITS_16 = frozenset(get_args(v16.UnitOfMeasure))
WIDER = {
    (v16.StopTransactionRequest, "unit"): ("one of", UNITS_16),
    (v16.MeterValuesRequest, "meterValue"): ("array", 0, None),
    (v16.MeterValuesRequest, "sampledValue"): ("array", 0, None),
}
FREE = ("free object",)  # customData: vendorId and whatever the vendor likes


def schemas(version: str) -> dict[str, dict[str, Any]]:
    """The schemas of one version by message name, as the OCA published them."""
    folder = Path(ocpp.__file__).parent / version / "schemas"
    found = {}
    for path in sorted(folder.glob("*.json")):
        name = path.stem if path.stem.endswith(("Request", "Response")) else path.stem + "Request"
        found[name] = msgspec.json.decode(path.read_text("utf-8-sig"))
    return found


SCHEMAS = {v16: schemas("v16"), v201: schemas("v201")}
MESSAGES = [
    pytest.param(schema, getattr(version, name), id=f"{version.__name__[9:]}-{name}")
    for version, of_version in SCHEMAS.items()
    for name, schema in of_version.items()
]


def resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = root["definitions"][schema["$ref"].rpartition("/")[2]]
    return found


def shape_of_schema(
    schema: dict[str, Any], root: dict[str, Any], message: Message, name: str = ""
) -> Any:
    """What a schema allows, in the words of `shape_of_type`."""
    schema = resolved(schema, root)
    shape = schema_shape(schema, root, message)
    wider = WIDER.get((message, name))
    if wider and wider[0] == "array":
        return (*wider, shape[3])
    return wider or shape


def schema_shape(schema: dict[str, Any], root: dict[str, Any], message: Message) -> Any:
    if schema.get("javaType") == "CustomData":
        return FREE
    if "enum" in schema:
        return ("one of", frozenset(schema["enum"]))
    match schema.get("type"):
        case "object":
            required = schema.get("required", [])
            return {
                name: (name in required, shape_of_schema(part, root, message, name))
                for name, part in schema.get("properties", {}).items()
            } | closed(schema.get("additionalProperties") is False)
        case "array":
            item = shape_of_schema(schema["items"], root, message)
            return ("array", schema.get("minItems", 0), schema.get("maxItems"), item)
        case "string":
            return ("string", schema.get("maxLength"))
        case "integer":
            return ("integer", schema.get("minimum"), schema.get("maximum"))
        case "number" | "boolean" | None as kind:
            return (kind or "anything",)
    raise AssertionError(schema)


def closed(is_closed: bool) -> dict[str, Any]:
    return {"<closed>": is_closed}


def shape_of_type(kind: look.Type) -> Any:
    """What msgspec will take for a type, as comparable data."""
    match kind:
        case look.StructType():
            return {
                field.encode_name: (field.required, shape_of_field(field)) for field in kind.fields
            } | closed(kind.forbid_unknown_fields)
        case look.ListType():
            item = shape_of_type(kind.item_type)
            return ("array", kind.min_length or 0, kind.max_length, item)
        case look.LiteralType():
            return ("one of", frozenset(kind.values))
        case look.StrType():
            return ("string", kind.max_length)
        case look.IntType():
            return ("integer", kind.ge, kind.le)
        case look.DecimalType():
            return ("number",)
        case look.BoolType():
            return ("boolean",)
        case look.AnyType():
            return ("anything",)
        case look.DictType():
            return FREE
    raise AssertionError(kind)


def shape_of_field(field: look.Field) -> Any:
    """A field's shape without the None that says "absent"; that is the default, always."""
    if field.required or isinstance(field.type, look.AnyType):
        return shape_of_type(field.type)
    assert isinstance(field.type, look.UnionType)
    assert field.default is None
    (kind,) = (part for part in field.type.types if not isinstance(part, look.NoneType))
    return shape_of_type(kind)


@pytest.mark.parametrize(("schema", "message"), MESSAGES)
def test_a_type_allows_what_its_schema_allows(schema: dict[str, Any], message: Message) -> None:
    expected = shape_of_schema(schema, schema, message)
    assert shape_of_type(look.type_info(message)) == expected


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from parts(part)


def test_steps_of_a_tenth_are_the_only_rule_left_to_the_translation() -> None:
    known = {"type", "properties", "required", "additionalProperties", "enum", "items", "$ref"}
    known |= {"maxLength", "minItems", "maxItems", "minimum", "maximum", "format"}
    silent = {"$schema", "$id", "id", "title", "description", "comment", "javaType", "default"}
    silent |= {"definitions", "additionalItems"}  # the latter says nothing next to one item schema
    left = set()
    for of_version in SCHEMAS.values():
        for schema in of_version.values():
            for part in parts(schema):
                if "type" in part and isinstance(part["type"], str):
                    left |= {(key, part[key]) for key in part.keys() - known - silent}
    assert left == {("multipleOf", 0.1)}


def structs_below(kind: look.Type) -> set[type]:
    match kind:
        case look.StructType():
            return {kind.cls}.union(*(structs_below(field.type) for field in kind.fields))
        case look.ListType():
            return structs_below(kind.item_type)
        case look.UnionType():
            return set[type]().union(*map(structs_below, kind.types))
    return set()


@pytest.mark.parametrize(
    ("version", "base"), [(v16, v16.Payload16), (v201, v201.Payload201)], ids=["v16", "v201"]
)
def test_every_type_is_part_of_a_message(version: Any, base: type) -> None:
    messages = [kind for row in version.ACTIONS.values() for kind in (row.request, row.response)]
    reached = set[type]().union(*(structs_below(look.type_info(kind)) for kind in messages))
    assert reached == set(base.__subclasses__())
    assert all(getattr(version, kind.__name__) is kind for kind in reached)


@pytest.mark.parametrize(("version", "name"), [(v16, "1.6"), (v201, "2.0.1")], ids=["v16", "v201"])
def test_the_table_has_every_action_and_a_message_knows_its_own(version: Any, name: str) -> None:
    assert set(version.ACTIONS) == {key.removesuffix("Request") for key in SCHEMAS[version]} - {
        key for key in SCHEMAS[version] if key.endswith("Response")
    }
    for action, row in version.ACTIONS.items():
        assert row.name == row.request.action == row.response.action == action
        assert row.request.version == row.response.version == name
        assert row.request.__name__ == action + "Request"
        assert row.response.__name__ == action + "Response"
        assert (row.sender == "both") == (action == "DataTransfer")


def test_a_datatype_has_no_action() -> None:
    assert v201.IdTokenInfo.action == v16.IdTagInfo.action == ""


TEXT = st.text(max_size=6)
NUMBERS = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=1)
ANYTHING = st.recursive(
    st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=3,
)
CUSTOM_DATA = st.builds(
    lambda free, vendor: free | {"vendorId": vendor},
    st.dictionaries(TEXT, ANYTHING, max_size=2),
    TEXT,
)


def payloads(schema: dict[str, Any], root: dict[str, Any]) -> st.SearchStrategy[Any]:
    """JSON values that a schema allows."""
    schema = resolved(schema, root)
    if schema.get("javaType") == "CustomData":
        return CUSTOM_DATA
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object":
            return objects(schema, root)
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(payloads(schema["items"], root), min_size=least, max_size=least + 1)
        case "string":
            longest = schema.get("maxLength", 6)
            return TEXT | st.just("ü" * longest)
        case "integer":
            return st.integers(schema.get("minimum", -(2**40)), schema.get("maximum", 2**40))
        case "number":
            return NUMBERS
        case "boolean":
            return st.booleans()
    return ANYTHING


def objects(schema: dict[str, Any], root: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: payloads(part, root) for name, part in schema.get("properties", {}).items()}
    required = {name: fields.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional=fields)


@cache
def of_message(version: Any, name: str) -> st.SearchStrategy[Any]:
    schema = SCHEMAS[version][name]
    return payloads(schema, schema)


def canonical(text: bytes) -> bytes:
    """JSON with its keys in order and each number as it was written."""
    value = msgspec.json.Decoder(float_hook=Decimal).decode(text)
    return msgspec.json.encode(value, order="sorted")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        pytest.param(version, name, id=f"{version.__name__[9:]}-{name}")
        for version, of_version in SCHEMAS.items()
        for name in of_version
    ],
)
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_what_the_schema_allows_is_read_and_written_back(
    version: Any, name: str, data: st.DataObject
) -> None:
    text = payload.encode(data.draw(of_message(version, name)))
    read = payload.decoder(getattr(version, name)).decode(text)
    assert canonical(payload.encode(read)) == canonical(text)


def test_numbers_keep_the_digits_they_came_with() -> None:
    text = b'{"totalCost":1.10,"transactionId":"7","customData":{"vendorId":"x","vat":0.190}}'
    assert payload.encode(payload.decoder(v201.CostUpdatedRequest).decode(text)) == text


@pytest.mark.parametrize("value", [b'"NaN"', b'"-Infinity"', b'"sNaN"', b"1e999999999", b"1e-99"])
def test_a_number_that_no_meter_shows_is_refused(value: bytes) -> None:
    text = b'{"evseId":1,"meterValue":[{"timestamp":"","sampledValue":[{"value":%b}]}]}' % value
    with pytest.raises(msgspec.ValidationError, match=r"powers of ten.*meterValue\[0\]"):
        payload.decoder(v201.MeterValuesRequest).decode(text)


@pytest.mark.parametrize("value", [b"1e999999999", b"-1e-99", b"1e99999999999999999999999999"])
def test_such_a_number_is_refused_in_free_content_too(value: bytes) -> None:
    text = b'{"vendorId":"x","data":[%b]}' % value
    with pytest.raises(msgspec.ValidationError, match="plausible"):
        payload.decoder(v201.DataTransferRequest).decode(text)


def decimals_of(kind: type) -> list[str]:
    """The fields of a struct that are numbers, by themselves and not deeper down."""
    return [
        field.name
        for field in msgspec.structs.fields(kind)
        if field.type is Decimal or Decimal in get_args(field.type)
    ]


def held(made: Any) -> None:
    """A sample is looked at by the MeterValue that holds it, for speed."""
    if isinstance(made, v201.SampledValue):
        v201.MeterValue(sampled_value=[made], timestamp="2026-01-01T00:00:00Z")


def test_every_decimal_is_bounded() -> None:
    kinds: list[Any] = [*v16.Payload16.__subclasses__(), *v201.Payload201.__subclasses__()]
    for kind in kinds:
        needed = {field.name: None for field in msgspec.structs.fields(kind) if field.required}
        for name in decimals_of(kind):
            with pytest.raises(ValueError, match="powers of ten"):
                held(kind(**needed | {name: Decimal("1e41")}))
    assert sum(len(decimals_of(kind)) for kind in kinds) == 12


def test_a_null_property_is_an_absent_one() -> None:
    text = b'{"vendorId":"x","messageId":null,"data":null}'
    for kind in (v16.DataTransferRequest, v201.DataTransferRequest):
        assert payload.encode(payload.decoder(kind).decode(text)) == b'{"vendorId":"x"}'


def test_the_property_named_action_does_not_hide_the_action() -> None:
    request = v201.Get15118EVCertificateRequest("urn:iso", "Install", "gJkA")
    assert request.action == "Get15118EVCertificate"
    assert msgspec.json.decode(payload.encode(request))["action"] == "Install"


def test_a_decoder_is_made_once() -> None:
    assert payload.decoder(v16.IdTagInfo) is payload.decoder(v16.IdTagInfo)
