"""What the payloads of both versions share: base struct, bounded scalars, JSON in and out."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

import msgspec

from adapters.frame import Version

DateTime: TypeAlias = str  # kept as sent; only the translation asks what moment it means

String6: TypeAlias = Annotated[str, msgspec.Meta(max_length=6)]
String8: TypeAlias = Annotated[str, msgspec.Meta(max_length=8)]
String16: TypeAlias = Annotated[str, msgspec.Meta(max_length=16)]
String20: TypeAlias = Annotated[str, msgspec.Meta(max_length=20)]
String25: TypeAlias = Annotated[str, msgspec.Meta(max_length=25)]
String32: TypeAlias = Annotated[str, msgspec.Meta(max_length=32)]
String36: TypeAlias = Annotated[str, msgspec.Meta(max_length=36)]
String40: TypeAlias = Annotated[str, msgspec.Meta(max_length=40)]
String50: TypeAlias = Annotated[str, msgspec.Meta(max_length=50)]
String64: TypeAlias = Annotated[str, msgspec.Meta(max_length=64)]
String128: TypeAlias = Annotated[str, msgspec.Meta(max_length=128)]
String255: TypeAlias = Annotated[str, msgspec.Meta(max_length=255)]
String500: TypeAlias = Annotated[str, msgspec.Meta(max_length=500)]
String512: TypeAlias = Annotated[str, msgspec.Meta(max_length=512)]
String800: TypeAlias = Annotated[str, msgspec.Meta(max_length=800)]
String1000: TypeAlias = Annotated[str, msgspec.Meta(max_length=1000)]
String2500: TypeAlias = Annotated[str, msgspec.Meta(max_length=2500)]
String5500: TypeAlias = Annotated[str, msgspec.Meta(max_length=5500)]
String5600: TypeAlias = Annotated[str, msgspec.Meta(max_length=5600)]
String7500: TypeAlias = Annotated[str, msgspec.Meta(max_length=7500)]
String10000: TypeAlias = Annotated[str, msgspec.Meta(max_length=10000)]

NonNegative: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Percentage: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]

T = TypeVar("T")
OneOrMore: TypeAlias = Annotated[list[T], msgspec.Meta(min_length=1)]
OneToThree: TypeAlias = Annotated[list[T], msgspec.Meta(min_length=1, max_length=3)]
OneToFour: TypeAlias = Annotated[list[T], msgspec.Meta(min_length=1, max_length=4)]
OneTo1024: TypeAlias = Annotated[list[T], msgspec.Meta(min_length=1, max_length=1024)]


# gc=False: a payload is a frozen tree built from JSON, so it can be in no reference cycle.
class Payload(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
    gc=False,
):
    """A JSON object of OCPP. An absent property and a null one are both None, and are not sent."""

    action: ClassVar[str] = ""  # of a message: what its CALL is named; of a datatype: empty
    version: ClassVar[Version]

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        for ending in ("Request", "Response"):
            if cls.__name__.endswith(ending):
                cls.action = cls.__name__.removesuffix(ending)


Sender: TypeAlias = Literal["station", "csms", "both"]


class Action(msgspec.Struct, frozen=True):
    """One row of a version's message table: what is asked, what is answered, who may ask."""

    name: str
    request: type[Payload]
    response: type[Payload]
    sender: Sender


def actions(*rows: tuple[type[Payload], type[Payload], Sender]) -> dict[str, Action]:
    """A version's message table by action, from its requests, responses and senders."""
    return {row[0].action: Action(row[0].action, *row) for row in rows}


POWERS = 40  # of ten: no meter and no price comes near


def bounded(number: Decimal | None) -> None:
    """Refuse NaN, infinities and absurd powers of ten. Raises ValueError.

    msgspec reads the former from strings, and JSON cannot say them. The latter are a few bytes on
    the wire, and all memory once someone takes their int(): 1e999999999.
    """
    if number is None or (number.is_finite() and -POWERS <= number.adjusted() <= POWERS):
        return
    raise ValueError(f"Expected a number of at most {POWERS} powers of ten")


def exact(text: str) -> Decimal:
    """A number of free content, with its digits. Raises ValidationError."""
    try:
        number = Decimal(text)
        bounded(number)
    except (InvalidOperation, ValueError) as error:
        raise msgspec.ValidationError(f"Expected a plausible number, got {text[:40]}") from error
    return number


encode = msgspec.json.Encoder(decimal_format="number").encode

_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """The shared decoder of a payload type; in free content too, numbers keep their digits."""
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind, float_hook=exact)
    return _decoders[kind]
