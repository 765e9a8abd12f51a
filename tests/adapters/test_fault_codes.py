"""Every way to break a payload has its code, in every field of every request (18.1)."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec
import pytest

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.translation import lenient
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from tests import schema_oracle
from tests.schema_oracle import Schema

Fault = tuple[str, Any, str]  # where, the payload, the code in 2.0.1's spelling
Put = Callable[[Any], Any]  # the whole payload with this value in place
REQUESTS = [("1.6", a) for a in v16.ACTIONS.values()] + [
    ("2.0.1", a) for a in v201.ACTIONS.values()
]
# StopTransaction, which has the same elements, allows an empty one; then so does MeterValues here.
EMPTY_ALLOWED = {("1.6", ".meterValue"), ("1.6", ".meterValue.sampledValue")}
CUT = {"vendorName", "techInfo", "meterType", "meterSerialNumber", "chargeBoxSerialNumber"}


def whole(schema: Schema, root: Schema, name: str = "") -> Any:
    """A payload with every field that there may be; customData is free and left out."""
    schema = schema_oracle._resolved(schema, root)
    if schema.get("type") == "object":
        fields = schema.get("properties", {}).items()
        return {f: whole(part, root, f) for f, part in fields if f != "customData"}
    if schema.get("type") == "array":
        return [whole(schema["items"], root, name)]
    return schema_oracle._chance(schema, root, Random(1), {}, name)


def faults(schema: Schema, root: Schema, value: Any, put: Put, where: str) -> Iterator[Fault]:
    """The payload with one thing wrong, for each thing that can be."""
    schema = schema_oracle._resolved(schema, root)
    kind = schema.get("type")
    if kind == "object":
        yield from _faults_of_object(schema, root, value, put, where)
    elif kind == "array":
        yield from _faults_of_array(schema, root, value, put, where)
    elif kind == "string":
        yield where, put(["text"]), "TypeConstraintViolation"
        yield where, put(True), "TypeConstraintViolation"
        if "enum" in schema:
            yield where, put("Nonsense"), "PropertyConstraintViolation"
        elif "maxLength" in schema:
            yield where, put("x" * (schema["maxLength"] + 1)), "PropertyConstraintViolation"
    elif kind in ("integer", "number"):
        yield where, put("many"), "TypeConstraintViolation"
        yield where, put(True), "TypeConstraintViolation"
        if "minimum" in schema:
            yield where, put(int(schema["minimum"]) - 1), "PropertyConstraintViolation"
        if "maximum" in schema:
            yield where, put(int(schema["maximum"]) + 1), "PropertyConstraintViolation"
        if kind == "integer":
            yield where, put(1.5), "TypeConstraintViolation"
    elif kind == "boolean":
        yield where, put("true"), "TypeConstraintViolation"


def _faults_of_object(
    schema: Schema, root: Schema, value: dict[str, Any], put: Put, where: str
) -> Iterator[Fault]:
    yield where, put(value | {"colour": "red"}), "FormatViolation"
    if where:  # the payload as a whole is no object: another kind of fault, tested elsewhere
        yield where, put("text"), "TypeConstraintViolation"
    for field in schema.get("required", ()):
        rest = {name: inner for name, inner in value.items() if name != field}
        yield f"{where}.{field}", put(rest), "ProtocolError"
        yield f"{where}.{field}", put(rest | {field: None}), "ProtocolError"
    for field, part in schema.get("properties", {}).items():
        if field in value:

            def within(inner: Any, field: str = field) -> Any:
                return put(value | {field: inner})

            yield from faults(part, root, value[field], within, f"{where}.{field}")


def _faults_of_array(
    schema: Schema, root: Schema, value: list[Any], put: Put, where: str
) -> Iterator[Fault]:
    yield where, put("text"), "TypeConstraintViolation"
    if schema.get("minItems"):
        yield where, put([]), "OccurrenceConstraintViolation"
    if "maxItems" in schema:
        yield where, put(value * (schema["maxItems"] + 1)), "OccurrenceConstraintViolation"
    yield from faults(schema["items"], root, value[0], lambda inner: put([inner]), where)


@pytest.mark.parametrize(("version", "action"), REQUESTS, ids=lambda v: getattr(v, "name", v))
def test_every_fault_of_every_field_has_its_code(version: str, action: Any) -> None:
    schema = schema_oracle.schemas(version)[f"{action.name}Request"]
    payload = whole(schema, schema)
    memory = Memory("CS-1", Options(), {}, 0.0)
    lenient.request(msgspec.Raw(schema_oracle.encode(payload)), action.request, memory)
    wrong = []
    for where, faulty, code in faults(schema, schema, payload, lambda value: value, ""):
        if where.rpartition(".")[2] in CUT and code == "PropertyConstraintViolation":
            continue  # cut off, where the other version has less room anyway
        if (version, where) in EMPTY_ALLOWED and code == "OccurrenceConstraintViolation":
            continue
        try:
            lenient.request(msgspec.Raw(schema_oracle.encode(faulty)), action.request, memory)
        except PayloadError as error:
            if error.code != code:
                wrong.append((where, error.code, error.reason, code))
        else:
            wrong.append((where, "taken", faulty, code))
    assert not wrong
