"""`link_policy = "buffer"`: stations that come while their CSMS is away."""

from typing import Any

import pytest

from tests.endtoend import sessions
from tests.endtoend.gateway_process import until
from tests.endtoend.sessions import CSMS_ANSWERS, STATION_ANSWERS
from tests.endtoend.stage import Stage
from tests.endtoend.wire_end import RefusedError

pytestmark = pytest.mark.trio

BUFFER = (
    'provision = "off"\nlink_policy = "buffer"\n'
    "topology = [{ connector = 1, evse = 1, evse_connector = 1 }]"
)
CARD: dict[str, dict[str, Any]] = {
    "1.6": {"idTag": sessions.CARD},
    "2.0.1": {"idToken": sessions.token()},
}
OTHER = {"1.6": "2.0.1", "2.0.1": "1.6"}


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_station_that_is_known_is_served_and_its_session_is_told_later(
    stage: Stage, version: str
) -> None:
    csms = await stage.wire_csms("far", OTHER[version])
    gateway = await stage.gateway(csms, options=BUFFER)
    station = await stage.station(gateway, "CS-1", version, STATION_ANSWERS[version])
    await csms.talker("CS-1", CSMS_ANSWERS[csms.version])
    await station.call("BootNotification", sessions.boot(version))
    await station.call("Authorize", CARD[version])  # its word on this card holds for a day
    await station.end.drop()
    await gateway.settles("stations_connected", 0)

    csms.status = 503
    station = await stage.station(gateway, "CS-1", version, STATION_ANSWERS[version])
    booted = await station.call("BootNotification", sessions.boot(version))
    assert booted["status"] == "Accepted"
    await sessions.CHARGE[version](station)
    await gateway.settles("stations_connected", 1)

    csms.status = 0
    desk = await csms.talker("CS-1", CSMS_ANSWERS[csms.version])
    if csms.version == "2.0.1":
        await until(lambda: any(map(is_end, sessions.said(desk.heard, "TransactionEvent"))))
        assert sessions.transaction_201(desk.heard)
    else:
        await until(lambda: bool(sessions.said(desk.heard, "StopTransaction")))
        assert sessions.transaction_16(desk.heard)
    assert sessions.said(desk.heard, "BootNotification")


def is_end(event: dict[str, Any]) -> bool:
    """Whether this is a transaction's last event."""
    return bool(event["eventType"] == "Ended")


async def test_a_station_that_no_csms_has_accepted_is_asked_to_come_again(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms, options=BUFFER)
    csms.status = 503
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1", "1.6")
    assert refused.value.status == 503


async def test_a_csms_that_turns_the_station_away_is_not_away(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "2.0.1")
    gateway = await stage.gateway(csms, options=BUFFER)
    station = await stage.station(gateway, "CS-1", "1.6")
    await csms.talker("CS-1", CSMS_ANSWERS["2.0.1"])
    await station.call("BootNotification", sessions.boot("1.6"))
    await station.end.drop()
    await gateway.settles("stations_connected", 0)
    csms.status = 403
    with pytest.raises(RefusedError) as refused:
        await stage.station(gateway, "CS-1", "1.6")
    assert refused.value.status == 403
