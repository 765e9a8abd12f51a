"""Quirks of the operator's own are data, and what is wrong with them is told by its place."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from tests.toml_text import inline
from vendor_quirks.compiled import DIRECTIONS
from vendor_quirks.match import Nameplate
from vendor_quirks.mending import mend, mend_text
from vendor_quirks.primitives import Hook, Kind
from vendor_quirks.quirk import Quirk
from vendor_quirks.registry import QUIRKS, REGISTRY
from vendor_quirks.repairs.fields import Each, When
from vendor_quirks.situation import Situation
from vendor_quirks.user import PARTS, QuirkError, quirks_from

HEAD = """
[[quirk]]
name = "acme.everything"
version = "1.6"
match = [{ vendor = "Acme*" }, { identity = "ACME-*" }]
why = "It does all of this."
seen = "our own log"
"""
WHOLE = (
    HEAD
    + r"""
timing = { no_ping = true, min_gap = 0.5, coalesce = { SetChargingProfile = 5.0 } }

[[quirk.raw_text]]
do = "Respell"
pattern = '\[(?:\s*,)+'
replacement = "["

[[quirk.envelope]]
do = "NullPayload"

[[quirk.from_station]]
actions = ["BootNotification"]
do = "Truncate"
field = "chargePointModel"
length = 5

[[quirk.from_station]]
actions = ["MeterValues"]
path = "meterValue.sampledValue"
where = { measurand = ["$absent", "Energy.Active.Import.Register"] }
do = "UnitScale"
measurand = "Energy*"
unit = "kWh"
into = "Wh"
factor = 1000

[[quirk.to_station]]
actions = ["SetChargingProfile"]
path = "csChargingProfiles"
do = "Profile"
stack_level = 0
least = 6.5

[[quirk.command]]
do = "Substitute"
action = "ClearCache"
when = { "@transaction" = "$absent" }
sends = "Reset"
put = { type = "Soft" }

[[quirk.answer_here]]
do = "AnswerHere"
action = "DataTransfer"
when = { vendorId = ["Acme", "ACME"] }
response = { status = "Accepted" }
"""
)


def parsed(text: str) -> Any:
    return quirks_from(tomllib.loads(text))


def test_a_file_can_say_every_hook() -> None:
    (quirk,) = parsed(WHOLE)
    found = REGISTRY.with_more([quirk]).repairs_for(Nameplate("CS-1", "1.6", vendor="Acme AG"))
    assert found.names == ("acme.everything",)
    assert (found.pace.no_ping, found.pace.coalesce) == (True, {"SetChargingProfile": 5.0})
    assert mend_text(found.raw_text[-1:], b"[,1]") == (b"[1]", [("acme.everything", 1)])

    boot = {"chargePointModel": "Model 3000"}
    assert mend(found.from_station["BootNotification"], boot)
    assert boot == {"chargePointModel": "Model"}

    sample = {"value": "1.5", "unit": "kWh"}
    other = {"value": "1.5", "unit": "kWh", "measurand": "Energy.Active.Export.Register"}
    meters = {"meterValue": [{"sampledValue": [sample, other]}]}
    assert mend(found.from_station["MeterValues"], meters)
    assert (sample, other["unit"]) == ({"value": "1500", "unit": "Wh"}, "kWh")

    periods = [{"startPeriod": 0, "limit": Decimal("2.5")}]
    profile = {"stackLevel": 3, "chargingSchedule": {"chargingSchedulePeriod": periods}}
    assert mend(found.to_station["SetChargingProfile"], {"csChargingProfiles": profile})
    assert (profile["stackLevel"], periods[0]["limit"]) == (0, Decimal("6.5"))


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        (("name = ", "nmae = "), "quirk[0].nmae", "did you mean name?"),
        (("length = 5", "length = 'x'"), "quirk[0].from_station[0].length", "Expected `int`"),
        (("length = 5", "lenght = 5"), "quirk[0].from_station[0].lenght", "did you mean length?"),
        (('do = "Truncate"', 'do = "Shorten"'), "quirk[0].from_station[0].do", "Truncate"),
        (('actions = ["BootNotification"]', ""), "quirk[0].from_station", "actions"),
        (("no_ping = true", "no_ping = 3"), "quirk[0].timing.no_ping", "Expected `bool`"),
        (('vendor = "Acme*"', 'vendro = "Acme*"'), "quirk[0].match[0].vendro", "vendor"),
        (('"acme.everything"', '"Acme"'), "quirk[0]", "vendor.what-is-wrong"),
        (("match = [{", "match = []\n#"), "quirk[0]", "whose is it?"),
        (('why = "It does all of this."', 'why = ""'), "quirk[0]", "reason"),
        (("pattern = '", "pattern = '("), "quirk[0].raw_text[0].pattern", "regular expression"),
        (('"@transaction"', '"@tea"'), "quirk[0].command[0].when", "@transaction"),
        (('"Soft"', '"$@tea"'), "quirk[0].command[0].put", "@transaction"),
        (('"kWh"', "1"), "quirk[0].from_station[1].unit", "Expected `str`"),
        (("factor = 1000", ""), "quirk[0].from_station[1].factor", "no default"),
        (('version = "1.6"', 'version = "1.7"'), "quirk[0].version", "Invalid enum value"),
        (
            ('["$absent", "Energy.Active.Import.Register"]', "{ over = 5 }"),
            "quirk[0].from_station.where.measurand",
            "above",
        ),
        (('do = "AnswerHere"', 'do = "exec"'), "quirk[0].answer_here[0].do", "AnswerHere"),
        (('do = "AnswerHere"', 'do = ["exec"]'), "quirk[0].answer_here[0].do", "AnswerHere"),
        (
            ('["$absent", "Energy.Active.Import.Register"]', "{ none_of = 5 }"),
            "quirk[0].from_station.where.measurand",
            "a list of words",
        ),
        (
            ('["$absent", "Energy.Active.Import.Register"]', "{ none_of = [[5]] }"),
            "quirk[0].from_station.where.measurand",
            "a list of words",
        ),
    ],
)
def test_what_is_wrong_is_told_by_the_path_of_its_key(
    change: tuple[str, str], key: str, expected: str
) -> None:
    assert change[0] in WHOLE
    with pytest.raises(QuirkError) as caught:
        parsed(WHOLE.replace(*change, 1))
    assert caught.value.key == key
    assert expected in caught.value.expected


def test_a_name_that_stands_twice_in_a_file_is_told() -> None:
    with pytest.raises(QuirkError) as caught:
        parsed(HEAD + HEAD)
    assert caught.value.key == "quirk[1].name"


@pytest.mark.parametrize("given", ["['trimmed']", "{ a = 1 }", "3"])
def test_a_function_that_is_no_name_is_told(given: str) -> None:
    part = "[[quirk.from_station]]\nactions = ['Heartbeat']\ndo = 'ValueOf'\nkey = 'a'"
    with pytest.raises(QuirkError) as caught:
        parsed(f"{HEAD}{part}\nmend = {given}")
    assert caught.value.key == "quirk[0].from_station[0].mend"


def test_a_users_quirk_of_a_known_name_takes_the_place_of_ours() -> None:
    ours = HEAD.replace("acme.everything", "abb.tac-stacklevel-zero")
    (quirk,) = parsed(ours)
    abb = Nameplate("CS-1", "1.6", vendor="ABB")
    assert REGISTRY.repairs_for(abb).to_station
    assert not REGISTRY.with_more([quirk]).repairs_for(abb).to_station


EVERY = [(hook, kind) for hook, kinds in PARTS.items() for kind in kinds.values()]
HEADS: dict[Hook, str] = {"repair": "[quirk.from_station]", "handshake": "quirk.handshake"}
SAMPLES: tuple[tuple[str, Any], ...] = (  # by what a field's type says of itself
    ("Callable", "unquoted"),
    ("'status'", ["status"]),
    ("tuple[str, dict", ["Heartbeat", {"a": "b"}]),
    ("tuple[int", [1]),
    ("tuple[str", ["a"]),
    ("tuple[", ["a", "$absent"]),
    ("frozenset", ["a"]),
    ("dict[", {"a": "b"}),
    ("Decimal", 1.5),
    ("bytes", "a"),
    ("str", "a"),
    ("int", 1),
    ("float", 1.5),
    ("bool", True),
    ("Any", "a"),
)


def sample(kind: Any) -> Any:
    """Some value that a field of this type may be given in a file."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return whole(kind)
    if get_origin(kind) is Literal:
        return get_args(kind)[-1]
    said = kind.__name__ if type(kind) is type else str(kind)
    return next(value for word, value in SAMPLES if word in said)


def whole(kind: Kind) -> dict[str, Any]:
    """A table with all that a kind of part has."""
    return {field.name: sample(field.type) for field in msgspec.structs.fields(kind)}


@pytest.mark.parametrize(("hook", "kind"), EVERY, ids=lambda one: getattr(one, "__name__", one))
def test_every_part_can_be_written(hook: Hook, kind: Kind) -> None:
    match = "{}" if hook == "handshake" else '{ vendor = "Acme" }'
    head = f'[[quirk]]\nname = "acme.it"\nmatch = {match}\nwhy = "why"\nseen = "seen"\n'
    told = "".join(f"{name} = {inline(value)}\n" for name, value in whole(kind).items())
    table = HEADS.get(hook, f"[quirk.{hook}]")
    table = f"[{table}]\n" + ('actions = ["MeterValues"]\n' if hook == "repair" else "")
    (quirk,) = parsed(f'{head}{table}do = "{kind.__name__}"\n{told}')
    made = quirk.from_station["MeterValues"] if hook == "repair" else getattr(quirk, hook)
    (part,) = made if isinstance(made, tuple) else (made,)
    assert type(part) is kind
    for field in msgspec.structs.fields(kind):
        assert getattr(part, field.name) not in (None, msgspec.NODEFAULT), field.name


def test_no_kind_of_part_is_forgotten() -> None:
    used = {type(one) for quirk in QUIRKS for one in parts_of(quirk)}
    data = {kind for kind in used if issubclass(kind, msgspec.Struct)}
    known = {kind for _, kind in EVERY} | {Each, When}
    others = {kind for kind in data - known if ".vendors." not in kind.__module__}
    assert not others, "what one vendor alone needs stays with it"


def parts_of(quirk: Quirk) -> Iterator[Any]:
    """All that a quirk is made of, and what is within."""
    tables = (getattr(quirk, direction).values() for direction in DIRECTIONS)
    found = [part for table in tables for several in table for part in several]
    for part in (*found, *quirk.raw_text, *quirk.envelope, *quirk.command, *quirk.answer_here):
        while part is not None:
            yield part
            part = getattr(part, "repair", None)


@pytest.mark.parametrize(
    ("wanted", "fits", "other"),
    [
        ('{ none_of = "units" }', "Furlong", "Wh"),
        ('{ none_of = ["Wh"] }', "kWh", "Wh"),
        ('{ like = "k*" }', "kWh", "Wh"),
        ("{ above = 5.5 }", "6", "5"),
        ("{ below = 5 }", 4, 5),
        ('["Wh", "$absent"]', None, "kWh"),
    ],
)
def test_a_condition_may_ask_for_more_than_a_value(wanted: str, fits: Any, other: Any) -> None:
    (quirk,) = parsed(
        f"""{HEAD}
        [[quirk.from_station]]
        actions = ["MeterValues"]
        where = {{ unit = {wanted} }}
        do = "Default"
        field = "seen"
        value = true
        """
    )
    (repair,) = quirk.from_station["MeterValues"]
    assert repair({"unit": fits}, Situation()) == 1
    assert repair({"unit": other}, Situation()) == 0


def test_what_a_condition_asks_is_noted_without_a_word() -> None:
    (quirk,) = parsed(
        f"""{HEAD}
        [[quirk.from_station]]
        actions = ["MeterValues"]
        where = {{ "@transaction" = "$absent" }}
        do = "Default"
        field = "connectorId"
        value = "$@only_connector"
        """
    )
    assert quirk.needs == {"transactions", "status"}


def test_the_example_in_the_paper_can_be_read() -> None:
    paper = (Path(__file__).parents[2] / "vendor_quirks/README.md").read_text("utf-8")
    section = paper[paper.index("## Quirks of your own") :].partition("\n* ")[0]
    lines = [line for line in section.splitlines() if line.startswith("    ")]
    (quirk,) = parsed(dedent("\n".join(lines)))
    assert (quirk.from_station, quirk.command, quirk.timing.min_gap) != ({}, (), 0.0)
