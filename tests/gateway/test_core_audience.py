"""A bug of ours in a shadow ends that shadow; its station and its primary notice nothing."""

import pytest

from gateway.core.effects import STATION, Close, Effect, Refused, Send
from gateway.core.route import Route, Upstream
from gateway.core.session import Session
from gateway.core.shadows import virtual
from gateway.core.tally import Tally

NOW = 1_740_823_200.0
RESET = b'[2,"r1","Reset",{"type":"Hard"}]'


def said(effects: list[Effect], leg: str) -> list[bytes]:
    return [effect.text for effect in effects if isinstance(effect, Send) and effect.leg == leg]


def test_a_shadow_that_trips_over_a_bug_of_ours_is_dropped_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shadows = (Upstream("shadow", "1.6"), Upstream("other", "1.6"))
    tally = Tally()
    session = Session(Route("CS-1", "1.6", "s", Upstream("p", "1.6"), shadows), {}, tally, NOW)
    for name in ("p", "shadow", "other"):
        session.opened(name, NOW)

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(virtual, "answer", broken)
    effects = session.hear("shadow", RESET, NOW)
    assert [e for e in effects if isinstance(e, Close)] == [Close("shadow", 1011, "internal error")]
    assert any(isinstance(e, Refused) and e.reason == "shadow_crashed" for e in effects)
    assert tally.station_crashes == 1

    beat = b'[2,"1","Heartbeat",{}]'
    effects = session.hear(STATION, beat, NOW)
    assert said(effects, "p") == [beat]
    assert len(said(effects, "other")) == 1
    assert said(effects, "shadow") == []
    answer = b'[3,"1",{"currentTime":"2025-03-01T10:00:00Z"}]'
    assert said(session.hear("p", answer, NOW), STATION) == [answer]
    assert session.closed("shadow", NOW) == []
    assert session.hear("shadow", beat, NOW) == []
