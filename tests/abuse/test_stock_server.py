"""That the attacks are real: a server of trio-websocket as it comes ends by one byte, or a ping.

The gateway survives the same bytes in `test_handshake_bytes.py` and `test_closing_races.py`. Should
a later trio-websocket survive them, too, this file has done its duty.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trio

from tests.abuse.siege import request
from tests.endtoend.bad_input import frame
from tests.endtoend.gateway_process import ACCESS, PATIENCE, until

SERVER = """
import trio
from trio_websocket import ConnectionClosed, serve_websocket

async def closed_at_the_first_word(asked):
    ws = await asked.accept(subprotocol="ocpp1.6")
    await ws.get_message()
    await ws.aclose()

async def main():
    async with trio.open_nursery() as nursery:
        server = await nursery.start(
            lambda task_status: serve_websocket(
                closed_at_the_first_word, "127.0.0.1", 0, None, task_status=task_status
            )
        )
        print(server.port, flush=True)

trio.run(main)
"""


@contextmanager
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process and its port."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


@pytest.mark.trio
@pytest.mark.parametrize("attack", ["a byte beyond ASCII", "a ping while it closes", "nothing"])
async def test_a_server_as_it_comes_does_not_survive_what_the_gateway_does(attack: str) -> None:
    with server() as (process, port):
        with trio.fail_after(PATIENCE):
            stream = await trio.open_tcp_stream(ACCESS, port)
            if attack == "a byte beyond ASCII":
                asked = request().replace(b"Sec-WebSocket-Protocol: ocpp1.6", b"", 1)
                await stream.send_all(asked.replace(b"Host: x", b"Host: x\xe9", 1))
            else:
                await stream.send_all(request())
                await stream.receive_some()
                await stream.send_all(frame(0x81, b"bye", True))
                assert (await stream.receive_some())[0] == 0x88  # it closes
                if attack == "a ping while it closes":
                    await stream.send_all(frame(0x89, b"", True))
        if attack == "nothing":
            await stream.send_all(frame(0x88, b"\x03\xe8", True))
            assert await stream.receive_some() == b""
            assert process.poll() is None
        else:
            await until(lambda: process.poll() is not None)
            assert process.returncode == 1
        await stream.aclose()
