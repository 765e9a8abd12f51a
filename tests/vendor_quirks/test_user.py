"""Quirks of the operator's own are data, and what is wrong with them is told by its place."""

import tomllib
from decimal import Decimal
from typing import Any

import pytest

from vendor_quirks.match import Nameplate
from vendor_quirks.mending import mend, mend_text
from vendor_quirks.registry import REGISTRY
from vendor_quirks.user import ENVELOPES, REPAIRS, TEXTS, QuirkError, quirks_from

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
        (('do = "AnswerHere"', 'do = "exec"'), "quirk[0].answer_here[0].do", "AnswerHere"),
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


def test_a_users_quirk_of_a_known_name_takes_the_place_of_ours() -> None:
    ours = HEAD.replace("acme.everything", "abb.tac-stacklevel-zero")
    (quirk,) = parsed(ours)
    abb = Nameplate("CS-1", "1.6", vendor="ABB")
    assert REGISTRY.repairs_for(abb).to_station
    assert not REGISTRY.with_more([quirk]).repairs_for(abb).to_station


def test_nothing_that_runs_can_be_named() -> None:
    for kind in (*REPAIRS.values(), *TEXTS.values(), *ENVELOPES.values()):
        assert all("Callable" not in str(f) for f in kind.__annotations__.values()), kind
