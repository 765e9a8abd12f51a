"""What case files cannot say of quirks: before a session, over time, by configuration."""

import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import trio

from gateway.testing.fakes import Payload
from tests.endtoend.field import BOOTED, OF_STATION, Field
from tests.endtoend.gateway_process import PATIENCE, Gateway, until
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import dialled
from vendor_quirks.registry import BY_NAME

HERTZ = "shared.unit-abbreviated"
CELCIUS = "csms.celcius-only"
FLOOD = 7  # six until it is known for it, and then one a minute
FOLDER = "quirks"  # of the operator's own
SILENT = """
[[quirk]]
name = "acme.silent"
match = { identity = "ACME-*" }
why = "It connects and says nothing."
seen = "our own log"
timing = { prompt_boot_after = 0.1 }
"""
RESPELLED = """
[[quirk]]
name = "acme.unit-of-its-own"
match = { identity = "RELOAD-*" }
why = "It has a unit of its own."
seen = "our own log"
[[quirk.from_station]]
actions = ["MeterValues"]
path = "meterValue.sampledValue"
do = "Replace"
field = "unit"
values = { Furlong = "Celsius" }
"""


class World:
    """One gateway, two CSMSs that go by the schema, and a third one that has a fault."""

    def __init__(self, stage: Stage, gateway: Gateway, csmss: Sequence[WireCsms]) -> None:
        self.stage, self.gateway = stage, gateway
        self.old, self.new, self.picky = csmss

    async def pair(
        self, identity: str, csms: WireCsms | None = None, version: str = ""
    ) -> tuple[Talker, Talker]:
        """Both ends of a station's connection; the versions are equal unless one is named."""
        csms = csms or self.old
        station = await self.stage.station(self.gateway, identity, version or csms.version, {})
        return station, await csms.talker(identity)

    async def said(self, identity: str, unit: str, csms: WireCsms | None = None) -> str:
        """The unit that the CSMS hears of a sample."""
        station, desk = await self.pair(identity, csms)
        asked = await station.ask("MeterValues", sample(unit))
        call = await desk.hears("MeterValues")
        await desk.answer(call, {})
        await station.answer_to(asked)
        await station.end.drop()
        heard: str = call.payload["meterValue"][0]["sampledValue"][0]["unit"]
        return heard

    async def count(self, name: str, quirk: str) -> float:
        """What was counted of a quirk."""
        return (await self.gateway.counts()).of(name, quirk=quirk)


def sample(unit: str) -> Payload:
    """MeterValues of one sample."""
    measurand = "Frequency" if unit.startswith("H") else "Temperature"
    value = {"value": "50", "measurand": measurand, "unit": unit}
    meter = {"timestamp": "2026-01-01T12:00:00Z", "sampledValue": [value]}
    return {"connectorId": 1, "meterValue": [meter]}


async def a_target_that_no_identity_stands_in_is_read(world: World) -> None:
    for target, identity in (
        ("/ocpp/CP-NULL?null", "CP-NULL"),
        ("/ocpp/ws/webSocket?sn=AE0022B1GN5C00866", "AE0022B1GN5C00866"),
    ):
        end = await dialled(world.gateway.port, target, "1.6")
        await world.old.talker(identity)
        await end.drop()


async def a_station_that_is_deaf_until_its_boot_is_not_asked_before(world: World) -> None:
    station, desk = await world.pair("SN10012345")
    asked = await desk.ask("ClearCache", {})
    assert await station.hears_nothing(0.1)
    field = Field(BY_NAME["enplus.deaf-until-boot"], "1.6", station, desk)
    await field.call(station, desk, "BootNotification", field.boot({}), BOOTED)
    assert await station.hears_nothing(0.1)
    await field.call(station, desk, "StatusNotification", OF_STATION, {})
    await station.answer(await station.hears("ClearCache"), {"status": "Accepted"})
    assert await desk.answer_to(asked) == {"status": "Accepted"}


async def a_station_that_does_not_boot_is_asked_to(world: World) -> None:
    station, _ = await world.pair("ACME-1")
    call = await station.hears("TriggerMessage")
    assert call.payload == {"requestedMessage": "BootNotification"}
    await world.gateway.until("quirk_repairs_total", 1, quirk="acme.silent")


async def a_station_is_known_by_what_it_does(world: World) -> None:
    station, desk = await world.pair("V1-FLOODS")
    desk.answers = {"DiagnosticsStatusNotification": {}}
    for _ in range(10):
        assert await station.call("DiagnosticsStatusNotification", {"status": "Uploading"}) == {}
    assert len(desk.heard) == FLOOD
    await world.gateway.until("quirk_repairs_total", 1, quirk="everest.diagnostics-flood")


async def a_station_is_explained_while_the_gateway_has_its_store(world: World) -> None:
    assert await world.said("V1-TOLD", "Hz") == "Hertz"
    command = [sys.executable, "-m", "gateway.cli", "quirks", "explain", "--station", "V1-TOLD"]
    said = ""
    with trio.fail_after(PATIENCE):
        while f"{HERTZ}  everyone's  1 time" not in said:  # it is written behind its connection
            options = ["--config", str(world.gateway.path)]
            done = await trio.run_process([*command, *options], capture_stdout=True)
            said = done.stdout.decode()
    assert said.startswith("V1-TOLD, OCPP 1.6, segment all, behind old (1.6)\n")


async def what_is_observed_is_counted_and_not_mended(world: World) -> None:
    mended = await world.count("quirk_repairs_total", HERTZ)
    observed = await world.count("quirk_observed_total", HERTZ)
    assert await world.said("OBS-1", "Hz") == "Hz"
    assert await world.count("quirk_observed_total", HERTZ) == observed + 1
    assert await world.count("quirk_repairs_total", HERTZ) == mended


async def a_quirk_is_off_for_a_segment_and_on_for_one_station_of_it(world: World) -> None:
    assert await world.said("V1-HERTZ", "Hz") == "Hertz"
    assert await world.said("RAW-1", "Hz") == "Hz"
    assert await world.said("RAW-2", "Hz") == "Hertz"


async def a_fault_of_one_csms_is_mended_for_that_one(world: World) -> None:
    assert await world.said("PICKY-1", "Celsius", world.picky) == "Celcius"
    assert await world.said("V1-WARM", "Celsius") == "Celsius"


async def quirks_of_the_operators_own_are_read_again_when_told(world: World) -> None:
    assert await world.said("RELOAD-1", "Furlong") == "Furlong"
    folder = world.gateway.folder / FOLDER
    (folder / "more.toml").write_text(RESPELLED)
    await reloaded(world, "configuration loaded")
    assert await world.said("RELOAD-1", "Furlong") == "Celsius"
    (folder / "more.toml").write_text(RESPELLED.replace("Replace", "Explode"))
    await reloaded(world, "configuration kept")
    assert await world.said("RELOAD-1", "Furlong") == "Celsius"


async def reloaded(world: World, event: str) -> None:
    """Have the configuration read again, and wait for what comes of it."""
    seen = world.gateway.log.count(event)
    world.gateway.signal(signal.SIGHUP)
    await until(lambda: world.gateway.log.count(event) > seen)


SCENES: tuple[Callable[[World], Coroutine[Any, Any, None]], ...] = (
    a_target_that_no_identity_stands_in_is_read,
    a_station_that_is_deaf_until_its_boot_is_not_asked_before,
    a_station_that_does_not_boot_is_asked_to,
    a_station_is_known_by_what_it_does,
    a_station_is_explained_while_the_gateway_has_its_store,
    what_is_observed_is_counted_and_not_mended,
    a_quirk_is_off_for_a_segment_and_on_for_one_station_of_it,
    a_fault_of_one_csms_is_mended_for_that_one,
    quirks_of_the_operators_own_are_read_again_when_told,
)
