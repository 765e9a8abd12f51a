"""The shadow: what is compared, what is ignored, and what it is told in the station's place."""

from typing import Any

import msgspec
import pytest

from adapters import v16, v201
from adapters.frame import Call, CallError, CallResult
from adapters.translation.options import Options
from adapters.translation.scalars import counted_ids
from gateway.config import is_sampled
from gateway.core.effects import STATION, Compared, Persist, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.shadows import virtual
from gateway.core.shadows.outbox import WAITING
from gateway.core.shadows.seen import Seen
from gateway.core.tally import Tally
from tests import schema_oracle

ACTIONS = {"1.6": v16.ACTIONS, "2.0.1": v201.ACTIONS}
NOW = 1_740_823_200.0
ACCEPTED = {"idTagInfo": {"status": "Accepted"}, "transactionId": 42}


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_whatever_a_shadow_commands_is_declined_as_its_schema_wants(version: Any) -> None:
    seen = Seen(version, None)
    for action in ACTIONS[version]:
        call = Call("1", action, msgspec.Raw(b"{}"))
        answer = virtual.answer(seen, call, "reject")
        if isinstance(answer, CallResult):
            payload = bytes(answer.payload)
            assert not schema_oracle.faults(version, f"{action}Response", payload)
            assert "Accepted" not in payload.decode()
        else:
            assert answer.code == "NotSupported"
    coffee = Call("1", "MakeCoffee", msgspec.Raw(b"{}"))
    assert isinstance(virtual.answer(seen, coffee, "accept-noop"), CallError)


def test_a_share_has_always_the_same_stations_and_a_larger_one_has_more() -> None:
    names = [f"CS-{number}" for number in range(2000)]
    tenth, half, none, everyone = (
        {name for name in names if is_sampled(name, share)} for share in (0.1, 0.5, 0.0, 1.0)
    )
    assert tenth < half < everyone == set(names)
    assert not none
    assert 150 < len(tenth) < 250


class Setting:
    """A 1.6 station, its 1.6 primary, and a shadow of either version."""

    def __init__(self, shadow: str, records: dict[str, dict[str, bytes]] | None = None) -> None:
        upstreams = (Upstream("shadow", shadow),)  # type: ignore[arg-type]
        route = Route("CS-1", "1.6", "default", Upstream("csms", "1.6"), upstreams, Options())
        self.tally = Tally()
        self.session = Session(route, records or {}, self.tally, NOW, ids=counted_ids())
        self.session.opened("csms", NOW)
        self.session.opened("shadow", NOW)

    def exchange(self, number: int, action: str = "Heartbeat", answer: Any = None) -> list[Any]:
        """The station asks, the primary answers; what was compared."""
        call = msgspec.json.encode([2, f"s{number}", action, {}])
        effects = self.session.hear(STATION, call, NOW)
        self.asked = [e.text for e in effects if isinstance(e, Send) and e.leg == "shadow"]
        said = msgspec.json.encode([3, f"s{number}", answer or {}])
        effects += self.session.hear("csms", said, NOW)
        return [effect for effect in effects if isinstance(effect, Compared)]


def test_a_shadow_that_sleeps_is_dropped_behind_and_nothing_waits_for_it() -> None:
    setting = Setting("1.6")
    found = [setting.exchange(number) for number in range(WAITING + 10)]
    dropped = [one for one in found if one and one[0].paths == ("dropped",)]
    assert len(dropped) == setting.tally.shadow_dropped["shadow",] > 0
    assert not setting.session.congested


def test_a_shadow_that_does_not_answer_in_time_is_said_not_to_have() -> None:
    setting = Setting("1.6")
    setting.exchange(1)
    (found,) = [e for e in setting.session.tick(NOW + 30) if isinstance(e, Compared)]
    assert found.verdict == "unanswered"


@pytest.mark.parametrize(
    "answer",
    [{"transactionId": True}, {"transactionId": "7"}, {"transactionId": 1.5}, [], "7", None, {}],
)
def test_a_number_that_is_none_is_not_learnt_and_cannot_hurt_the_next_connection(
    answer: Any,
) -> None:
    setting = Setting("1.6")
    setting.exchange(1, "StartTransaction", ACCEPTED)
    (asked,) = map(msgspec.json.decode, setting.asked)
    text = msgspec.json.encode([3, asked[1], answer])
    effects = setting.session.hear("shadow", text, NOW)
    kept = [effect.records for effect in effects if isinstance(effect, Persist)]
    assert not [key for records in kept for key in records if key.startswith("number:")]
