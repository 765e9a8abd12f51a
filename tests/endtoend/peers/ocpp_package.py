"""A station or a CSMS on the `ocpp` package and `websockets`, moved by lines on standard input.

    ocpp_package.py csms 1.6 ANSWERS
    ocpp_package.py station 1.6 ANSWERS URL IDENTITY

ANSWERS is a JSON object of payloads by action. Each line is a JSON array. Read: [identity, action,
payload], a CALL to make. Written: ["ready", port], ["heard", identity, action, payload],
["answered", identity, payload], ["failed", identity, code]. It ends with its standard input.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import unquote

from ocpp.charge_point import ChargePoint, camel_to_snake_case, snake_to_camel_case  # type: ignore[import-untyped]
from ocpp.exceptions import OCPPError  # type: ignore[import-untyped]
from ocpp.routing import on  # type: ignore[import-untyped]
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PACKAGES = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201"}


def tell(*what: Any) -> None:
    """Write a line."""
    print(json.dumps(what), flush=True)


def handler(action: str, answer: dict[str, Any], results: Any) -> Callable[..., Any]:
    """Tells what was heard, and gives the answer; the package checks both against its schema."""

    def handle(self: Any, **payload: Any) -> Any:
        tell("heard", self.id, action, snake_to_camel_case(payload))
        return getattr(results, action)(**camel_to_snake_case(answer))

    handle.__name__ = f"on_{action}"
    registered: Callable[..., Any] = on(action)(handle)
    return registered


class Program:
    """One role in one version."""

    def __init__(self, role: str, version: str, answers: str) -> None:
        package = PACKAGES[version]
        self.role, self.subprotocol = role, Subprotocol(f"ocpp{version}")
        self.calls, results = (
            import_module(f"{package}.call"),
            import_module(f"{package}.call_result"),
        )
        handlers = {
            f"on_{action}": handler(action, answer, results)
            for action, answer in json.loads(answers).items()
        }
        self.kind = type("Peer", (import_module(package).ChargePoint,), handlers)
        self.peers: dict[str, ChargePoint] = {}

    async def converse(self, identity: str, connection: Any) -> None:
        """Hear one connection until it closes."""
        peer = self.peers[identity] = self.kind(identity, connection)
        try:
            await peer.start()
        except ConnectionClosed:
            return

    async def take(self, line: bytes) -> None:
        """Make the CALL of one line."""
        identity, action, payload = json.loads(line)
        request = getattr(self.calls, action)(**camel_to_snake_case(payload))
        try:
            answer = await self.peers[identity].call(request, suppress=False)
        except (OCPPError, TimeoutError) as error:
            tell("failed", identity, getattr(error, "code", "") or repr(error))
        else:
            tell("answered", identity, plain(answer))

    async def obey(self) -> None:
        """Make the CALLs of standard input, one after the other."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := await reader.readline():
            await self.take(line)

    async def serve(self) -> None:
        """Be a CSMS."""

        async def meet(connection: ServerConnection) -> None:
            assert connection.request is not None
            await self.converse(unquote(connection.request.path.rpartition("/")[2]), connection)

        async with serve(meet, "127.0.0.1", 0, subprotocols=[self.subprotocol]) as server:
            tell("ready", next(iter(server.sockets)).getsockname()[1])
            await self.obey()

    async def connect(self, url: str, identity: str) -> None:
        """Be a station."""
        async with connect(f"{url}/{identity}", subprotocols=[self.subprotocol]) as connection:
            listening = asyncio.create_task(self.converse(identity, connection))
            await asyncio.sleep(0)
            tell("ready", 0)
            await self.obey()
            listening.cancel()


def plain(answer: Any) -> Any:
    """The payload of an answer as it was on the wire."""
    if isinstance(answer, list):
        return [plain(item) for item in answer]
    given = answer if isinstance(answer, dict) else vars(answer)
    return snake_to_camel_case({key: value for key, value in given.items() if value is not None})


if __name__ == "__main__":
    role, version, answers, *place = sys.argv[1:]
    program = Program(role, version, answers)
    asyncio.run(program.serve() if role == "csms" else program.connect(*place))
