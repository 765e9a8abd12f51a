"""The rules of admission by themselves: buckets, back-off, bans, pace and what is shed when."""

import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.limits import Limits
from gateway.wire.admission import Admission, Rules, source_of
from gateway.wire.buckets import BackOff, Buckets
from gateway.wire.handshake import HandshakeError, rejection
from gateway.wire.pace import GIVES_UP_AFTER, Pace, Turnstile
from gateway.wire.pressure import Level, Pressure
from tests.gateway.front_bench import front
from tests.gateway.wire_bench import Forwarding, harbour

EVERYBODY = Rules(exempt=())


def refused(admission: Admission, now: float, source: str = "1.2.3.4", identity: str = "A") -> str:
    """With what a request is turned away; empty if it is not."""
    try:
        admission.ask(source, identity, now)
    except HandshakeError as error:
        return error.outcome if error.status == 429 and error.retry_after > 0 else "badly"
    return ""


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # the machine may be busy
)
@given(st.integers(1, 60), st.lists(st.floats(0.0, 30.0), min_size=1, max_size=20))
def test_a_bucket_never_gives_more_than_a_minutes_worth_in_a_minute(
    a_minute: int, steps: list[float]
) -> None:
    buckets, now, taken = Buckets(a_minute), 1000.0, []  # type: Buckets, float, list[float]
    for step in steps:
        for _ in range(a_minute + 1):
            if buckets.wait("x", now) <= 0.0:
                buckets.take("x", now)
                taken.append(now)
        now += step
        waits = buckets.wait("x", now)
        assert buckets.wait("x", now + waits + 1e-6) <= 1e-3
    for at in {*taken}:
        assert sum(at <= one < at + 30.0 for one in taken) <= 1.5 * a_minute + 1


def test_tables_hold_no_more_than_their_share_and_shrink_by_themselves() -> None:
    buckets, back_off = Buckets(60, kept=100), BackOff(3, kept=100)
    for number in range(1000):
        buckets.take(str(number), 0.0)
        back_off.failed(str(number), 0.0)
    assert (len(buckets), len(back_off)) == (100, 100)
    for number in range(200):
        buckets.take("one", 1000.0 + 10 * number)
    assert len(buckets) == 1


def test_a_rule_of_nought_is_no_rule() -> None:
    admission = Admission(Rules(0, 0, 0, 0, 0, exempt=()))
    for _ in range(1000):
        assert admission.enter("1.2.3.4", 0.0)
        assert refused(admission, 0.0) == ""
        admission.attempt("1.2.3.4", "A", 0.0)
        admission.connected("A", 0.0)


def test_a_wrong_password_waits_longer_each_time_and_no_longer_than_a_minute() -> None:
    back_off, now, waits = BackOff(2), 0.0, []  # type: BackOff, float, list[float]
    for _ in range(12):
        waits.append(back_off.wait("x", now))
        now += waits[-1]
        back_off.failed("x", now)
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    back_off.failed("x", now + 700.0)
    assert back_off.wait("x", now + 700.0) == 0.0


def test_what_is_tried_at_the_same_time_counts_before_it_is_judged() -> None:
    admission = Admission(EVERYBODY)
    for _ in range(5):
        admission.attempt("1.2.3.4", "A", 0.0)
    with pytest.raises(HandshakeError):
        admission.attempt("1.2.3.4", "A", 0.0)
    admission.attempt("5.6.7.8", "A", 0.0)
    admission.unjudged("1.2.3.4", "A")
    admission.attempt("1.2.3.4", "A", 0.0)


def test_a_password_that_was_right_wipes_the_slate() -> None:
    admission = Admission(EVERYBODY)
    for now in range(200):
        admission.attempt("1.2.3.4", "A", float(now))
        admission.right("1.2.3.4", "A")


def test_one_address_may_not_guess_at_a_whole_fleet() -> None:
    admission, refusals = Admission(EVERYBODY), 0
    for number in range(100):
        try:
            admission.attempt("1.2.3.4", f"CS-{number}", 0.0)
        except HandshakeError:
            refusals += 1
    assert refusals == 50
    admission.attempt("5.6.7.8", "CS-99", 0.0)


def test_many_addresses_may_not_guess_at_one_station() -> None:
    admission, refusals = Admission(EVERYBODY), 0
    for number in range(100):
        try:
            admission.attempt(f"1.2.3.{number}", "A", 0.0)
        except HandshakeError:
            refusals += 1
    assert refusals == 50


def test_requests_of_one_source_are_counted_and_those_of_others_are_not() -> None:
    admission = Admission(Rules(upgrades_per_minute=10, exempt=("10.0.0.0/8",)))
    found = [refused(admission, 0.0) for _ in range(12)]
    assert found == [""] * 10 + ["rate_limited"] * 2
    assert refused(admission, 0.0, "1.2.3.5") == ""
    assert {refused(admission, 0.0, "10.1.2.3") for _ in range(50)} == {""}
    assert refused(admission, 60.0) == ""


def test_far_too_many_requests_are_not_even_read() -> None:
    admission = Admission(Rules(upgrades_per_minute=10, exempt=()))
    for _ in range(40):
        refused(admission, 0.0)
    assert not admission.enter("1.2.3.4", 0.0)
    assert admission.enter("1.2.3.4", 60.0)


def test_places_are_given_back() -> None:
    admission = Admission(Rules(handshakes_per_source=2, exempt=()))
    assert [admission.enter("1.2.3.4", 0.0) for _ in range(3)] == [True, True, False]
    admission.leave("1.2.3.4")
    assert admission.enter("1.2.3.4", 0.0)


def test_an_address_is_counted_by_the_part_that_its_owner_cannot_choose() -> None:
    assert source_of(("1.2.3.4", 5)) == "1.2.3.4"
    assert source_of(("2001:db8:1:2:3:4:5:6", 5, 0, 0)) == "2001:db8:1:2::"
    assert source_of(("::ffff:1.2.3.4", 5, 0, 0)) == "1.2.3.4"
    assert source_of(("fe80::1%eth0", 5, 0, 2)) == "fe80::"
    assert source_of("") == ""


def test_a_flapping_identity_is_banned_for_a_while_and_others_are_not() -> None:
    admission = Admission(Rules(reconnects_per_minute=5, flap_ban=90.0, exempt=()))
    for _ in range(6):
        admission.connected("A", 0.0)
    assert refused(admission, 89.0, "9.9.9.9") == "flapping"
    assert refused(admission, 1.0, identity="B") == ""
    assert refused(admission, 91.0) == ""
    assert admission.has_come_lately("A", 59.0)
    assert not admission.has_come_lately("A", 121.0)


def test_whoever_is_asked_to_wait_is_told_how_long() -> None:
    assert b"Retry-After: 3\r\n" in rejection(429, 2.1)
    assert b"Retry-After: 1\r\n" in rejection(503, 0.0)


class Clock:
    """A time that is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_starts_are_spread_over_time_and_those_too_many_are_told_so() -> None:
    pace, clock = Pace(clock := Clock()), clock
    waits = [pace.reserve(10.0, 2.0) for _ in range(40)]
    assert waits[:10] == [0.0] * 10
    assert waits[10] == pytest.approx(0.1)
    assert sum(wait is not None for wait in waits) == 30
    clock.now += 60.0
    assert pace.reserve(10.0, 2.0) == 0.0


def test_a_csms_that_wants_less_than_a_start_a_second_gets_those() -> None:
    pace, clock = Pace(clock := Clock()), clock
    for _ in range(3):
        assert pace.reserve(0.1, 2.5) == 0.0
        assert pace.reserve(0.1, 2.5) is None
        clock.now += 10.0


def test_while_all_starts_fail_only_a_few_are_tried_and_one_success_ends_that() -> None:
    pace, clock = Pace(clock := Clock()), clock
    tried = 0
    for _ in range(600):
        clock.now += 0.1
        if pace.reserve(200.0, 2.0) is not None:
            tried += 1
            pace.failed()
    assert GIVES_UP_AFTER < tried < 45
    clock.now += 2.0
    assert pace.reserve(200.0, 2.0) is not None
    pace.succeeded()
    assert [pace.reserve(200.0, 2.0) for _ in range(100)] == [0.0] * 100


def test_what_is_shed_grows_with_the_lateness_and_eases_slowly() -> None:
    pressure = Pressure()
    found = []
    for late in (0.0, 0.11, 0.26, 0.6, 0.0, 0.0, 0.0, 0.0):
        pressure.note(late)
        found.append(pressure.level)
    assert found[:4] == [Level.NOTHING, Level.ACCEPTING, Level.RETURNING, Level.SHADOWS]
    assert found[4:] == [Level.RETURNING] * 3 + [Level.ACCEPTING]
    for _ in range(20):
        pressure.note(0.0)
    assert pressure.level is Level.NOTHING


@pytest.mark.trio
async def test_few_pass_the_turnstile_in_one_turn() -> None:
    turnstile, passed = Turnstile(3), []  # type: Turnstile, list[int]

    async def one(turn: list[int]) -> None:
        await turnstile()
        passed.append(turn[0])

    turn = [0]
    async with trio.open_nursery() as nursery:
        for _ in range(12):
            nursery.start_soon(one, turn)
        while len(passed) < 12:
            turn[0] += 1
            await trio.lowlevel.checkpoint()
    assert max(passed.count(number) for number in passed) <= 3


@pytest.mark.trio
async def test_under_pressure_shadows_go_and_stations_stay() -> None:
    async with harbour() as port:
        session = Forwarding(("new",))
        link, station, primary = port.adopt(session, "new")
        shadow = port.attach(link, "new")
        port.lane.shed(link, "new")
        assert await shadow.closing() == 1013
        assert port.tally.shadow_dropped["new",] == 1
        assert port.shore.dialled == ["new"]
        await station.say(b"hello")
        assert await primary.hear() == (1, b"hello")


@pytest.mark.trio
async def test_under_pressure_whoever_was_here_is_asked_to_wait_and_others_come_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with front() as gateway:
        async with gateway.station("CS1"):
            monkeypatch.setattr(Pressure, "level", Level.RETURNING)
            status, headers = await gateway.refusal("CS1")
            assert status == 503
            assert int(headers[b"retry-after"]) > 0
            assert gateway.outcome("overloaded") == 1
        async with gateway.station("CS2") as other:
            await other.send_message("hello")
            assert await other.get_message() == "/a/CS2:hello"


@pytest.mark.trio
async def test_pressure_is_measured_by_how_late_a_turn_comes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    pressure, shed = Pressure(), []  # type: Pressure, list[int]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pressure.watch, lambda: shed.append(1))
        await trio.sleep(0.25)
        autojump_clock.jump(0.7)
        await trio.sleep(0.15)
        assert pressure.level is Level.SHADOWS
        assert shed
        nursery.cancel_scope.cancel()
    assert Limits().outbox > 0
