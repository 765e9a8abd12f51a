"""What a test plays on: gateways, CSMSs and stations, all gone when it ends."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import trio

from gateway.testing.fakes import Answer, FakeCsms
from tests.endtoend.gateway_process import Gateway, Place, configuration
from tests.endtoend.sessions import CSMS_ANSWERS, STATION_ANSWERS
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import Headers, dialled


class Stage:
    """Makes what a test needs, and ends what it made."""

    def __init__(self, folder: Path, nursery: trio.Nursery) -> None:
        self.folder, self.nursery = folder, nursery
        self._gateways: list[Gateway] = []

    async def gateway(self, *csmss: Place, scheme: str = "ws", **keys: Any) -> Gateway:
        """A gateway that runs; `keys` are those of `configuration`."""
        folder = self.folder / f"gateway-{len(self._gateways)}"
        gateway = Gateway(folder, configuration(csmss, **keys), scheme)
        self._gateways.append(gateway)
        await gateway.start()
        return gateway

    async def csms(
        self, name: str, version: str, answers: dict[str, Answer] | None = None
    ) -> FakeCsms:
        """A CSMS on trio-websocket that answers everything."""
        csms = FakeCsms(name, version, CSMS_ANSWERS[version] | (answers or {}))
        await self.nursery.start(csms.serve)
        return csms

    async def wire_csms(
        self, name: str, version: str, tls: ssl.SSLContext | None = None
    ) -> WireCsms:
        """A CSMS on wsproto, whose connections the test takes."""
        csms = WireCsms(name, version, self.nursery, tls)
        await csms.listen()
        return csms

    async def station(
        self,
        gateway: Gateway,
        identity: str,
        version: str = "1.6",
        answers: dict[str, Answer] | None = None,
        *,
        headers: Headers = (),
        early: Sequence[str] = (),
        tls: ssl.SSLContext | None = None,
    ) -> Talker:
        """A station on wsproto that is connected. Raises RefusedError."""
        end = await dialled(
            gateway.port, f"/ocpp/{identity}", version, headers=headers, early=early, tls=tls
        )
        talker = Talker(end, STATION_ANSWERS[version] if answers is None else answers)
        self.nursery.start_soon(talker.listen)
        return talker

    async def end(self) -> None:
        """End every gateway."""
        with trio.CancelScope(shield=True):
            for gateway in self._gateways:
                await gateway.stop()
