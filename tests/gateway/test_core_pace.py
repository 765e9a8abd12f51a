"""Stations with a pace of their own: what waits for them goes on, and does not pile up."""

from typing import Any

from gateway.core.route import Upstream
from gateway.testing import Bench
from vendor_quirks.match import Match
from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Quirk
from vendor_quirks.registry import REGISTRY

START = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2025-03-01T10:00:00Z"}
BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One", "firmwareVersion": "1.0"}
ACCEPTED = {"currentTime": "2025-03-01T10:00:00Z", "interval": 300, "status": "Accepted"}
SLOW = Quirk(
    name="acme.slow",
    match=Match(vendor="Acme", firmware_before="2.0"),
    why="Is not ready before its first status.",
    seen="this test",
    timing=Pace(hold_until="first_status", hold_at_most=900.0),
)


def to_station(said: list[Any]) -> list[Any]:
    return [out["frame"] for out in said if out["to"] == "charger" and out["frame"][0] == 2]


def test_what_waited_for_a_station_goes_to_it_when_it_turns_out_to_need_no_pace() -> None:
    bench = Bench("same16", {}, registry=REGISTRY.with_more([SLOW]))
    bench.hear("charger", [2, "1", "BootNotification", BOOT])
    bench.hear("backend", [3, "1", ACCEPTED])
    bench.event("charger", "disconnect")
    bench.event("charger", "connect")
    assert to_station(bench.hear("backend", [2, "a", "ClearCache", {}])) == []
    said = bench.hear("charger", [2, "2", "BootNotification", BOOT | {"firmwareVersion": "2.0"}])
    said += bench.hear("backend", [3, "2", ACCEPTED])
    assert to_station(said) == [[2, "a", "ClearCache", {}]]
    said = bench.hear("charger", [3, "a", {"status": "Accepted"}])
    assert said[-1]["frame"] == [3, "a", {"status": "Accepted"}]
    assert to_station(bench.hear("backend", [2, "b", "ClearCache", {}]))


def test_a_station_that_does_not_answer_its_triggers_is_still_sent_its_csms_commands() -> None:
    asking = frozenset({"syncev.samples-when-triggered"})
    bench = Bench("same16", {}, quirks_on=asking, primary=Upstream("csms", "1.6"))
    for number in range(1, 9):
        start = START | {"connectorId": number}
        bench.hear("charger", [2, f"s{number}", "StartTransaction", start])
        answer = {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
        bench.hear("backend", [3, f"s{number}", answer])
    for _ in range(30):
        bench.event("proxy", "advance", seconds=60)
    bench.hear("backend", [2, "a", "ClearCache", {}])
    said = bench.event("proxy", "advance", seconds=300)
    assert [2, "a", "ClearCache", {}] in to_station(said)
