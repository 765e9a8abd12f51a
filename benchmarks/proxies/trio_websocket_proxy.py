"""A proxy that passes texts through, on trio-websocket. Usage: LISTEN_PORT CSMS_PORT."""

import sys

import trio
from trio_websocket import (
    ConnectionClosed,
    WebSocketConnection,
    WebSocketRequest,
    open_websocket_url,
    serve_websocket,
)


async def pump(source: WebSocketConnection, sink: WebSocketConnection) -> None:
    """Carry messages over until one side closes."""
    try:
        while True:
            await sink.send_message(await source.get_message())
    except ConnectionClosed:
        await sink.aclose()


async def run(port: int, csms: str) -> None:
    """Serve until the process is told to end."""

    async def relay(request: WebSocketRequest) -> None:
        offered = request.proposed_subprotocols[:1]
        async with open_websocket_url(csms + request.path, subprotocols=offered) as upstream:
            station = await request.accept(subprotocol=offered[0] if offered else None)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(pump, station, upstream)
                nursery.start_soon(pump, upstream, station)

    await serve_websocket(relay, "127.0.0.1", port, ssl_context=None)


if __name__ == "__main__":
    _, listen_port, csms_port = sys.argv
    trio.run(run, int(listen_port), f"ws://127.0.0.1:{csms_port}")
