"""One leg's outgoing CALLs: one open at a time, in order, each ended by an answer or by time."""

from adapters.frame import CallError, CallResult
from gateway.core.effects import Effect, Send
from gateway.core.line import KEPT_LATE, LATE, Alarm, Ask, Line
from gateway.core.tally import Tally


class Asker:
    """Notes what became of its CALLs."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, str]] = []

    def answered(self, ask: Ask, message: CallResult | CallError, text: bytes) -> None:
        self.ends.append((ask.message_id, "answered"))

    def given_up(self, ask: Ask, why: str) -> None:
        self.ends.append((ask.message_id, why))

    def late(self, ask: Ask, message: CallResult | CallError) -> None:
        self.ends.append((ask.message_id, "late"))


class Setting:
    """A line, and what goes out on it."""

    def __init__(self) -> None:
        self.out: list[Effect] = []
        self.asker, self.alarm = Asker(), Alarm()
        self.line = Line("csms", "primary", "1.6", 30.0, self.out, Tally(), self.alarm)

    def ask(self, message_id: str, now: float = 0.0) -> None:
        self.line.ask(Ask(message_id, "Heartbeat", message_id.encode(), self.asker), now)

    @property
    def sent(self) -> list[str]:
        return [effect.text.decode() for effect in self.out if isinstance(effect, Send)]


def test_the_second_call_waits_for_the_answer_to_the_first() -> None:
    setting = Setting()
    for message_id in "abc":
        setting.ask(message_id)
    assert setting.sent == ["a"]
    assert setting.line.take("b", 1.0) is None, "it was not even sent"
    assert setting.line.take("a", 1.0) is not None
    assert setting.sent == ["a"], "the answer has its effect first"
    setting.line.go_on(1.0)
    assert setting.sent == ["a", "b"]


def test_an_answer_counts_once() -> None:
    setting = Setting()
    setting.ask("a")
    assert setting.line.take("a", 1.0) is not None
    assert setting.line.take("a", 1.0) is None


def test_a_call_has_its_time_from_when_it_is_sent_not_from_when_it_was_wanted() -> None:
    setting = Setting()
    setting.ask("a", 0.0)
    setting.ask("b", 0.0)
    assert setting.alarm.at == 30.0
    setting.line.expire(29.9)
    assert setting.asker.ends == []
    setting.line.expire(30.0)
    assert setting.asker.ends == [("a", "timeout")]
    assert setting.sent == ["a", "b"]
    setting.line.expire(59.9)
    assert setting.asker.ends == [("a", "timeout")]
    setting.line.expire(60.0)
    assert setting.asker.ends == [("a", "timeout"), ("b", "timeout")]


def test_what_was_given_up_is_known_for_ten_minutes_and_once() -> None:
    setting = Setting()
    for message_id in "ab":
        setting.ask(message_id)
    setting.line.expire(30.0)
    setting.line.expire(60.0)
    assert setting.line.take_late("a", 30.0 + LATE) is not None
    assert setting.line.take_late("a", 30.0 + LATE) is None
    assert setting.line.take_late("b", 60.0 + LATE + 0.1) is None


def test_only_so_many_are_kept_for_late_answers() -> None:
    setting = Setting()
    for number in range(KEPT_LATE + 1):
        setting.ask(f"{number}", number * 30.0)
        setting.line.expire((number + 1) * 30.0)
    now = (KEPT_LATE + 1) * 30.0
    assert setting.line.take_late("0", now) is None
    assert setting.line.take_late(f"{KEPT_LATE}", now) is not None


def test_a_leg_that_goes_takes_its_calls_with_it_and_the_next_ones_wait() -> None:
    setting = Setting()
    setting.ask("a")
    setting.ask("b")
    setting.line.down()
    assert setting.asker.ends == [("a", "closed"), ("b", "closed")]
    setting.ask("c", 5.0)
    setting.ask("d", 5.0)
    assert setting.sent == ["a"]
    setting.line.up(6.0)
    assert setting.sent == ["a", "c"]
