"""A CSMS that hears one CALL at a time, of either side, and refuses what comes besides."""

from typing import Any

import msgspec
import pytest
import trio

from tests.endtoend.gateway_process import PATIENCE, Gateway, until
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import ClosedError, WireEnd

pytestmark = pytest.mark.trio

BUSY = 'busy_codes = ["RpcFrameworkError"]'
STRICT = 'turns = "strict"'
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
STOP = {"transactionId": 7, "meterStop": 10, "timestamp": "2025-03-01T10:00:00Z"}
encode = msgspec.json.encode


class OneAtATime:
    """Its one place is taken by a CALL of either side, and a moment longer."""

    def __init__(self, end: WireEnd, moment: float = 0.02) -> None:
        self.end, self.moment = end, moment
        self.heard: list[tuple[str, Any]] = []
        self.refused = 0
        self.asked = 0
        self.answers: dict[str, Any] = {}
        self._open, self._free_at = "", 0.0

    async def listen(self) -> None:
        try:
            while True:
                await self._take(msgspec.json.decode(await self.end.hear()))
        except (ClosedError, trio.ClosedResourceError, trio.BrokenResourceError):
            return

    async def _take(self, frame: list[Any]) -> None:
        now = trio.current_time()
        if frame[0] != 2:
            assert frame[1] == self._open
            self.answers[self._open] = frame
            self._open, self._free_at = "", now + self.moment
            return
        _, message_id, action, payload = frame
        if self._open or now < self._free_at:
            self.refused += 1
            reply = [4, message_id, "RpcFrameworkError", "Call already in progress", {}]
        else:
            self.heard.append((action, payload))
            self._free_at = now + self.moment
            given = CSMS_ANSWERS["1.6"].get(action, {})
            reply = [3, message_id, given(payload) if callable(given) else given]
        await self.end.say(encode(reply).decode())

    async def ask(self, action: str, payload: Any) -> str:
        """Ask, as soon as its one place is free."""
        await until(lambda: not self._open)
        self.asked += 1
        self._open = f"c{self.asked}"
        await self.end.say(encode([2, self._open, action, payload]).decode())
        return self._open

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.heard]


async def between(stage: Stage, *keys: str) -> tuple[Gateway, WireCsms, Talker, OneAtATime]:
    """A gateway, its CSMS, a station that answers nothing by itself, and the leg between."""
    csms = await stage.wire_csms("far", "1.6")
    gateway = await stage.gateway(csms, csms_keys="\n".join(keys))
    station = await stage.station(gateway, "CS-1", answers={})
    far = OneAtATime(await csms.connection("CS-1"))
    stage.nursery.start_soon(far.listen)
    return gateway, csms, station, far


@pytest.mark.parametrize("keys", [(STRICT,), (BUSY,), (STRICT, "turn_gap = 0", BUSY)])
async def test_a_correct_station_is_never_refused(stage: Stage, keys: tuple[str, ...]) -> None:
    gateway, _, station, far = await between(stage, *keys)
    said = []
    for number in range(8):
        payload = STATUS | {"connectorId": number}
        if number % 2:
            asked = await far.ask("ClearCache", {})
            call = await station.hears("ClearCache")
            message_id = await station.ask("StatusNotification", payload)
            await station.answer(call, {"status": "Accepted"})
            assert await station.answer_to(message_id) == {}
            await until(lambda asked=asked: asked in far.answers)  # type: ignore[misc]
            assert far.answers[asked][2] == {"status": "Accepted"}
        else:
            assert await station.call("StatusNotification", payload) == {}
        said.append(payload)
    assert [payload for _, payload in far.heard] == said
    counts = await gateway.counts()
    refused = counts.of("frames_refused_total", leg="primary", reason="busy")
    assert refused == far.refused
    assert (refused == 0) is (keys == (STRICT,))


async def test_a_station_that_waits_for_its_answer_first_is_not_waited_for(stage: Stage) -> None:
    keys = (STRICT, BUSY, "stand_in_after = 0.1", "refuse_after = 0.4")
    gateway, _, station, far = await between(stage, *keys)
    asked = await far.ask("RemoteStopTransaction", {"transactionId": 7})
    call = await station.hears("RemoteStopTransaction")
    assert await station.call("StatusNotification", STATUS) == {}
    assert "currentTime" in await station.call("Heartbeat", {})
    assert await station.call("StopTransaction", STOP) == {}
    with pytest.raises(Exception, match="InternalError"):
        await station.call("Authorize", {"idTag": "CARD-1"})
    assert not far.heard
    await station.answer(call, {"status": "Accepted"})
    await until(lambda: len(far.heard) == 3)
    assert far.actions == ["StatusNotification", "Heartbeat", "StopTransaction"]
    assert far.answers[asked][2] == {"status": "Accepted"}
    assert (await station.call("Authorize", {"idTag": "CARD-1"}))["idTagInfo"]
    counts = await gateway.counts()
    assert counts.of("answered_here_total", csms="far") == 3
    assert counts.of("journal_entries_total", csms="far", event="replayed") == 2


async def test_what_was_answered_here_survives_a_kill(stage: Stage) -> None:
    gateway, csms, station, far = await between(stage, STRICT, "stand_in_after = 0")
    await far.ask("RemoteStopTransaction", {"transactionId": 7})
    await station.hears("RemoteStopTransaction")
    assert await station.call("StopTransaction", STOP) == {}
    await gateway.kill()
    await station.is_closed()
    await gateway.start()
    station = await stage.station(gateway, "CS-1", answers={})
    far = OneAtATime(await csms.connection("CS-1"))
    with trio.fail_after(PATIENCE):
        stage.nursery.start_soon(far.listen)
        assert "currentTime" in await station.call("Heartbeat", {})
    assert far.heard[0] == ("StopTransaction", STOP)
    await gateway.until("journal_entries_total", 1, csms="far", event="replayed")


async def test_a_csms_never_hears_of_what_it_does_not_know(stage: Stage) -> None:
    keys = 'answer_here = ["DataTransfer", "FirmwareStatusNotification"]'
    gateway, _, station, far = await between(stage, keys)
    assert await station.call("FirmwareStatusNotification", {"status": "Idle"}) == {}
    answer = await station.call("DataTransfer", {"vendorId": "org.example"})
    assert answer == {"status": "UnknownVendorId"}
    assert await station.call("StatusNotification", STATUS) == {}
    assert far.actions == ["StatusNotification"]
    counts = await gateway.counts()
    assert counts.of("answered_here_total", csms="far", action="DataTransfer") == 1
