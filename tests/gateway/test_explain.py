"""`ocpp-gateway explain`: each message with its rows, what they mean, and a played example."""

import re

import pytest

from adapters import v16, v201
from adapters.translation import ledger
from gateway.cli import main
from gateway.explain import UnknownAction, example, explained
from tests import schema_oracle

ROWS = [(*side, action) for side, rows in ledger.ROWS.items() for action in rows]
FRAME = re.compile(r"(station|csms) +[<>] (\w+) (.*)")


@pytest.mark.parametrize(("sender", "version", "action"), ROWS)
def test_every_row_has_an_example_that_is_valid_and_always_the_same(
    sender: str, version: str, action: str
) -> None:
    lines = example(action, sender, version)  # type: ignore[arg-type]
    assert lines == example(action, sender, version)  # type: ignore[arg-type]
    assert lines[0].startswith(f"{sender:7} > {action} ")
    assert any(line.startswith((f"{sender:7} < answer", f"{sender:7} < error")) for line in lines)
    other = "2.0.1" if version == "1.6" else "1.6"
    for line in lines:
        frame = FRAME.fullmatch(line)
        assert frame, line
        who, word, payload = frame.groups()
        if word not in ("answer", "error"):
            spoken = version if who == sender else other
            assert not schema_oracle.faults(spoken, f"{word}Request", payload.encode()), line


def test_what_goes_to_the_other_leg_is_shown() -> None:
    lines = example("StartTransaction", "station", "1.6")
    assert [line.split()[:3] for line in lines] == [
        ["station", ">", "StartTransaction"],
        ["csms", "<", "TransactionEvent"],
        ["csms", ">", "answer"],
        ["station", "<", "answer"],
    ]


def test_an_action_of_both_versions_has_a_row_for_each_who_says_it() -> None:
    titles = [line for line in explained("DataTransfer").splitlines() if line.startswith("D")]
    assert titles == [
        "DataTransfer, from a 1.6 station to a 2.0.1 CSMS (16_to_201)",
        "DataTransfer, from a 2.0.1 CSMS to a 1.6 station (16_to_201)",
        "DataTransfer, from a 2.0.1 station to a 1.6 CSMS (201_to_16)",
        "DataTransfer, from a 1.6 CSMS to a 2.0.1 station (201_to_16)",
    ]
    assert len(re.findall("^DataTransfer", explained("DataTransfer", "1.6"), re.MULTILINE)) == 2


def test_losses_are_told_with_their_meaning_and_fields() -> None:
    text = explained("UpdateFirmware", "2.0.1")
    assert "kind     partial: some fields have no place there" in text
    assert f"install_date: {ledger.RULES['install_date']}" in text
    assert "read     specification 16.1; adapters/translation/firmware.py v201_update" in text
    assert "lost     nothing" in explained("Heartbeat")


def test_refusals_are_told_as_such() -> None:
    text = explained("SetDisplayMessage")
    assert "kind     refused:" in text
    assert '< answer {"status":"Rejected","statusInfo":{"reasonCode":"UnsupportedRequest"}}' in text


@pytest.mark.parametrize(
    ("action", "version", "nearest"),
    [
        ("metervalues", None, "MeterValues"),
        ("StartTransation", "1.6", "StartTransaction"),
        ("StartTransaction", "2.0.1", "RequestStartTransaction"),
    ],
)
def test_an_unknown_action_is_told_with_the_nearest(
    action: str, version: str | None, nearest: str
) -> None:
    with pytest.raises(UnknownAction) as unknown:
        explained(action, version)  # type: ignore[arg-type]
    assert nearest in unknown.value.nearest


def test_every_action_is_explained() -> None:
    for action in {*v16.ACTIONS, *v201.ACTIONS}:
        assert explained(action).startswith(f"{action}, from a ")


def test_the_command_prints_and_leaves_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "Reset", "--from", "1.6"]) == 0
    assert capsys.readouterr().out.startswith("Reset, from a 1.6 CSMS to a 2.0.1 station")
    assert main(["explain", "Rest"]) == 2
    assert "nearest: Reset" in capsys.readouterr().err
