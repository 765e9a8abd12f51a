"""A proxy that passes texts through, on `websockets`.

Usage: LISTEN_PORT CSMS_PORT uvloop|asyncio.
"""

import asyncio
import sys

import uvloop
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

SUBPROTOCOLS = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")]


async def pump(source: Connection, sink: Connection) -> None:
    """Carry texts over as bytes, which spares decoding them, until one side closes."""
    try:
        while True:
            await sink.send(await source.recv(decode=False), text=True)
    except ConnectionClosed:
        await sink.close()


async def run(port: int, csms: str) -> None:
    """Serve until the process is told to end."""

    async def relay(station: ServerConnection) -> None:
        assert station.request is not None
        address = csms + station.request.path
        offered = [station.subprotocol] if station.subprotocol else SUBPROTOCOLS
        async with connect(address, subprotocols=offered, compression=None, proxy=None) as upstream:
            await asyncio.gather(pump(station, upstream), pump(upstream, station))

    async with serve(relay, "127.0.0.1", port, subprotocols=SUBPROTOCOLS, compression=None):
        await asyncio.Future()


if __name__ == "__main__":
    _, listen_port, csms_port, loop = sys.argv
    runner = uvloop.run if loop == "uvloop" else asyncio.run
    runner(run(int(listen_port), f"ws://127.0.0.1:{csms_port}"))
