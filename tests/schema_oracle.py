"""The OCA's own schemas, from the `ocpp` package: what may be said, and chance messages by them."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import jsonschema
import msgspec
import ocpp

Schema: TypeAlias = dict[str, Any]
Hints: TypeAlias = Mapping[str, Callable[[Random], Any]]  # by field name: a likely value

FOLDERS = {"1.6": "v16", "2.0.1": "v201"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
decode = msgspec.json.Decoder(float_hook=Decimal).decode
encode = msgspec.json.Encoder(decimal_format="number").encode

# What no field of OCPP wants, or only one of another kind.
UNLIKELY: list[Any] = [None, "", "x" * 3000, "NaN", "1", "+-5", "9" * 5000, "\u0000"]
UNLIKELY += [True, [], {}, ["a"], -1, 2**63, 10**60]
UNLIKELY += [Decimal("1.10"), Decimal("1e30"), Decimal("1e-30")]

_formats = jsonschema.FormatChecker(formats=())


@_formats.checks("date-time")
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or RFC3339.fullmatch(value) is not None


@cache
def schemas(version: str) -> dict[str, Schema]:
    """Every message of a version: `HeartbeatRequest`, `HeartbeatResponse`, ..."""
    folder = Path(ocpp.__file__).parent / FOLDERS[version] / "schemas"
    found = {}
    for path in sorted(folder.glob("*.json")):
        name = path.stem if path.stem.endswith(("Request", "Response")) else f"{path.stem}Request"
        found[name] = decode(path.read_text("utf-8-sig"))
    return found


@cache
def _validator(version: str, message: str) -> Any:
    schema = schemas(version)[message]
    return jsonschema.validators.validator_for(schema)(schema, format_checker=_formats)


def faults(version: str, message: str, payload: bytes) -> list[str]:
    """What is wrong with a payload by its schema."""
    return [
        f"{version} {message}: {'.'.join(map(str, error.path))}: {error.message[:120]}"
        for error in _validator(version, message).iter_errors(decode(payload))
    ]


def enum(version: str, message: str, *path: str) -> frozenset[str]:
    """The values that a field of a message may have."""
    root = schemas(version)[message]
    at = root
    for name in path:
        at = _resolved(at, root)
        at = _resolved(at["items"], root) if at.get("type") == "array" else at
        at = at["properties"][name]
    return frozenset(_resolved(at, root)["enum"])


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
    return found


def chance(version: str, message: str, rng: Random, hints: Hints) -> Any:
    """A payload that the schema allows, its optional fields there or not."""
    root = schemas(version)[message]
    return _chance(root, root, rng, hints, "")


def _chance(schema: Schema, root: Schema, rng: Random, hints: Hints, name: str) -> Any:
    schema = _resolved(schema, root)
    if "enum" in schema:
        values = schema["enum"]
        return "Accepted" if "Accepted" in values and rng.random() < 0.7 else rng.choice(values)
    kind = schema.get("type")
    if (hint := hints.get(f"{name}:{kind}") or hints.get(name)) and kind not in ("object", "array"):
        return hint(rng)
    match kind:
        case "object":
            return {
                field: _chance(part, root, rng, hints, field)
                for field, part in schema.get("properties", {}).items()
                if field in schema.get("required", ())
                or (field != "customData" and rng.random() < 0.4)
            }
        case "array":
            least = max(schema.get("minItems", 0), 0)
            count = min(least + rng.choice((0, 0, 1, 2)), schema.get("maxItems", 9)) or 1
            return [_chance(schema["items"], root, rng, hints, name) for _ in range(count)]
        case "string":
            return _text(schema, rng)
        case "integer":
            least = schema.get("minimum", rng.choice((-1, 0, 0, 0)))
            return rng.randint(int(least), int(schema.get("maximum", 40)))
        case "number":
            return Decimal(rng.randint(0, 99999)).scaleb(-rng.choice((0, 1, 1)))
        case "boolean":
            return rng.random() < 0.5
    return rng.choice(["text", 7, {"a": [1, None]}])


def _text(schema: Schema, rng: Random) -> str:
    if schema.get("format") == "date-time":
        return rng.choice(
            ["2025-03-01T10:00:00Z", "2030-01-01T00:00:00+01:00", "2025-03-01T00:00:00"]
        )
    if schema.get("format") == "uri":
        return "https://example.com/x"
    longest = min(schema.get("maxLength", 20), 60)
    return rng.choice(["a", "Ünit", "x" * longest, "7", "true"])[:longest]


def mutated(payload: Any, rng: Random) -> Any:
    """The same payload with one thing wrong, somewhere in it."""
    if isinstance(payload, dict) and payload and rng.random() < 0.6:
        field = rng.choice(sorted(payload))
        return payload | {field: mutated(payload[field], rng)}
    if isinstance(payload, list) and payload and rng.random() < 0.7:
        at = rng.randrange(len(payload))
        return [*payload[:at], mutated(payload[at], rng), *payload[at + 1 :]]
    if isinstance(payload, dict) and rng.random() < 0.6:
        return _without_or_with(payload, rng)
    return rng.choice(UNLIKELY)


def _without_or_with(payload: dict[str, Any], rng: Random) -> dict[str, Any]:
    if payload and rng.random() < 0.5:
        gone = rng.choice(sorted(payload))
        return {field: value for field, value in payload.items() if field != gone}
    return payload | {"colour": "red"}
