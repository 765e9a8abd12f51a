"""From a shadow that is switched on while its station charges to the report that a person reads."""

import signal

import msgspec
import pytest
import trio

from gateway.cli import main
from tests.endtoend.gateway_process import configuration
from tests.endtoend.sessions import CARD, boot, charge_16
from tests.endtoend.stage import Stage

pytestmark = pytest.mark.trio


async def test_a_shadow_is_switched_on_heard_of_and_switched_off_while_stations_stay(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    primary = await stage.csms("old", "1.6")
    blocked = {"idTokenInfo": {"status": "Blocked"}}
    shadow = await stage.csms("new", "2.0.1", {"Authorize": blocked})
    gateway = await stage.gateway(primary)
    station = await stage.station(gateway, "CS-1")
    await station.call("BootNotification", boot("1.6"))

    gateway.write(configuration([primary], shadows=[shadow]))
    gateway.signal(signal.SIGHUP)
    await gateway.settles("legs_connected", 1, csms="new", role="shadow")
    await gateway.until("shadow_replays_total", 1, csms="new", action="BootNotification")
    await charge_16(station)
    await gateway.until("shadow_comparisons_total", 11, csms="new")

    gateway.write(configuration([primary, shadow]))
    gateway.signal(signal.SIGHUP)
    await gateway.settles("legs_connected", 0, csms="new", role="shadow")
    assert (await station.call("Authorize", {"idTag": CARD}))["idTagInfo"]["status"] == "Accepted"
    assert not station.closed.is_set()
    assert station.heard == []
    assert (await gateway.counts()).of("station_crashes_total") == 0
    await gateway.stop()
    report = await trio.to_thread.run_sync(reported, str(gateway.path), capsys)
    (new,) = report["shadows"]
    assert new["verdicts"]["mismatched"] == 1
    (path,) = [row for row in new["paths"] if row["severity"] == "S0"]
    assert (path["action"], path["path"], path["judgement"]) == (
        "Authorize", "idTagInfo.status", "real",
    )  # fmt: skip
    for sessions in (new["sessions"], new["gateway"]):
        assert {what: n for what, n in sessions["counts"].items() if n} == {"matched": 1}
        assert sessions["left_kwh"] == sessions["right_kwh"]
    number = path["samples"][0]
    assert main(["shadow", "diff", str(number), "--config", str(gateway.path)]) == 0
    shown = capsys.readouterr().out
    assert "Blocked" in shown
    assert CARD not in shown


def reported(path: str, capsys: pytest.CaptureFixture[str]) -> dict[str, list[dict[str, object]]]:
    """The report of the only segment."""
    told = ["shadow", "report", "--segment", "default", "--format", "json", "--config", path]
    assert main(told) == 0
    found: dict[str, list[dict[str, object]]] = msgspec.json.decode(capsys.readouterr().out)
    return found


async def test_only_a_share_of_the_stations_has_shadows(stage: Stage) -> None:
    primary, shadow = await stage.csms("old", "1.6"), await stage.csms("new", "1.6")
    segments = (
        '[[segment]]\nname = "default"\nprimary = "old"\nshadows = ["new"]\nshadow_share = 0.0\n'
    )
    gateway = await stage.gateway(primary, shadows=[shadow], segments=segments)
    station = await stage.station(gateway, "CS-1")
    await charge_16(station)
    counts = await gateway.counts()
    assert counts.of("legs_connected", role="shadow") == 0
    assert counts.of("shadow_comparisons_total") == 0
