"""Threat: texts that mean something to whoever reads them later: logs, metrics, other programs."""

import re

import msgspec
import pytest

from adapters import v16
from tests.abuse.siege import Camp, request, siege

pytestmark = pytest.mark.trio

TEXTS = {
    "a newline": 'x\n{"event":"forged","level":"info"}',
    "a terminal's escape": "x\x1b[2J\x1b[31m",
    "a formula": "=cmd|' /C calc'!A0",
    "a script": "<script>alert(1)</script>",
    "right to left": "x\u202egnp.exe",
    "ten kilobytes": "x" * 10_000,
    "quotes": '"} 1\nup{x="',
}
IDENTITIES = ["a%2Fb", "a%00b", "..", "%2e%2e", "a%0Ab", "a%1B%5B2J", "%E2%80%AE", "x" * 400]


async def test_what_stations_say_is_one_line_of_json_each_and_no_label(stage: Camp) -> None:
    async with siege(stage) as around:
        for text in TEXTS.values():
            station = await stage.station(around.gateway, "CS-1")
            boot = {"chargePointVendor": text, "chargePointModel": text}
            await station.ask("BootNotification", boot)
            await station.ask("Authorize", {"idTag": text})
            await station.ask(text, {})
            await station.ask("StatusNotification", {}, message_id=text[:36])
            await station.end.ping(b"!")
        await around.gateway.until("frames_total", 7, action="other")
        _, after = await around.gateway.get("/metrics")
        assert "cmd|" not in after
        assert "alert(" not in after
        lines = around.gateway.log.splitlines()
        events = [msgspec.json.decode(line)["event"] for line in lines]
        assert "forged" not in events
        assert "\x1b" not in around.gateway.log
        assert "\u202e" not in around.gateway.log
        assert set(re.findall(r'action="([^"]*)"', after)) <= {*v16.ACTIONS, "other"}


def series(exposed: str) -> list[str]:
    """The names and labels of a scrape."""
    return [line.rpartition(" ")[0] for line in exposed.splitlines() if line[:1] != "#"]


async def test_an_identity_that_means_something_else_is_refused_alike(stage: Camp) -> None:
    async with siege(stage) as around:
        for identity in IDENTITIES:
            assert await around.status(request(identity)) in (400, 404), identity
        bodies = {await around.answer(request(identity)) for identity in ("a%00b", "a%0Ab")}
        assert len(bodies) == 1
        for line in around.gateway.log.splitlines():
            msgspec.json.decode(line)


async def test_ten_thousand_names_make_no_more_series_than_one(stage: Camp) -> None:
    async with siege(stage) as around:
        before = (await around.gateway.counts()).of("frames_total", leg="station", action="other")
        for station_number in range(10):  # of one, no more are taken while one waits at its CSMS
            station = await stage.station(around.gateway, f"CS-{station_number}")
            await station.call("Heartbeat", {})
            for number in range(30):
                await station.say([2, f"m-{number}", f"Action{station_number}-{number}", {}])
        said = before + 300
        await around.gateway.until("frames_total", said, leg="station", action="other")
        _, exposed = await around.gateway.get("/metrics")
        assert len(series(exposed)) < 1000
