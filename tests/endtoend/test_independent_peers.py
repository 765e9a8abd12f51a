"""A whole session between programs that share no code with the gateway, nor with each other."""

from collections.abc import Callable

import pytest
import trio

from gateway.testing.fakes import Payload
from tests.endtoend import sessions
from tests.endtoend.driven_peer import DrivenPeer, Make, ocpp_package, ocpp_rpc
from tests.endtoend.sessions import CHARGE, CSMS_ANSWERS, STATION_ANSWERS, TX16, TX20
from tests.endtoend.stage import Stage

pytestmark = pytest.mark.trio

VERSIONS = ("1.6", "2.0.1")
MAKES: dict[str, Callable[[pytest.Cache], Make]] = {
    "ocpp": lambda _: ocpp_package(),
    "ocpp-rpc": ocpp_rpc,
}
REMOTE = {  # what a CSMS asks, and what the station then hears
    "1.6": ("RemoteStopTransaction", "transactionId"),
    "2.0.1": ("RequestStopTransaction", "transactionId"),
}


class Noted:
    """A station, and what it has said."""

    def __init__(self, station: DrivenPeer) -> None:
        self.station = station
        self.said: sessions.Calls = []

    async def call(self, action: str, payload: Payload) -> Payload:
        """Ask, and wait for the answer."""
        self.said.append((action, payload))
        return await self.station.call(action, payload)


@pytest.fixture(params=MAKES)
def make(request: pytest.FixtureRequest) -> Make:
    """Whose programs take part."""
    return MAKES[request.param](request.config.cache)


@pytest.mark.parametrize("csms_speaks", VERSIONS)
@pytest.mark.parametrize("station_speaks", VERSIONS)
async def test_a_station_charges(
    stage: Stage, nursery: trio.Nursery, make: Make, station_speaks: str, csms_speaks: str
) -> None:
    csms = await make.peer(nursery, "csms", csms_speaks, CSMS_ANSWERS[csms_speaks], "CS-1")
    gateway = await stage.gateway(csms, options="")
    answers = STATION_ANSWERS[station_speaks]
    station = await make.peer(nursery, "station", station_speaks, answers, gateway.url, "CS-1")
    noted = Noted(station)
    own_id = await CHARGE[station_speaks](noted)
    if station_speaks == csms_speaks:
        assert csms.heard == noted.said
    elif csms_speaks == "2.0.1":
        assert sessions.transaction_201(csms.heard) != own_id
    else:
        assert sessions.transaction_16(csms.heard) == TX16
    assert csms.violations == station.violations == []
    counts = await gateway.counts()
    assert counts.of("frames_total", leg="primary", direction="in", type="error") == 0
    assert counts.of("frames_total", leg="station", direction="out", type="error") == 0
    assert counts.of("frames_refused_total") == 0


@pytest.mark.parametrize("station_speaks", VERSIONS)
async def test_a_csms_of_the_other_version_stops_a_transaction(
    stage: Stage, nursery: trio.Nursery, make: Make, station_speaks: str
) -> None:
    csms_speaks = {"1.6": "2.0.1", "2.0.1": "1.6"}[station_speaks]
    csms = await make.peer(nursery, "csms", csms_speaks, CSMS_ANSWERS[csms_speaks], "CS-1")
    gateway = await stage.gateway(csms)
    answers = STATION_ANSWERS[station_speaks]
    station = await make.peer(nursery, "station", station_speaks, answers, gateway.url, "CS-1")
    await station.call("BootNotification", sessions.boot(station_speaks))
    if station_speaks == "1.6":
        started = await station.call("StartTransaction", sessions.start_16())
        own_id = started["transactionId"]
        far_id = csms.heard[-1][1]["transactionInfo"]["transactionId"]
    else:
        await station.call("TransactionEvent", sessions.started_201())
        own_id, far_id = TX20, TX16
    ask, key = REMOTE[csms_speaks]
    assert await csms.call(ask, {key: far_id}) == {"status": "Accepted"}
    heard, key = REMOTE[station_speaks]
    assert (heard, {key: own_id}) in station.heard
