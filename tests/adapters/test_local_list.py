"""Local lists: what fits, what is omitted, and the version that means none."""

from typing import Any

import pytest

from gateway.testing import Bench

CARD = {"idToken": "04A1B2C3D4E5F6", "type": "ISO14443"}
LONG = {"idToken": "a-token-of-more-than-20", "type": "Central"}
YES = {"status": "Accepted"}


def asked(bench: Bench, action: str, payload: Any) -> list[Any]:
    (output,) = bench.hear("backend", [2, "c", action, payload])
    return list(output["frame"])


def entries(*tokens: dict[str, str]) -> list[dict[str, Any]]:
    return [{"idToken": token, "idTokenInfo": YES} for token in tokens]


@pytest.mark.parametrize(
    ("most", "answer"),
    [("1", {"status": "Failed", "statusInfo": {"reasonCode": "TooManyElements"}}), ("2", None)],
)
def test_a_list_longer_than_the_station_takes_is_not_sent(most: str, answer: Any) -> None:
    bench = Bench("A", {}, {"config_cache": {"SendLocalListMaxLength": most}})
    other = {"idToken": "04FFEE22334455", "type": "ISO14443"}
    payload = {
        "versionNumber": 1,
        "updateType": "Full",
        "localAuthorizationList": entries(CARD, LONG, other),
    }
    said = asked(bench, "SendLocalList", payload)
    assert said[2] == (answer or "SendLocalList")


def test_two_halves_under_one_version_are_no_list_for_201_either() -> None:
    bench = Bench("B", {}, {"config_cache": {"SendLocalListMaxLength": "1"}})
    tags = [{"idTag": "CARD-1", "idTagInfo": YES}, {"idTag": "CARD-2", "idTagInfo": YES}]
    payload = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": tags}
    assert asked(bench, "SendLocalList", payload)[2] == {"status": "Failed"}


@pytest.mark.parametrize(("available", "answer"), [(False, {"listVersion": -1}), (True, None)])
def test_a_201_station_without_local_lists_is_known_to_have_none(
    available: bool, answer: Any
) -> None:
    bench = Bench("B", {})
    bench.event("proxy", "advance", seconds=0)
    assert bench.session is not None
    assert bench.session.memory is not None
    bench.session.memory.device.available = {"LocalAuthListCtrlr": available}
    said = asked(bench, "GetLocalListVersion", {})
    assert said[2] == (answer or "GetLocalListVersion")


@pytest.mark.parametrize(
    ("update", "given", "count"),
    [
        ("Full", entries(CARD, LONG), 1),
        ("Differential", entries(CARD), 3),
        ("Differential", [{"idToken": CARD}], 1),
        ("Differential", [{"idToken": CARD}] * 5, 0),
    ],
)
def test_the_entries_that_a_16_station_holds_are_counted(
    update: str, given: list[Any], count: int
) -> None:
    bench = Bench("A", {})
    bench.event("proxy", "advance", seconds=0)
    assert bench.session is not None
    assert bench.session.memory is not None
    bench.session.memory.station.local_list_entries = 2
    payload = {"versionNumber": 1, "updateType": update, "localAuthorizationList": given}
    sent = asked(bench, "SendLocalList", payload)
    bench.hear("charger", [3, sent[1], {"status": "Accepted"}])
    assert bench.session.memory.station.local_list_entries == count


def test_a_long_list_of_codes_does_not_crowd_out_what_is_known_of_others() -> None:
    bench = Bench("A", {})
    codes = entries(*({"idToken": f"{n:04}", "type": "KeyCode"} for n in range(500)))
    payload = {"versionNumber": 1, "updateType": "Full", "localAuthorizationList": codes}
    asked(bench, "SendLocalList", payload)
    assert bench.session is not None
    assert bench.session.memory is not None
    assert len(bench.session.memory.tokens) == 100


def test_a_status_on_a_list_is_no_answer_to_an_authorize() -> None:
    bench = Bench("A", {})
    payload = {
        "versionNumber": 1,
        "updateType": "Full",
        "localAuthorizationList": [{"idToken": CARD, "idTokenInfo": {"status": "Blocked"}}],
    }
    asked(bench, "SendLocalList", payload)
    assert bench.session is not None
    assert bench.session.memory is not None
    known = bench.session.memory.token(CARD["idToken"])
    assert known is None or not known.status
