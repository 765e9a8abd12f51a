"""Case files of quirks, played over real sockets: a faulty peer, the gateway, and a strict one."""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import msgspec
import trio

from gateway.testing.fakes import Answer, CallFailed, Payload
from tests.endtoend.gateway_process import until
from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.talker import Heard, Talker
from tests.schema_oracle import chance, encode, faults
from tests.vendor_quirks.case_files import OF, Step, kind_of, pair
from vendor_quirks.quirk import Quirk

decode = msgspec.json.decode
AT_ONCE = 10.0  # seconds in which a step must have come to its end
# Where each fact of a nameplate stands in a boot.
BOOT = {
    "vendor": "chargePointVendor",
    "model": "chargePointModel",
    "serial": "chargePointSerialNumber",
    "firmware": "firmwareVersion",
    "meter_type": "meterType",
}
BOOT_201 = {"vendor": "vendorName", "model": "model", "firmware": "firmwareVersion"}
BOOTED = {"status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 300}
OF_STATION = {"connectorId": 0, "errorCode": "NoError", "status": "Available"}
# Facts that the gateway is told by these, from the CSMS's side.
OF_CSMS = ("SetChargingProfile",)
SAME = [("answers", "the same")]  # as the CALL before it


class AnyAnswer(dict[str, Answer]):
    """What a CSMS of good will answers to whatever it is asked."""

    def __init__(self, version: str) -> None:
        self._version, self._rng = version, Random(version)

    def get(self, action: str, default: Any = None) -> Any:
        """An answer that the schema allows; the one of a plain CSMS where that has one."""
        plain = CSMS_ANSWERS[self._version].get(action)
        return plain or chance(self._version, f"{action}Response", self._rng, {})


class Field:
    """One station and its CSMS with the gateway between them; what each hears is held to a schema.

    `strict` is the end that has no fault: the CSMS, or the station behind a CSMS's quirk.
    """

    def __init__(self, quirk: Quirk, version: str, station: Talker, desk: Talker) -> None:
        self.quirk, self.version = quirk, version
        self.station, self.desk = station, desk
        self._rng = Random(quirk.name)

    async def introduce(self, facts: dict[str, str]) -> None:
        """The station says of itself what the case has it say."""
        await self.call(self.station, self.desk, "BootNotification", self.boot(facts), BOOTED)
        if self.version == "1.6":  # for some makes CALLs wait for it
            await self.call(self.station, self.desk, "StatusNotification", OF_STATION)
        for vendor_id in filter(None, facts.get("vendor_ids", "").split(",")):
            await self.call(self.station, self.desk, "DataTransfer", {"vendorId": vendor_id})
        if "keys" in facts:
            listed = [{"key": one, "readonly": False} for one in facts["keys"].split(",")]
            answer = {"configurationKey": listed}
            await self.call(self.desk, self.station, "GetConfiguration", {}, answer)

    async def tell(self, facts: dict[str, str]) -> None:
        """The same to a CSMS that answers by itself."""
        await self.station.call("BootNotification", self.boot(facts))
        for vendor_id in filter(None, facts.get("vendor_ids", "").split(",")):
            await self.station.call("DataTransfer", {"vendorId": vendor_id})

    def boot(self, facts: dict[str, str]) -> Payload:
        """A boot with these facts in it."""
        if self.version == "1.6":
            known = {BOOT[name]: fact for name, fact in facts.items() if name in BOOT}
            return {"chargePointVendor": "Plain", "chargePointModel": "One"} | known
        known = {BOOT_201[name]: fact for name, fact in facts.items() if name in BOOT_201}
        plain = {"vendorName": "Plain", "model": "One"}
        return {"reason": "PowerUp", "chargingStation": plain | known}

    async def play(self, step: Step) -> None:
        """One step. Raises AssertionError, trio.TooSlowError."""
        with trio.fail_after(AT_ONCE):
            await self._before(step)
            kind = kind_of(self.quirk, step)
            first, _, rest = kind.partition(" ")
            await PLAYS[first](self, step, rest)

    # What was before

    async def _before(self, step: Step) -> None:
        given = step.given[: -1 if step.outcome == SAME else None]
        while given:
            key, text = given.pop(0)
            if key in OF:
                action, text = pair(text)
                asks, hears = self._ends(OF[key])
                await self.call(asks, hears, action, decode(text))
            elif key == "GetConfigurationResponse":
                answer = decode(text)
                await self.call(self.desk, self.station, "GetConfiguration", {}, answer)
            else:
                is_answered = bool(given) and given[0][0] == f"{key}Response"
                answer = decode(given.pop(0)[1]) if is_answered else None
                asks, hears = self._ends("csms" if key in OF_CSMS else "station")
                await self.call(asks, hears, key, decode(text), answer)

    def _ends(self, of: str) -> tuple[Talker, Talker]:
        """Who calls, and who hears it."""
        return (self.station, self.desk) if of == "station" else (self.desk, self.station)

    async def call(
        self, asks: Talker, hears: Talker, action: str, payload: Payload, answer: Any = None
    ) -> Payload:
        """One exchange without much ado."""
        asked = await asks.ask(action, payload)
        call = await hears.hears(action)
        await hears.answer(call, self._answer(action) if answer is None else answer)
        return await asks.answer_to(asked)

    def _answer(self, action: str) -> Payload:
        """What a peer of good will answers."""
        given: Payload = chance(self.version, f"{action}Response", self._rng, {})
        return given

    # What a step is about

    async def payload(self, step: Step, key: str, of: str, is_held: bool) -> None:
        """A payload of that side, as the other one hears it."""
        action = key.removesuffix("Response")
        wanted = decode(step.outcome[0][1])
        speaks, hears = self._ends(of)
        if key == action:
            asked = "this-one"
            await speaks.ask_text(f'[2,"{asked}","{action}",{step.text}]', asked)
            call = await hears.hears(action)
            assert call.payload == wanted, call.payload
            await hears.answer(call, self._answer(action))
            await speaks.answer_to(asked)
        else:
            request = chance(self.version, f"{action}Request", self._rng, {})
            asked = await hears.ask(action, request)
            call = await speaks.hears(action)
            await speaks.end.say(f'[3,"{call.message_id}",{step.text}]')
            heard = await hears.answer_to(asked)
            assert heard == wanted, heard
        if is_held:
            self._hold(key, wanted)

    def _hold(self, key: str, payload: Payload) -> None:
        message = key if key.endswith("Response") else f"{key}Request"
        assert not faults(self.version, message, encode(payload))

    async def text(self, step: Step, _: str) -> None:
        """A text or a frame that is none until it is mended."""
        speaks, hears = self._ends(self.quirk.side)
        ((_, became),) = step.outcome
        if became == "nothing":
            before = len(hears.texts)
            await speaks.end.say(step.text)
            await self.call(speaks, hears, "Heartbeat", {})
            assert len(hears.texts) == before + 1
            return
        wanted = decode(became)
        if wanted[0] != 2:
            await hears.ask("ClearCache", {}, wanted[1])
            await speaks.hears("ClearCache")
        await speaks.end.say(step.text)
        await until(lambda: bool(hears.texts) and decode(hears.texts[-1]) == wanted)

    async def command(self, step: Step, action: str) -> None:
        """A CALL of the CSMS, in the forms in which the station has it."""
        asked = await self.desk.ask(action, decode(step.text))
        lines = iter(step.outcome)
        for word, text in lines:
            if word == "answers":
                await self._answered(self.desk, asked, text)
                return
            sent, wanted = pair(text)
            call = await self.station.hears(sent)
            assert call.payload == decode(wanted), call.payload
            await self._respond(call, next(lines)[1])

    async def _respond(self, call: Heard, text: str) -> None:
        if text.startswith("CALLERROR "):
            await self.station.refuse(call, text.removeprefix("CALLERROR "))
        else:
            await self.station.answer(call, decode(text))

    async def _answered(self, asks: Talker, asked: str, text: str) -> None:
        try:
            told: Any = await asks.answer_to(asked)
        except CallFailed as error:
            told = f"CALLERROR {error.code}"
        assert told == (text if isinstance(told, str) else decode(text)), told

    async def here(self, step: Step, action: str, of: str) -> None:
        """A CALL that is answered by the gateway."""
        asks, hears = self._ends(of)
        if step.outcome == SAME:
            await self._twins(action, step.text)
            return
        asked = await asks.ask(action, decode(step.text))
        await self._answered(asks, asked, step.outcome[0][1])
        for _, then in step.outcome[1:]:
            said, payload = pair(then)
            call = await self.desk.hears(said)
            assert call.payload == decode(payload), call.payload
            await self.desk.answer(call, self._answer(said))
        assert not hears.has_calls

    async def _twins(self, action: str, text: str) -> None:
        """Two CALLs that are the same, and get one answer of the CSMS."""
        first = await self.station.ask(action, decode(text))
        call = await self.desk.hears(action)
        second = await self.station.ask(action, decode(text))
        assert await self.desk.hears_nothing(0.05)
        await self.desk.answer(call, self._answer(action))
        assert await self.station.answer_to(first) == await self.station.answer_to(second)


Play = Callable[[Field, Step, str], Coroutine[Any, Any, None]]
PLAYS: dict[str, Play] = {
    "from_station": lambda field, step, key: field.payload(step, key, "station", True),
    "to_csms": lambda field, step, key: field.payload(step, key, "station", False),
    "from_csms": lambda field, step, key: field.payload(step, key, "csms", True),
    "to_station": lambda field, step, key: field.payload(step, key, "csms", False),
    "TEXT": Field.text,
    "FRAME": Field.text,
    "CALL": Field.command,
    "HEARD": lambda field, step, action: field.here(step, action, "station"),
    "TOLD": lambda field, step, action: field.here(step, action, "csms"),
}
