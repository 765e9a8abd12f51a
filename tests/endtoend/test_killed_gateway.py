"""kill -9 in the middle of a transaction: after the restart it is the same transaction."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.testing.fakes import Payload
from tests.endtoend import sessions
from tests.endtoend.gateway_process import Gateway, until
from tests.endtoend.sessions import CSMS_ANSWERS, TX16, TX20
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Heard, Talker
from tests.endtoend.wire_csms import WireCsms

pytestmark = pytest.mark.trio

TRANSACTION = {"TransactionEvent", "StartTransaction", "MeterValues", "StopTransaction"}
OTHER = {"1.6": "2.0.1", "2.0.1": "1.6"}


class Story:
    """One station and a CSMS of the other version, whose transaction CALLs the test answers."""

    def __init__(self, stage: Stage, version: str) -> None:
        self.stage, self.version, self.other = stage, version, OTHER[version]
        self.answers = CSMS_ANSWERS[self.other]
        self.heard: sessions.Calls = []  # by the CSMS, over all connections
        self.gateway: Gateway
        self.csms: WireCsms
        self.station: Talker
        self.desk: Talker

    async def begin(self) -> None:
        """Up to an accepted boot."""
        self.csms = await self.stage.wire_csms("far", self.other)
        self.gateway = await self.stage.gateway(self.csms)
        await self.connect()
        await self.station.call("BootNotification", sessions.boot(self.version))

    async def connect(self) -> None:
        """The station connects, for the first time or again."""
        automatic = {k: v for k, v in self.answers.items() if k not in TRANSACTION}
        self.station = await self.stage.station(self.gateway, "CS-1", self.version)
        self.desk = await self.csms.talker("CS-1", automatic)

    async def crash(self) -> None:
        """kill -9, restart on the same store, and the station comes back."""
        await self.gateway.kill()
        await self.station.is_closed()
        await self.desk.is_closed()
        await self.gateway.start()
        await self.connect()

    async def hears(self) -> Heard:
        """The CSMS hears a transaction CALL, and has not answered yet."""
        call = await self.desk.hears()
        self.heard.append((call.action, call.payload))
        return call

    async def exchange(self, action: str, payload: Payload) -> Payload:
        """One CALL of the station, answered as the CSMS does."""
        message_id = await self.station.ask(action, payload)
        await self.answers_once()
        return await self.station.answer_to(message_id)

    async def answers_once(self) -> None:
        """The CSMS answers the next transaction CALL."""
        call = await self.hears()
        answer = self.answers[call.action]
        assert isinstance(answer, dict)
        await self.desk.answer(call, answer)

    async def is_quiet(self) -> None:
        """The CSMS hears of no transaction any more."""
        await self.station.call("Heartbeat", {})
        assert await self.desk.hears_nothing()


@pytest.fixture
async def old(stage: Stage) -> Story:
    """A 1.6 station that has booted."""
    story = Story(stage, "1.6")
    await story.begin()
    return story


@pytest.fixture
async def new(stage: Stage) -> Story:
    """A 2.0.1 station that has booted."""
    story = Story(stage, "2.0.1")
    await story.begin()
    return story


async def unanswered(story: Story, action: str, payload: Payload) -> Payload:
    """A CALL that reaches the CSMS, a crash before it is answered, and the CALL again."""
    await story.station.ask(action, payload)
    await story.hears()
    await story.crash()
    return await story.exchange(action, payload)


async def in_vain(story: Story, action: str, payload: Payload) -> Payload:
    """A CALL whose answer the CSMS sends, while the gateway dies; and the CALL again."""
    await story.station.ask(action, payload)
    await story.answers_once()
    before = len(story.heard)
    await story.crash()
    message_id = await story.station.ask(action, payload)
    if await reaches_the_csms(story, message_id):
        await story.answers_once()
    assert len(story.heard) <= before + 1
    return await story.station.answer_to(message_id)


async def reaches_the_csms(story: Story, message_id: str) -> bool:
    """Whether a CALL is asked of the CSMS again, rather than answered from what was kept."""
    await until(lambda: story.desk.has_calls or story.station.is_answered(message_id))
    return story.desk.has_calls


async def told_whole(story: Story, action: str, payload: Payload) -> Payload:
    """A CALL that is answered, a crash, and nothing to repeat."""
    answer = await story.exchange(action, payload)
    await story.crash()
    return answer


Step = Callable[[Story, str, Payload], Awaitable[Payload]]
CRASHES: dict[str, Step] = {"answered": told_whole, "unanswered": unanswered, "in-vain": in_vain}


@pytest.mark.parametrize("crash", CRASHES)
async def test_a_16_transaction_stays_one_through_crashes(old: Story, crash: str) -> None:
    says = CRASHES[crash]
    number = (await says(old, "StartTransaction", sessions.start_16()))["transactionId"]
    await says(old, "MeterValues", sessions.meter_16(number, "2000"))
    await says(old, "StopTransaction", sessions.stop_16(number))
    await old.is_quiet()
    sessions.transaction_201(old.heard)
    seen = {event["seqNo"]: event["eventType"] for _, event in old.heard}
    assert seen == {0: "Started", 1: "Updated", 2: "Ended"}


@pytest.mark.parametrize("crash", CRASHES)
async def test_a_201_transaction_stays_one_through_crashes(new: Story, crash: str) -> None:
    says = CRASHES[crash]
    await says(new, "TransactionEvent", sessions.started_201())
    updated = sessions.event_201("Updated", 1, "MeterValuePeriodic", 2000)
    await says(new, "TransactionEvent", updated)
    ended = sessions.event_201("Ended", 2, "StopAuthorized", 5000, stoppedReason="Local")
    await says(new, "TransactionEvent", ended)
    await new.is_quiet()
    # 1.6 cannot say that a StartTransaction is a repeated one (specification, section 19).
    starts = len(sessions.said(new.heard, "StartTransaction"))
    assert starts == 1 or (crash != "answered" and starts == 2)
    assert sessions.transaction_16(new.heard, starts) == TX16


async def test_a_16_station_that_repeats_what_was_answered_is_answered_from_here(
    old: Story,
) -> None:
    start = sessions.start_16()
    first = await old.exchange("StartTransaction", start)
    await old.crash()
    assert await old.station.call("StartTransaction", start) == first
    stop = sessions.stop_16(first["transactionId"])
    await old.exchange("StopTransaction", stop)
    await old.crash()
    await old.station.call("StopTransaction", stop)
    await old.is_quiet()
    assert sessions.transaction_201(old.heard)
    assert [event["eventType"] for _, event in old.heard] == ["Started", "Ended"]


async def test_a_201_station_that_repeats_what_was_answered_is_answered_from_here(
    new: Story,
) -> None:
    started = sessions.started_201()
    first = await new.exchange("TransactionEvent", started)
    await new.crash()
    assert await new.station.call("TransactionEvent", started) == first
    await new.is_quiet()
    assert [action for action, _ in new.heard] == ["StartTransaction"]


async def test_a_csms_names_a_transaction_from_before_the_crash(old: Story, new: Story) -> None:
    number = (await old.exchange("StartTransaction", sessions.start_16()))["transactionId"]
    await old.crash()
    event = old.heard[0][1]["transactionInfo"]
    await old.desk.call("RequestStopTransaction", {"transactionId": event["transactionId"]})
    assert old.station.heard[-1] == ("RemoteStopTransaction", {"transactionId": number})
    await new.exchange("TransactionEvent", sessions.started_201())
    await new.crash()
    await new.desk.call("RemoteStopTransaction", {"transactionId": TX16})
    assert new.station.heard[-1] == ("RequestStopTransaction", {"transactionId": TX20})
