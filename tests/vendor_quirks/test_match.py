"""Whose a quirk is."""

from typing import Any

import pytest

from vendor_quirks import firmware
from vendor_quirks.answers import AnswerHere
from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Nameplate, Quirk
from vendor_quirks.registry import QUIRKS, REGISTRY, Registry, checked, evidence, repairs_for
from vendor_quirks.repairs.fields import SetTo
from vendor_quirks.repairs.transactions import FillTransactionId

WALLBOX = Nameplate("CS-1", "1.6", vendor="Wall Box Chargers", firmware="6.11.16")
NO_BOOT = "wallbox.fw6-no-boot-on-connect"
TRIGGER = "generic.trigger-status-per-connector-unanswered"


def plate(**facts: str) -> Nameplate:
    return Nameplate(**({"identity": "CS-1", "version": "1.6"} | facts))


@pytest.mark.parametrize(
    ("match", "facts"),
    [
        (Match(), {}),
        (Match(vendor=""), {"vendor": "Voltbox"}),
        (Match(vendor="voltbox"), {"vendor": "VOLTBOX"}),
        (Match(vendor="Volt*"), {"vendor": "Voltbox GmbH"}),
        (Match(model="Pulse-?[0-9]"), {"model": "pulse-x7"}),
        (Match(identity="GRS-*"), {"identity": "grs-1"}),
        (Match(meter_type="Internal*"), {"meter_type": "Internal NON compliant"}),
        (Match(firmware="AC_GL*"), {"firmware": "AC_GLx_1.14"}),
        (Match(vendor="Volt*", model="Pulse*"), {"vendor": "Voltbox", "model": "Pulse"}),
    ],
)
def test_what_is_named_fits(match: Match, facts: dict[str, str]) -> None:
    assert match(plate(**facts))


@pytest.mark.parametrize(
    ("match", "facts"),
    [
        (Match(vendor="Volt"), {"vendor": "Voltbox"}),
        (Match(vendor="Volt*", meter_type="MID"), {"vendor": "Voltbox"}),
        (Match(identity="GRS-*"), {"identity": "CS-GRS-1"}),
        (Match(vendor="Volt*", model="Pulse*"), {"vendor": "Voltbox", "model": "Other"}),
        (Match(vendor="Voltbox", opt_in=True), {"vendor": "Voltbox"}),
    ],
)
def test_one_thing_that_does_not_fit_is_enough(match: Match, facts: dict[str, str]) -> None:
    assert not match(plate(**facts))


@pytest.mark.parametrize(
    "match",
    [
        Match(vendor="*"),
        Match(model="*"),
        Match(firmware_from="0"),
        Match(firmware_before="999"),
        Match(vendor_id="*"),
        Match(keys=("G_MaxCurrent",)),
        Match(behaviour="boots-in-a-loop"),
    ],
)
def test_nothing_fits_a_station_that_has_not_booted(match: Match) -> None:
    assert not match(plate())


@pytest.mark.parametrize(
    ("spelled", "fits"),
    [
        ("6", True),
        ("6.0", True),
        ("6.0.0.1", True),
        ("6.11.16", True),
        ("V6.7.17", True),
        ("06.9", True),
        ("6.99.99-rc1", True),
        ("5.99", False),
        ("7", False),
        ("7.0.0", False),
        ("10.1", False),
        ("", False),
        ("latest", False),
        ("V01.01.91/V01.01.90", False),
        ("6" * 10_000, False),
    ],
)
def test_firmware_bounds_are_half_open_and_never_guess(spelled: str, fits: bool) -> None:
    assert Match(firmware_from="6", firmware_before="7")(plate(firmware=spelled)) is fits


def test_one_bound_is_open_at_the_other_end() -> None:
    assert Match(firmware_from="6.1")(plate(firmware="99.0"))
    assert Match(firmware_before="6.1")(plate(firmware="0.1"))
    assert not Match(firmware_before="6.1")(plate(firmware="6.1.0"))


@pytest.mark.parametrize(
    ("spelled", "version"),
    [
        ("TAC3Z9119006710273::V1.8.21", (1, 8, 21)),
        ("GWM-07.027-03", (7, 27)),
        ("1.0.0.0.7b107_MG", (1, 0, 0, 0, 7)),
        ("6.5.0-4217", (6, 5)),
        ("AC_GLx_1.14", (1, 14)),
        ("59.3-rc2", (59, 3)),
        ("37", (37,)),
        ("V100R023C10SPC220", None),
        ("PFA0102|V0.00.00|V1.38.00||2.4.3.0", None),
        ("SW:A1B_2.8-HW:B07_0.5", None),
        ("٦.٧", None),
    ],
)
def test_firmware_is_read_as_stations_spell_it(spelled: str, version: object) -> None:
    assert firmware.read(spelled) == version


def test_a_bound_that_is_no_version_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="latest"):
        Match(firmware_before="latest")


def test_configuration_switches_a_quirk_off() -> None:
    assert repairs_for(WALLBOX).pace.prompt_boot_after == 3.0
    assert repairs_for(WALLBOX, off=frozenset({NO_BOOT})).pace.prompt_boot_after is None


def test_configuration_switches_a_quirk_on_that_nothing_recognises() -> None:
    assert repairs_for(plate()).names == ()
    assert repairs_for(plate(), on=frozenset({TRIGGER})).names == (TRIGGER,)
    assert repairs_for(plate(), on=frozenset({NO_BOOT})).pace.prompt_boot_after == 3.0


def test_off_wins_over_on() -> None:
    both = frozenset({TRIGGER})
    assert repairs_for(plate(), off=both, on=both).names == ()


def test_configuration_cannot_switch_a_quirk_on_for_the_other_version() -> None:
    assert repairs_for(plate(version="2.0.1"), on=frozenset({TRIGGER})).names == ()


def test_stations_of_one_kind_share_their_repairs() -> None:
    one = repairs_for(plate(identity="A", vendor="ABB", serial="1", path="/ocpp/A"))
    two = repairs_for(plate(identity="B", vendor="ABB", serial="2", path="/ocpp/B"))
    assert one is two


def test_a_station_recognised_by_identity_does_not_lend_its_repairs() -> None:
    grizzle = plate(identity="GRS-1", vendor="UnitedChargers")
    other = plate(identity="CS-1", vendor="UnitedChargers")
    by_identity = {"grizzle.missing-array-open", "grizzle.truncated-json"}
    assert by_identity <= set(repairs_for(grizzle).names)
    assert not by_identity & set(repairs_for(other).names)


def test_a_quirk_of_the_handshake_is_named_where_the_target_showed_it() -> None:
    assert repairs_for(plate(path="/ocpp/CP1?null")).names == ("legrand.url-null-suffix",)


def quirk(**fields: Any) -> Quirk:
    plain: dict[str, Any] = {
        "name": "volt.fault",
        "match": Match(vendor="Volt"),
        "why": "why",
        "seen": "seen",
    }
    return Quirk(**(plain | fields))


FILL = {"MeterValues": (FillTransactionId(),)}


@pytest.mark.parametrize(
    "wrong",
    [
        [quirk(), quirk()],
        [quirk(name="fix1")],
        [quirk(name="volt.Fault")],
        [quirk(why="")],
        [quirk(seen="")],
        [quirk(handshake=lambda target: None)],
        [quirk(match=Match())],
        [quirk(match=())],
        [quirk(match=Match(behaviour="sulks"))],
        [quirk(side="csms")],
        [quirk(signs=(b"x",))],
        [quirk(name="csms.volt")],
        [quirk(name="csms.volt", side="csms")],
        [quirk(name="shared.volt")],
        [quirk(name="shared.volt", match=Match(), from_station=FILL)],
        [quirk(name="shared.volt", match=Match(), needs=frozenset({"samples"}))],
        [quirk(name="shared.volt", match=Match(), lossy=True, confidence="medium")],
    ],
)
def test_a_quirk_that_lacks_something_is_refused_at_once(wrong: list[Quirk]) -> None:
    with pytest.raises(ValueError, match=r"volt|fix1"):
        checked(wrong)


@pytest.mark.parametrize("confidence", ["medium", "low"])
def test_a_loss_on_weak_evidence_waits_until_it_is_asked_for(confidence: str) -> None:
    registry = Registry([quirk(lossy=True, confidence=confidence)])
    volt = plate(vendor="Volt")
    assert registry.repairs_for(volt).names == ()
    assert registry.repairs_for(volt, on=frozenset({"volt.fault"})).names == ("volt.fault",)


def test_any_one_of_several_matches_is_enough() -> None:
    registry = Registry([quirk(match=(Match(vendor="Volt"), Match(vendor_id="VOLT*")))])
    assert registry.repairs_for(plate(vendor="Volt")).names == ("volt.fault",)
    heard = plate(vendor_ids=frozenset({"volt-3"}))
    assert registry.repairs_for(heard).names == ("volt.fault",)
    assert registry.repairs_for(plate(vendor="Other")).names == ()


def test_configuration_keys_tell_a_station_only_when_it_listed_all_of_them() -> None:
    registry = Registry([quirk(match=Match(keys=("QrCode", "ChargeRate")))])
    assert registry.keys == {"QrCode", "ChargeRate"}
    assert registry.repairs_for(plate(keys=frozenset({"QrCode"}))).names == ()
    both = frozenset({"QrCode", "ChargeRate", "More"})
    assert registry.repairs_for(plate(keys=both)).names == ("volt.fault",)


def test_what_is_everyones_is_on_for_a_station_that_said_nothing() -> None:
    shared = quirk(name="shared.volt", match=Match(), from_station={"A": (SetTo("x", 1),)})
    found = Registry([shared]).repairs_for(plate())
    assert (found.names, found.shared) == ((), ("shared.volt",))
    assert "A" in found.gates["from_station"]
    assert not found.from_station


def test_a_later_quirk_of_the_same_name_takes_the_place() -> None:
    registry = Registry([quirk(timing=Pace(min_gap=1.0))])
    more = registry.with_more([quirk(timing=Pace(min_gap=2.0))])
    assert more.repairs_for(plate(vendor="Volt")).pace.min_gap == 2.0
    assert registry.repairs_for(plate(vendor="Volt")).pace.min_gap == 1.0


def test_everything_can_be_switched_off_or_only_be_observed_at_once() -> None:
    star = frozenset({"*"})
    assert not repairs_for(WALLBOX, off=star).shared
    observed = repairs_for(WALLBOX, observe=star)
    assert observed.observed == {*observed.names, *observed.shared}
    assert observed.pace.prompt_boot_after is None, "what is only observed does nothing"


def test_the_paces_of_several_quirks_become_the_strictest() -> None:
    slow = quirk(timing=Pace(min_gap=1.0, ping_interval=60.0, hold_until="first_status"))
    silent = quirk(name="volt.other", timing=Pace(ping_interval=20.0, hold_until="boot"))
    pace = Registry([slow, silent]).repairs_for(plate(vendor="Volt")).pace
    assert pace == Pace(min_gap=1.0, ping_interval=20.0, hold_until="first_status")


def test_the_evidence_names_by_what_a_quirk_was_recognised() -> None:
    wallbox = next(one for one in QUIRKS if one.name == NO_BOOT)
    told = evidence(wallbox, WALLBOX)
    assert told == ("vendor=Wall Box Chargers", "firmware_from=6", "firmware_before=7")
    assert evidence(wallbox, plate(), frozenset({NO_BOOT})) == ("configuration",)
    assert evidence(wallbox, plate()) == ()


def test_only_the_messages_that_some_quirk_asks_about_are_noted() -> None:
    plain = quirk(answer_here=(AnswerHere(action="DataTransfer"),))
    assert Registry([plain]).repairs_for(plate(vendor="Volt")).noted == frozenset()
    filling = quirk(from_station=FILL)
    noted = Registry([filling]).repairs_for(plate(vendor="Volt")).noted
    assert {"StartTransaction", "StartTransactionResponse", "StopTransaction"} <= noted
    assert "MeterValues" not in noted


def test_no_more_signs_are_looked_for_in_frequent_messages_than_they_can_bear() -> None:
    for version in ("1.6", "2.0.1"):
        gates = REGISTRY.repairs_for(plate(version=version)).gates
        for action in ("MeterValues", "Heartbeat", "TransactionEvent"):
            gate = gates["from_station"].get(action)
            assert gate is None or len(gate.signs) <= 5, action


def test_a_fault_of_a_csms_is_of_the_version_that_the_csms_speaks() -> None:
    of_16, of_201 = (
        quirk(name=f"csms.{name}", side="csms", version=version, match=Match(opt_in=True))
        for name, version in (("old", "1.6"), ("new", "2.0.1"))
    )
    of_station = quirk(version="1.6")
    registry = Registry([of_16, of_201, of_station])
    on = frozenset(registry.by_name)
    assert registry.repairs_for(plate(), on=on).names == ("csms.old", "volt.fault")
    behind_201 = registry.repairs_for(plate(), on=on, csms_version="2.0.1")
    assert behind_201.names == ("csms.new", "volt.fault")
