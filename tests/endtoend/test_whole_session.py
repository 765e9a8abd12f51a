"""A station charges through a CSMS of the other version: the right ids on both sides."""

import pytest

from gateway.testing import FakeStation
from gateway.testing.fakes import Payload
from tests.endtoend import sessions
from tests.endtoend.sessions import CARD, STATION_ANSWERS, TX16, TX20, charge_16, charge_201, said
from tests.endtoend.stage import Stage

pytestmark = pytest.mark.trio


async def test_a_16_station_charges_through_a_201_csms(stage: Stage) -> None:
    csms = await stage.csms("new", "2.0.1")
    gateway = await stage.gateway(csms)
    station = FakeStation("CS-1", "1.6", STATION_ANSWERS["1.6"])
    async with station.connected(gateway.url):
        number = await charge_16(station)
    heard = csms.stations["CS-1"].heard
    events = said(heard, "TransactionEvent")
    assert sessions.transaction_201(heard) != str(number)
    assert events[0]["idToken"]["idToken"] == CARD
    assert events[0]["evse"] == {"id": 1, "connectorId": 1}
    assert register(events[0]) == 1000
    assert register(events[-1]) == 5000
    counts = await gateway.counts()
    assert counts.of("frames_refused_total") == 0
    assert counts.of("station_crashes_total") == 0


async def test_a_201_station_charges_through_a_16_csms(stage: Stage) -> None:
    csms = await stage.csms("old", "1.6")
    gateway = await stage.gateway(csms)
    station = FakeStation("CS-2", "2.0.1", STATION_ANSWERS["2.0.1"])
    async with station.connected(gateway.url):
        await charge_201(station)
    heard = csms.stations["CS-2"].heard
    assert sessions.transaction_16(heard) == TX16
    (start,), (stop,) = said(heard, "StartTransaction"), said(heard, "StopTransaction")
    assert (start["connectorId"], start["idTag"], start["meterStart"]) == (1, CARD, 1000)
    assert (stop["meterStop"], stop.get("idTag")) == (5000, CARD)
    counts = await gateway.counts()
    assert counts.of("frames_refused_total") == 0
    assert counts.of("station_crashes_total") == 0


async def test_a_201_csms_starts_and_stops_at_a_16_station(stage: Stage) -> None:
    csms = await stage.csms("new", "2.0.1")
    gateway = await stage.gateway(csms)
    station = FakeStation("CS-1", "1.6", STATION_ANSWERS["1.6"])
    async with station.connected(gateway.url):
        await station.call("BootNotification", sessions.boot("1.6"))
        peer = csms.stations["CS-1"]
        asked = {"idToken": sessions.token(), "remoteStartId": 77, "evseId": 1}
        assert (await peer.call("RequestStartTransaction", asked))["status"] == "Accepted"
        assert (await station.wait_for("RemoteStartTransaction"))["idTag"] == CARD
        number = (await station.call("StartTransaction", sessions.start_16()))["transactionId"]
        started = (await peer.wait_for("TransactionEvent"))["transactionInfo"]
        assert started["remoteStartId"] == 77
        stop = {"transactionId": started["transactionId"]}
        assert (await peer.call("RequestStopTransaction", stop))["status"] == "Accepted"
        assert await station.wait_for("RemoteStopTransaction") == {"transactionId": number}
        await station.call("StopTransaction", sessions.stop_16(number) | {"reason": "Remote"})
    ended = said(peer.heard, "TransactionEvent")[-1]
    assert ended["triggerReason"] == "RemoteStop"
    assert sessions.transaction_201(peer.heard) == started["transactionId"]


async def test_a_16_csms_stops_at_a_201_station(stage: Stage) -> None:
    csms = await stage.csms("old", "1.6")
    gateway = await stage.gateway(csms)
    station = FakeStation("CS-2", "2.0.1", STATION_ANSWERS["2.0.1"])
    async with station.connected(gateway.url):
        await station.call("BootNotification", sessions.boot("2.0.1"))
        await station.call("StatusNotification", sessions.status("2.0.1", "Occupied"))
        await station.call("TransactionEvent", sessions.started_201())
        peer = csms.stations["CS-2"]
        answer = await peer.call("RemoteStopTransaction", {"transactionId": TX16})
        assert answer == {"status": "Accepted"}
        assert await station.wait_for("RequestStopTransaction") == {"transactionId": TX20}
        ended = sessions.event_201("Ended", 1, "RemoteStop", 3000, stoppedReason="Remote")
        await station.call("TransactionEvent", ended)
    (stop,) = said(peer.heard, "StopTransaction")
    assert (stop["transactionId"], stop["meterStop"], stop["reason"]) == (TX16, 3000, "Remote")


def register(event: Payload) -> float:
    """The last register value that an event carries."""
    return float(event["meterValue"][-1]["sampledValue"][0]["value"])
