"""What a session owes its legs beside the stories: durability, bounds, back-pressure."""

from typing import Any

import msgspec
import pytest

from adapters.translation.options import Options
from adapters.translation.scalars import counted_ids
from gateway.core.effects import STATION, Close, Dial, Effect, Persist, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import PIPELINED, Session
from gateway.core.tally import Tally
from gateway.testing import Bench

NOW = 1_740_823_200.0
START = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2025-03-01T10:00:00Z"}


def call(message_id: str, action: str, payload: Any) -> bytes:
    return msgspec.json.encode([2, message_id, action, payload])


def session(
    station: str = "1.6",
    csms: str = "2.0.1",
    shadows: tuple[Upstream, ...] = (),
    records: dict[str, dict[str, bytes]] | None = None,
    **options: Any,
) -> Session:
    route = Route(
        "CS-1", station, "default", Upstream("csms", csms), shadows,  # type: ignore[arg-type]
        Options(ensure_boot="off", **options),
    )  # fmt: skip
    made = Session(route, records or {}, Tally(), NOW, ids=counted_ids())
    made.opened("csms", NOW)
    return made


def sends(effects: list[Effect], leg: str) -> list[Any]:
    return [msgspec.json.decode(e.text) for e in effects if isinstance(e, Send) and e.leg == leg]


def test_what_a_frame_follows_from_is_written_before_it_is_sent() -> None:
    ours = session()
    first = ours.hear(STATION, call("1", "StartTransaction", START), NOW)
    assert [type(effect) for effect in first] == [Persist, Send]
    answer = b'[3,"gw-1",{"idTokenInfo":{"status":"Accepted"}}]'
    second = ours.hear("csms", answer, NOW)
    assert [type(effect) for effect in second] == [Persist, Send]
    assert all(effect.wait for effect in (first[0], second[0]) if isinstance(effect, Persist))


def test_a_message_that_changes_nothing_is_not_written() -> None:
    ours = session()
    effects = ours.hear(STATION, call("1", "Heartbeat", {}), NOW)
    assert [type(effect) for effect in effects] == [Send]


@pytest.mark.parametrize(("station", "csms"), [("1.6", "2.0.1"), ("1.6", "1.6")])
def test_a_station_that_says_too_much_is_not_read_until_some_is_answered(
    station: str, csms: str
) -> None:
    ours = session(station, csms)
    for number in range(PIPELINED + 1):
        ours.hear(STATION, call(f"s{number}", "Heartbeat", {}), NOW)
    assert not ours.congested
    ours.hear(STATION, call("more", "Heartbeat", {}), NOW)
    assert ours.congested
    open_id = "gw-1" if csms == "2.0.1" else "s0"
    answer = [3, open_id, {"currentTime": "2025-03-01T10:00:00Z"}]
    ours.hear("csms", msgspec.json.encode(answer), NOW)
    assert not ours.congested


@pytest.mark.parametrize(("station", "csms"), [("1.6", "2.0.1"), ("1.6", "1.6"), ("2.0.1", "1.6")])
def test_a_csms_may_have_a_hundred_commands_waiting_and_not_one_more(
    station: str, csms: str
) -> None:
    ours = session(station, csms)
    effects: list[Effect] = []
    for number in range(120):
        effects += ours.hear("csms", call(f"c{number}", "ClearCache", {}), NOW)
    assert [frame[:3] for frame in sends(effects, "csms")] == [
        [4, f"c{number}", "GenericError"] for number in range(101, 120)
    ]
    answered: list[str] = []
    asked = sends(effects, STATION)
    while asked:
        answer = msgspec.json.encode([3, asked.pop()[1], {"status": "Accepted"}])
        effects = ours.hear(STATION, answer, NOW)
        answered += [frame[1] for frame in sends(effects, "csms")]
        asked += sends(effects, STATION)
    assert answered == [f"c{number}" for number in range(101)]


def test_by_default_both_sides_go_together_and_only_once() -> None:
    ours = session(shadows=(Upstream("new", "2.0.1"),))
    closed = [effect for effect in ours.closed("csms", NOW) if isinstance(effect, Close)]
    assert [(effect.leg, effect.code) for effect in closed] == [(STATION, 1001), ("new", 1001)]
    assert not ours.closed(STATION, NOW)


def test_with_a_journal_the_station_stays_and_the_csms_is_called_again() -> None:
    ours = session(link_policy="buffer")
    assert Dial("csms") in ours.closed("csms", NOW)
    effects = ours.hear(STATION, call("1", "Heartbeat", {}), NOW)
    assert sends(effects, STATION)[0][:2] == [3, "1"]


def test_a_session_wakes_when_a_call_has_had_its_time() -> None:
    ours = session()
    assert ours.alarm.at == float("inf")
    ours.hear(STATION, call("1", "Heartbeat", {}), NOW)
    assert ours.alarm.at == NOW + 30.0
    effects = ours.tick(ours.alarm.at)
    assert sends(effects, STATION) == [[4, "1", "InternalError", "no answer to Heartbeat", {}]]


def test_the_time_of_one_call_is_not_spent_by_the_one_before_it() -> None:
    ours = session("1.6", "1.6")
    ours.hear(STATION, call("1", "Heartbeat", {}), NOW)
    ours.hear(STATION, call("2", "Heartbeat", {}), NOW + 20)
    assert [frame[1] for frame in sends(ours.tick(NOW + 30), STATION)] == ["1"]
    assert ours.alarm.at == NOW + 60
    assert [frame[1] for frame in sends(ours.tick(NOW + 60), STATION)] == ["2"]


def test_a_loss_and_a_refusal_are_counted_by_closed_names() -> None:
    bench = Bench("A", {})
    bench.hear("charger", [2, "1", "Drop'; --", {}])
    bench.hear("charger", [2, "2", "MeterValues", {"connectorId": 1, "meterValue": [
        {"timestamp": "2025-03-01T10:00:00Z", "sampledValue": [{"value": "x"}]}]}])  # fmt: skip
    assert dict(bench.tally.losses) == {("value",): 1}
    assert bench.tally.translations["16_to_201", "other", "refused"] == 1
    assert bench.tally.translations["16_to_201", "MeterValues", "lossy"] == 1
