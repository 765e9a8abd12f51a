"""A CSMS as a process of its own, that answers whoever comes and bears whatever is said."""

from contextlib import suppress

import trio

from tests.endtoend.sessions import CSMS_ANSWERS
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import WireEnd


async def attend(csms: WireCsms) -> None:
    """Answer every station."""

    async def one(end: WireEnd) -> None:
        with suppress(TypeError):  # frames of too many elements are passed on
            await Talker(end, CSMS_ANSWERS[csms.version]).listen()

    async with trio.open_nursery() as nursery:
        async for end in csms._connections:
            nursery.start_soon(one, end)


async def main() -> None:
    """Serve until killed; the URL goes to standard output."""
    async with trio.open_nursery() as nursery:
        csms = WireCsms("far", "1.6", nursery)
        await csms.listen()
        print(csms.url, flush=True)
        await attend(csms)


if __name__ == "__main__":
    trio.run(main)
