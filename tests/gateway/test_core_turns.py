"""A CSMS with manners of its own: nothing is lost, said twice or out of order, and nobody waits."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import v16, v201
from adapters.frame import Version
from gateway.config import manners_of
from gateway.core import plain_answers
from gateway.core.effects import Compared
from gateway.core.port import LegPort
from gateway.core.route import PLAIN, Manners, Upstream
from gateway.core.turns import AGAIN_AFTER, LONGEST_AGAIN, MOST, TRIES
from gateway.core.undelivered import KIND, kept_in
from gateway.settings import Csms
from gateway.testing import Bench
from gateway.testing.bench import CSMS
from tests import schema_oracle
from tests.schema_oracle import encode

VERSIONS: tuple[Version, ...] = ("1.6", "2.0.1")
ACTIONS = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
BUSY = frozenset({"RpcFrameworkError"})
COMMAND = [2, "c1", "ClearCache", {}]
DONE = [3, "c1", {"status": "Accepted"}]


def bench(pairing: str = "same16", **manners: Any) -> Bench:
    """A session whose CSMS has these manners."""
    version: Version = "1.6" if pairing in ("same16", "B") else "2.0.1"
    return Bench(pairing, {}, primary=Upstream(CSMS, version, manners=Manners(**manners)))


def status(number: int) -> list[Any]:
    payload = {"connectorId": number, "errorCode": "NoError", "status": "Available"}
    return [2, f"s{number}", "StatusNotification", payload]


def kept(played: Bench) -> dict[str, bytes]:
    """What has still to be delivered, as it is on disk."""
    return kept_in(played.shelf.records[CSMS])


# What is answered without the CSMS


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_given_here_are_what_the_schema_wants(version: Version) -> None:
    for action in plain_answers.TOLD[version] | plain_answers.answerable(version):
        assert ACTIONS[version][action].sender in ("station", "both"), action
        payload = plain_answers.answer(version, action, 0.0)
        assert not schema_oracle.faults(version, f"{action}Response", payload)


def test_whoever_shows_a_token_wants_a_decision() -> None:
    assert plain_answers.is_told("2.0.1", "TransactionEvent", b'{"eventType":"Updated"}')
    assert not plain_answers.is_told("2.0.1", "TransactionEvent", b'{"idToken":{}}')
    assert not plain_answers.is_told("2.0.1", "TransactionEvent", b"[]")
    assert not plain_answers.is_told("1.6", "StartTransaction", b"{}")


# What is asked of whom


def test_a_csms_like_all_others_has_the_plain_port() -> None:
    assert manners_of(Csms(name="a", url="ws://a", version="1.6")) is PLAIN
    session = Bench("same16", {})._connected()
    assert type(session._csms) is LegPort
    assert session._csms_line.pacer is None


def test_settings_become_manners() -> None:
    csms = Csms(name="a", url="ws://a", version="1.6", busy_codes=("Busy",))
    assert manners_of(csms) == Manners(busy_codes=frozenset({"Busy"}))
    strict = Csms(name="a", url="ws://a", version="1.6", turns="strict", refuse_after=3.0)
    assert manners_of(strict) == Manners(takes_turns=True, turn_gap=0.05, refuse_after=3.0)


# What waits to be delivered


def test_no_more_is_answered_here_than_can_wait() -> None:
    played = bench(takes_turns=True, stand_in_after=0.0)
    played.hear("backend", COMMAND)
    for number in range(MOST):
        assert played.hear("charger", status(number))[0]["frame"] == [3, f"s{number}", {}]
    assert played.hear("charger", status(MOST)) == []
    assert len(kept(played)) == MOST
    assert not played.session.congested  # type: ignore[union-attr]
    (refused,) = played.event("proxy", "advance", seconds=20.0)
    assert refused["frame"][:3] == [4, f"s{MOST}", "InternalError"]


def test_what_fails_for_good_is_given_up() -> None:
    stop = {"transactionId": 7, "meterStop": 1, "timestamp": "2025-03-01T10:00:00Z"}
    played = bench(takes_turns=True, stand_in_after=0.0)
    played.hear("backend", COMMAND)
    played.hear("charger", [2, "s1", "StopTransaction", stop])
    said = played.hear("charger", DONE)
    for number in range(TRIES):
        (asked,) = [one["frame"] for one in said if one["frame"][0] == 2]
        assert asked[2:] == ["StopTransaction", stop]
        assert kept(played)
        played.hear("backend", [4, asked[1], "InternalError", "", {}])
        pause = min(LONGEST_AGAIN, AGAIN_AFTER * 2**number)
        said = played.event("proxy", "advance", seconds=pause)
    assert said == []
    assert not kept(played)
    assert played.tally.journal[CSMS, "dead_letter"] == 1


def test_a_refusal_for_good_is_not_tried_again() -> None:
    played = bench(takes_turns=True, stand_in_after=0.0)
    played.hear("backend", COMMAND)
    played.hear("charger", status(1))
    asked = played.hear("charger", DONE)[1]["frame"]
    played.hear("backend", [4, asked[1], "NotImplemented", "", {}])
    assert not kept(played)
    assert played.tally.journal[CSMS, "dead_letter"] == 1


def test_an_answer_that_comes_late_is_an_answer() -> None:
    stop = {"transactionId": 7, "meterStop": 1, "timestamp": "2025-03-01T10:00:00Z"}
    played = bench(takes_turns=True, stand_in_after=0.0)
    played.hear("backend", COMMAND)
    played.hear("charger", [2, "s1", "StopTransaction", stop])
    asked = played.hear("charger", DONE)[1]["frame"]
    played.event("proxy", "advance", seconds=30.0)  # nobody waits any more
    played.hear("backend", [3, asked[1], {}])
    assert not kept(played)
    assert played.event("proxy", "advance", seconds=600.0) == []


def test_what_was_kept_for_a_csms_of_another_version_cannot_be_told() -> None:
    played = bench("same201")
    left = {f"{KIND}1.6:1": encode(status(1)), f"{KIND}2.0.1:2": b"broken"}
    played.shelf.records[CSMS] = left
    played.hear("charger", [2, "s1", "Heartbeat", {}])
    assert not kept(played)
    assert played.tally.journal[CSMS, "dead_letter"] == 2


def test_what_was_kept_is_delivered_though_the_setting_is_gone() -> None:
    played = bench()
    played.shelf.records[CSMS] = {f"{KIND}1.6:{n}": encode(status(n)) for n in (10, 9)}
    played.event("charger", "connect")
    for number in (9, 10):
        assert played.session is not None
        asked = played.session._csms_line.open
        assert asked is not None
        assert f'"connectorId":{number}'.encode() in asked.text
        played.hear("backend", [3, asked.message_id, {}])
    assert not kept(played)


def test_with_a_buffer_deliveries_wait_for_the_csms_to_be_back() -> None:
    manners = Manners(takes_turns=True, stand_in_after=0.0)
    primary = Upstream(CSMS, "2.0.1", manners=manners)
    played = Bench("A", {"link_policy": "buffer"}, primary=primary)
    played.hear("backend", COMMAND)
    payload = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
    (given,) = played.hear("charger", [2, "s1", "StatusNotification", payload])
    assert given["frame"] == [3, "s1", {}]
    played.event("backend", "disconnect")
    assert kept(played)
    said = [one["frame"] for one in played.event("backend", "connect")]
    assert said[0][2] == "StatusNotification"
    played.hear("backend", [3, said[0][1], {}])
    assert not kept(played)


# In the shadow


def test_a_shadow_that_is_busy_is_told_again_and_nothing_is_made_up_for_it() -> None:
    manners = Manners(takes_turns=True, stand_in_after=0.0, busy_codes=BUSY)
    shadow = Upstream("shadow", "1.6", manners=manners)
    played = Bench("same16", {}, shadows=(shadow,))
    boot = {"chargePointVendor": "V", "chargePointModel": "M"}
    accepted = {"status": "Accepted", "currentTime": "2025-03-01T10:00:00Z", "interval": 300}
    said = played.hear("charger", [2, "s1", "BootNotification", boot])
    played.hear("backend", [3, "s1", accepted])
    (told,) = [one["frame"] for one in said if one["to"] == "shadow"]
    played.hear("shadow", [4, told[1], "RpcFrameworkError", "", {}])
    assert not [one for one in played.effects if isinstance(one, Compared)]
    (again,) = played.event("proxy", "advance", seconds=0.05)
    assert (again["to"], again["frame"][2:]) == ("shadow", told[2:])
    played.hear("shadow", [3, again["frame"][1], accepted])
    (compared,) = [one for one in played.effects if isinstance(one, Compared)]
    assert compared.verdict == "matched"
    assert not played.tally.answered_here


# Chance


class Picky:
    """Both far ends, and the rules that must hold whatever they do."""

    def __init__(self, rng: Random, **manners: Any) -> None:
        self.rng, self.bench = rng, bench(**manners)
        self.strict = manners.get("takes_turns", False)
        self.asked: list[list[Any]] = []  # by the gateway, of the CSMS, open
        self.told: list[int] = []  # what the CSMS has taken
        self.said: list[int] = []  # what the station was answered with a CALLRESULT
        self.open: list[str] = []  # CALLs of the CSMS
        self.owed: list[str] = []  # CALLs of the station
        self.at_station: list[str] = []
        self.count = 0

    def take(self, outputs: list[dict[str, Any]]) -> None:
        for output in outputs:
            frame = output["frame"]
            if output["to"] == "charger":
                self._to_station(frame)
            elif frame[0] == 2:
                assert not self.asked, "one CALL at a time"
                assert not (self.strict and self.open), "while the CSMS has one open"
                self.asked.append(frame)
            else:
                self.open.remove(frame[1])

    def _to_station(self, frame: list[Any]) -> None:
        if frame[0] == 2:
            self.at_station.append(frame[1])
            return
        self.owed.remove(frame[1])
        if frame[0] == 3:
            self.said.append(int(frame[1][1:]))
        else:
            assert frame[2] == "InternalError"

    def station_says(self) -> None:
        if not self.owed:
            self.count += 1
            frame = status(self.count)
            if self.rng.random() < 0.3:
                token = f"CARD-{self.count}"
                frame = [2, f"s{self.count}", "Authorize", {"idTag": token}]
            self.owed.append(frame[1])
            self.take(self.bench.hear("charger", frame))

    def station_answers(self) -> None:
        if self.at_station:
            self.take(
                self.bench.hear("charger", [3, self.at_station.pop(0), {"status": "Accepted"}])
            )

    def csms_says(self) -> None:
        self.count += 1
        self.open.append(f"c{self.count}")
        self.take(self.bench.hear("backend", [2, f"c{self.count}", "ClearCache", {}]))

    def csms_answers(self) -> None:
        if not self.asked:
            return
        _, message_id, action, payload = self.asked.pop()
        if self.open or self.rng.random() < 0.3:
            refusal = [4, message_id, "RpcFrameworkError", "", {}]
            self.take(self.bench.hear("backend", refusal))
            return
        number = payload.get("connectorId") or payload["idTag"].removeprefix("CARD-")
        self.told.append(int(number))
        answer = {"idTagInfo": {"status": "Accepted"}} if action == "Authorize" else {}
        self.take(self.bench.hear("backend", [3, message_id, answer]))

    def time_passes(self) -> None:
        self.take(self.bench.event("proxy", "advance", seconds=self.rng.choice((0.01, 0.3, 2.0))))


@pytest.mark.parametrize("takes_turns", [True, False])
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_all_is_told_once_and_in_order(takes_turns: bool, seed: int) -> None:
    rng = Random(seed)
    picky = Picky(rng, takes_turns=takes_turns, turn_gap=0.02, busy_codes=BUSY, refuse_after=20.0)
    steps = (
        picky.station_says, picky.station_says, picky.station_answers, picky.csms_answers,
        picky.csms_answers, picky.csms_says, picky.time_passes,
    )  # fmt: skip
    for _ in range(60):
        rng.choice(steps)()
    for _ in range(200):
        picky.station_answers()
        picky.csms_answers()
        picky.time_passes()
    assert not picky.owed
    assert not kept(picky.bench)
    assert picky.told == sorted(set(picky.told)), "once, and in order"
    assert set(picky.said) <= set(picky.told), "nothing that was answered is lost"
